import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, hex } from "../src/bytes.js";
import { isIncluded, leafHash, nodeHash } from "../src/merkle.js";

// Test vectors of the Certificate Transparency reference implementation (google/certificate-transparency,
// merkletree/merkle_tree_test.cc): the tree of RFC 6962 over these eight inputs.
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(digits);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
].map(digits);

/** Root and audit path by the definition of RFC 6962 section 2.1, which the verifier does not use. */
async function root(leaves) {
  if (leaves.length === 1) return leafHash(leaves[0]);
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return nodeHash(await root(leaves.slice(0, split)), await root(leaves.slice(split)));
}

async function path(index, leaves) {
  if (leaves.length === 1) return [];
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split ? [...(await path(index, left)), await root(right)] : [...(await path(index - split, right)), await root(left)];
}

test("RFC 6962: roots of the reference implementation", async () => {
  for (const [i, expected] of ROOTS.entries()) assert.equal(hex(await root(LEAVES.slice(0, i + 1))), hex(expected));
});

test("every leaf of every size is included, and nowhere else", async () => {
  for (let size = 1; size <= 8; size++) {
    for (let index = 0; index < size; index++) {
      const proof = await path(index, LEAVES.slice(0, size));
      for (let claimed = 0; claimed <= size; claimed++) {
        const included = await isIncluded({ index: claimed, size, path: proof }, LEAVES[index], ROOTS[size - 1]);
        assert.equal(included, claimed === index, `${index} of ${size} claimed at ${claimed}`);
      }
    }
  }
});

test("a shorter, longer or changed path, another root or size does not show it", async () => {
  const proof = await path(5, LEAVES);
  const holds = (changes) => isIncluded({ index: 5, size: 8, path: proof, ...changes }, LEAVES[5], ROOTS[7]);
  assert.equal(await holds({}), true);
  assert.equal(await holds({ path: proof.slice(1) }), false);
  assert.equal(await holds({ path: [...proof, proof[0]] }), false);
  assert.equal(await holds({ path: proof.toReversed() }), false);
  assert.equal(await holds({ size: 16 }), false);
  assert.equal(await holds({ size: 0 }), false);
  assert.equal(await isIncluded({ index: 5, size: 8, path: proof }, LEAVES[5], ROOTS[6]), false);
});
