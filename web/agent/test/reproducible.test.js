// Anybody who has the sources gets the same agent: built in two folders, the digests are the same.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const HERE = new URL("..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "agent-"));
after(() => rmSync(folder, { recursive: true }));

/** Copy the sources below a path of their own and build them there in a process of its own. */
function builtIn(path, environment) {
  const agent = join(folder, path, "agent");
  mkdirSync(agent, { recursive: true });
  for (const name of ["src", "assets", "build.mjs", "package.json"]) cpSync(join(HERE, name), join(agent, name), { recursive: true });
  mkdirSync(join(folder, path, "static"));
  cpSync(join(HERE, "..", "static", "tokens.css"), join(folder, path, "static", "tokens.css"));
  symlinkSync(join(HERE, "node_modules"), join(agent, "node_modules"));
  execFileSync(process.execPath, ["build.mjs"], { cwd: agent, env: { ...process.env, ...environment }, stdio: "pipe" });
  return (name) => readFileSync(join(agent, "dist", name));
}

test("two folders, two zones of time, two languages: the same bytes", () => {
  const one = builtIn("one", { TZ: "Pacific/Auckland", LANG: "C", HOME: "/nonexistent" });
  const two = builtIn("another/and deeper, with a space", { TZ: "Europe/Berlin", LANG: "de_DE.UTF-8" });
  const manifest = one("manifest.json").toString();
  assert.equal(manifest, two("manifest.json").toString());
  const names = Object.keys(JSON.parse(manifest).files);
  assert.ok(names.includes("agent.js") && names.includes("index.html") && names.length >= 8);
  for (const name of names) {
    assert.ok(one(name).equals(two(name)), name);
    assert.ok(!one(name).includes(folder), name);
  }
});
