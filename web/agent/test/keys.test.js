import assert from "node:assert/strict";
import { test } from "node:test";
import { equal, random, utf8 } from "../src/bytes.js";
import { makeDeviceKeys, makeKeys, sign, unlock } from "../src/keys.js";

const scheme = { name: "ECDSA", hash: "SHA-256" };
const message = utf8("attributes");

test("plain keys sign and cannot be exported", async () => {
  const device = await makeDeviceKeys();
  const kept = await makeKeys(device, null);
  assert.equal(kept.mode, "plain");
  const { signature, capsule } = await unlock(kept, device, null);
  assert.ok(await crypto.subtle.verify(scheme, kept.signaturePublic, await sign(signature, message), message));
  for (const key of [signature, capsule.privateKey, device.signing.privateKey]) {
    assert.equal(key.extractable, false);
    await assert.rejects(crypto.subtle.exportKey("pkcs8", key));
  }
});

test("behind a passkey only wrapped bytes are kept, and they open with the same PRF output only", async () => {
  const device = await makeDeviceKeys();
  const prf = random(32);
  const kept = await makeKeys(device, prf);
  assert.equal(kept.mode, "passkey");
  assert.ok(kept.signature.bytes instanceof Uint8Array && kept.capsule.bytes instanceof Uint8Array);
  const { signature, capsule } = await unlock(kept, device, prf);
  assert.ok(await crypto.subtle.verify(scheme, kept.signaturePublic, await sign(signature, message), message));
  assert.deepEqual([signature.extractable, capsule.privateKey.extractable], [false, false]);
  assert.deepEqual([signature.usages, capsule.privateKey.usages], [["sign"], ["deriveBits"]]);
  await assert.rejects(unlock(kept, device, random(32)));
  await assert.rejects(unlock(kept, device, null), TypeError);
});

test("wrapped keys do not open on another device, even with the passkey", async () => {
  const prf = random(32);
  const kept = await makeKeys(await makeDeviceKeys(), prf);
  await assert.rejects(unlock(kept, await makeDeviceKeys(), prf));
});

test("the two wrapped keys cannot be exchanged", async () => {
  const device = await makeDeviceKeys();
  const prf = random(32);
  const kept = await makeKeys(device, prf);
  await assert.rejects(unlock({ ...kept, signature: kept.capsule, capsule: kept.signature }, device, prf));
});

test("two devices have different keys", async () => {
  const [one, two] = await Promise.all([makeDeviceKeys(), makeDeviceKeys()]);
  assert.ok(!equal(one.spki, two.spki) && one.id !== two.id);
});
