// The identity provider's signed word over a key, and the certificates behind its own key.
// Source: OpenID Connect Core 1.0; RFC 7515; RFC 7517; RFC 7518; docs/dossier-spec.md section 3.7.
import { concat, equal, fromB64url, fromBase64, fromUtf8, utf8 } from "./bytes.js";
import { readCertificate } from "./certificate.js";
import { BIT_STRING, INTEGER, NULL, microseconds, oid, sequence, tlv } from "./der.js";
import { isObject, parseJson } from "./json.js";
import { p256Spki, readKey, readP256, verifies, verifiesRaw } from "./keys.js";
import * as oids from "./oids.js";
import { demandNothingLoose, demandOrder, findPath } from "./path.js";
import { demand } from "./refusal.js";

/** @typedef {{ issuer: string, givenName: string, familyName: string, issuedAt: number, authenticatedAt: number | null }} Person times: seconds */

const KINDS = /** @type {{ [name: string]: string | undefined }} */ ({ ES256: "EC", RS256: "RSA", PS256: "RSA" });
const HEADER = ["alg", "kid", "typ", "cty", "x5t", "x5t#S256"];
const LEEWAY = 60;
const LAST_SECOND = 253402300799; // 9999-12-31T23:59:59Z
const LONGEST = 16384;
const MOST_CERTIFICATES = 6;

/**
 * Whom a token identifies, judged at the instant at which it was issued.
 * @param {string} token compact JWS
 * @param {{ issuer: string, jwks: string, audience: string, nonce: string }} expected
 * @returns {Promise<{ person: Person, key: import("./keys.js").PublicKey, published: Json | undefined }>}
 */
export async function readIdToken(token, { issuer, jwks, audience, nonce }) {
  demand([...token].length <= LONGEST, "the token is longer than any");
  const parts = token.split(".");
  demand(parts.length === 3, "the token is not a compact JWS");
  const [header, payload, signature] = parts.map(fromB64url);
  const fields = parseJson(fromUtf8(header));
  demand(Object.keys(fields).every((name) => HEADER.includes(name) && typeof fields[name] === "string"), "a header with something else");
  const kind = KINDS[String(fields.alg)];
  demand(kind && Object.hasOwn(KINDS, String(fields.alg)) && "kid" in fields, "an algorithm that is not accepted, or no key is named");
  const jwk = findKey(parseJson(jwks), fields.kid);
  const key = await usableKey(jwk, kind, fields.alg);
  const signed = utf8(`${parts[0]}.${parts[1]}`);
  demand(await holds(key, String(fields.alg), signature, signed), "the token's signature does not hold");
  const claims = parseJson(fromUtf8(payload));
  demand(claims.iss === issuer, "the token is of another provider");
  demandAudience(claims, audience);
  const issuedAt = demandTimes(claims);
  demand(claims.nonce === nonce, "the token is over another key");
  text(claims.sub, 255);
  const givenName = text(claims.given_name, 200);
  const familyName = text(claims.family_name, 200);
  demandBirthDate(claims.birthdate);
  const authenticatedAt = wholeSeconds(claims.auth_time);
  return { person: { issuer, givenName, familyName, issuedAt, authenticatedAt }, key, published: jwk.x5c };
}

/**
 * Require that published certificates certify the provider's key up to an anchor.
 * @param {Json} published `x5c` @param {import("./keys.js").PublicKey} key
 * @param {{ anchors: readonly import("./certificate.js").Certificate[], at: number }} world
 */
export async function demandCertified(published, key, { anchors, at }) {
  demand(Array.isArray(published) && published.length > 0 && published.length <= MOST_CERTIFICATES, "the provider's certificates cannot be read");
  const chain = published.map((text) => readCertificate(fromBase64(text)));
  const [own, ...between] = chain;
  demand(equal(own.spki, key.spki), "the provider's certificate is for another key");
  await demandOrder(chain);
  await demandNothingLoose(own, between, anchors);
  await findPath(own, { between, anchors, at });
}

/** @param {JsonObject} jwks @param {Json} kid */
function findKey(jwks, kid) {
  const keys = Array.isArray(jwks.keys) ? jwks.keys.filter(isObject).filter((key) => key.kid === kid) : [];
  demand(keys.length === 1, "the provider has not exactly one key of that name");
  return keys[0];
}

