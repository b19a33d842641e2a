// Builds the agent's static origin into dist/: one bundle, one style sheet, pdf.js as published, a page with integrity
// values, and the manifest over everything. The same sources always give the same bytes.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import * as esbuild from "esbuild-wasm";
import { canonical } from "./src/canonical.js";
import { de } from "./src/texts.de.js";
import { en } from "./src/texts.en.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, "src");
/** pdf.js as its makers publish it for browsers of the last years. */
const PDFJS = join(HERE, "node_modules", "pdfjs-dist");
const VENDORED = [
  ["legacy/build/pdf.min.mjs", "pdfjs/pdf.min.mjs"],
  ["legacy/build/pdf.worker.min.mjs", "pdfjs/pdf.worker.min.mjs"],
  ["LICENSE", "pdfjs/LICENSE.txt"],
];
/** The texts that come only for whoever reads them. */
const ENGLISH = "texts.en.json";
/** What the page asks for each time: the installation's configuration, and the manifest over this page too. */
const ASKED_ANEW = new Set(["config.json", "manifest.json"]);
const TARGET = ["chrome118", "firefox121", "safari17.4"];
export const MANIFEST_VERSION = "esign-agent/1";

const hash = (name, bytes, encoding) => createHash(name).update(bytes).digest(encoding);
const integrity = (bytes) => `sha384-${hash("sha384", bytes, "base64")}`;
/** A name with its digest: the answer may be kept for good. */
const named = (name, bytes) => `${name}?v=${hash("sha256", bytes, "hex")}`;
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

async function bundle(files) {
  const place = (name) => [JSON.stringify(named(name, files.get(name))), JSON.stringify(integrity(files.get(name)))];
  const [libraryUrl, libraryIntegrity] = place("pdfjs/pdf.min.mjs");
  const [workerUrl, workerIntegrity] = place("pdfjs/pdf.worker.min.mjs");
  const [englishUrl, englishIntegrity] = place(ENGLISH);
  const result = await esbuild.build({
    absWorkingDir: SOURCES,
    entryPoints: { agent: "main.js" },
    bundle: true,
    format: "esm",
    minify: true,
    charset: "utf8",
    target: TARGET,
    legalComments: "none",
    write: false,
    outdir: "out",
    define: {
      PDF_LIBRARY_URL: libraryUrl,
      PDF_LIBRARY_INTEGRITY: libraryIntegrity,
      PDF_WORKER_URL: workerUrl,
      PDF_WORKER_INTEGRITY: workerIntegrity,
      ENGLISH_URL: englishUrl,
      ENGLISH_INTEGRITY: englishIntegrity,
    },
  });
  return result.outputFiles[0].contents;
}

async function styles() {
  const tokens = await readFile(join(HERE, "..", "static", "tokens.css"), "utf8");
  const own = await readFile(join(SOURCES, "agent.css"), "utf8");
  const result = await esbuild.transform(`${tokens}\n${own}`, { loader: "css", minify: true, target: TARGET, charset: "utf8" });
  return Buffer.from(result.code);
}

/** The page: German words in place, integrity values on everything that it loads. */
async function pageWith(files) {
  const template = await readFile(join(SOURCES, "index.html"), "utf8");
  const words = (key) => {
    if (!(key in de)) throw new Error(`no words for ${key}`);
    return escaped(de[key]);
  };
  return Buffer.from(
    template
      .replace(/(<[^<>]*\sdata-t="([^"]+)"[^<>]*>)(<\/)/g, (_, open, key, close) => open + words(key) + close)
      .replace(/\sdata-t-label="([^"]+)"/g, (whole, key) => `${whole} aria-label="${words(key)}"`)
      .replace(/\s(src|href)="([^"]+)"/g, (_, attribute, name) => {
        if (ASKED_ANEW.has(name)) return ` ${attribute}="${name}"`;
        const bytes = files.get(name);
        if (!bytes) throw new Error(`page loads ${name}, which is not part of the build`);
        const whole = ` ${attribute}="${named(name, bytes)}"`;
        return /\.(m?js|css)$/.test(name) ? `${whole} integrity="${integrity(bytes)}"` : whole;
      }),
  );
}

/** The manifest: canonical JSON over every file that is served but itself and config.json. */
export function manifestOf(files) {
  const digests = [...files].map(([name, bytes]) => [name, hash("sha256", bytes, "hex")]);
  return Buffer.from(canonical({ v: MANIFEST_VERSION, files: Object.fromEntries(digests) }));
}

/** What the browser holds against an integrity value after unpacking it, packed as small as it goes; beside the files, and
 * no part of the manifest: the same bytes come out. */
export function packed(files) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
  const held = [...files].filter(([name]) => /\.(m?js|css)$/.test(name) || name === ENGLISH);
  return new Map(held.map(([name, bytes]) => [`${name}.br`, brotliCompressSync(bytes, { params })]));
}

/** Build into a folder; returns name -> bytes of everything written. */
export async function build(target = join(HERE, "dist")) {
  const files = new Map();
  for (const [from, to] of VENDORED) files.set(to, await readFile(join(PDFJS, from)));
  files.set(ENGLISH, Buffer.from(canonical(en)));
  files.set("agent.js", Buffer.from(await bundle(files)));
  files.set("agent.css", await styles());
  for (const name of ["foil.png", "icon.svg"]) files.set(name, await readFile(join(HERE, "assets", name)));
  files.set("index.html", await pageWith(files));
  files.set("manifest.json", manifestOf(files));
  await rm(target, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(target, name)), { recursive: true });
    await writeFile(join(target, name), bytes);
  }
  return files;
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const files = await build();
  const small = packed(files);
  for (const [name, bytes] of small) await writeFile(join(HERE, "dist", name), bytes);
  for (const [name, bytes] of files) {
    console.log(`${name.padEnd(28)} ${String(bytes.length).padStart(9)}  ${String(small.get(`${name}.br`)?.length ?? "").padStart(8)}`);
  }
  console.log(`manifest sha256 ${hash("sha256", files.get("manifest.json"), "hex")}`);
}
