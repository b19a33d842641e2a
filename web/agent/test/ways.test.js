// The small decisions of the pages: a reason on one line, a link to this very site, a clock, what was signed before.
import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "../src/declining.js";
import { clock, readHandover } from "../src/handover.js";
import { tokenIn } from "../src/session.js";
import { earlierSignatures } from "../src/transcript.js";
import { refusal } from "./vectors.js";

const TOKEN = "Az09_-".repeat(8).slice(0, 43);
const ORIGIN = "https://sign.example";
const answer = (changes = {}) => ({ token: TOKEN, link: `${ORIGIN}/#${TOKEN}`, expires_at: 1_800_000_600, qr: [], ...changes });

test("a reason is one line, whatever was typed", () => {
  assert.equal(oneLine("  Der Preis\r\n\n\tist\u2028zu hoch \u0000. "), "Der Preis ist zu hoch .");
  assert.equal(oneLine("\n \n"), "");
});

test("a clock shows minutes and seconds", () => {
  assert.deepEqual([600, 599, 61, 9, 0].map(clock), ["10:00", "9:59", "1:01", "0:09", "0:00"]);
});

test("a link for another device leads to this very site", async () => {
  assert.equal(readHandover(answer(), ORIGIN).link, `${ORIGIN}/#${TOKEN}`);
  const lies = [
    { link: `https://evil.example/#${TOKEN}` },
    { link: `${ORIGIN}/#${TOKEN}A` },
    { link: `${ORIGIN}/?next=1#${TOKEN}` },
    { token: "short", link: `${ORIGIN}/#short` },
    { token: undefined },
    { expires_at: "soon" },
  ];
  for (const lie of lies) {
    assert.equal(await refusal(async () => readHandover(answer(lie), ORIGIN)), "agent.network.unexpected_answer", JSON.stringify(lie));
  }
  assert.equal(await refusal(async () => readHandover(null, ORIGIN)), "agent.network.unexpected_answer");
});

test("earlier signatures are counted, not what stands between them", () => {
  const kinds = (...names) => names.map((kind) => ({ kind }));
  assert.equal(earlierSignatures(kinds("draft")), 0);
  assert.equal(earlierSignatures(kinds("draft", "signature", "security_store", "signature", "security_store")), 2);
});

test("a token is 43 characters of base64url and nothing else", () => {
  assert.equal(tokenIn(TOKEN), TOKEN);
  for (const other of ["", TOKEN.slice(1), `${TOKEN}A`, `${TOKEN.slice(1)}=`, "state=1&code=2"]) assert.equal(tokenIn(other), null);
});
