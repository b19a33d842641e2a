import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, hex, toBigInt } from "../src/bytes.js";
import { deriveKeyPair, keyPair, seal } from "../src/hpke.js";
import { p256Spki, readP256 } from "../src/keys.js";
import { vectors } from "./vectors.js";

const { vector } = vectors("hpke-rfc9180");
const recipient = () => readP256(p256Spki(digits(vector.pkRm).subarray(1)));

test("RFC 9180: DeriveKeyPair for P-256", async () => {
  for (const [material, secret, point] of [
    [vector.ikmE, vector.skEm, vector.pkEm],
    [vector.ikmR, vector.skRm, vector.pkRm],
  ]) {
    const pair = await deriveKeyPair(digits(material));
    assert.equal(hex(pair.scalar), secret);
    assert.equal(hex(pair.point), point);
  }
});

test("RFC 9180: the sender's side with the vector's ephemeral key", async () => {
  const [{ aad, ct, pt }] = vector.encryptions;
  const ephemeral = keyPair(toBigInt(digits(vector.skEm)));
  const sealed = await seal(await recipient(), { ephemeral, info: digits(vector.info), plaintext: digits(pt), aad: digits(aad) });
  assert.equal(hex(sealed.enc), vector.enc);
  assert.equal(hex(sealed.ct), ct);
});
