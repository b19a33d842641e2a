"""The check before release of the higher levels: nothing leaves that is not what it must be."""

import pytest

from esign.sealing.document_errors import SealNotGood
from esign.sealing.levels import check_raised
from tests.pades import small_world
from tests.sealing.helpers.levels_world import LevelsWorld

DRAFT = small_world.draft()


@pytest.fixture(scope="module")
def tails():
    with LevelsWorld().open() as world:
        return {level: world.seal(DRAFT, level)[len(DRAFT) :] for level in ("B-T", "B-LT", "B-LTA")}


def refused(tail, *, archived=True, document=DRAFT):
    with pytest.raises(SealNotGood) as error:
        check_raised(document, tail, archived=archived)
    assert error.value.code == "sealing.not_good"


def test_what_is_as_it_must_be_passes(tails):
    check_raised(DRAFT, tails["B-LT"], archived=False)
    check_raised(memoryview(DRAFT), tails["B-LTA"], archived=True)


def test_a_lower_or_another_level_is_refused(tails):
    refused(tails["B-T"], archived=False)
    refused(tails["B-LT"])
    refused(tails["B-LTA"], archived=False)


def test_every_changed_byte_of_the_tail_is_found_except_within_the_token(tails):
    """The token's own signature was checked when it came; a token over anything else is found."""
    tail = tails["B-LTA"]
    start, end = tail.rindex(b"/Contents<") + 11, tail.rindex(b">>>\nendobj")
    for place in [*range(0, start, 97), *range(end, len(tail), 5)]:
        changed = bytearray(tail)
        changed[place] ^= 1
        refused(bytes(changed))


def test_another_document_and_what_is_cut_off_or_added_is_refused(tails):
    tail = tails["B-LTA"]
    refused(tail, document=DRAFT[:100] + b"X" + DRAFT[101:])
    refused(tail, document=DRAFT + b"\n")
    refused(tail[:-1])
    refused(tail + b"\n")
    refused(b"")


def test_a_token_over_something_else_is_refused(tails):
    tail = tails["B-LTA"]
    place = tail.rindex(b"/Contents<") + 10
    size = int(tail[place + 4 : place + 8], 16) + 4
    token = bytes.fromhex(tail[place : place + 2 * size].decode())
    with LevelsWorld().open() as world:
        other = world.stamps.stamp(bytes(32)).der
    filled = other.hex().encode().ljust(2 * len(token), b"0")
    refused(tail[:place] + filled + tail[place + len(filled) :])
