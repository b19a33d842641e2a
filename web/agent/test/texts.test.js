import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { de } from "../src/texts.de.js";
import { en } from "../src/texts.en.js";

const SOURCES = new URL("../src/", import.meta.url);
const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages say the same things", () => {
  assert.deepEqual(Object.keys(en), Object.keys(de));
  for (const key of Object.keys(de)) {
    assert.ok(de[key].trim() && en[key].trim(), key);
    assert.deepEqual(holes(en[key]), holes(de[key]), key);
  }
});

test("every key that the page or the code names has words", () => {
  const page = readFileSync(new URL("index.html", SOURCES), "utf8");
  const named = [...page.matchAll(/data-t(?:-label)?="([^"]+)"/g)].map(([, key]) => key);
  for (const file of readdirSync(SOURCES).filter((name) => name.endsWith(".js") && !name.startsWith("texts."))) {
    const code = readFileSync(new URL(file, SOURCES), "utf8");
    named.push(...[...code.matchAll(/\.(?:put\([^;]*?|busy\(|say\(|notice\([^,]+, )"([a-z_]+(?:\.[a-z_]+)+)"/g)].map(([, key]) => key));
  }
  assert.ok(named.length > 60);
  for (const key of named) assert.ok(key in de, key);
});

test("every refusal of the agent has a title, a text and advice", () => {
  const codes = new Set();
  for (const file of readdirSync(SOURCES).filter((name) => name.endsWith(".js") && !name.startsWith("texts."))) {
    const code = readFileSync(new URL(file, SOURCES), "utf8");
    for (const [, each] of code.matchAll(/"(agent\.[a-z_.]+)"/g)) codes.add(each);
  }
  assert.ok(codes.size > 40, String(codes.size));
  for (const code of codes) {
    const area = code.split(".").slice(0, 2).join(".");
    for (const part of ["title", "text", "next"]) assert.ok(`problem.${area}.${part}` in de || area === "agent.unexpected", `${code} ${part}`);
  }
});

test("the simple level never calls itself more", () => {
  for (const texts of [de, en]) {
    for (const key of Object.keys(texts).filter((name) => name.includes("simple"))) {
      assert.doesNotMatch(texts[key].replace(/weder fortgeschritten|neither advanced nor qualified/, ""), /fortgeschritten|advanced/i, key);
    }
  }
});
