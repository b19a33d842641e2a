// The browser agent's own modules against the tables of lies that test_malice_agent_modules.py wrote.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

Promise.withResolvers ??= function () {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
const agent = (name) => import(new URL(`../../web/agent/src/${name}.js`, import.meta.url));
const legacy = new URL("../../web/agent/node_modules/pdfjs-dist/legacy/build/", import.meta.url);
const pdfjs = await import(new URL("pdf.mjs", legacy));
pdfjs.GlobalWorkerOptions.workerSrc = new URL("pdf.worker.mjs", legacy).href;

const { equal, fromB64url, fromHex, hex } = await agent("bytes");
const { sha256 } = await agent("digests");
const { checkTranscript, readSummary, readTranscript, transcriptDigest } = await agent("transcript");
const { checkFinished, checkPrepared } = await agent("pdf-bytes");
const { checkContent } = await agent("pdf-names");
const { checkAnnotations, checkDocument } = await agent("pdf-check");
const { openCapsule } = await agent("capsule");
const { requireSameAttributes, signedAttributes } = await agent("attributes");

const table = JSON.parse(readFileSync(process.env.ESIGN_LIES, "utf8"));
const files = table.files.map(fromB64url);
const curve = { name: "ECDH", namedCurve: "P-256" };
const capsuleKey = {
  privateKey: await crypto.subtle.importKey("pkcs8", fromB64url(table.capsule_key.pkcs8), curve, false, ["deriveBits"]),
  publicKey: await crypto.subtle.importKey("spki", fromB64url(table.capsule_key.spki), curve, true, []),
};

async function outcome(step) {
  try {
    await step();
  } catch (problem) {
    return problem.code ?? String(problem);
  }
  return "accepted";
}

const judged = new Map();
/** What pdf.js sees depends on the file and the claim about its attachments only. */
function seen(number, claim, label) {
  const key = `${number} ${JSON.stringify(claim.attachments)} ${label}`;
  if (!judged.has(key)) {
    const look = async () => {
      const options = { enableXfa: false, stopAtErrors: true, useSystemFonts: false, useWasm: false, useWorkerFetch: false, verbosity: 0 };
      const task = pdfjs.getDocument({ data: files[number].slice(), ...options });
      try {
        const document = await task.promise;
        await checkDocument(document, claim, label);
        for (let number = 1; number <= document.numPages; number++) await checkAnnotations(await document.getPage(number));
      } finally {
        await task.destroy();
      }
    };
    judged.set(key, look());
  }
  return judged.get(key);
}

/** As attempt.js, reading.js and declaring.js do it. */
async function walk(offer) {
  const bytes = fromB64url(offer.transcript);
  const enclosed = { declaration: offer.declaration, summary: fromB64url(offer.summary), policy: fromB64url(offer.policy) };
  const transcript = await readTranscript(bytes);
  const tau = await transcriptDigest(bytes);
  await checkTranscript(transcript, table.own, enclosed);
  const pdf = files[offer.document];
  await checkPrepared(pdf, transcript.document);
  await checkContent(pdf, transcript.document.attachments.length);
  await readSummary(enclosed.summary);
  await seen(offer.document, transcript.document, transcript.order.label);
  const capsule = { enc: fromB64url(offer.capsule.enc), ct: fromB64url(offer.capsule.ct) };
  const { length, commitment } = transcript.code;
  await openCapsule(capsule, capsuleKey, tau, { length, commitment: fromHex(commitment, 32) });
}

test(`the browser agent refuses each of ${table.offers.length} offers for its reason`, async () => {
  const wrong = [];
  for (const offer of table.offers) {
    const found = await outcome(() => walk(offer));
    if (!offer.reasons.includes(found)) wrong.push(`${offer.name}: ${found} instead of ${offer.reasons}`);
  }
  assert.deepEqual(wrong, []);
});

const values = Object.fromEntries(
  Object.entries(table.values).map(([name, value]) => [name, typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? fromHex(value, 32) : value]),
);

test(`the browser agent signs none of ${table.attributes.wrong.length} wrong sets of attributes`, async () => {
  const right = fromB64url(table.attributes.right);
  assert.equal(hex(signedAttributes(values)), hex(right));
  for (const { name, der } of table.attributes.wrong) {
    assert.equal(await outcome(() => requireSameAttributes(fromB64url(der), values)), "agent.attributes.differ", name);
  }
});

test(`the browser agent takes none of ${table.finished.wrong.length} other files for its own`, async () => {
  const { range, length, attributes, signature, right, wrong } = table.finished;
  const mine = { digest: values.documentDigest, length, attributes: fromB64url(attributes), signature: fromB64url(signature) };
  assert.equal(await outcome(() => checkFinished(files[right], range, mine)), "accepted");
  for (const { name, file, reasons } of wrong) {
    const found = await outcome(() => checkFinished(files[file], range, mine));
    assert.ok(reasons.includes(found), `${name}: ${found} instead of ${reasons}`);
  }
  assert.ok(!equal(await sha256(files[right]), await sha256(files[wrong[0].file])));
});
