"""A verdict completed with what allowed hosts have: a few rounds, only what is open, never worse than before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from esign.validation.certificates import TrustAnchors
from esign.validation.completing import ROUNDS, complete
from esign.validation.process import Material
from esign.validation.verdict import FileVerdict, FormatFailure, verify


class Source:
    """Has material for every chain, and remembers who asked."""

    def __init__(self, *materials):
        self.materials = list(materials)
        self.asked = []

    def about(self, chains):
        self.asked.append(chains)
        return self.materials.pop(0) if self.materials else Material()


@pytest.fixture(scope="module")
def bare(small, walked):
    return small.walk(walked.world, with_crls=False).signed


@pytest.fixture
def judge(walked, bare):
    trust = TrustAnchors(certificates=(walked.world.root.der,))
    at = walked.world.now + timedelta(minutes=10)

    def judged(material, data=bare):
        judged.times += 1
        return verify(data, trust=trust, material=material, at=at)

    judged.times = 0
    return judged


def test_what_is_open_is_closed_by_what_comes_and_what_was_given_stays(walked, judge):
    world = walked.world
    given = Material(crls=(world.crl(world.root),))
    source = Source(Material(crls=(world.crl(world.authority),)))
    verdict, material = complete(judge, judge(given), given=given, source=source)
    assert verdict.clean
    assert (len(source.asked), material.crls[0]) == (1, given.crls[0])
    signer = verdict.signatures[0].result.signer
    assert source.asked[0][0][0] == signer


def test_a_verdict_that_is_settled_asks_nobody(walked, judge):
    source = Source()
    for data in (walked.finished, walked.finished.replace(b"/Lang", b"/Lank", 1), b"no PDF"):
        verdict = judge(Material(), data)
        assert complete(judge, verdict, given=Material(), source=source)[0] is verdict
    assert source.asked == []


def test_nothing_new_ends_it_and_there_are_few_rounds(walked, judge):
    source = Source()
    verdict = judge(Material())
    assert complete(judge, verdict, given=Material(), source=source) == (verdict, Material())
    assert len(source.asked) == 1
    endless = Source(*(Material(crls=(walked.world.crl(walked.world.tsa),)) for _ in range(9)))
    complete(judge, verdict, given=Material(), source=endless)
    assert len(endless.asked) == ROUNDS


def test_material_that_is_too_much_for_the_helper_does_not_cost_the_verdict(judge):
    verdict = judge(Material())

    def broken(material):
        return FileVerdict.unreadable("", FormatFailure(), at=verdict.at)

    source = Source(Material(certificates=(b"much",)))
    assert complete(broken, verdict, given=Material(), source=source) == (verdict, Material())
