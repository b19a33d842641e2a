// Inclusion in the Merkle tree of RFC 6962. Source: RFC 6962 section 2.1; RFC 9162 section 2.1.3.2.
import { equal } from "./bytes.js";
import { sha256 } from "./digests.js";

/** @param {Uint8Array} data */
export const leafHash = (data) => sha256(Uint8Array.of(0), data);

/** @param {Uint8Array} left @param {Uint8Array} right */
export const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/**
 * Whether a leaf's data stands at an index of the tree with this size and root.
 * @param {{ index: number, size: number, path: Uint8Array[] }} proof @param {Uint8Array} data @param {Uint8Array} root
 */
export async function isIncluded({ index, size, path }, data, root) {
  if (!(index >= 0 && index < size)) return false;
  let [at, last] = [BigInt(index), BigInt(size - 1)];
  let node = await leafHash(data);
  for (const sibling of path) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      node = await nodeHash(sibling, node);
      while (!(at & 1n) && at) [at, last] = [at >> 1n, last >> 1n];
    } else {
      node = await nodeHash(node, sibling);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && equal(node, root);
}
