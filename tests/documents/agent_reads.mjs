// The browser agent's own checks of a document, without the ceremony: names in the bytes, pages as pdf.js sees them.
// Arguments: files. Output: a line of JSON with the reason for each, or "accepted".
import { readFileSync } from "node:fs";

Promise.withResolvers ??= function () {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
const agent = (name) => import(new URL(`../../web/agent/src/${name}.js`, import.meta.url));
const legacy = new URL("../../web/agent/node_modules/pdfjs-dist/legacy/build/", import.meta.url);
const pdfjs = await import(new URL("pdf.mjs", legacy));
pdfjs.GlobalWorkerOptions.workerSrc = new URL("pdf.worker.mjs", legacy).href;
const { checkContent } = await agent("pdf-names");
const { checkDocument, checkPage } = await agent("pdf-check");

const options = { enableXfa: false, stopAtErrors: true, useSystemFonts: false, useWasm: false, useWorkerFetch: false, verbosity: 0 };

async function read(file) {
  const data = new Uint8Array(readFileSync(file));
  await checkContent(data, 1);
  const task = pdfjs.getDocument({ data: data.slice(), ...options });
  try {
    const document = await task.promise;
    // An upload has no contract data yet: everything before that check has passed where it is what is missed.
    await checkDocument(document, { attachments: [] }, "").catch((problem) => {
      if (problem.code !== "agent.transcript.order_label") throw problem;
    });
    for (let number = 1; number <= document.numPages; number++) await checkPage(await document.getPage(number), pdfjs.OPS);
  } finally {
    await task.destroy();
  }
}

const said = [];
for (const file of process.argv.slice(2)) {
  said.push(await read(file).then(() => "accepted", (problem) => `${problem.code ?? problem} ${JSON.stringify(problem.facts ?? {})}`));
}
console.log(JSON.stringify(said));
