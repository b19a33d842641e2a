"""ETSI TS 119 615 clauses 4.1 and 4.2: from the Official Journal to the national lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certs.trusted_lists import ListSigner, sign_list
from certs.trusted_lists.world import LOTL
from esign.validation import FindingKind
from esign.validation.trusted_lists import ListAnchors


def test_4_1_the_pivots_lead_from_the_journal_to_the_lists(lists):
    loaded = lists.load()
    assert loaded.list_of_lists.sequence == 12
    assert [item.territory for item in loaded.lists] == ["DE", "AT"]


def test_4_2_each_list_that_cannot_be_used_is_named_with_its_reason(lists):
    assert lists.codes(lists.load()) == {
        "FR": "stale",
        "IT": "validation.trusted_list.signature.signer",
        "ES": "validation.trusted_list.pointer",
        "PL": "validation.trusted_list.signature",
    }


def test_5_3_15_a_stale_list_is_a_finding_and_not_used(lists):
    loaded = lists.load()
    stale = [item for item in loaded.problems if item.finding.kind is FindingKind.TRUSTED_LIST_STALE]
    assert [(item.territory, item.usable) for item in stale] == [("FR", False)]
    assert "FR" not in [item.territory for item in loaded.lists]


def test_5_3_15_within_the_grace_a_stale_list_is_used_and_still_a_finding(lists):
    loaded = lists.load(grace=timedelta(days=3))
    stale = [item for item in loaded.problems if item.finding.kind is FindingKind.TRUSTED_LIST_STALE]
    assert [(item.territory, item.usable) for item in stale] == [("FR", True)]
    assert "FR" in [item.territory for item in loaded.lists]


def test_a_stale_list_of_the_lists_leaves_nothing(lists):
    loaded = lists.load(at=lists.at + timedelta(days=179, seconds=1))
    assert loaded.lists == ()
    assert lists.codes(loaded) == {"EU": "stale"}


def test_5_3_2_no_list_goes_back(lists, list_world):
    lists.load()
    german = list_world.description.lists[0]
    older = list_world.national(replace(german, sequence=german.sequence - 1))
    lists.files[list_world.location("DE")] = older
    loaded = lists.load()
    assert lists.codes(loaded)["DE"] == "validation.trusted_list.sequence"
    assert next(item.sequence for item in loaded.lists if item.territory == "DE") == 40


def test_5_3_2_one_number_stands_for_one_issue(lists, list_world):
    lists.load()
    german = list_world.description.lists[0]
    lists.files[list_world.location("DE")] = list_world.national(replace(german, services=german.services[:1]))
    loaded = lists.load()
    assert lists.codes(loaded)["DE"] == "validation.trusted_list.sequence"
    assert next(len(item.services) for item in loaded.lists if item.territory == "DE") == 7


def test_a_newer_issue_takes_the_place_of_the_kept_one(lists, list_world):
    lists.load()
    german = list_world.description.lists[0]
    lists.files[list_world.location("DE")] = list_world.national(replace(german, sequence=41))
    loaded = lists.load()
    assert next(item.sequence for item in loaded.lists if item.territory == "DE") == 41
    assert lists.cache.kept[list_world.location("DE")].sequence == 41


@pytest.mark.parametrize("broken", ["gone", "garbage"])
def test_what_cannot_be_fetched_is_taken_from_the_cache_and_named(lists, list_world, broken):
    lists.load()
    for location in list(lists.files):
        if broken == "gone":
            del lists.files[location]
        else:
            lists.files[location] = b"<html>maintenance</html>"
    loaded = lists.load()
    assert [item.territory for item in loaded.lists] == ["DE", "AT"]
    assert {"EU", "DE", "AT"} <= set(lists.codes(loaded))


def test_without_source_and_cache_there_is_nothing_and_it_says_so(lists):
    lists.files.clear()
    loaded = lists.load()
    assert (loaded.list_of_lists, loaded.lists) == (None, ())
    assert lists.codes(loaded) == {"EU": "validation.trusted_list.unavailable"}


def test_4_1_the_first_signer_may_not_sign_after_a_pivot_replaced_it(lists, list_world):
    root = list_world.lotl(12, list_world.eras[0])
    lists.files[LOTL] = sign_list(root, list_world.eras[0], at=lists.at)
    assert lists.codes(lists.load()) == {"EU": "validation.trusted_list.signature.signer"}


def test_4_1_a_pivot_that_is_missing_breaks_the_way(lists, list_world):
    del lists.files[list_world.pivot(7)]
    assert lists.codes(lists.load()) == {"EU": "validation.trusted_list.pivots"}


def test_4_1_a_pivot_by_a_stranger_breaks_the_way(lists, list_world):
    stranger = ListSigner.create("stranger", territory="EU", at=lists.at)
    lists.files[list_world.pivot(10)] = sign_list(
        list_world.lotl(10, stranger, list_world.eras[2]), stranger, at=lists.at
    )
    assert lists.codes(lists.load()) == {"EU": "validation.trusted_list.pivots"}


def test_4_1_pivots_out_of_order_break_the_way(lists, list_world):
    lists.files[list_world.pivot(10)] = sign_list(
        list_world.lotl(7, list_world.eras[1], list_world.eras[2]), list_world.eras[1], at=lists.at
    )
    assert lists.codes(lists.load()) == {"EU": "validation.trusted_list.pivots"}


def test_4_1_another_journal_than_the_trusted_one_breaks_the_way(lists, list_world):
    anchors = ListAnchors(
        location=LOTL, signers=(list_world.eras[0].der,), journal="https://journal.sandbox.test/other"
    )
    assert lists.codes(lists.load(anchors=anchors)) == {"EU": "validation.trusted_list.pivots"}


def test_a_national_list_in_place_of_the_list_of_the_lists_is_refused(lists, list_world):
    anchors = ListAnchors(location=LOTL, signers=(list_world.signers["DE"].der,))
    lists.files[LOTL] = lists.files[list_world.location("DE")]
    assert lists.codes(lists.load(anchors=anchors)) == {"EU": "validation.trusted_list.pointer"}


def test_only_the_wanted_territories_are_loaded(lists):
    assert [item.territory for item in lists.load(territories=("AT",)).lists] == ["AT"]
