// Steps 12 to 15 and 18: request, identification, the provider's certificates, the signatory's certificate, and the
// passkey's word. Source: docs/dossier-spec.md section 4.
import { equal, b64url } from "./bytes.js";
import { CONTENT_COMMITMENT, nameText, readCertificate } from "./certificate.js";
import { sha256 } from "./digests.js";
import { demandCertified, readIdToken } from "./id-token.js";
import { sameBinding } from "./key-binding.js";
import { sameOrNone } from "./messages.js";
import { sameName, sameText } from "./names.js";
import * as oids from "./oids.js";
import { demandChain, findPath } from "./path.js";
import { Refusal, demand, present } from "./refusal.js";
import { readRequest } from "./request.js";
import { SIGNER, TRANSCRIPT } from "./steps-signature.js";
import { COMPANY_DEVICE, onCompanyDevice } from "./transcript.js";
import { demandUserVerified } from "./user-verification.js";

/** @typedef {import("./findings.js").Findings} Findings */
/** @typedef {import("./certificate.js").Certificate} Certificate */

export const ENROLMENT = "enrolment.json";
export const USER_VERIFICATION = "user-verification.json";
const EARLIEST = -5 * 60 * 1e6;
const LATEST = 2 * 60 * 60 * 1e6;
const LONGEST_LOGIN = 15 * 60;
const LONGEST_LIFE = 61 * 60 * 1e6;
const HOLDERS = /** @type {[string, string][]} */ ([
  [oids.HELD_BY_SIGNATORY_PASSKEY, "signatory-passkey"],
  [oids.HELD_BY_SIGNATORY, "signatory"],
  [oids.HELD_BY_SIGNATORY_COMPANY_DEVICE, COMPANY_DEVICE],
  [oids.HELD_BY_COMPANY, "company"],
]);

/** Who holds the key, in the words of the certificate's policies. @param {Certificate} certificate */
export const holders = ({ policies }) => HOLDERS.filter(([policy]) => policies.includes(policy)).map(([, word]) => word);

/** @param {Findings} found */
export async function request(found) {
  const enrolment = present(found.dossier.enrolment, "it is missing", ENROLMENT);
  const { signatory } = found.transcript;
  found.requestOrNone = await readRequest(enrolment.request);
  const { binding } = found.requestOrNone;
  const passkey = enrolment.passkey ? await sha256(enrolment.passkey.publicKey) : null;
  const given =
    equal(binding.capsuleKey, await sha256(enrolment.capsuleKey)) &&
    equal(binding.deviceKey, await sha256(enrolment.deviceKey)) &&
    sameOrNone(binding.passkey, passkey);
  demand(given, "the request binds other keys than those given", ENROLMENT);
  const named =
    equal(binding.capsuleKey, signatory.capsuleKey) &&
    equal(binding.deviceKey, signatory.deviceKey) &&
    sameOrNone(binding.passkey, signatory.passkey);
  demand(named, "the request binds other keys than the transcript names", TRANSCRIPT);
  const sameOwner = binding.companyDevice === onCompanyDevice(found.transcript);
  demand(sameOwner, "request and transcript differ about whose device it was", TRANSCRIPT);
  return "the request is signed by the signature key and binds capsule, device and passkey key";
}

/** @param {Findings} found */
export async function identity(found) {
  const { idToken, issuer, jwks, audience } = present(found.dossier.enrolment, "it is missing", ENROLMENT);
  const nonce = b64url(await sha256(found.request.der));
  const identification = await readIdToken(idToken, { issuer, jwks, audience, nonce });
  const { person } = identification;
  const { signatory, statement } = found.transcript;
  demand(person.issuer === statement.identifiedBy, "another provider identified than the signature states", ENROLMENT);
  const name = `${person.givenName} ${person.familyName}`;
  demand(sameName(name, signatory.name), "the provider confirmed another name", ENROLMENT);
  const age = (found.provenAt ?? 0) - person.issuedAt * 1e6;
  demand(age >= EARLIEST && age <= LATEST, "the identification is not from shortly before", ENROLMENT);
  found.identificationOrNone = identification;
  if (!onCompanyDevice(found.transcript)) return "the provider confirmed the signatory's name over exactly this key";
  const since = person.issuedAt - present(person.authenticatedAt, "it does not say when the person logged in", ENROLMENT);
  const fresh = since >= EARLIEST / 1e6 && since <= LONGEST_LOGIN;
  demand(fresh, "the person had logged in long before, perhaps somebody else on the same device", ENROLMENT);
  return "the provider confirmed the signatory's name over exactly this key, after a login of its own";
}

