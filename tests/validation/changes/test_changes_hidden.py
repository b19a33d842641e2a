"""What is signed and not shown is told: layers, remarks, objects, bytes. It speaks against nothing."""

from esign.pdf import Pdf
from esign.validation.changes import find_hidden
from tests.attacks.subjects import scene
from tests.pdf.writer import append, page_objects, write
from tests.validation.changes.signed_files import OBJECTS, base, sign


def hidden(pdf: bytes) -> list[tuple[str, int, int | None]]:
    opened = Pdf(pdf)
    return [(item.kind.value, item.count, item.page) for item in find_hidden(opened, len(opened.revisions) - 1)]


def test_a_plain_file_hides_nothing():
    assert hidden(write(page_objects())) == []


def test_dormant_content_is_told():
    assert hidden(sign(base())) == [("unreferenced", 1, None)]
    assert hidden(sign(base({61: b"<</BaseState/OFF>>"}))) == [("layer_off", 1, None), ("unreferenced", 1, None)]
    assert hidden(sign(base({61: b"<</BaseState/OFF/ON[60 0 R]>>"}))) == [("unreferenced", 1, None)]
    assert hidden(sign(base({61: b"<</OFF[60 0 R 77 0 R]>>"}))) == [("layer_off", 1, None), ("unreferenced", 1, None)]
    remark = OBJECTS[44].replace(b"/Rect", b"/F 2/Rect")
    assert hidden(sign(base({44: remark}))) == [("annotation_hidden", 1, 2), ("unreferenced", 1, None)]


def test_bytes_of_nobody_are_told():
    more = b"20 0 obj\n<</Type/Page>>\nendobj\n"
    assert hidden(append(write(page_objects()), {7: b"null"}, between=more)) == [("unaccounted", len(more), None)]


def test_so_many_objects_are_not_searched_and_that_is_told():
    pdf = write({**page_objects(), **dict.fromkeys(range(5, 10_010), b"null")})
    assert hidden(pdf) == [("not_searched", 1, None)]


def test_the_verdict_tells_of_the_revision_that_was_signed():
    place = scene()
    told = place.verdict(place.named("rich table B-LTA").data)
    assert told.clean
    assert told.to_json()["hidden"] == [
        {"kind": "layer_off", "count": 1, "page": None},
        {"kind": "annotation_hidden", "count": 1, "page": 1},
    ]
