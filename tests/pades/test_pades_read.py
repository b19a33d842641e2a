"""Reading foreign bytes: values or an error of this room, never anything else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.pades import PadesError, read_security_store, read_signatures
from esign.pades.errors import ByteRangeError, DocumentUnreadableError


def test_a_finished_document_shows_its_signature_and_its_timestamp(walked):
    signature, timestamp = read_signatures(walked.finished)
    assert (signature.field, signature.kind, signature.subfilter) == ("Signatory", "Sig", "ETSI.CAdES.detached")
    assert signature.byte_range == walked.prepared.byte_range and signature.cms == walked.cms
    assert signature.padding_is_zero and not signature.covers_whole_file
    assert (timestamp.kind, timestamp.subfilter) == ("DocTimeStamp", "ETSI.RFC3161")
    assert timestamp.padding_is_zero and timestamp.covers_whole_file


def test_a_draft_has_no_signatures_and_no_security_store(small):
    assert read_signatures(small.draft()) == ()
    assert read_security_store(small.draft()) == ((), (), ())


def test_a_hole_that_is_still_empty_is_no_signature(walked):
    with pytest.raises(PadesError) as caught:
        read_signatures(walked.prepared.data)
    assert caught.value.code == "pades.read"


def test_something_behind_the_cms_in_the_hole_is_told(walked):
    end = walked.prepared.byte_range[2]
    changed = walked.signed[: end - 3] + b"ff" + walked.signed[end - 1 :]
    assert not read_signatures(changed)[0].padding_is_zero


@pytest.mark.parametrize(
    "text",
    [
        b"[1 %d %d %d]",
        b"[0 %d %d]",
        b"[0 %d %d 999999999]",
        b"[0 -%d %d %d]",
        b"(none)",
        b"[0 %d %d %d 0 9]",
    ],
)
def test_a_byte_range_that_is_none_is_refused(walked, text):
    _, b, c, d = walked.prepared.byte_range
    numbers = (b, c, d)[: text.count(b"%d")]
    start = walked.signed.rindex(b"/ByteRange[") + len(b"/ByteRange")
    end = walked.signed.index(b"]", start) + 1
    new = (text % numbers).ljust(end - start)
    assert len(new) == end - start
    with pytest.raises(ByteRangeError) as caught:
        read_signatures(walked.signed[:start] + new + walked.signed[end:])
    assert caught.value.code == "pades.read.byte_range"


def test_a_byte_range_around_something_else_than_the_contents_is_refused(walked):
    start = walked.signed.rindex(b"/ByteRange[") + len(b"/ByteRange[")
    _, b, c, d = walked.prepared.byte_range
    other = b"0 %d %d %d" % (b - 1, c, d)
    old = b"0 %d %d %d" % (b, c, d)
    assert len(other) == len(old)
    with pytest.raises(ByteRangeError):
        read_signatures(walked.signed[:start] + other + walked.signed[start + len(old) :])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\nstartxref\n0\n%%EOF\n", b"\x00" * 500, b"<html>"])
def test_what_is_no_pdf_is_unreadable(data):
    with pytest.raises(DocumentUnreadableError) as caught:
        read_signatures(data)
    assert caught.value.code == "pades.document.unreadable"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_documents_never_raise_anything_but_errors_of_this_room(walked, data):
    pdf = bytearray(walked.finished)
    skeleton = len(walked.prepared.data) - 9_000  # mutate mostly where structure is
    for _ in range(data.draw(st.integers(1, 12))):
        place = st.integers(skeleton, len(pdf) - 1) if data.draw(st.booleans()) else st.integers(0, len(pdf) - 1)
        position = data.draw(place)
        kind = data.draw(st.sampled_from(["byte", "cut", "copy", "digit"]))
        if kind == "byte":
            pdf[position] = data.draw(st.integers(0, 255))
        elif kind == "digit":
            pdf[position] = data.draw(st.sampled_from(b"0123456789<>[]/()R "))
        elif kind == "cut":
            del pdf[position : position + data.draw(st.integers(1, 60))]
        else:
            source = data.draw(st.integers(0, len(pdf) - 1))
            pdf[position:position] = pdf[source : source + data.draw(st.integers(1, 200))]
    for read in (read_signatures, read_security_store):
        try:
            read(bytes(pdf))
        except PadesError as error:
            assert error.code.startswith("pades.")


def test_the_long_string_is_read_at_once_only_as_the_whole_contents(walked):
    """The shortcut of the reader must not be talked into another meaning by a string in a comment or a literal."""
    _, start, end, _ = walked.prepared.byte_range
    hole = walked.signed[start:end]
    commented = walked.signed[: start - len(b"/Contents")] + b"%/Contents" + hole[: -1 - 10] + b">" + b" " * 10
    assert isinstance(commented, bytes)
    with pytest.raises(PadesError):
        read_signatures(commented + walked.signed[end + 1 :])
