"""After the fact: bytes of every region of a finished file are changed; nothing of it passes the release check."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from esign.pades import read_signatures
from esign.validation import ReleaseExpectation, TrustAnchors, check_release
from tests.pades import small_world

EACH = 6
"""Samples a region; fixed, so that a failure can be looked at again."""


@pytest.fixture(scope="module")
def walked() -> Any:
    return small_world.walk()


def passes(walk: Any, pdf: bytes) -> bool:
    expected = ReleaseExpectation(
        field="Signatory",
        byte_range=walk.prepared.byte_range,
        document_digest=walk.prepared.digest,
        attributes=walk.attributes,
        evidence=walk.evidence,
        certificate=walk.signer.der,
        level=1,
    )
    trust = TrustAnchors(certificates=(walk.world.root.der,))
    return check_release(pdf, expected=expected, trust=trust, at=walk.world.now).passed


def regions(walk: Any) -> dict[str, range]:
    """Return the regions of a B-LTA file by name, as ranges of bytes."""
    pdf = walk.finished
    signature, timestamp = read_signatures(pdf)
    _, hole, behind, rest = signature.byte_range
    _, hole_t, behind_t, rest_t = timestamp.byte_range
    draft = len(walk.prepared.data[: walk.prepared.data.index(b"%%EOF")]) + 6
    signed, stamped = behind + rest, pdf.rindex(b"%%EOF", 0, hole_t) + 6
    used, used_t = 2 * len(signature.cms), 2 * len(timestamp.cms)
    return {
        "header": range(9),
        "draft": range(9, draft),
        "signature dictionary": range(draft, hole),
        "signature": range(hole + 1, hole + 1 + used),
        "padding of the signature": range(hole + 1 + used, behind - 1),
        "brackets of the signature": range(hole, behind, behind - hole - 1),
        "behind the signature": range(behind, signed),
        "security store": range(signed, stamped),
        "timestamp dictionary": range(stamped, hole_t),
        "timestamp": range(hole_t + 1, hole_t + 1 + used_t),
        "padding of the timestamp": range(hole_t + 1 + used_t, behind_t - 1),
        "behind the timestamp": range(behind_t, behind_t + rest_t),
    }


NAMES = (
    "header",
    "draft",
    "signature dictionary",
    "signature",
    "padding of the signature",
    "brackets of the signature",
    "behind the signature",
    "security store",
    "timestamp dictionary",
    "timestamp",
    "padding of the timestamp",
    "behind the timestamp",
)


def samples(name: str, places: range) -> Iterator[int]:
    chosen = random.Random(name)
    yield from {places[0], places[-1], *(chosen.choice(places) for _ in range(EACH - 2))}


def test_the_regions_are_the_whole_file(walked: Any) -> None:
    found = regions(walked)
    assert tuple(found) == NAMES
    assert found["behind the timestamp"].stop == len(walked.finished)
    assert passes(walked, walked.finished)


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_byte_of_any_region_does_not_pass(walked: Any, name: str) -> None:
    for place in samples(name, regions(walked)[name]):
        changed = bytearray(walked.finished)
        changed[place] ^= 1
        assert not passes(walked, bytes(changed)), place


def test_a_file_cut_off_or_lengthened_anywhere_does_not_pass(walked: Any) -> None:
    pdf = walked.finished
    for name, places in regions(walked).items():
        assert not passes(walked, pdf[: places[-1]]), name
    for more in (b"\n", b"%", b"\n%%EOF\n", pdf[-400:]):
        assert not passes(walked, pdf + more), more
