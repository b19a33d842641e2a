import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../src/bytes.js";
import { readPem, verifyDossier } from "../src/index.js";

const STEPS = [
  ...["container", "manifest", "timestamp", "seal", "parts", "transcript", "signature", "document", "signing_time", "evidence"],
  ...["texts", "request", "identity", "provider", "certificate", "messages", "intent", "user_verification", "ledger"],
  ...["commitments", "formation", "verdict", "disclosure"],
];

test("any bytes get a report that is not valid", async () => {
  for (const data of [new Uint8Array(0), utf8("PK\x03\x04"), utf8("PK\x05\x06".padEnd(22, "\0")), new Uint8Array(100_000)]) {
    for (const anchors of [[], [utf8("no certificate")]]) {
      const report = await verifyDossier(data, { anchors });
      assert.equal(report.valid, false);
      assert.deepEqual(report.steps.map(({ name }) => name), STEPS);
      assert.equal(report.steps[0].outcome, "failed");
      assert.equal(report.level ?? report.signatory ?? report.provenAt ?? report.dossierAt, null);
    }
  }
});

test("a PEM without certificates is none", () => {
  for (const text of ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "x"]) assert.throws(() => readPem(text));
});
