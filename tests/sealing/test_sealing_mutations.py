"""Changed at random, a document is refused, or sealed as what readers saw before: never as something else."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.sealing import SealNotGood, check_sealed
from esign.sealing.incremental.syntax import split, written
from esign.sealing.incremental.unusual import Unusual
from tests.sealing.sealing_documents import document
from tests.sealing.sealing_mutations import AT, KEY, PLAIN, SEALER, SMALL, TOKENS, judged, mutated, rewritten


@settings(max_examples=60, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(SMALL), seed=st.integers(0, 2**32))
def test_a_document_changed_at_random_is_refused_or_sealed_as_what_it_was(name: str, seed: int) -> None:
    judged(mutated(document(name), random.Random(seed)))


@settings(max_examples=150, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(PLAIN), seed=st.integers(0, 2**32))
def test_objects_changed_at_random_are_refused_or_sealed_as_what_they_were(name: str, seed: int) -> None:
    judged(rewritten(document(name), random.Random(seed)))


@pytest.mark.parametrize("name", SMALL)
def test_ten_changes_of_each_kind_of_document(name: str) -> None:
    for number in range(10):
        judged(mutated(document(name), random.Random(f"{name}{number}")))


@settings(max_examples=100, deadline=1_000)
@given(body=st.lists(st.sampled_from(TOKENS), max_size=30).map(b"".join))
def test_a_dictionary_is_taken_apart_as_the_strict_reader_does_or_left_to_the_library(body: bytes) -> None:
    text = b"<<" + body + b">>"
    try:
        quick = split(text)
    except Unusual:
        return
    again = split(written(quick))
    assert list(again) == list(quick)


@settings(max_examples=60, deadline=1_000)
@given(data=st.data())
def test_a_changed_tail_never_passes_the_check(data: st.DataObject) -> None:
    original = document("form by reference")
    sealed = SEALER.seal(original, claimed_at=AT)
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    tail = mutated(sealed.tail, chance)
    if tail == sealed.tail:
        return
    with pytest.raises(SealNotGood):
        check_sealed(original, sealed._replace(tail=tail), certificate=KEY.certificate, chain=KEY.chain)
