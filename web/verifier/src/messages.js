// The agent's messages: compact JWS by the device key. Source: docs/ceremony-spec.md section 4.
import { equal, fromAscii, fromB64url, hex, utf8 } from "./bytes.js";
import { sha256 } from "./digests.js";
import { asInteger, asText, parseCanonical, withMembers } from "./json.js";
import { readP256, verifiesRaw } from "./keys.js";
import { Refusal, demand } from "./refusal.js";

/** @typedef {{ part: string, device: string, type: string, payload: JsonObject }} Message */

const TYPES = ["hello", "enrol", "open", "document", "intent", "signature", "result", "handover", "decline"];
const LARGEST = 131_072;

/**
 * The message that the bytes are; nothing of it is verified.
 * @param {Uint8Array} raw
 * @returns {{ device: string, type: string, payload: JsonObject, signed: Uint8Array, signature: Uint8Array }}
 */
export function splitMessage(raw) {
  demand(raw.length <= LARGEST, "a message is larger than any");
  const parts = fromAscii(raw).split(".");
  demand(parts.length === 3, "a message is not a compact JWS");
  const [header, body, signature] = parts.map(fromB64url);
  const fields = withMembers(parseCanonical(header), "alg", "kid", "typ");
  const device = asText(fields.kid);
  demand(fields.alg === "ES256" && fields.typ === "esign+jws" && /^[0-9a-f]{64}$/.test(device), "another header than this protocol's");
  demand(signature.length === 64, "a message's signature is not r || s");
  const payload = parseCanonical(body);
  const type = asText(payload.type);
  demand(TYPES.includes(type), "a message of an unknown type");
  return { device, type, payload, signed: utf8(`${parts[0]}.${parts[1]}`), signature };
}

/**
 * A message that its device signed. A greeting brings the device's key, which the others need.
 * @param {Uint8Array} raw @param {string} part @param {Map<string, import("./keys.js").PublicKey>} greeted by key id; grows
 * @returns {Promise<Message>}
 */
export async function readMessage(raw, part, greeted) {
  const { device, type, payload, signed, signature } = splitMessage(raw);
  if (type === "hello") {
    const spki = fromB64url(payload.device_key);
    demand(hex(await sha256(spki)) === device, "it names another device key than the one that signed", part);
    greeted.set(device, await readP256(spki));
  }
  const key = greeted.get(device);
  if (!key) throw new Refusal("its device never greeted", part);
  demand(await verifiesRaw(key, "SHA-256", signature, signed), "the device's signature does not hold", part);
  demandCommonMembers(payload);
  return { part, device, type, payload };
}

/** @param {JsonObject} payload */
function demandCommonMembers(payload) {
  asText(payload.aud);
  asInteger(payload.iat);
  const formed = /^[0-9a-f]{32}$/.test(asText(payload.jti)) && /^[0-9a-f]{64}$/.test(asText(payload.invitation));
  demand(payload.v === "esign/1" && formed, "the members that every message has are of another form");
}

/** Whether two byte strings are the same, where one may be missing. @param {Uint8Array | null} left @param {Uint8Array | null} right */
export const sameOrNone = (left, right) => (left && right ? equal(left, right) : left === right);
