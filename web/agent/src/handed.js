// What an address says about a device of the company: that it was handed over, that the way at the identity provider
// came back in a second window, or how a ceremony on it ended. Nothing here looks at the page or keeps anything.

const HANDED = /^in-person\.([A-Za-z0-9_-]{43})$/;
const STATE = /^in-person\.(de|en)\.[A-Za-z0-9_-]{43}$/;

/** How a ceremony on a device of the company can end; "identified" ends the second window. */
export const ENDINGS = /** @type {const} */ (["signed", "declined", "stopped", "idle", "problem", "reloaded", "left", "identified"]);
/** @typedef {typeof ENDINGS[number]} Ending */

/** The token of a device that was handed over. @param {string} fragment without # @returns {string | null} */
export const handedOver = (fragment) => HANDED.exec(fragment)?.[1] ?? null;

/** Marks the way to the identity provider as one that comes back in a second window.
 * @param {string} lang @param {string} random */
export const besideState = (lang, random) => `in-person.${lang === "en" ? "en" : "de"}.${random}`;

/** The language of such a way; null: it is none. @param {string} state @returns {"de" | "en" | null} */
export const besideLanguage = (state) => /** @type {"de" | "en" | null} */ (STATE.exec(state)?.[1] ?? null);

/** How the ceremony of this address ended, if it is the address of an end. @param {string} search @returns {Ending | null} */
export function endingOf(search) {
  const said = new URLSearchParams(search).get("ended");
  return ENDINGS.find((each) => each === said) ?? null;
}

/** What the provider gives back as `state` when a login there has ended. @param {"de" | "en"} lang */
export const loggedOut = (lang) => `in-person.out.${lang}`;

/** The language of a way back from the end of a login; null: it is none. @param {string} search @returns {"de" | "en" | null} */
export function backFromLogout(search) {
  const state = new URLSearchParams(search).get("state");
  return state === loggedOut("de") ? "de" : state === loggedOut("en") ? "en" : null;
}

/** The address of an end. @param {Ending} ending @param {string} lang @param {boolean} [sandbox] */
export const endingAddress = (ending, lang, sandbox = false) => `/?ended=${ending}&lang=${lang}${sandbox ? "&sandbox" : ""}`;
