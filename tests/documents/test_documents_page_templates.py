"""Page templates: strict descriptions, values of declared types as words on the page, files that come back the same."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.documents import (
    FieldPlacement,
    PageTemplate,
    fill_in,
    from_archive,
    from_folder,
    normalise,
    to_archive,
    to_folder,
)
from esign.documents.errors import GlyphMissing
from esign.documents.page_errors import TemplateRefused
from tests.documents.looking import NODE, browser_says, difference, faults
from tests.documents.own_documents import UPLOAD, VALUES, description, template
from tests.documents.pdf_making import made

JANA = {"signatory": {"given_name": "Jana", "family_name": "Beispiel", "email": "jana@post.example"}}


def text(pdf: bytes, page: int) -> str:
    return pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded().replace("\r\n", "\n")


def refused(action: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(TemplateRefused) as caught:
        action()
    return caught.value.code.removeprefix("documents.template."), dict(caught.value.facts)


def filled(given: dict[str, Any], **changes: Any) -> bytes:
    return fill_in(template(**changes), {**VALUES, **given}, JANA).pdf


# Filling in ---------------------------------------------------------------------------------------------------------


def test_values_stand_on_the_pages_as_people_write_them() -> None:
    own = fill_in(template(), {**VALUES, "count": "1234.5", "address": "a@b.example"}, JANA)
    assert "Kunde: Jana Beispiel" in text(own.pdf, 0)
    assert "1.299,00 €" in text(own.pdf, 0).replace("\u00a0", " ")
    assert "1.234,5 a@b.example" in text(own.pdf, 0)
    assert "01.01.2027" in text(own.pdf, 1)
    assert own.fields == (FieldPlacement(name="Signatory1", page=1, box=(60.0, 100.0, 290.0, 166.0)),)
    assert own.pages == 2 and faults(own.pdf) == []


def test_the_same_values_give_the_same_bytes() -> None:
    assert filled({}) == filled({})
    assert filled({}) != filled({"fee": 1})


@pytest.mark.skipif(NODE is None, reason="node is missing")
def test_the_browsers_agent_accepts_filled_pages(tmp_path: Path) -> None:
    assert browser_says(tmp_path, filled({"note": "Grüße – „so“"})) == ["accepted"]


def test_a_mark_is_drawn_for_its_choice_only() -> None:
    assert difference(filled({"mail": "nein"}), filled({"mail": "ja"})) > 0


@pytest.mark.parametrize(
    "evil", ["{customer.name}", "#panic()", "$x$", "*fett*", "{{fee}}", '#include("x")', "\\u{41}"]
)
def test_values_are_words_and_nothing_in_them_is_looked_into(evil: str) -> None:
    assert evil in text(filled({"note": evil}), 1)


def test_a_text_shrinks_until_it_fits_and_is_refused_below_the_smallest_size() -> None:
    narrow = {"kind": "text", "page": 1, "box": [60, 200, 160, 212], "text": "{note}", "size": 10, "min_size": 7}
    assert "Zwanzig Buchstaben ja" in text(filled({"note": "Zwanzig Buchstaben ja"}, placements=[narrow]), 0)
    code, facts = refused(lambda: filled({"note": "Viel zu lang für diesen kleinen Platz"}, placements=[narrow]))
    assert (code, facts) == ("overflow", {"placement": 0, "variable": "note"})
    code, _ = refused(lambda: filled({"note": "W" * 40}, placements=[{**narrow, "max_lines": 9}]))
    assert code == "overflow"


def test_a_character_that_no_typeface_has_is_refused() -> None:
    with pytest.raises(GlyphMissing):
        filled({"note": "漢字"})


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"fee": None}, "fee"),
        ({"fee": 12.5}, "fee"),
        ({"fee": "12"}, "fee"),
        ({"fee": True}, "fee"),
        ({"start": "01.01.2027"}, "start"),
        ({"start": "2027-02-30"}, "start"),
        ({"start": "20270101"}, "start"),
        ({"mail": "vielleicht"}, "mail"),
        ({"count": "1e3"}, "count"),
        ({"count": "NaN"}, "count"),
        ({"address": "kein"}, "address"),
        ({"note": 7}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\u202eb"}, "note"),
        ({"note": "a\nb"}, "note"),
        ({"customer.name": "Ich"}, "customer.name"),
        ({"unbekannt": "x"}, "unbekannt"),
    ],
)
def test_a_value_that_is_missing_unknown_or_of_another_type_is_refused_by_name(
    given: dict[str, Any], variable: str
) -> None:
    code, facts = refused(lambda: filled(given))
    assert (code, facts["variable"]) == ("values", variable)


@settings(max_examples=15, deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["C"]), max_size=60))
def test_any_latin_text_is_filled_in_or_refused_by_one_code(note: str) -> None:
    try:
        assert faults(filled({"note": note})) == []
    except (TemplateRefused, GlyphMissing) as error:
        assert error.code in {"documents.template.values", "documents.template.overflow", "documents.draft.glyph"}


# Descriptions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"v": "esign-page-template/2"}, "/v"),
        ({"more": 1}, ""),
        ({"parties": 6}, "/parties"),
        ({"lang": "fr"}, "/lang"),
        ({"name": ""}, "/name"),
        ({"variables": [{"name": "A b", "label": "x", "type": "text"}]}, "/variables/0/name"),
        ({"variables": [{"name": "a", "label": "x", "type": "choice"}]}, "/variables/0"),
        ({"variables": [{"name": "a", "label": "x", "type": "text", "from": "signatory-1.iban"}]}, "/variables/0/from"),
        ({"placements": [{"kind": "text", "page": 0, "box": [0, 0, 9, 9], "text": "x"}]}, "/placements/0/page"),
        ({"placements": [{"kind": "text", "page": 1, "box": [0, 0, 9], "text": "x"}]}, "/placements/0/box"),
        ({"placements": [{"kind": "script", "page": 1, "box": [0, 0, 9, 9]}]}, "/placements/0"),
        ({"name": "a\u200bb"}, "/name"),
    ],
)
def test_a_description_that_does_not_fit_its_schema_is_refused(changes: dict[str, Any], pointer: str) -> None:
    code, facts = refused(lambda: template(**changes))
    assert (code, facts["pointer"]) == ("schema", pointer)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"v":1,"v":2}', b"\xff", b"NaN", b"[" * 5000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    assert refused(lambda: PageTemplate.parse(data, UPLOAD))[0] == "schema"


EQUALS = "/placements/0/equals"
SIGNATURE = {"kind": "signature", "page": 1, "box": [60, 100, 290, 166], "party": "signatory-1"}


@pytest.mark.parametrize(
    ("placements", "pointer"),
    [
        ([{"kind": "text", "page": 3, "box": [0, 0, 9, 9], "text": "x"}], "/placements/0/page"),
        ([{"kind": "text", "page": 1, "box": [9, 0, 4, 9], "text": "x"}], "/placements/0/box"),
        ([{"kind": "text", "page": 1, "box": [500, 0, 700, 9], "text": "x"}], "/placements/0/box"),
        ([{"kind": "text", "page": 1, "box": [0, 0, 99, 9], "text": "{nobody}"}], "/placements/0/text"),
        ([{"kind": "date", "page": 1, "box": [0, 0, 99, 9], "variable": "fee"}], "/placements/0/variable"),
        (
            [{"kind": "check", "page": 1, "box": [0, 0, 9, 9], "variable": "mail", "equals": "?"}],
            "/placements/0/equals",
        ),
        ([{"kind": "text", "page": 1, "box": [0, 0, 99, 9], "text": "x", "min_size": 20}], "/placements/0/min_size"),
        ([{**SIGNATURE, "party": "signatory-2"}], "/placements/0/party"),
        ([{**SIGNATURE, "box": [60, 100, 120, 120]}], "/placements/0/box"),
        ([SIGNATURE, {**SIGNATURE, "page": 2}], "/placements/1/party"),
        ([SIGNATURE, {"kind": "text", "page": 1, "box": [280, 120, 400, 150], "text": "x"}], "/placements/1/box"),
    ],
)
def test_what_does_not_stand_properly_on_the_page_is_refused(placements: list[Any], pointer: str) -> None:
    code, facts = refused(lambda: template(placements=placements))
    assert (code, facts["pointer"]) == ("placement", pointer)


def test_a_variable_is_declared_once_and_from_a_party_that_is_there() -> None:
    twice = [{"name": "a", "label": "x", "type": "text"}] * 2
    assert refused(lambda: template(variables=twice, placements=[]))[1]["pointer"] == "/variables"
    other = [{"name": "a", "label": "x", "type": "text", "from": "signatory-2.name"}]
    assert refused(lambda: template(variables=other, placements=[]))[1]["pointer"] == "/variables/0/from"


def test_the_description_names_its_document() -> None:
    other = normalise(made(pages=3))
    assert refused(lambda: PageTemplate.parse(description(), other))[0] == "document"
    original = description(document={"sha256": UPLOAD.digest_of_original.hex()})
    assert PageTemplate.parse(original, UPLOAD) == template()


# Files --------------------------------------------------------------------------------------------------------------


def test_a_template_comes_back_from_its_archive_and_folder_the_same(tmp_path: Path) -> None:
    there = template()
    back = from_archive(to_archive(there))
    assert (back.source, back.placements, back.variables) == (there.source, there.placements, there.variables)
    assert difference(there.pdf, back.pdf) == 0
    to_folder(there, tmp_path / "t")
    assert from_folder(tmp_path / "t").source == there.source
    assert to_archive(there) == to_archive(there)


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


GOOD = {"template_json": b"{}", "document_pdf": UPLOAD.pdf}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        archive(),
        archive(template_json=b"{}"),
        archive(**GOOD, more_txt=b"x"),
        archive(**GOOD, **{"..__evil_py": b"x"}),
        archive(x__template_json=b"{}", document_pdf=b""),
        archive(template_json=b" " * 1_000_000, document_pdf=UPLOAD.pdf),
        archive(template_json=b"{}", document_pdf=b"\0" * 200_000_000),
        to_archive(template())[:-30],
    ],
    ids=["empty", "cut", "nothing", "one", "more", "path", "folder", "large json", "bomb", "truncated"],
)
def test_an_archive_with_anything_else_is_refused(data: bytes) -> None:
    assert refused(lambda: from_archive(data))[0] == "archive"


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    data = bytearray(archive(template_json=b" " * 1_000_000, document_pdf=UPLOAD.pdf))
    for at in range(len(data) - 4):
        if data[at : at + 4] == (1_000_000).to_bytes(4, "little"):
            data[at : at + 4] = (100).to_bytes(4, "little")
    assert refused(lambda: from_archive(bytes(data)))[0] in ("archive", "schema")


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    to_folder(template(), tmp_path)
    (tmp_path / "template.json").rename(tmp_path / "elsewhere.json")
    (tmp_path / "template.json").symlink_to(tmp_path / "elsewhere.json")
    assert refused(lambda: from_folder(tmp_path))[0] == "archive"
