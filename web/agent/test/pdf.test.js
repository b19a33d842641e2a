import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { concat, hex, utf8 } from "../src/bytes.js";
import { sha256 } from "../src/digests.js";
import { checkFinished, checkPrepared } from "../src/pdf-bytes.js";
import { activeNames, checkContent, tokens } from "../src/pdf-names.js";
import { refusal } from "./vectors.js";

const DRAFT = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << >>\n%%EOF\n";
const ZEROS = "0".repeat(64);

/** A file with a hole, and what the transcript claims about it. */
async function prepared({ hole = `<${ZEROS}>`, draft = DRAFT, tail = "\nendobj\n%%EOF\n" } = {}) {
  const pad = (number) => String(number).padStart(6, "0");
  const head = (b, c, d) => `${draft}2 0 obj\n<< /ByteRange [0 ${pad(b)} ${pad(c)} ${pad(d)}] /Contents `;
  const b = head(0, 0, 0).length;
  const c = b + hole.length;
  const rest = ` >>${tail}`;
  const pdf = utf8(head(b, c, rest.length) + hole + rest);
  const range = [0, b, c, rest.length];
  const claim = {
    sha256: hex(await sha256(pdf.slice(0, b), pdf.slice(c))),
    byte_range: range,
    length: pdf.length,
    name: "x.pdf",
    revisions: [{ kind: "draft", length: draft.length, sha256: hex(await sha256(utf8(draft))) }],
    attachments: [],
  };
  return { pdf, claim };
}

test("a prepared document is its digest over the byte range", async () => {
  const { pdf, claim } = await prepared();
  assert.equal(hex(await checkPrepared(pdf, claim)), claim.sha256);
});

const BAD = [
  ["length", ({ claim }) => (claim.length += 1)],
  ["length", (each) => (each.pdf = concat(each.pdf, utf8(" ")))],
  ["other", ({ claim }) => (claim.sha256 = "0".repeat(64))],
  ["byte_range", ({ claim }) => (claim.byte_range[1] += 1)],
  ["length", ({ claim }) => (claim.byte_range[2] += 1)],
  ["byte_range", ({ claim }) => (claim.byte_range[0] = 1)],
  ["revisions", ({ claim }) => (claim.revisions[0].sha256 = "0".repeat(64))],
  ["revisions", ({ claim }) => (claim.revisions[0].length -= 20)],
  ["revisions", ({ claim }) => claim.revisions.push({ ...claim.revisions[0] })],
];
for (const [code, change] of BAD) {
  test(`refused as ${code}: ${change}`, async () => {
    const each = await prepared();
    change(each);
    assert.equal(await refusal(() => checkPrepared(each.pdf, each.claim)), `agent.document.${code}`);
  });
}

test("one changed byte of the document is another document", async () => {
  const { pdf, claim } = await prepared();
  pdf[20] ^= 1;
  assert.match(await refusal(() => checkPrepared(pdf, claim)), /^agent\.document\.(revisions|other)$/);
});

test("a hole with content, a second byte range and a hidden revision are refused", async () => {
  const filled = await prepared({ hole: `<${"0".repeat(63)}1>` });
  assert.equal(await refusal(() => checkPrepared(filled.pdf, filled.claim)), "agent.document.hole");
  const wide = await prepared({ hole: `<${"0".repeat(80_000)}>` });
  assert.equal(await refusal(() => checkPrepared(wide.pdf, wide.claim)), "agent.document.byte_range");
  const hidden = await prepared({ draft: `%PDF-1.7\n%%EOF\n${DRAFT}` });
  assert.equal(await refusal(() => checkPrepared(hidden.pdf, hidden.claim)), "agent.document.revisions");
  const { claim } = await prepared();
  const twice = await prepared({ tail: `\n/ByteRange [ 0 ${claim.byte_range[1]} ${claim.byte_range[2]} 99 ]\nendobj\n%%EOF\n` });
  const again = utf8(new TextDecoder().decode(twice.pdf).replace(" 99 ]", ` ${twice.claim.byte_range[3]} ]`));
  twice.claim.length = again.length;
  twice.claim.sha256 = hex(await sha256(again.slice(0, twice.claim.byte_range[1]), again.slice(twice.claim.byte_range[2])));
  assert.equal(await refusal(() => checkPrepared(again, twice.claim)), "agent.document.byte_range");
});