/** @param {Findings} found */
export async function provider(found) {
  const { key, person, published } = found.identification;
  if (published === undefined) {
    return "the provider publishes no certificates: that the keys are its own rests on this dossier's seal";
  }
  await demandCertified(published, key, { anchors: found.anchors, at: person.issuedAt * 1e6 });
  return "the provider's key leads to an anchor";
}

/** @param {Findings} found */
export async function certificate(found) {
  const own = readCertificate(found.dossier.certificate);
  const chain = found.dossier.chain.map(readCertificate);
  const trust = { between: chain, anchors: found.anchors, at: found.provenAt ?? 0 };
  const sandbox = own.policies.includes(oids.SANDBOX);
  if (found.transcript.statement.level === "simple") {
    await demandCarried(found, own, chain);
    await findPath(own, trust);
    demand(own.keyBinding === null && holders(own).every((word) => word === "company"), "it is no seal's certificate", SIGNER);
  } else {
    demandIssuedFor(found, own, sandbox);
    await findPath(own, trust);
    await demandCarried(found, own, chain);
  }
  found.sandbox ||= sandbox;
  demand(sandbox === (found.transcript.statement.trust === "sandbox"), "certificate and statement differ about the sandbox", SIGNER);
  if (found.transcript.statement.level === "simple") {
    return "the declaration carries the company's seal, whose certificate leads to an anchor";
  }
  const said = "the certificate is the signatory's, binds all keys, was valid at the proven time and leads to an anchor";
  return onCompanyDevice(found.transcript) ? `${said}; the key was made on a device of the company` : said;
}

/** The certificates beside the signer's are the chain above it, in order, and those that the signature carries.
 * @param {Findings} found @param {Certificate} own @param {Certificate[]} chain */
async function demandCarried(found, own, chain) {
  await demandChain(own, chain);
  const ordered = chain.every(({ subject }, i) => equal(subject, (chain[i - 1] ?? own).issuer));
  demand(ordered, "the certificates above it are not in their order", SIGNER);
  const { certificates } = found.signature;
  const same = certificates.length === chain.length + 1 && chain.every(({ der }) => certificates.some((other) => equal(other.der, der)));
  demand(same, "the signature carries other certificates than those here", SIGNER);
}

/** @param {Findings} found @param {Certificate} own @param {boolean} sandbox */
function demandIssuedFor(found, own, sandbox) {
  const { person } = found.identification;
  const { binding, spki } = found.request;
  demand(equal(own.spki, spki), "it certifies another key than was asked for", SIGNER);
  const critical = own.extensions.get(oids.KEY_BINDING)?.critical;
  demand(sameBinding(binding, own.keyBinding) && !critical, "it binds other keys than were asked for", SIGNER);
  const named = sameText(nameText(own.subject, oids.GIVEN_NAME), person.givenName) && sameText(nameText(own.subject, oids.SURNAME), person.familyName);
  demand(named, "it names somebody else than the provider identified", SIGNER);
  const at = found.provenAt ?? 0;
  demand(own.notBefore <= at && at <= own.notAfter, "it was not valid at the proven time", SIGNER);
  demand(own.notAfter - own.notBefore <= LONGEST_LIFE, "it lives too long", SIGNER);
  const uses = [oids.DOCUMENT_SIGNING, oids.EMAIL_PROTECTION].every((use) => own.extendedUsages.includes(use));
  demand(own.usage?.has(CONTENT_COMMITMENT) && !own.constraints?.authority && uses, "it is for another use", SIGNER);
  const words = holders(own);
  const expected = binding.companyDevice ? COMPANY_DEVICE : binding.passkey ? "signatory-passkey" : "signatory";
  demand(words.length === 1 && words[0] === expected, "it states another holder of the key", SIGNER);
  demand(words[0] === found.transcript.statement.heldBy, "it states another holder of the key", SIGNER);
  demand(own.policies.includes(oids.IDENTIFIED_BY_PROVIDER), "it does not state that a provider identified the person", SIGNER);
  const called = nameText(own.subject, oids.COMMON_NAME).includes("SANDBOX");
  demand(sandbox === called, "a sandbox is not called so, or something else is", SIGNER);
}

/** @param {Findings} found */
export async function userVerification(found) {
  const { audience, userVerification: wanted } = found.transcript;
  if (wanted === "none") throw new Refusal("it is here although the transcript asks for none", USER_VERIFICATION);
  const assertion = present(found.dossier.userVerification, "it is missing although the transcript asks for it", USER_VERIFICATION);
  const enrolment = present(found.dossier.enrolment, "it is missing", ENROLMENT);
  const passkey = present(enrolment.passkey, "the passkey's key is missing", ENROLMENT);
  await demandUserVerified(assertion, { tau: found.dossier.tau, audience, passkey: passkey.publicKey });
  return "the passkey verified its user for exactly this transcript";
}
