"""Many signatures: what they share is found out once, and it is the same that each would be told alone."""

from __future__ import annotations

import hashlib

import pytest

from esign.pdf import Pdf
from esign.pdf import pdf as pdf_module
from esign.validation.changes import Analysis, open_file
from esign.validation.changes.step import Step
from esign.validation.verdict import verify
from esign.validation.verdict.digests import FileDigests
from tests.validation.many_signatures import signed_often
from tests.validation.verdicts import said


@pytest.fixture(scope="module")
def often():
    return signed_often(12)


def test_a_revision_is_compared_and_accounted_for_once_however_many_signatures_stand_before_it(often, monkeypatch):
    compared: list[int] = []
    accounted: list[int] = []
    compare, account = Step.differences, pdf_module.unaccounted

    def comparing(step):
        compared.append(step._new.view.index)
        return compare(step)

    def accounting(pdf, index):
        accounted.append(index)
        return account(pdf, index)

    monkeypatch.setattr(Step, "differences", comparing)
    monkeypatch.setattr(pdf_module, "unaccounted", accounting)
    verdict = said(often.finished, often)
    assert verdict.clean
    assert len(verdict.signatures) == 12
    assert sorted(compared) == list(range(2, 15))
    assert set(compared) <= set(accounted)
    assert len(accounted) == len(set(accounted))


def test_each_signature_is_told_once_as_the_revision_that_holds_it(often):
    signatures = Analysis(open_file(often.finished)).signatures
    assert [signature.field for signature in signatures[:-1]] == [f"S{number}" for number in range(12)]
    assert [signature.revision for signature in signatures] == [*range(1, 13), 14]


def test_a_change_is_told_of_each_signature_before_it_and_of_none_behind(often):
    changed = signed_often(12, often.world, changed=lambda pdf: pdf + other_page_size(pdf))
    verdict = said(changed.finished, often)
    told = [not all(change.permitted for change in s.changes.changes) for s in verdict.signatures]
    assert told == [True] * 6 + [False] * 6
    assert len({s.changes.findings for s in verdict.signatures[:6]}) == 1


def other_page_size(pdf: bytes) -> bytes:
    """Return a revision in which the first page has another size."""
    opened = Pdf(pdf)
    page = opened.view().pages()[0].ref
    start, end = opened.view().extent(page)
    text = pdf[start:end].replace(b"/MediaBox", b"/CropBox[0 0 9 9]/MediaBox")
    trailer = b"trailer<</Size %d/Root %d 0 R/Prev %d>>" % (
        opened.view().trailer["Size"],
        opened.view().trailer["Root"].number,
        opened.revisions[-1].startxref,
    )
    table = b"xref\n%d 1\n%010d 00000 n\r\n" % (page.number, len(pdf))
    return text + b"\n" + table + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % (len(pdf) + len(text) + 1)


def test_the_verdict_on_many_signatures_is_that_on_each_revision_alone(often):
    whole = verify(often.finished, trust=often.trust, material=often.material, at=often.at)
    for count in (1, 5):
        alone = verify(often.revision(count), trust=often.trust, material=often.material, at=often.at)
        assert alone.clean
        assert [s.place for s in alone.signatures] == [s.place for s in whole.signatures[:count]]


@pytest.mark.parametrize("name", ["sha256", "sha512", "sha3-256"])
def test_the_file_is_hashed_once_for_all_signatures_and_each_digest_is_that_of_its_own_bytes(often, name):
    data = often.finished
    digests = FileDigests(data)
    for end in (100, 70_000, 200_000, 150_000, 70_000, 0):
        pieces = ((0, end), (end + 50, 30))
        whole = data[:end] + data[end + 50 : end + 80]
        assert digests.of(name, pieces) == hashlib.new(name.replace("sha3-", "sha3_"), whole).digest()
    assert (
        digests.of(name, ((10, 20), (0, 5)))
        == hashlib.new(name.replace("sha3-", "sha3_"), data[10:30] + data[:5]).digest()
    )


@pytest.mark.parametrize("pieces", [((-1, 5),), ((0, 10**9),), ((0, 10), (5, -1))])
def test_a_piece_outside_the_file_has_no_digest(pieces):
    with pytest.raises(ValueError, match="outside"):
        FileDigests(b"x" * 100).of("sha256", pieces)
