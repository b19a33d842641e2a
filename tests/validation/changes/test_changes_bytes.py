"""The bytes behind a signature: byte range, hole, padding, tails, bytes of nobody, wrapping."""

import pytest

from esign.pdf import PdfError
from esign.validation.changes import Analysis, cms_length, open_file
from tests.pdf.writer import last_startxref, part, stream
from tests.validation.changes.signed_files import CMS, OBJECTS, TRAILER, after_first, base, done, kinds, sign, update

SIGNED = sign(base())
START = SIGNED.index(b"/Contents<") + 9
END = SIGNED.index(b">", START) + 1


def with_range(*numbers: int) -> bytes:
    at = SIGNED.index(b"/ByteRange[") + 11
    now = SIGNED[at : SIGNED.index(b"]", at)]
    return SIGNED.replace(now, b" ".join(b"%d" % n for n in numbers).ljust(len(now)))


REST = len(SIGNED) - END


@pytest.mark.parametrize(
    "pdf",
    [
        with_range(0, START, END),
        with_range(0, START),
        with_range(0, START, END, REST - 7, len(SIGNED) - 7, 7),
        with_range(1, START, END, REST),
        with_range(0, START + 1, END, REST),
        with_range(0, START - 1, END, REST),
        with_range(0, START, END + 1, REST - 1),
        with_range(0, START, END - 1, REST),
        with_range(0, END, START, REST),
        with_range(0, 0, 0, len(SIGNED)),
        with_range(0, START, END, REST + 1),
        with_range(0, START, END, -1),
        SIGNED.replace(b"/ByteRange[0", b"/ByteRange[/"),
        SIGNED.replace(b"/ByteRange[", b"/BiteRange["),
    ],
)
def test_12_8_1_a_byte_range_is_two_pairs_around_the_signatures_own_hole(pdf):
    assert "byte_range_invalid" in kinds(after_first(pdf))


def test_a_byte_range_that_ends_before_its_revision():
    assert kinds(after_first(with_range(0, START, END, REST - 7))) == ["uncovered_bytes"]
    assert kinds(after_first(with_range(0, START, END, REST - 1))) == []


def test_a_byte_range_that_covers_what_came_later():
    later = update(SIGNED, {110: stream(b"x")})
    at = later.index(b"/ByteRange[") + 11
    now = later[at : later.index(b"]", at)]
    wrapped = later.replace(now, (b"0 %d %d %d" % (START, END, len(later) - END)).ljust(len(now)))
    assert kinds(after_first(wrapped)) == ["byte_range_invalid"]


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (CMS + b"00" * 20, []),
        (CMS, []),
        (b"3080" + b"020100" + b"0000" + b"00" * 9, []),
        (CMS + b"00" * 19 + b"01", ["uncovered_bytes"]),
        (CMS + b"41" + b"00" * 19, ["uncovered_bytes"]),
        (b"3080" + b"020100" + b"0000" + b"0001", ["uncovered_bytes"]),
        (b"3080" + b"020100", ["uncovered_bytes"]),
        (b"307f", ["uncovered_bytes"]),
        (b"", ["no_usable_signature"]),
        (CMS + b" " + b"00", ["uncovered_bytes"]),
    ],
)
def test_the_hole_holds_the_signature_and_zeros(contents, expected):
    assert kinds(after_first(sign(base(), contents=contents))) == expected


def test_how_long_a_cms_is():
    assert cms_length(bytes.fromhex("3003020100")) == 5
    assert cms_length(bytes.fromhex("30800201003080020100000000000000")) == 14
    assert cms_length(bytes.fromhex("308200010000")) == 5
    assert cms_length(b"") is None
    assert cms_length(b"\x30\x80" * 500) is None
    assert cms_length(b"\x30\x85\0\0\0\0\0") is None
    assert cms_length(b"\x1f\x81\x01\x00") is None


def test_a_signature_without_contents_or_as_plain_text():
    assert kinds(after_first(SIGNED.replace(b"/Contents<", b"/Content <"))) == [
        "byte_range_invalid",
        "no_usable_signature",
    ]
    plain = SIGNED.replace(SIGNED[START:END], b"(" + b"x" * (END - START - 2) + b")")
    assert kinds(after_first(plain)) == ["byte_range_invalid"]


TAILS = {
    "an object": b"20 0 obj\n" + stream(b"x") + b"\nendobj\n",
    "a word": b"hello",
    "a second end": b"%%EOF",
    "a cross-reference that leads nowhere": b"\nstartxref\n1\n%%EOF\n",
    "a whole other file": base(),
    "an update without a cross-reference": b"20 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n",
}


