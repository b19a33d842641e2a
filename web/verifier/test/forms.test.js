import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, b64url, fromB64url, fromBase64, fromHex, hex, utf8 } from "../src/bytes.js";
import { crc32 } from "../src/container.js";
import { Reader, demandWellFormed, generalizedTime, oid, oidText, utcTime } from "../src/der.js";
import { canonical, parseCanonical, parseJson } from "../src/json.js";
import { derSignature, rawSignature } from "../src/keys.js";
import { sameName } from "../src/names.js";
import { Scanner, written } from "../src/pdf-syntax.js";
import { instantText } from "../src/report.js";

test("RFC 4648 section 10: base64; only the one text of the same bytes is read", () => {
  for (const [plain, text] of [["", ""], ["f", "Zg=="], ["fo", "Zm8="], ["foo", "Zm9v"], ["foob", "Zm9vYg=="], ["fooba", "Zm9vYmE="], ["foobar", "Zm9vYmFy"]]) {
    assert.equal(base64(utf8(plain)), text);
    assert.deepEqual(fromBase64(text), utf8(plain));
    assert.equal(b64url(utf8(plain)), text.replaceAll("=", ""));
    assert.deepEqual(fromB64url(text.replaceAll("=", "")), utf8(plain));
  }
  for (const text of ["Zg", "Zh==", "Zg=", "Z===", "Zm9v\n", "Zm9v Zg=="]) assert.throws(() => fromBase64(text), undefined, text);
  for (const text of ["Zg==", "Zh", "Z", "Zm+v", "Zm9 v", null, 1]) assert.throws(() => fromB64url(text), undefined, String(text));
  for (const text of ["AB", "0", "0g", "ab ", "abc"]) assert.throws(() => fromHex(text, 1), undefined, text);
});

test("CRC-32: the check value of ISO 3309", () => {
  assert.equal(crc32(utf8("123456789")), 0xcbf43926);
});

test("RFC 8785 section 3.2.3: members are sorted by UTF-16 code units", () => {
  const text = '{"\\r":"Carriage Return","1":"One","\u0080":"Control\u007f","\u00f6":"Latin","\u20ac":"Euro","\u{1f600}":"Emoji","\ufb33":"Hebrew"}';
  assert.deepEqual(parseCanonical(utf8(text)), Object.assign(Object.create(null), JSON.parse(text)));
  assert.deepEqual(canonical(JSON.parse(text)), utf8(text));
});

test("what is not the canonical JSON of an object is refused", () => {
  const deep = (levels) => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  for (const text of [
    ...["", "[]", "1", '{"a":1} ', ' {"a":1}', '{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":1.0}', '{"a":1e1}', '{"a":-0}'],
    ...['{"a":9007199254740992}', '{"a":NaN}', '{"a":"\\u0061"}', '{"a":"\\ud800"}', '{"a":tru}', '{"a":}', "{,}", '{"a"}', "\ufeff{}"],
    ...['{"a":01}', '{"a":+1}', "{'a':1}", '{"a":"\n"}', deep(64)],
  ]) {
    assert.throws(() => parseCanonical(utf8(text)), undefined, text);
  }
  assert.throws(() => parseCanonical(Uint8Array.of(0x7b, 0xff, 0x7d)));
  parseCanonical(utf8(deep(63)));
  parseCanonical(utf8('{"__proto__":1,"a":-9007199254740991,"b":[null,true,false,"\\u0001"]}'));
  assert.throws(() => parseJson('{"a":1,"a":2}'));
});

test("X.690: lengths and integers are minimal, nothing stands behind, object identifiers have arcs of any size", () => {
  const refuse = (text) => assert.throws(() => demandWellFormed(fromHex(text, text.length / 2)), undefined, text);
  ["", "30", "3001", "308100", "30800000", "300001", "0281810100", "30020500ff", "3f0100", "0001ff", "3003020101ff"].forEach(refuse);
  demandWellFormed(fromHex("300602010102017f", 8));
  for (const text of ["0200", "02020001", "0202ffff"]) assert.throws(() => new Reader(fromHex(text, text.length / 2)).integer());
  assert.equal(new Reader(fromHex("0202ff7f", 4)).integer(), -129n);
  const arc = "2.25.36891572898651591109044014128263442416.1.1";
  assert.equal(oidText(oid(arc).subarray(2)), arc);
  assert.equal(hex(oid("1.2.840.113549")), "06062a864886f70d");
  for (const text of ["3.1", "1.40", "1", "1.02", "1..2", "a.b"]) assert.throws(() => oid(text), undefined, text);
  for (const text of ["", "80", "2a80", "2a8001"]) assert.throws(() => oidText(fromHex(text, text.length / 2)), undefined, text);
});

test("instants exist, and are exact to the microsecond", () => {
  assert.equal(utcTime(utf8("261122120000Z")), Date.UTC(2026, 10, 22, 12) * 1000);
  assert.equal(generalizedTime(utf8("20261122120000.000001Z"), true), Date.UTC(2026, 10, 22, 12) * 1000 + 1);
  for (const text of ["261322120000Z", "260230120000Z", "261122240000Z", "261122126000Z", "2611221200Z", "261122120000"]) {
    assert.throws(() => utcTime(utf8(text)), undefined, text);
  }
  for (const text of ["20261122120000.10Z", "20261122120000.Z", "20261122120000+0100"]) assert.throws(() => generalizedTime(utf8(text), true), undefined, text);
  assert.equal(instantText(Date.UTC(2026, 10, 22, 12) * 1000), "2026-11-22T12:00:00+00:00");
  assert.equal(instantText(Date.UTC(2026, 10, 22, 12) * 1000 + 1), "2026-11-22T12:00:00.000001+00:00");
});

test("ECDSA signatures have one encoding", () => {
  const raw = new Uint8Array(64).fill(0x80, 0, 32);
  raw[63] = 1;
  assert.deepEqual(rawSignature(derSignature(raw), 32), raw);
  for (const text of ["3006020100020101", "3006020101020100", "3007020200010201", "300602010102018000", "30060201ff020101"]) {
    assert.throws(() => rawSignature(fromHex(text, text.length / 2), 32), undefined, text);
  }
});

test("names: composition, case, blanks and hyphens make no difference; letters do", () => {
  assert.ok(sameName("Anna-Lena  Groß", "ANNA\u2010LENA\u00a0GROSS"));
  assert.ok(sameName("Jose\u0301 ", "josé"));
  assert.ok(sameName("ΣΟΦΟΣ", "σοφος"));
  assert.ok(!sameName("Yılmaz", "Yilmaz"));
  assert.ok(!sameName("Müller", "Mueller"));
});

test("PDF objects that mean the same are the same, however they are written", () => {
  const read = (text) => written(new Scanner(utf8(text), 0).value());
  for (const [left, right] of [
    ["<</A 1/B[1 0 R]>>", "<<\n/B [ 1 0 R ]\n/#41 1.0 >>"],
    ["(a\\(b\\)\\101)", "<612862294 1>"],
    ["(x\\\ny\\n)", "(xy\n)"],
    ["[true null -.5]", "[ true\tnull -0.50 ]"],
  ]) {
    assert.equal(read(left), read(right));
  }
  assert.notEqual(read("[1 0 R]"), read("[1 0 2]"));
  for (const text of ["<</A 1/A 1>>", "<</A>>", "(a", "<6", "<6g>", "[1", "% x\n1", "x", "/#4", "".padEnd(100, "[")]) {
    assert.throws(() => read(text), undefined, text);
  }
});
