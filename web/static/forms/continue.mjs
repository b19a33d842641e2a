// The link to a form on another device: its secret stands in the fragment, which no server sees. It leaves the address
// at once and is sent when the person presses the button, so that programs that only open links use nothing up.
const secret = location.hash.slice(1);
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("continue"));
if (form && /^[A-Za-z0-9_-]{20,100}$/.test(secret)) {
  history.replaceState(null, "", location.pathname);
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("secret"));
  field.value = secret;
  for (const part of form.querySelectorAll("[data-typed]")) part.toggleAttribute("hidden", true);
  for (const part of form.querySelectorAll("[data-ready]")) part.removeAttribute("hidden");
}
