from __future__ import annotations

import hashlib

import pytest

from esign.proof import GENESIS, ChainError, Link, check_chain, entry_hash


def links(count: int) -> list[Link]:
    chain, last = [], GENESIS
    for number in range(count):
        own = entry_hash(last + bytes([number]))
        chain.append(Link(hash=own, prev=last))
        last = own
    return chain


def test_an_entrys_hash_carries_the_label_of_its_use():
    assert entry_hash(b"{}") == hashlib.sha256(b"esign/1/ledger-entry{}").digest()


def test_an_unbroken_chain_ends_in_its_last_hash():
    chain = links(5)
    assert check_chain(chain) == chain[-1].hash
    assert check_chain([]) == GENESIS
    assert check_chain(chain[3:], before=chain[2].hash) == chain[-1].hash


@pytest.mark.parametrize(
    ("damage", "position"),
    [
        (lambda c: c.pop(0), 0),
        (lambda c: c.pop(2), 2),
        (lambda c: c.insert(3, c[2]), 3),
        (lambda c: c.reverse(), 0),
        (lambda c: c.__setitem__(1, Link(hash=bytes(32), prev=c[1].prev)), 2),
    ],
)
def test_a_missing_doubled_moved_or_changed_link_is_named(damage, position):
    chain = links(5)
    damage(chain)
    with pytest.raises(ChainError) as refused:
        check_chain(chain)
    assert refused.value.code == "proof.chain"
    assert refused.value.facts["position"] == position
