// Passkeys in a form: asks for the challenge, lets the browser answer, and sends the form with the answer in it.
// Nothing is kept here, and nothing is decided here: the server checks the answer.

/** @param {string} text base64url @returns {Uint8Array<ArrayBuffer>} */
function octets(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer @returns {string} base64url */
function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {any} list @returns {PublicKeyCredentialDescriptor[]} */
const credentials = (list) => (list ?? []).map((/** @type {any} */ item) => ({ ...item, id: octets(item.id) }));

/** @param {any} options @param {string} kind @returns {Promise<Credential | null>} */
function asked(options, kind) {
  const publicKey = { ...options, challenge: octets(options.challenge) };
  if (kind === "create") {
    publicKey.user = { ...options.user, id: octets(options.user.id) };
    publicKey.excludeCredentials = credentials(options.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  }
  publicKey.allowCredentials = credentials(options.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

/** @param {any} credential @returns {string} the answer as JSON (WebAuthn Level 3, section 5.1) */
function answered(credential) {
  const { response } = credential;
  /** @type {Record<string, unknown>} */
  const members = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    members.attestationObject = text(response.attestationObject);
    members.transports = response.getTransports?.() ?? [];
  } else {
    members.authenticatorData = text(response.authenticatorData);
    members.signature = text(response.signature);
    if (response.userHandle) members.userHandle = text(response.userHandle);
  }
  const name = text(credential.rawId);
  return JSON.stringify({
    id: name,
    rawId: name,
    type: credential.type,
    response: members,
    clientExtensionResults: {},
    ...(credential.authenticatorAttachment ? { authenticatorAttachment: credential.authenticatorAttachment } : {}),
  });
}

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLInputElement} */
const field = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/** @param {HTMLFormElement} form */
async function answer(form) {
  const sent = await fetch(form.dataset.options ?? "", {
    method: "POST",
    headers: { "X-CSRFToken": field(form, "csrf_token").value, Accept: "application/json" },
  });
  if (!sent.ok) throw new Error("no challenge");
  const credential = await asked(await sent.json(), form.dataset.passkey ?? "");
  field(form, "answer").value = answered(credential);
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  const missing = /** @type {HTMLElement} */ (form.querySelector("[data-missing]"));
  const refused = /** @type {HTMLElement} */ (form.querySelector("[data-refused]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  if (!("PublicKeyCredential" in window)) missing.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refused.hidden = true;
    button.disabled = true;
    try {
      await answer(form);
      form.submit();
    } catch {
      refused.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
