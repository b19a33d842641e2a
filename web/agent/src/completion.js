// After the order: declare, check what is to be signed, sign it, check what came back. Each step can be repeated after
// a lost connection or a closed page; nothing happens twice.
import { b64url, fromB64url, fromHex, hex } from "./bytes.js";
import { requireSameAttributes } from "./attributes.js";
import { ecdsaSignature } from "./der.js";
import { sha256 } from "./digests.js";
import { sign } from "./keys.js";
import { checkFinished } from "./pdf-bytes.js";
import { checkLater, knownEnd } from "./pdf-later.js";
import { Problem, as, demand } from "./problems.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./session.js").Declared} Declared */
/** @typedef {"declared" | "checked" | "signed" | "verified"} Part */

/**
 * @typedef {object} Finished
 * @property {Uint8Array<ArrayBuffer>} pdf
 * @property {string} name
 * @property {string} file hex digest
 * @property {string | null} transcript hex tau; null where this device did not sign
 */

/**
 * Go on from wherever the declaration stands.
 * @param {Session} session
 * @param {object} how
 * @param {CryptoKey | null} how.signatureKey needed as long as the advanced level has no signature yet
 * @param {() => void} how.stillTime throws when the attempt is over
 * @param {(part: Part) => void} how.onPart
 * @returns {Promise<Finished>}
 */
export async function complete(session, { signatureKey, stillTime, onPart }) {
  const declared = session.kept.declared;
  if (!declared) throw new Problem("agent.link.missing");
  onPart("declared");
  let answer;
  if (declared.signatureBody) {
    onPart("signed");
    answer = await session.ask("signature", declared.signatureBody);
  } else {
    answer = await session.ask("intent", declared.body);
    if (session.hello.level !== "simple") answer = await signAttributes(session, declared, answer, { signatureKey, stillTime, onPart });
  }
  demand(answer?.state === "signed" && typeof answer.document?.sha256 === "string", "agent.network.unexpected_answer");
  onPart("verified");
  return verify(session, answer.document.sha256);
}

/** @param {Session} session @param {Declared} declared @param {any} answer
 * @param {{signatureKey: CryptoKey | null, stillTime: () => void, onPart: (part: Part) => void}} how */
async function signAttributes(session, declared, answer, { signatureKey, stillTime, onPart }) {
  onPart("checked");
  const theirs = await as("agent.network.unexpected_answer", () => fromB64url(answer.attributes));
  const attributes = requireSameAttributes(theirs, declared.values);
  stillTime();
  if (!signatureKey) throw new Problem("agent.passkey.failed");
  onPart("signed");
  const raw = await sign(signatureKey, attributes);
  const signatureBody = await session.write("signature", { transcript: declared.transcript, signature: b64url(raw) });
  await session.keep({ declared: { ...declared, signatureBody, attributes, signature: ecdsaSignature(raw) } });
  return session.ask("signature", signatureBody);
}

/** Fetch the finished file and hold it against what was shown and signed here. Others may have signed since: the file then
 * begins with the one that is known, and only what they may add stands behind it.
 * @param {Session} session @param {string | null} announced hex digest
 * @returns {Promise<Finished>} */
export async function verify(session, announced) {
  const declared = session.kept.declared;
  const receipt = await session.receipt();
  const transcript = declared?.transcript ?? receipt?.transcript ?? null;
  const pdf = await session.fetchPdf("result", await session.write("result", transcript ? { transcript } : {}));
  const file = hex(await sha256(pdf));
  if (declared) {
    await checkFinished(pdf, declared.range, {
      digest: declared.values.documentDigest,
      length: declared.length,
      attributes: declared.attributes ?? null,
      signature: declared.signature ?? null,
    });
  }
  if (announced !== null) await beginning(pdf, announced);
  const begins = receipt ? await beginning(pdf, receipt.file) : pdf.length;
  checkLater(pdf, declared?.length ?? begins);
  if (declared) {
    const attributes = declared.attributes ? hex(await sha256(declared.attributes)) : null;
    await session.keepReceipt({ transcript: declared.transcript, attributes, file, at: Date.now() });
  } else if (receipt && receipt.file !== file) await session.keepReceipt({ ...receipt, file, at: Date.now() });
  const name = declared?.name ?? `${session.hello.contract.reference.replace(/[^\w.-]+/g, "-") || "contract"}.pdf`;
  return { pdf, name, file, transcript };
}

/** Where the file ends, as a beginning of this one, that was named by its digest. @param {Uint8Array} pdf @param {string} digest hex */
async function beginning(pdf, digest) {
  const end = await as("agent.network.unexpected_answer", async () => knownEnd(pdf, fromHex(digest, 32)));
  if (end === null) throw new Problem("agent.result.other_document");
  return end;
}

/** Whether the server may already hold a complete signature. @param {Session | null} session */
export const signatureSent = (session) =>
  Boolean(session?.kept.declared && (session.kept.declared.signatureBody || session.hello.level === "simple"));

