import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, hex } from "../src/bytes.js";
import { readAttributes, writeAttributes } from "../src/attributes.js";
import { sha256 } from "../src/digests.js";
import { vectors } from "./vectors.js";

const { cases, refused } = vectors("signed-attributes");

test("signed attributes are read and written as the engine writes them", async () => {
  for (const { name, input, attributes_der: der } of cases) {
    const read = readAttributes(digits(der));
    assert.equal(hex(writeAttributes(read)), der, name);
    assert.equal(hex(read.document), input.document_digest);
    assert.equal(hex(read.certificate), hex(await sha256(digits(input.certificate))));
    assert.equal(read.policyOid, input.policy_oid);
    assert.equal(hex(read.evidence.transcript), input.evidence.transcript);
    assert.equal(read.evidence.statement.identifiedBy, input.evidence.identified_by);
    assert.equal(read.evidence.userVerification && hex(read.evidence.userVerification), input.evidence.user_verification);
  }
});

test("nothing else is read", () => {
  for (const { name, der } of refused) assert.throws(() => readAttributes(digits(der)), undefined, name);
});
