#!/usr/bin/env node
// node web/verifier/cli.js FILE --trust PEM [--json]: the verdict on a dossier; exit 0 valid, 1 not valid, 2 unreadable
// or wrong use. With --lines it reads one JSON object {"file","trust":[…]} a line and answers one a line.
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readPem, verifyDossier } from "./src/index.js";

const [VALID, NOT_VALID, UNREADABLE] = [0, 1, 2];
const SIGNS = { passed: "ok     ", failed: "FAILED ", skipped: "skipped" };
const USAGE = "usage: cli.js FILE --trust PEM [--trust PEM]… [--json]\n       cli.js --lines < requests";

const AT_ONCE = 8;

class Unusable extends Error {}

/** Trusted certificates of files, and of the files in folders. @param {string[]} trust */
async function anchorsOf(trust) {
  const anchors = [];
  for (const path of trust) {
    try {
      const files = (await stat(path)).isDirectory() ? (await readdir(path)).sort().map((name) => join(path, name)) : [path];
      for (const file of files) anchors.push(...readPem(await readFile(file, "utf8")));
    } catch {
      throw new Unusable(`a trust anchor cannot be read: ${path}`);
    }
  }
  if (!anchors.length) throw new Unusable("nothing can be verified without a trust anchor: give --trust PEM");
  return anchors;
}

/** @param {string} file @param {string[]} trust */
async function answer(file, trust) {
  const anchors = await anchorsOf(trust);
  const data = await readFile(file).catch(() => {
    throw new Unusable(`the file cannot be read: ${file}`);
  });
  const { valid, sandbox, level, signatory, signatories, provenAt, dossierAt, steps } = await verifyDossier(data, { anchors });
  const report = { file, valid, sandbox, level, signatory, signatories, proven_at: provenAt, dossier_at: dossierAt, steps, error: null };
  return { report, status: steps[0].outcome === "failed" ? UNREADABLE : valid ? VALID : NOT_VALID };
}

/** @param {string} file @param {unknown} error */
function problem(file, error) {
  const detail = error instanceof Unusable ? error.message : "it cannot be done";
  const empty = { sandbox: null, level: null, signatory: null, proven_at: null, dossier_at: null };
  return { report: { file, valid: false, ...empty, steps: [], error: { code: "verifier", detail, source: null } }, status: UNREADABLE };
}

/** @param {Awaited<ReturnType<typeof answer>>["report"]} report */
function print(report) {
  if (report.sandbox) console.log("SANDBOX: the trust services were simulated; this dossier proves nothing to anybody, valid or not");
  console.log(`${report.file}: ${report.valid ? "valid" : "NOT VALID"}`);
  const facts = { level: report.level, signatory: report.signatory, "proven at": report.proven_at, "dossier at": report.dossier_at };
  for (const [label, value] of Object.entries(facts)) if (value !== null) console.log(`  ${label.padEnd(11)}${value}`);
  for (const [i, { name, outcome, what, part }] of report.steps.entries()) {
    console.log(`  ${String(i + 1).padStart(2)} ${SIGNS[outcome]} ${name}: ${what}${part ? ` [${part}]` : ""}`);
  }
}

/** Answer line by line, in order; a few at a time are under way. */
async function lines() {
  /** @type {Promise<string>[]} */
  const pending = [];
  for await (const line of createInterface({ input: process.stdin })) {
    pending.push(answerLine(line));
    if (pending.length >= AT_ONCE) console.log(await pending.shift());
  }
  for (const text of pending) console.log(await text);
  return VALID;
}

/** @param {string} line */
async function answerLine(line) {
  const { file, trust } = JSON.parse(line);
  const { report, status } = await answer(file, trust).catch((error) => problem(file, error));
  return JSON.stringify({ ...report, status });
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { trust: { type: "string", multiple: true }, json: { type: "boolean" }, lines: { type: "boolean" } },
  });
  if (values.lines && !positionals.length) return lines();
  if (positionals.length !== 1) throw new Unusable(USAGE);
  const [file] = positionals;
  try {
    const { report, status } = await answer(file, values.trust ?? []);
    if (values.json) console.log(JSON.stringify(report));
    else print(report);
    return status;
  } catch (error) {
    const { report, status } = problem(file, error);
    if (values.json) console.log(JSON.stringify(report));
    else console.error(report.error.detail);
    return status;
  }
}

main().then(
  (status) => (process.exitCode = status),
  (error) => {
    console.error(error instanceof Unusable ? error.message : USAGE);
    process.exitCode = UNREADABLE;
  },
);
