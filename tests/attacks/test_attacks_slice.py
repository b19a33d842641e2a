"""A slice of ``./run attacks``: attacks of every family are found, permitted edits are permitted; in seconds."""

import random

import pytest

from tests.attacks import campaign, fuzz
from tests.attacks.register import ATTACKS, EDITS
from tests.attacks.subjects import scene

SEED = "slice"


@pytest.fixture(scope="module", autouse=True)
def loaded():
    campaign.load()
    scene()


def test_every_file_is_clean_before_anybody_touches_it():
    assert [s.name for s in scene().subjects if not scene().verdict(s.data).clean] == []


@pytest.mark.parametrize("family", campaign.FAMILIES)
def test_no_attack_of_a_family_is_called_clean(family):
    numbers = [number for number, attack in enumerate(ATTACKS) if attack.family == family]
    told = [campaign.attack_case(SEED, number) for number in random.Random(SEED).sample(numbers, 4)]
    done = [case for case in told if case is not None]
    assert done
    assert [case for case in done if not case.right or case.broke] == []


def test_permitted_edits_are_permitted():
    told = [campaign.edit_case(SEED, number) for number in range(24)]
    assert [case for case in told if not case.right or case.broke] == []


def test_the_lists_hold_what_they_promise():
    assert len(ATTACKS) >= 200
    assert len({(attack.family, attack.name) for attack in ATTACKS}) == len(ATTACKS)
    assert len(EDITS) >= 25


def test_a_scene_and_a_case_are_made_again_byte_by_byte():
    again = scene.__wrapped__()
    assert [subject.data for subject in again.subjects] == [subject.data for subject in scene().subjects]
    made = [fuzz.KINDS[kind](random.Random(f"{SEED}/{kind}/1")) for kind in ("bytes", "words", "objects", "cms") * 2]
    assert [case and case.after for case in made[:4]] == [case and case.after for case in made[4:]]


def test_the_files_of_a_case_that_is_wrong_are_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(fuzz, "_asked", lambda subject, made: ("clean", 0.0, "called clean with other pages"))
    case = fuzz.one("s", "bytes", 1, tmp_path / "kept")
    assert (case.seed, case.wrong) == ("s/bytes/1", "called clean with other pages")
    after, before = (tmp_path / "kept" / f"s-bytes-1{when}.pdf" for when in ("", "-before"))
    assert before.read_bytes() in [subject.data for subject in scene().subjects]
    assert after.read_bytes() == fuzz.KINDS["bytes"](random.Random("s/bytes/1")).after != before.read_bytes()
    monkeypatch.setattr(fuzz, "_asked", lambda subject, made: ("clean", 0.0, None))
    assert fuzz.one("s", "bytes", 2, tmp_path / "none").wrong is None
    assert not (tmp_path / "none").exists()
