"""Kept lists: never silently old, never another list than was accepted, never an earlier one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from certs.trusted_lists import ListSigner, ListWorld, sign_list
from certs.trusted_lists.world import LOTL
from esign.store.trusted_lists import FolderListCache
from esign.validation import FindingKind
from esign.validation.list_keeper import ListKeeper
from esign.validation.trusted_lists import ListAnchors, ListPolicy
from tests.trusted_lists.conftest import Lists

HOUR = timedelta(hours=1)
SOUND = ["DE", "AT"]


@dataclass
class Clock:
    at: object

    def now(self):
        return self.at


@pytest.fixture
def keeper(lists, list_world, tmp_path):
    anchors = ListAnchors(location=LOTL, signers=(list_world.eras[0].der,), journal=list_world.description.journal)
    return ListKeeper(
        source=lists,
        cache=FolderListCache(tmp_path / "lists"),
        anchors=anchors,
        policy=ListPolicy(check_every=24 * HOUR, territories=("DE", "AT")),
        clock=Clock(lists.at),
    )


def codes(loaded):
    return {(item.territory, item.code, item.usable, item.finding.kind) for item in loaded.problems}


def test_kept_lists_are_used_without_asking_anybody(keeper, lists):
    keeper.update(lists.at)
    lists.files.clear()
    loaded = keeper.kept(lists.at)
    assert ([item.territory for item in loaded.lists], loaded.problems) == (SOUND, ())
    assert loaded.checked["DE"] == lists.at


def test_without_an_update_there_is_nothing_and_it_says_so(keeper, lists):
    loaded = keeper.kept(lists.at)
    assert (loaded.list_of_lists, loaded.lists) == (None, ())
    assert [(item.code, item.usable) for item in loaded.problems] == [("validation.trusted_list.unavailable", False)]


def test_lists_that_nobody_asked_about_for_too_long_are_used_and_named(keeper, lists):
    keeper.update(lists.at)
    assert keeper.kept(lists.at + 24 * HOUR).problems == ()
    late = keeper.kept(lists.at + 24 * HOUR + timedelta(seconds=1))
    assert [item.territory for item in late.lists] == SOUND
    stale = FindingKind.TRUSTED_LIST_STALE
    assert codes(late) == {(place, "unchecked", True, stale) for place in ("EU", "DE", "AT")}


def test_a_download_that_failed_is_a_finding_although_the_kept_list_is_used(keeper, lists):
    keeper.update(lists.at)
    lists.files.clear()
    keeper.clock = Clock(lists.at + 7 * HOUR)
    loaded = keeper.current(lists.at + 7 * HOUR)
    assert [item.territory for item in loaded.lists] == SOUND
    unavailable = "validation.trusted_list.unavailable"
    assert codes(loaded) == {(place, unavailable, True, FindingKind.TRUSTED_LIST_STALE) for place in ("EU", "DE", "AT")}


def test_nobody_is_asked_again_before_a_quarter_of_the_time_is_over(keeper, lists):
    assert keeper.refresh() is not None
    keeper.clock = Clock(lists.at + 5 * HOUR)
    assert keeper.refresh() is None
    keeper.clock = Clock(lists.at + 6 * HOUR)
    assert keeper.refresh() is not None
    keeper.clock = Clock(lists.at - HOUR)  # a clock that was put back
    assert keeper.refresh() is not None


def test_5_3_15_past_its_next_update_a_kept_list_is_not_used(keeper, lists):
    keeper.update(lists.at)
    loaded = keeper.kept(lists.at + timedelta(days=179, seconds=1))
    assert loaded.lists == ()
    assert ("EU", "stale", False, FindingKind.TRUSTED_LIST_STALE) in codes(loaded)


def test_a_kept_list_that_somebody_changed_is_not_used(keeper, lists, list_world, tmp_path):
    keeper.update(lists.at)
    kept = keeper.cache.load(list_world.location("DE"))
    changed = kept.data.replace(b"Svcstatus/withdrawn", b"Svcstatus/granted", 1)
    keeper.cache.save(list_world.location("DE"), replace(kept, data=changed))  # with a digest that fits again
    loaded = keeper.kept(lists.at)
    assert [item.territory for item in loaded.lists] == ["AT"]
    assert ("DE", "validation.trusted_list.signature", False, FindingKind.RULES_NOT_AVAILABLE) in codes(loaded)


def test_an_earlier_list_in_the_place_of_the_kept_one_is_not_used(keeper, lists, list_world):
    keeper.update(lists.at)
    german = list_world.description.lists[0]
    older = list_world.national(replace(german, sequence=german.sequence - 1))
    kept = keeper.cache.load(list_world.location("DE"))
    keeper.cache.save(list_world.location("DE"), replace(kept, data=older))
    loaded = keeper.kept(lists.at)
    assert [item.territory for item in loaded.lists] == ["AT"]
    assert loaded.problems[0].code == "validation.trusted_list.sequence"


def test_4_1_4_11_an_issue_that_does_not_name_its_own_signer_leads_nowhere(keeper, lists, list_world):
    last, other = list_world.eras[-1], ListSigner.create("other", territory="EU", at=lists.at)
    lists.files[LOTL] = sign_list(list_world.lotl(12, other), last, at=lists.at)
    assert codes(keeper.update(lists.at)) == {
        ("EU", "validation.trusted_list.pivots", False, FindingKind.RULES_NOT_AVAILABLE)
    }


def test_services_stay_the_same_object_until_something_changes(keeper, lists, list_world):
    keeper.update(lists.at)
    first = keeper.services(lists.at)
    assert first.index.size > 30
    assert keeper.services(lists.at + HOUR / 60) is first
    assert keeper.services(lists.at + 2 * HOUR) is first
    german = list_world.description.lists[0]
    lists.files[list_world.location("DE")] = list_world.national(replace(german, sequence=41))
    keeper.update(lists.at + 3 * HOUR)
    assert keeper.services(lists.at + 3 * HOUR) is not first


def test_a_folder_that_cannot_be_written_is_told_and_the_fetched_list_is_used(keeper, lists, monkeypatch):
    def refuse(**_):
        raise OSError

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    loaded = keeper.update(lists.at)
    assert [item.territory for item in loaded.lists] == SOUND
    assert {(item.code, item.usable) for item in loaded.problems} == {("validation.trusted_list.unavailable", True)}


def test_a_national_key_that_was_changed_ends_the_trust_in_lists_of_the_old_one(lists, tmp_path):
    world = ListWorld.create(lists.at)
    source = Lists(world=world, files=dict(world.files))
    anchors = ListAnchors(location=LOTL, signers=(world.eras[0].der,), journal=world.description.journal)
    policy = ListPolicy(territories=("DE",))
    keeper = ListKeeper(source=source, cache=FolderListCache(tmp_path), anchors=anchors, policy=policy)
    assert [item.sequence for item in keeper.update(lists.at).lists] == [40]
    world.signers["DE"] = ListSigner.create("new list DE", territory="DE", at=lists.at)
    source.files[LOTL] = sign_list(world.lotl(13, world.eras[-1]), world.eras[-1], at=lists.at)
    gone = keeper.update(lists.at)  # the old list still lies there, and is kept as well
    signer = ("DE", "validation.trusted_list.signature.signer", False, FindingKind.RULES_NOT_AVAILABLE)
    assert (gone.lists, codes(gone)) == ((), {signer})
    german = replace(world.description.lists[0], sequence=41)
    source.files[world.location("DE")] = world.national(german)
    assert [item.sequence for item in keeper.update(lists.at).lists] == [41]
