// Computed values in words: the twin of web/forms/figures.py (CLDR through Intl).

/** @type {Record<string, string>} */
const LOCALES = { de: "de-DE", en: "en-GB" };

/** @param {string | undefined} value @param {string} format @param {string} lang */
export function figure(value, format, lang) {
  if (value === undefined) return "–";
  const locale = LOCALES[lang] ?? LOCALES.de;
  if (format === "date") {
    const day = new Date(`${value}T12:00:00Z`);
    const options = /** @type {Intl.DateTimeFormatOptions} */ ({
      day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
    });
    return Number.isNaN(day.getTime()) ? value : new Intl.DateTimeFormat(locale, options).format(day);
  }
  const number = Number(value);
  if (!Number.isFinite(number)) return value;
  if (format === "cents") return new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" }).format(number / 100);
  if (format === "ct_per_kwh") {
    const shown = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 3 }).format(number);
    return `${shown} ct/kWh`;
  }
  return format === "number" ? new Intl.NumberFormat(locale).format(number) : value;
}
