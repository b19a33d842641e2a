// From "who are you?" to a certificate: passkey, keys, certificate request, identity provider, and back.
import { b64url, equal, fromB64url, fromHex, hex } from "./bytes.js";
import { checkOwnCertificate } from "./certificate.js";
import { certificateRequest, keyBinding } from "./csr.js";
import { sha256 } from "./digests.js";
import { keyId, makeKeys, unlock } from "./keys.js";
import * as oidc from "./oidc.js";
import { createPasskey, enrolmentChallenge, usePasskey } from "./passkey.js";
import { Problem, demand } from "./problems.js";
import { currentPasskey, rememberPasskey } from "./session.js";
import { keepWhatIsKept } from "./storage.js";

/** @typedef {import("./session.js").Session} Session */

const OFFER_RESERVE = 90; // seconds that an enrolment must still live
const CERTIFICATE_RESERVE = 10 * 60_000; // milliseconds that a certificate must still be valid to begin with

/** Whether this device can go on without identifying again. @param {Session} session */
export async function identityUsable(session) {
  const { identity } = session.kept;
  if (!identity) return false;
  if (session.hello.level === "simple") return identity.heldBy === "company";
  if (!identity.certificate || identity.notAfter - session.now() < CERTIFICATE_RESERVE) return false;
  return identity.passkey === null || (await knownAs(identity.passkey));
}

/** Whether this is still the device's passkey. @param {import("./passkey.js").Passkey} passkey */
async function knownAs({ credentialId }) {
  const known = await currentPasskey();
  return known !== undefined && equal(known.credentialId, credentialId);
}

/** Keys of the simple level: uncertified, kept plain. @param {Session} session */
export async function makeSimpleIdentity(session) {
  const keys = await makeKeys(session.device, null);
  await session.keep({
    identity: { keys, passkey: null, certificate: null, certificateId: "", notAfter: Infinity, heldBy: "company" },
  });
}

/**
 * Make passkey and keys, and say where to send the browser.
 * @param {Session} session
 * @param {{withPasskey: boolean, lang: string}} choice
 * @returns {Promise<string>} address at the identity provider
 */
export async function beginEnrolment(session, { withPasskey, lang }) {
  let { hello } = session;
  if (!hello.enrolment || hello.enrolment.expires_at * 1000 - session.now() < OFFER_RESERVE * 1000) {
    hello = await session.greet(lang);
  }
  const { enrolment, identification, signatory, contract } = hello;
  if (!enrolment || identification.method !== "oidc") throw new Problem("agent.identification.refused");
  const nonce = fromB64url(enrolment.nonce);
  const name = `${signatory.given_name} ${signatory.family_name}`;
  const challenge = await enrolmentChallenge(nonce);
  const { device } = session;
  const known = await currentPasskey();
  const verified = !withPasskey
    ? null
    : known
      ? await usePasskey(known, challenge)
      : await createPasskey({ user: device.user, name, company: contract.company, challenge });
  if (verified) await rememberPasskey(verified.passkey);
  keepWhatIsKept();

  const prf = verified?.prf ?? null;
  const keys = await makeKeys(device, prf);
  const binding = keyBinding({
    capsuleKey: await sha256(keys.capsuleSpki),
    deviceKey: await sha256(device.spki),
    passkey: verified ? await sha256(verified.passkey.publicKey) : null,
    companyDevice: session.inPerson,
  });
  const { signature } = await unlock(keys, device, prf);
  const request = await certificateRequest({ signatureKey: signature, signatureSpki: keys.signatureSpki, binding, nonce });
  const { url, journey } = await oidc.begin(identification, {
    redirect: `${session.place.origin}/`,
    request,
    lang,
    allowed: session.place.idp,
    fresh: session.inPerson,
  });
  await session.keep({
    enrolling: {
      enrolment: enrolment.id,
      keys,
      passkey: verified?.passkey ?? null,
      proof: verified?.proof ?? null,
      request,
      binding,
      journey,
    },
  });
  return url;
}

/**
 * Back from the identity provider: fetch the certificate and hold it against what this device asked for.
 * @param {Session} session
 * @param {NonNullable<ReturnType<typeof oidc.readAnswer>> | null} answer null: the message is already written
 */
export async function finishEnrolment(session, answer) {
  const { enrolling } = session.kept;
  if (!enrolling) throw new Problem("agent.identification.foreign_answer");
  if (!enrolling.body) {
    if (!answer) throw new Problem("agent.identification.foreign_answer");
    const body = await writeEnrol(session, enrolling, await oidc.finish(enrolling.journey, answer));
    await session.keep({ enrolling: { ...enrolling, body } });
  }
  const issued = await session.ask("enrol", session.kept.enrolling?.body ?? "");
  const certificate = fromB64url(issued.certificate);
  const digest = await sha256(certificate);
  demand(hex(digest) === issued.certificate_id, "agent.certificate.unreadable");
  const { signatory } = session.hello;
  const own = {
    signatureSpki: enrolling.keys.signatureSpki,
    binding: enrolling.binding,
    givenName: signatory.given_name,
    familyName: signatory.family_name,
  };
  const { notAfter } = await checkOwnCertificate(certificate, own, session.now());
  await session.keep({
    enrolling: undefined,
    opening: undefined,
    identity: {
      keys: enrolling.keys,
      passkey: enrolling.passkey,
      certificate,
      certificateId: hex(digest),
      notAfter,
      heldBy: session.inPerson ? "signatory-company-device" : enrolling.passkey ? "signatory-passkey" : "signatory",
    },
  });
}

/** @param {Session} session @param {import("./session.js").Enrolling} enrolling @param {string} idToken */
function writeEnrol(session, { enrolment, request, keys, passkey, proof }, idToken) {
  return session.write("enrol", {
    enrolment,
    csr: b64url(request),
    capsule_key: b64url(keys.capsuleSpki),
    id_token: idToken,
    ...(passkey &&
      proof && {
        passkey: {
          credential_id: b64url(passkey.credentialId),
          public_key: b64url(passkey.publicKey),
          algorithm: passkey.algorithm,
          prf: passkey.prf,
          ...proof,
        },
      }),
  });
}

/** The names of this device's keys as a transcript must carry them. @param {Session} session */
export async function keyNames(session) {
  const { identity } = session.kept;
  if (!identity) throw new Problem("agent.link.missing");
  return {
    certificate: identity.certificateId,
    capsuleKey: await keyId(identity.keys.capsuleSpki),
    deviceKey: session.device.id,
    passkey: identity.passkey ? await keyId(identity.passkey.publicKey) : "",
    heldBy: identity.heldBy,
  };
}

/** @param {string} id hexadecimal digest, or empty */
export const digestOf = (id) => (id ? fromHex(id, 32) : new Uint8Array(0));