async function finished(cms) {
  const { pdf, claim } = await prepared({ hole: `<${"0".repeat(200)}>` });
  const out = pdf.slice();
  out.set(utf8(cms.padEnd(200, "0")), claim.byte_range[1] + 1);
  return { out: concat(out, utf8("3 0 obj\nendobj\n%%EOF\n")), claim, pdf };
}

test("the finished file carries my attributes and my signature over my document", async () => {
  const attributes = Uint8Array.of(0x31, 0x02, 0x05, 0x00);
  const signature = Uint8Array.of(0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x02);
  const { out, claim, pdf } = await finished("3082a0020500AABB3006020101020102");
  const mine = { digest: await sha256(pdf.slice(0, claim.byte_range[1]), pdf.slice(claim.byte_range[2])), length: pdf.length, attributes, signature };
  const check = (changes, file = out) => refusal(() => checkFinished(file, claim.byte_range, { ...mine, ...changes }));
  assert.equal(await check({}), "accepted");
  assert.equal(await check({ attributes: Uint8Array.of(0x31, 0x02, 0x05, 0x01) }), "agent.result.other_attributes");
  assert.equal(await check({ signature: Uint8Array.of(0x30, 0x01, 0x09) }), "agent.result.other_signature");
  assert.equal(await check({ digest: new Uint8Array(32) }), "agent.result.other_document");
  assert.equal(await check({}, concat(out.slice(0, 20), Uint8Array.of(out[20] ^ 1), out.slice(21))), "agent.result.other_document");
  const empty = await finished("");
  assert.equal(await check({ attributes: null, signature: null }, empty.out), "agent.result.not_signed");
});

test("names are found outside strings only, whatever their spelling", () => {
  const names = (text) => activeNames(tokens(text));
  assert.deepEqual(names("<< /S /J#61vaScript /JS (app.alert) >>"), ["JS", "JavaScript"]);
  assert.deepEqual(names("(a \\) /JS (nested /Launch) ) /Type % /OpenAction\n<2f4a53> /AAB /URI"), []);
  assert.deepEqual(names("<</OpenAction 3 0 R/AA<<>>>>"), ["AA", "OpenAction"]);
  assert.deepEqual(tokens("a(b)c<64>d<</e#41>>%f\ng"), ["a", "()", "c", "()", "d", "<<", "/eA", ">>", "g"]);
});

const stream = (dictionary, body) => concat(utf8(`5 0 obj\n<< ${dictionary} /Length ${body.length} >>\nstream\r\n`), body, utf8("\nendstream\nendobj\n"));
const file = (...parts) => concat(utf8("%PDF-1.7\n"), ...parts, utf8("%%EOF\n"));
const check = (pdf, attachments = 0) => refusal(() => checkContent(pdf, attachments));

test("active content is found in the file's own text, not in page content", async () => {
  assert.equal(await check(file(stream("", utf8("BT (/JavaScript) Tj /JavaScript gs ET")))), "accepted");
  assert.equal(await check(file(utf8("1 0 obj\n<< /S /Launch >>\nendobj\n"))), "agent.document.active");
  assert.equal(await check(file(stream("", utf8("x")), utf8("1 0 obj\n<< /S /Launch >>\nendobj\n"))), "agent.document.active");
});

