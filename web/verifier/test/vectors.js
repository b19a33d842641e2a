// Vectors that the engine's tests keep, read by the verifier's tests.
import { readFileSync } from "node:fs";

/** @param {string} name */
export const vectors = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
