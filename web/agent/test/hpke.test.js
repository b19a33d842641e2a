import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { b64url, fromHex, hex } from "../src/bytes.js";
import { open } from "../src/hpke.js";

const { vector } = JSON.parse(readFileSync(new URL("../../../tests/vectors/hpke-rfc9180.json", import.meta.url), "utf8"));

async function recipient() {
  const point = fromHex(vector.pkRm);
  const jwk = { kty: "EC", crv: "P-256", x: b64url(point.slice(1, 33)), y: b64url(point.slice(33)), d: b64url(fromHex(vector.skRm)) };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return {
    privateKey: await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("raw", point, curve, true, []),
  };
}

test("RFC 9180 test vector: DHKEM(P-256), HKDF-SHA256, AES-256-GCM, base mode", async () => {
  const [{ aad, ct, pt }] = vector.encryptions;
  const opened = await open(await recipient(), fromHex(vector.enc), fromHex(ct), fromHex(vector.info), fromHex(aad));
  assert.equal(hex(opened), pt);
});

test("another info, another aad or another encapsulated key does not open it", async () => {
  const [{ aad, ct }] = vector.encryptions;
  const pair = await recipient();
  const other = fromHex("00");
  await assert.rejects(open(pair, fromHex(vector.enc), fromHex(ct), other, fromHex(aad)));
  await assert.rejects(open(pair, fromHex(vector.enc), fromHex(ct), fromHex(vector.info), other));
  await assert.rejects(open(pair, fromHex(vector.pkRm), fromHex(ct), fromHex(vector.info), fromHex(aad)));
  await assert.rejects(open(pair, fromHex(vector.enc).slice(0, 33), fromHex(ct), fromHex(vector.info), fromHex(aad)), TypeError);
});