test("objects packed in streams are refused, whatever they hold and however they are named", async () => {
  const passive = utf8("1 0 << /Type /Catalog >>");
  for (const type of ["/ObjStm", "/Obj#53tm", "/XRef", "/X#52ef"]) {
    assert.equal(await check(file(stream(`/Type ${type} /Filter /FlateDecode`, deflateSync(passive)))), "agent.document.ambiguous", type);
  }
  assert.equal(await check(file(utf8("trailer\n<< /XRefStm 99 >>\n"))), "agent.document.ambiguous");
  const table = "xref\n0 1\n0000000000 65535 f \n";
  const head = "%PDF-1.7\n".length;
  assert.equal(await check(file(utf8(`${table}trailer << /Prev ${head} >>\nstartxref\n${head}\n`))), "accepted");
  assert.equal(await check(file(utf8(`${table}trailer << >>\nstartxref\n${head + 1}\n`))), "agent.document.ambiguous");
  assert.equal(await check(file(utf8(`${table}trailer << /Prev 3 >>\nstartxref\n${head}\n`))), "agent.document.ambiguous");
  assert.equal(await check(file(utf8("4 0 obj\n<< /Title (x) /Prev 3 0 R >>\nendobj\n"))), "accepted", "a neighbour in an outline");
});

const OBJECT = "6 0 obj\n<< /OpenAction 7 0 R >>\nendobj";
const HIDING = {
  "in a string": `(\n${OBJECT}\n)\n`,
  "in a comment": "% 6 0 obj << /OpenAction 7 0 R >> endobj\n",
  "in a stream": `5 0 obj\n<< /Length 50 >>\nstream\n${OBJECT}\nendstream\nendobj\n`,
  "in a stream, with a comment in its number": "5 0 obj\n<< >>\nstream\n6%\n0 obj << /OpenAction 7 0 R >>\nendstream\nendobj\n",
  "behind the word stream in a string": `5 0 obj\n(stream\n)\nendobj\n${OBJECT}\n4 0 obj\n<< >>\nstream\nx\nendstream\nendobj\n`,
  "behind the word stream in a name": "6 0 obj\n<< /Astream\n/OpenAction 7 0 R /B /endstream >>\nendobj\n",
  "behind the word stream in a dictionary": "6 0 obj\n<< /A << >> stream\n/OpenAction 7 0 R endstream >>\nendobj\n",
  "behind a bracket that nothing closes": `(\n${OBJECT}\n`,
  "behind a bracket in a stream": `5 0 obj\n<< >>\nstream\nx endstream (\nendobj\n${OBJECT}\n4 0 obj\n()\nendobj\n`,
  "in a hexadecimal string": `<\n6 0 obj\n/OpenAction 7 0 R endobj>\n`,
  "a trailer in a string": "(trailer << /Encrypt 6 0 R >>)\n",
  "a table in a stream": "5 0 obj\n<< >>\nstream\nxref\n0 1\n0000000000 65535 f \nendstream\nendobj\n",
};
for (const [where, text] of Object.entries(HIDING)) {
  test(`what an offset could point to is refused or read: ${where}`, async () => {
    assert.match(await check(file(utf8(text))), /^agent\.document\.(ambiguous|active)$/);
  });
}

test("no more files are embedded than the transcript lists, whatever type they say", async () => {
  const attached = (/** @type {string} */ files) => file(utf8(`4 0 obj\n<< /Type /Filespec /F (a) ${files} >>\nendobj\n`), stream("", utf8("{}")));
  const one = "/EF << /F 5 0 R /UF 5 0 R >>";
  assert.equal(await check(attached(one), 1), "accepted");
  assert.equal(await check(attached(one), 0), "agent.document.attachments");
  assert.equal(await check(attached(one.replace("/EF", "/#45F")), 0), "agent.document.attachments");
  assert.equal(await check(attached("/EF << /F 5 0 R /UF 6 0 R >>"), 1), "agent.document.attachments", "two contents under one name");
  assert.equal(await check(attached("/EF 9 0 R"), 1), "agent.document.attachments");
});