@pytest.mark.parametrize("name", TAILS)
def test_nothing_stands_behind_the_last_revision(name):
    changes = after_first(SIGNED + TAILS[name])
    assert "uncovered_bytes" in kinds(changes)
    assert not changes.covers_whole_file


@pytest.mark.parametrize("more", [b"\n", b"\r\n", b"\r\n\r\n", b"\n\n\n"])
def test_the_end_of_a_line_behind_the_end_is_nothing(more):
    changes = after_first(SIGNED + more)
    assert (kinds(changes), done(changes), changes.covers_whole_file) == ([], [], True)


@pytest.mark.parametrize("more", [b" ", b"\0", b"\n" * 6, b"\0" * 1_000, b" \r\n" * 341])
def test_a_little_white_space_behind_the_end_is_listed(more):
    changes = after_first(SIGNED + more)
    assert (kinds(changes), done(changes), changes.covers_whole_file) == ([], [("padding", True)], False)


@pytest.mark.parametrize("more", [b"\0" * 1_025, b" " * 5_000_000, b"\r\n" * 600])
def test_more_white_space_behind_the_end_than_readers_look_through_is_a_finding(more):
    changes = after_first(SIGNED + more)
    assert (kinds(changes), done(changes)) == (["uncovered_bytes"], [("padding", False)])


def test_white_space_that_was_signed_is_nothing():
    covered = SIGNED + b"\0" * 2_000
    at = covered.index(b"/ByteRange[") + 11
    now = covered[at : covered.index(b"]", at)]
    covered = covered.replace(now, (b"0 %d %d %d" % (START, END, len(covered) - END)).ljust(len(now)))
    assert (kinds(after_first(covered)), done(after_first(covered))) == ([], [])
    later = after_first(update(covered, {130: b"<</Junk 1>>"}))
    assert (kinds(later), done(later)) == ([], [("unused", True)])


@pytest.mark.parametrize(
    ("filler", "found"),
    [
        (b"\n\n", []),
        (b"%" + b"a name" * 9 + b"\n", []),
        (b"\0" * 1_000, [("padding", True)]),
        (b"\0" * 2_000, [("padding", False)]),
        (b" " * 5_000_000, [("padding", False)]),
        (b"% a remark of many words\n" * 100, [("padding", False)]),
    ],
)
@pytest.mark.parametrize("place", ["between the revisions", "between the objects", "before the mark"])
def test_white_space_and_comments_in_an_update(filler, found, place):
    objects = {130: b"<</Junk 1>>"}
    if place == "between the objects":
        pdf = update(SIGNED, objects, between=filler)
    elif place == "between the revisions":
        pdf = SIGNED + filler
        pdf += part(objects, len(pdf), size=200, previous=last_startxref(SIGNED), trailer=TRAILER)
    else:
        head, mark, end = update(SIGNED, objects).rpartition(b"startxref")
        pdf = head + filler + mark + end
    changes = after_first(pdf)
    assert done(changes) == [("unused", True), *found]
    assert kinds(changes) == (["uncovered_bytes"] if ("padding", False) in found else [])


def test_white_space_within_the_end_of_an_update_counts():
    head, mark, end = update(SIGNED, {130: b"<</Junk 1>>"}).rpartition(b"startxref")
    assert kinds(after_first(head + mark + b" " * 2_000 + end)) == ["uncovered_bytes"]


def test_bytes_of_nobody_in_an_update():
    hidden = b"20 0 obj\n" + stream(b"BT (9,000) Tj ET") + b"\nendobj\n"
    assert kinds(after_first(update(SIGNED, {6: OBJECTS[6]}, between=hidden))) == ["uncovered_bytes"]
    assert kinds(after_first(update(SIGNED, {6: OBJECTS[6]}, between=b"% a remark\n"))) == []


def test_an_update_that_is_passed_over():
    passed = update(SIGNED, {20: stream(b"x")})
    pdf = passed + part({6: OBJECTS[6]}, len(passed), size=200, previous=last_startxref(SIGNED), trailer=TRAILER)
    assert kinds(after_first(pdf)) == ["uncovered_bytes"]


