import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { build, MANIFEST_VERSION, packed } from "../build.mjs";
import { en } from "../src/texts.en.js";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
let folder;
let files;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-"));
  files = await build(join(folder, "one"));
});
after(() => rm(folder, { recursive: true }));

test("the same sources give the same bytes", async () => {
  const again = await build(join(folder, "two"));
  assert.deepEqual([...again].map(([name, bytes]) => [name, sha256(bytes)]), [...files].map(([name, bytes]) => [name, sha256(bytes)]));
});

test("the manifest names every served file but itself, with its digest", async () => {
  const manifest = JSON.parse(await readFile(join(folder, "one", "manifest.json"), "utf8"));
  assert.equal(manifest.v, MANIFEST_VERSION);
  const written = (await readdir(join(folder, "one"), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.equal(Object.keys(manifest.files).length, written.length - 1);
  for (const [name, digest] of Object.entries(manifest.files)) {
    assert.equal(sha256(await readFile(join(folder, "one", name))), digest, name);
  }
});

test("the page loads scripts and styles only with their integrity values, and nothing inline", () => {
  const page = files.get("index.html").toString();
  const loads = [...page.matchAll(/<(?:script|link rel="stylesheet")[^>]*>/g)].map(([tag]) => tag);
  assert.equal(loads.length, 2);
  for (const tag of loads) {
    const [, name, version, digest] = /(?:src|href)="([^"?]+)(?:\?v=([0-9a-f]{64}))?" integrity="sha384-([^"]+)"/.exec(tag);
    if (version) assert.equal(version, sha256(files.get(name)), name);
    assert.equal(createHash("sha384").update(files.get(name)).digest("base64"), digest, name);
  }
  assert.doesNotMatch(page, /<script[^>]*>[^<]|<style|\son[a-z]+=|\sstyle=|https?:/);
});

test("the bundle names pdf.js and its worker by digest and speaks to no address of its own", () => {
  const code = files.get("agent.js").toString();
  for (const name of ["pdfjs/pdf.min.mjs", "pdfjs/pdf.worker.min.mjs"]) {
    const digest = createHash("sha384").update(files.get(name)).digest("base64");
    assert.ok(code.includes(`sha384-${digest}`) && code.includes(`${name}?v=${sha256(files.get(name))}`), name);
  }
  assert.doesNotMatch(code, /https?:\/\/|\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write/);
});

test("what is packed for the way is exactly what the integrity values hold, and much smaller", () => {
  const small = packed(files);
  assert.deepEqual(
    [...small.keys()].sort(),
    ["agent.css.br", "agent.js.br", "pdfjs/pdf.min.mjs.br", "pdfjs/pdf.worker.min.mjs.br", "texts.en.json.br"],
  );
  for (const [name, bytes] of small) {
    const whole = files.get(name.slice(0, -3));
    assert.ok(brotliDecompressSync(bytes).equals(Buffer.from(whole)), name);
    assert.ok(bytes.length < whole.length / 2, name);
  }
});

test("English is a file of its own, named by its digest, and not in the program", () => {
  const code = files.get("agent.js").toString();
  const texts = files.get("texts.en.json");
  assert.deepEqual(JSON.parse(texts.toString()), en);
  assert.ok(code.includes(`texts.en.json?v=${sha256(texts)}`));
  assert.ok(code.includes(`sha384-${createHash("sha384").update(texts).digest("base64")}`));
  assert.ok(!code.includes(en["landing.how.scratch"]) && !files.get("index.html").includes(en["footer.honesty"]));
});
