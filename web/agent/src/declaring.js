// The declaration: its words, the passkey, the scratch field, the code, the summary and the button below it.
import { fromHex, fromUtf8, hex } from "./bytes.js";
import { openCapsule, proveIntent, proveOpened } from "./capsule.js";
import { valuesToSign } from "./attempt.js";
import { sha256 } from "./digests.js";
import { canonical } from "./canonical.js";
import { unlock } from "./keys.js";
import { click, part } from "./page.js";
import { assertPasskey, verificationChallenge } from "./passkey.js";
import { Problem, demand } from "./problems.js";
import { forgetPasskey } from "./session.js";
import { ScratchField, loadTexture } from "./scratch.js";
import { fingerprint } from "./transcript.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./attempt.js").Attempt} Attempt */
/** @typedef {import("./keys.js").UsableKeys} UsableKeys */
/** @typedef {import("./passkey.js").Verified} Verified */
/** @typedef {import("./scratch.js").Scratched} Scratched */

/** Show everything that is declared. The button carries the transcript's label and nothing else.
 * @param {Attempt} attempt */
export function showDeclaration({ transcript, tau, declaration, summary, policy }) {
  const quote = part("declaration");
  quote.lang = transcript.declaration.lang;
  quote.replaceChildren(
    ...declaration.split(/\n{2,}/).map((text) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      return paragraph;
    }),
  );
  part("fingerprint").textContent = fingerprint(tau);
  part("policy").textContent = fromUtf8(policy);
  const table = part("summary");
  table.lang = summary.lang;
  table.hidden = summary.lines.length === 0;
  part("summary-title").textContent = summary.title;
  part("summary-lines").replaceChildren(
    ...summary.lines.map(({ label, value }) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = label;
      const cell = document.createElement("td");
      cell.textContent = value;
      row.append(head, cell);
      return row;
    }),
  );
  const button = part("order-button");
  button.lang = transcript.declaration.lang;
  button.textContent = transcript.order.label;
}

/** Let the person be verified for this transcript and make the keys usable; repeated until it works or fails for good.
 * @param {Page} page @param {Session} session @param {Uint8Array} tau
 * @param {{button: string, notice: string, anew: string, state: string}} place
 * @returns {Promise<{keys: UsableKeys, verified: Verified | null}>} */
export async function unlockKeys(page, session, tau, { button, notice, anew, state }) {
  const { identity } = session.kept;
  if (!identity) throw new Problem("agent.link.missing");
  if (!identity.passkey) return { keys: await unlock(identity.keys, session.device, null), verified: null };
  const challenge = await verificationChallenge(tau);
  part(`${anew}-line`).hidden = true;
  part(anew).onclick = async () => {
    await forgetPasskey();
    await session.keep({ identity: undefined, opening: undefined, declared: undefined });
    location.reload();
  };
  for (;;) {
    page.state = state;
    await click(part(button));
    page.notice(notice);
    page.state = "verifying";
    try {
      const verified = await assertPasskey(identity.passkey.credentialId, challenge);
      return { keys: await unlock(identity.keys, session.device, verified.prf), verified };
    } catch (problem) {
      const cancelled = problem instanceof Problem && problem.code === "agent.passkey.cancelled";
      page.notice(notice, cancelled ? "unlock.cancelled" : "unlock.failed");
      part(`${anew}-line`).hidden = false; // the passkey may be lost for good
    }
  }
}

/**
 * Everything from the unlocked field to the pressed button. Resolves when the declaration is written and kept.
 * @param {Page} page
 * @param {Session} session
 * @param {Attempt} attempt
 * @param {{ended: Promise<void>, pagesSeen: () => number}} reading
 * @returns {Promise<CryptoKey>} the signature key, unlocked
 */