/** @param {JsonObject} jwk @param {string} kind @param {Json} algorithm */
async function usableKey(jwk, kind, algorithm) {
  const forIt = jwk.kty === kind && ("alg" in jwk ? jwk.alg === algorithm : true) && ("use" in jwk ? jwk.use === "sig" : true);
  const operations = "key_ops" in jwk ? jwk.key_ops : ["verify"];
  demand(forIt && Array.isArray(operations) && operations.includes("verify"), "the provider's key is not one for this");
  if (kind === "EC") {
    const [x, y] = [fromB64url(jwk.x), fromB64url(jwk.y)];
    demand(jwk.crv === "P-256" && x.length === 32 && y.length === 32, "the provider's key is not on P-256");
    return readP256(p256Spki(concat(x, y)));
  }
  const key = readKey(rsaSpki(fromB64url(jwk.n), fromB64url(jwk.e)));
  demand(key.kind === "rsa" && key.bits >= 2048, "the provider's key is too short");
  return key;
}

/** @param {Uint8Array} modulus @param {Uint8Array} exponent */
function rsaSpki(modulus, exponent) {
  const numbers = [modulus, exponent].map((octets) => {
    demand(octets.length > 0 && octets[0] !== 0, "a number of the provider's key is not minimal");
    return tlv(INTEGER, octets[0] >= 0x80 ? concat(Uint8Array.of(0), octets) : octets);
  });
  const algorithm = sequence(oid(oids.RSA_ENCRYPTION), tlv(NULL));
  return sequence(algorithm, tlv(BIT_STRING, Uint8Array.of(0), sequence(...numbers)));
}

/** @param {import("./keys.js").PublicKey} key @param {string} name @param {Uint8Array} signature @param {Uint8Array} signed */
async function holds(key, name, signature, signed) {
  if (name === "ES256") return signature.length === 64 && verifiesRaw(key, "SHA-256", signature, signed);
  const scheme = name === "PS256" ? /** @type {const} */ ("pss") : /** @type {const} */ ("pkcs1");
  return verifies(key, { scheme, hash: "SHA-256", salt: 32 }, signature, signed);
}

/** @param {JsonObject} claims @param {string} audience */
function demandAudience(claims, audience) {
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  demand(audiences.includes(audience) && audiences.every((name) => typeof name === "string"), "the token is for somebody else");
  const authorised = claims.azp ?? null;
  demand(authorised === audience || (authorised === null && audiences.length === 1), "another party is authorised");
}

/** @param {JsonObject} claims */
function demandTimes(claims) {
  const [issued, expires] = [instant(claims.iat), instant(claims.exp)];
  if ("nbf" in claims) demand(instant(claims.nbf) <= issued + LEEWAY, "the token was not valid yet");
  demand(issued < expires + LEEWAY, "the token had expired");
  return issued;
}

/** When the person logged in, where the token says so in whole seconds. @param {Json | undefined} value */
const wholeSeconds = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LAST_SECOND ? value : null;

/** @param {Json | undefined} value */
function instant(value) {
  if (typeof value !== "number" || !(value >= 0 && value < 2 ** 53)) demand(false, "a time of the token is missing");
  return /** @type {number} */ (value);
}

/** @param {Json | undefined} value @param {number} most */
function text(value, most) {
  if (typeof value !== "string") demand(false, "a name is missing in the token");
  const given = /** @type {string} */ (value);
  demand(given.trim() !== "" && [...given].length <= most && !/\p{C}/u.test(given), "a name in the token is none");
  return given;
}

/** A date of birth, where there is one; a year alone or a day without its year is none. @param {Json | undefined} value */
function demandBirthDate(value) {
  if (value === undefined || value === null) return;
  demand(typeof value === "string", "the date of birth is none");
  if (/^([0-9]{4}|0000-[0-9]{2}-[0-9]{2})$/.test(value)) return;
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value);
  demand(found, "the date of birth is none");
  microseconds(+found[1], +found[2], +found[3], 0, 0, 0, 0);
}