def test_a_signed_object_that_a_later_cross_reference_moves_into_another():
    update_with = update(SIGNED, {130: stream(b"20 0 obj\n<<>>\nendobj\n")})
    inner = update_with.rindex(b"20 0 obj")
    row = update_with.rindex(b"130 1\n")
    moved = update_with[:row] + b"20 1\n%010d 00000 n \n" % inner + update_with[row:]
    assert "modified_after_signing" in kinds(after_first(moved))


def test_a_signature_that_is_moved_behind_other_bytes():
    """Signature wrapping: what was signed behind the hole is moved, something else stands in its place."""
    evil = b"\n20 0 obj\n" + stream(b"BT (9,000) Tj ET") + b"\nendobj\n"
    wrapped = SIGNED[:END] + evil + SIGNED[END:]
    at = wrapped.index(b"/ByteRange[") + 11
    now = wrapped[at : wrapped.index(b"]", at)]
    wrapped = wrapped.replace(now, (b"0 %d %d %d" % (START, END + len(evil), REST)).ljust(len(now)))
    try:
        found = kinds(after_first(wrapped))
    except (PdfError, IndexError):
        return  # the cross-reference leads nowhere any more, and the signature is not found
    assert "byte_range_invalid" in found


def test_a_signature_removed_with_the_form_is_told():
    gone = update(SIGNED, {1: OBJECTS[1].replace(b"/AcroForm 5 0 R", b"")})
    analysis = Analysis(open_file(gone))
    assert [signature.field for signature in analysis.signatures] == ["Sig1"]
    assert kinds(analysis.after(analysis.signatures[0])) == ["modified_after_signing"]


def test_a_signature_is_read_from_its_own_revision():
    """What it permits cannot be loosened later."""
    reference = b"/Reference[<</TransformMethod/DocMDP/TransformParams 150 0 R>>]"
    signed = sign(base(), entries=reference, more={150: b"<</Type/TransformParams/P 1/V/1.2>>"})
    loosened = update(signed, {150: b"<</Type/TransformParams/P 3/V/1.2>>"})
    analysis = Analysis(open_file(loosened))
    assert analysis.signatures[0].permission.certifies == 1
    assert kinds(analysis.after(analysis.signatures[0])) == ["modified_after_signing"]


def test_a_cross_reference_that_repeats_the_signature_hides_nothing():
    changed = update(SIGNED, {20: stream(b"x")})
    row = changed.rindex(b"20 1\n")
    repeated = changed[:row] + b"101 1\n%010d 00000 n \n" % SIGNED.index(b"101 0 obj") + changed[row:]
    analysis = Analysis(open_file(repeated))
    assert [signature.revision for signature in analysis.signatures] == [1]
    assert kinds(analysis.after(analysis.signatures[0])) == ["modified_after_signing"]


def test_what_readers_may_understand_differently_is_told_behind_the_signature_only():
    later = update(SIGNED, {6: OBJECTS[6]})
    short = later[: len(SIGNED)] + later[len(SIGNED) :].replace(b"/Size 100", b"/Size 3")
    assert kinds(after_first(short)) == ["modified_after_signing"]
    signed = sign(base().replace(b"/Size 100", b"/Size 3"))
    assert kinds(after_first(signed)) == []


def test_a_file_that_would_cost_too_much_is_told_as_such(monkeypatch):
    later = update(SIGNED, {6: OBJECTS[6].replace(b"20260101", b"20260202")})
    monkeypatch.setattr("esign.validation.changes.references._MOST_READ", 0)
    assert kinds(after_first(later)) == ["limit_exceeded"]
    monkeypatch.undo()
    monkeypatch.setattr("esign.pdf.accounting._MOST_OBJECTS", 0)
    assert kinds(after_first(later)) == ["limit_exceeded"]


def test_a_fault_of_ours_lets_no_change_pass(monkeypatch):
    monkeypatch.setattr("esign.validation.changes.analysis.Step.differences", lambda _: 1 / 0)
    later = update(SIGNED, {6: OBJECTS[6].replace(b"20260101", b"20260202")})
    assert kinds(after_first(later)) == ["modified_after_signing"]


def test_an_end_that_leads_back_to_an_older_revision():
    back = b"startxref\n%d\n%%%%EOF\n" % last_startxref(base())
    changes = after_first(SIGNED + back)
    assert kinds(changes) == ["uncovered_bytes"]


def test_7_5_4_a_table_without_a_section_is_read_by_some_only():
    empty = update(SIGNED, {})
    assert kinds(after_first(empty)) == []
    assert kinds(after_first(empty.replace(b"xref\n0 0\ntrailer", b"xref\ntrailer"))) == ["modified_after_signing"]