export async function declare(page, session, attempt, reading) {
  const { words } = page;
  const passkey = Boolean(session.kept.identity?.passkey);
  const hint = part("scratch-hint");
  words.put(hint, "scratch.locked");
  part("unlock").hidden = !passkey;
  const parts = {
    root: part("scratch"),
    digits: /** @type {HTMLCanvasElement} */ (fresh("digits")),
    foil: /** @type {HTMLCanvasElement} */ (fresh("foil")),
    slider: /** @type {HTMLInputElement} */ (freshControl("slider")),
    step: /** @type {HTMLButtonElement} */ (freshControl("scratch-step")),
    texture: await loadTexture("foil.png"),
  };
  /** @type {{nonce: Uint8Array<ArrayBuffer>, code: string} | null} */
  let opened = null;
  /** @type {UsableKeys | null} */
  let keys = null;
  /** @type {(problem: unknown) => void} */
  let fail = () => {};
  /** @type {Promise<never>} */
  const failed = new Promise((_, reject) => (fail = reject));
  /** @type {(scratched: Scratched) => void} */
  let open = () => {};
  /** @type {Promise<Scratched>} */
  const scratched = new Promise((resolve) => (open = resolve));
  const field = new ScratchField(parts, {
    reveal: async () => {
      attempt.deadline.require();
      if (!keys) throw new Problem("agent.passkey.failed");
      const { length, commitment } = attempt.transcript.code;
      opened = await openCapsule(attempt.capsule, keys.capsule, attempt.tau, { length, commitment: fromHex(commitment, 32) });
      page.state = "scratching";
      return opened.code;
    },
    onOpen: open,
    onFail: fail,
    onProgress: (percent) => {
      parts.slider.setAttribute("aria-valuetext", words.say("scratch.progress", { percent }));
      if (document.activeElement === parts.step) page.say("scratch.progress", { percent });
    },
  });
  words.always(() => field.invite(words.say("scratch.foil")));

  await reading.ended;
  page.step(3);
  page.say("reading.ended");
  if (passkey) words.put(hint, "scratch.locked_passkey");
  const unlocked = await unlockKeys(page, session, attempt.tau, {
    button: "unlock-button",
    notice: "unlock-notice",
    anew: "unlock-anew",
    state: "unlock",
  });
  keys = unlocked.keys;
  attempt.deadline.require();
  part("unlock").hidden = true;
  words.put(hint, "scratch.hint");
  field.unlock();
  page.state = "scratch";
  if (passkey) {
    page.say("unlock.done");
    parts.slider.focus({ preventScroll: true });
    parts.root.scrollIntoView({ block: "center" });
  }

  const done = await Promise.race([scratched, failed]);
  const { nonce, code } = /** @type {{nonce: Uint8Array<ArrayBuffer>, code: string}} */ (/** @type {unknown} */ (opened));
  words.put(hint, "scratch.done");
  if (done.mode === "keyboard") words.put(part("spoken"), "scratch.spoken", { code: Array.from(code).join("\u00a0") });
  const typos = await typedCode(page, code, attempt);
  const proof = await proveIntent(nonce, attempt.tau, code);
  await keepDeclaration(session, attempt, {
    have: await proveOpened(nonce, attempt.tau),
    proof,
    verified: unlocked.verified,
    telemetry: { mode: done.mode, coverage: Math.min(100, done.coverage), typos, pages: reading.pagesSeen() },
  });
  return keys.signature;
}

/** Wait for the button, with the right code above it. @param {Page} page @param {string} code @param {Attempt} attempt
 * @returns {Promise<number>} how often it was typed wrong */
async function typedCode(page, code, attempt) {
  const input = /** @type {HTMLInputElement} */ (part("code"));
  const button = /** @type {HTMLButtonElement} */ (part("order-button"));
  const form = /** @type {HTMLFormElement} */ (part("order"));
  input.disabled = false;
  button.disabled = false;
  input.value = "";
  page.state = "revealed";
  input.focus();
  for (let typos = 0; ; ) {
    const event = await new Promise((resolve) => form.addEventListener("submit", resolve, { once: true }));
    event.preventDefault();
    if (!event.isTrusted) continue;
    const typed = input.value.replace(/\D/g, "");
    attempt.deadline.require();
    if (typed === code) {
      demand(button.textContent === attempt.transcript.order.label, "agent.transcript.order_label");
      input.removeAttribute("aria-invalid");
      page.words.clear(part("code-error"));
      input.disabled = true;
      button.disabled = true;
      return typos;
    }
    if (typed) typos++;
    page.state = "typo";
    input.setAttribute("aria-invalid", "true");
    page.words.put(part("code-error"), typed ? "code.wrong" : "code.empty");
    input.focus();
    input.select();
  }
}

/** Write the `intent` message and keep it before it is sent. @param {Session} session @param {Attempt} attempt
 * @param {{have: Uint8Array, proof: Uint8Array, verified: Verified | null, telemetry: {mode: string, coverage: number, typos: number, pages: number}}} act */
async function keepDeclaration(session, attempt, { have, proof, verified, telemetry }) {
  const { transcript, tau, summary } = attempt;
  const body = await session.write("intent", {
    transcript: hex(tau),
    have: hex(have),
    proof: hex(proof),
    order: { label: transcript.order.label, summary: hex(await sha256(canonical(/** @type {any} */ (summary)))) },
    ...(verified && { user_verification: verified.statement }),
    telemetry,
    clock_skew: attempt.clockSkew,
  });
  await session.keep({
    declared: {
      transcript: hex(tau),
      body,
      values: valuesToSign(attempt, session, { proof, userVerification: verified?.digest ?? null }),
      range: transcript.document.byte_range,
      length: transcript.document.length,
      name: transcript.document.name,
    },
  });
}

/** An element without the past of an earlier attempt. @param {string} id */
function fresh(id) {
  const old = part(id);
  const made = /** @type {HTMLElement} */ (old.cloneNode(true));
  old.replaceWith(made);
  return made;
}

/** @param {"slider" | "scratch-step"} id */
function freshControl(id) {
  const control = /** @type {HTMLInputElement | HTMLButtonElement} */ (fresh(id));
  control.disabled = true;
  return control;
}
