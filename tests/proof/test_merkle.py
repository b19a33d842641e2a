from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.proof import (
    ConsistencyError,
    ConsistencyProof,
    Frontier,
    InclusionError,
    InclusionProof,
    MerkleError,
    MerkleTree,
    check_consistency,
    check_inclusion,
)

# Test vectors of the Certificate Transparency reference implementation (google/certificate-transparency,
# merkletree/merkle_tree_test.cc; the same eight inputs are in transparency-dev/merkle testonly/constants.go).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (index, size): path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (old, new): path
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, literally."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + recursive_root(leaves[:k]) + recursive_root(leaves[k:])).digest()


def some_leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count)]


def test_roots_are_those_of_the_reference_implementation():
    tree = MerkleTree(LEAVES)
    assert [tree.root(size).hex() for size in range(9)] == ROOTS


def test_inclusion_proofs_are_those_of_the_reference_implementation():
    tree = MerkleTree(LEAVES)
    for (index, size), path in INCLUSION.items():
        assert [node.hex() for node in tree.inclusion(index, size).path] == path


def test_consistency_proofs_are_those_of_the_reference_implementation():
    tree = MerkleTree(LEAVES)
    for (old, new), path in CONSISTENCY.items():
        assert [node.hex() for node in tree.consistency(old, new).path] == path


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_frontier_has_the_root_of_the_definition(leaves):
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    assert frontier.root() == recursive_root(leaves) == MerkleTree(leaves).root()
    assert frontier.size == len(leaves)


def test_a_frontier_keeps_at_most_one_hash_a_level():
    frontier = Frontier()
    for leaf in some_leaves(1000):
        frontier = frontier.append(leaf)
    assert len(frontier.peaks) == (1000).bit_count()


@given(st.data())
def test_every_leaf_of_every_tree_is_proved_and_no_other(data):
    size = data.draw(st.integers(1, 66))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size))
    leaves = some_leaves(size + 1)
    tree = MerkleTree(leaves)
    proof, root = tree.inclusion(index, size), tree.root(size)
    check_inclusion(proof, leaf=leaves[index], root=root)
    if other != index:
        with pytest.raises(InclusionError):
            check_inclusion(proof, leaf=leaves[other], root=root)
        with pytest.raises(InclusionError):
            check_inclusion(replace(proof, index=other), leaf=leaves[index], root=root)
    with pytest.raises(InclusionError):
        check_inclusion(proof, leaf=leaves[index], root=tree.root(size + 1))
    with pytest.raises(InclusionError):
        check_inclusion(replace(proof, path=(*proof.path, bytes(32))), leaf=leaves[index], root=root)
    if proof.path:
        with pytest.raises(InclusionError):
            check_inclusion(replace(proof, path=proof.path[:-1]), leaf=leaves[index], root=root)


@given(st.data())
def test_every_tree_is_proved_to_extend_every_earlier_one(data):
    new = data.draw(st.integers(1, 66))
    old = data.draw(st.integers(1, new))
    tree = MerkleTree(some_leaves(new))
    proof = tree.consistency(old)
    check_consistency(proof, old_root=tree.root(old), new_root=tree.root(new))
    wrong = bytes(32)
    for old_root, new_root in ((wrong, tree.root(new)), (tree.root(old), wrong)):
        with pytest.raises(ConsistencyError) as refused:
            check_consistency(proof, old_root=old_root, new_root=new_root)
        assert refused.value.code == "proof.merkle.consistency"
    with pytest.raises(ConsistencyError):
        longer = replace(proof, path=(*proof.path, wrong))
        check_consistency(longer, old_root=tree.root(old), new_root=tree.root(new))
    if proof.path:
        with pytest.raises(ConsistencyError):
            shorter = replace(proof, path=proof.path[:-1])
            check_consistency(shorter, old_root=tree.root(old), new_root=tree.root(new))


@given(st.integers(2, 40), st.data())
def test_a_tree_with_one_entry_changed_is_no_extension(size, data):
    changed = data.draw(st.integers(0, size - 2))
    leaves = some_leaves(size)
    honest = MerkleTree(leaves)
    leaves[changed] = b"changed"
    forged = MerkleTree(leaves)
    old = data.draw(st.integers(changed + 1, size - 1))
    with pytest.raises(ConsistencyError):
        check_consistency(forged.consistency(old), old_root=honest.root(old), new_root=forged.root())


@given(st.integers(-2, 2**60), st.integers(-2, 2**60), st.lists(st.binary(min_size=32, max_size=32), max_size=70))
def test_no_numbers_or_path_make_a_check_do_anything_but_refuse(first, second, path):
    with pytest.raises(InclusionError):
        check_inclusion(InclusionProof(index=first, size=second, path=tuple(path)), leaf=b"never", root=bytes(32))
    with pytest.raises(ConsistencyError):
        check_consistency(
            ConsistencyProof(old=first, new=second, path=tuple(path)), old_root=bytes(32), new_root=bytes([1] * 32)
        )


@pytest.mark.parametrize(("size", "peaks"), [(1, ()), (2, (bytes(32), bytes(32))), (-1, (bytes(32),)), (1, (b"x",))])
def test_a_frontier_that_fits_no_tree_is_refused(size, peaks):
    with pytest.raises(MerkleError) as refused:
        Frontier(size=size, peaks=peaks)
    assert refused.value.code == "proof.merkle"


def test_proofs_about_leaves_that_are_not_there_are_refused():
    tree = MerkleTree(some_leaves(3))
    for ask in (
        lambda: tree.inclusion(3),
        lambda: tree.inclusion(-1),
        lambda: tree.inclusion(0, 4),
        lambda: tree.consistency(0),
        lambda: tree.consistency(4, 3),
        lambda: tree.root(4),
    ):
        with pytest.raises(MerkleError) as refused:
            ask()
        assert refused.value.code == "proof.merkle"
