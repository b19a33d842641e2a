// Vectors that the engine's tests wrote, read by the agent's tests.
import { readFileSync } from "node:fs";
import { fromB64url } from "../src/bytes.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), "utf8"));

export const ceremony = read("ceremony.json");
export const bytes = fromB64url;

/** A key of the vectors as WebCrypto has it. */
export async function keyPair(key, kind, uses) {
  const curve = { name: kind, namedCurve: "P-256" };
  return {
    privateKey: await crypto.subtle.importKey("pkcs8", bytes(key.pkcs8), curve, false, uses),
    publicKey: await crypto.subtle.importKey("spki", bytes(key.spki), curve, true, kind === "ECDSA" ? ["verify"] : []),
  };
}

/** The code of the problem that a step ends with. */
export async function refusal(step) {
  try {
    await step();
  } catch (problem) {
    return problem.code ?? String(problem);
  }
  return "accepted";
}
