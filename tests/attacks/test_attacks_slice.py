"""A slice of ``./run attacks``: attacks of every family are found, permitted edits are permitted; in seconds."""

import random

import pytest

from tests.attacks import campaign
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
