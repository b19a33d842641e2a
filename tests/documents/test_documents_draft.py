"""A draft keeps its promises: one revision, tagged, embedded, deterministic, with data attached and a place to sign."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from esign.contracts import ContractData, declaration_text
from esign.contracts.policy_tests import samples
from esign.documents import COMPANY_FIELD, DraftFailed, GlyphMissing, draw_up, lint_pdf, render_page

SAMPLES = dict(samples())
AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PAGES = {
    "cost-approval": (2, 3),
    "electricity-supply": (5, 6),
    "household-insurance": (5,),
    "mobile-plan": (5,),
    "goods-purchase": (4,),
    "digital-content": (4,),
    "securities-account": (4,),
    "consumer-credit": (4,),
    "payment-deferral": (4,),
    "term-life-insurance": (5,),
    "distance-course": (4,),
}
"""Template to pages: of one signatory, and of several or a representative."""


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return re.sub(r"\s+", " ", " ".join(pages).replace("\x02", "").replace("\u200b", ""))


@pytest.fixture(scope="module", params=list(SAMPLES))
def drawn(request):
    contract = ContractData.parse(SAMPLES[request.param])
    return contract, draw_up(contract, drawn_up_at=AT)


def test_every_sample_passes_the_producers_check(drawn) -> None:
    contract, draft = drawn
    assert lint_pdf(draft.pdf) == ()
    alone = not contract.further_signatories and contract.signatory.represents is None
    assert draft.pages == PAGES[contract.template][0 if alone else -1]


def test_the_draft_is_exactly_one_revision(drawn) -> None:
    _, draft = drawn
    assert draft.pdf.startswith(b"%PDF-1.7")
    assert draft.pdf.count(b"%%EOF") == 1
    assert draft.pdf.count(b"startxref") == 1
    assert draft.pdf.rstrip().endswith(b"%%EOF")
    assert b"/Linearized" not in draft.pdf


def test_the_contract_data_is_attached_byte_for_byte(drawn) -> None:
    contract, draft = drawn
    (attachment,) = draft.attachments
    assert (attachment.name, attachment.media_type, attachment.relationship) == (
        "contract.json",
        "application/json",
        "Data",
    )
    with pikepdf.open(io.BytesIO(draft.pdf)) as document:
        assert list(document.attachments) == ["contract.json"]
        data = document.attachments["contract.json"].get_file().read_bytes()
        (entry,) = document.Root.AF
        assert entry.AFRelationship == "/Data"
        assert entry.EF.F.Subtype == "/application/json"
    assert data == contract.canonical()
    assert attachment.sha256 == hashlib.sha256(data).digest()
    assert ContractData.parse(data) == contract


def test_title_language_and_creation_date_are_in_the_file(drawn) -> None:
    contract, draft = drawn
    with pikepdf.open(io.BytesIO(draft.pdf)) as document:
        assert str(document.Root.Lang).startswith("de")
        assert str(document.docinfo.Title) == f"{contract.title} {contract.reference}"
        assert str(document.docinfo.Author) == contract.company.name
        assert str(document.docinfo.CreationDate).startswith("D:20261120093000")


def test_the_declaration_stands_in_the_document(drawn) -> None:
    contract, draft = drawn
    said = _text(draft.pdf)
    for paragraph in declaration_text(contract).split("\n\n"):
        assert re.sub(r"\s+", " ", paragraph) in said


def test_umlauts_and_foreign_letters_can_be_read_out(drawn) -> None:
    contract, draft = drawn
    said = _text(draft.pdf)
    assert contract.signatory.family_name in said
    assert "€" in said
    assert "„" in said
    assert f"Elektronische Unterschrift – {contract.signatory.name}" in said
    assert f"Seite {draft.pages} von {draft.pages}" in said


def test_the_simple_level_never_calls_itself_more() -> None:
    contract = ContractData.parse(SAMPLES["mobile-plan-sophie-mueller-luedenscheidt.json"])
    said = _text(draw_up(contract, drawn_up_at=AT).pdf).casefold()
    assert "einfache elektronische signatur" in said
    assert "fortgeschritten" not in said
    assert "qualifiziert" not in said


def test_the_place_to_sign_is_the_empty_box_on_the_page(drawn) -> None:
    contract, draft = drawn
    names = [f"Signatory{place}" for place, _ in enumerate(contract.signatories, 1)]
    sealed = [COMPANY_FIELD] if contract.company_signature == "seal" else []
    assert [field.name for field in draft.fields] == [*names, *sealed]
    for field in draft.fields:
        _is_the_empty_box(draft, field)


def _is_the_empty_box(draft, field) -> None:
    left, bottom, right, top = field.box
    assert right - left > 200
    assert top - bottom > 55
    scale = 4
    picture = Image.open(io.BytesIO(render_page(draft.pdf, field.page, scale))).convert("L")
    height = picture.height / scale
    inside = (left * scale, (height - top) * scale, right * scale, (height - bottom) * scale)
    assert picture.crop(tuple(round(edge) for edge in inside)).getextrema() == (255, 255)
    around = tuple(round(edge + grow * scale) for edge, grow in zip(inside, (-3, -3, 3, 3), strict=True))
    ring = picture.crop(around)
    middle = ring.height // 2
    row = [ring.getpixel((x, middle)) for x in range(ring.width)]
    assert min(row[: 4 * scale]) < 100
    assert min(row[-4 * scale :]) < 100


def test_same_contract_and_instant_give_the_same_bytes(drawn) -> None:
    contract, draft = drawn
    assert draw_up(contract, drawn_up_at=AT).pdf == draft.pdf
    elsewhere = AT.astimezone(timezone(timedelta(hours=9))).replace(microsecond=999)
    assert draw_up(contract, drawn_up_at=elsewhere).pdf == draft.pdf
    assert draw_up(contract, drawn_up_at=AT + timedelta(seconds=1)).pdf != draft.pdf


def test_another_process_gives_the_same_bytes() -> None:
    """Also in another order: what was drawn up before leaves no trace."""
    contracts = [ContractData.parse(data) for data in SAMPLES.values()]
    code = (
        "import sys,hashlib;from datetime import datetime,UTC;"
        "from esign.contracts import ContractData;from esign.documents import draw_up;"
        "at=datetime(2026,11,20,9,30,tzinfo=UTC);"
        "drawn=(draw_up(ContractData.parse(each),drawn_up_at=at).pdf for each in sys.stdin.buffer);"
        "print(*(hashlib.sha256(pdf).hexdigest() for pdf in drawn))"
    )
    lines = b"".join(contract.canonical() + b"\n" for contract in reversed(contracts))
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, check=True, timeout=60)
    wanted = [hashlib.sha256(draw_up(contract, drawn_up_at=AT).pdf).hexdigest() for contract in contracts]
    assert done.stdout.decode().split() == wanted[::-1]


def test_many_threads_draw_up_without_mixing_contracts() -> None:
    contracts = [ContractData.parse(data) for data in SAMPLES.values()]
    wanted = [draw_up(contract, drawn_up_at=AT).pdf for contract in contracts]
    wrong: list[str] = []

    def work() -> None:
        for contract, pdf in zip(contracts, wanted, strict=True):
            if draw_up(contract, drawn_up_at=AT).pdf != pdf:
                wrong.append(contract.reference)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "#panic(1)",
        "#{ let x = 1 }",
        "*bold* _it_",
        "$ 1/0 $",
        "@missing",
        "<label>",
        "= Heading",
        "\\u{202e}",
        '#read("house.typ")',
        "</script><b>",
        "// comment",
        "[x](y)",
        "`raw`",
        "a--b...c~d",
    ],
)
def test_data_is_placed_as_text_and_never_becomes_markup(sample, text: str) -> None:
    data = sample("cost")
    data["signatory"]["given_name"] = text
    data["terms"]["benefit"] = text
    draft = draw_up(ContractData.parse(data), drawn_up_at=AT)
    assert text.replace(" ", "") in _text(draft.pdf).replace(" ", "")
    assert lint_pdf(draft.pdf) == ()


def test_a_word_that_never_ends_stays_on_the_page(sample) -> None:
    data = sample("electricity")
    data["signatory"]["family_name"] = "W" * 80
    data["terms"]["grid_operator"] = "M" * 160
    data["company"]["name"] = "G" * 160
    draft = draw_up(ContractData.parse(data), drawn_up_at=AT)
    assert lint_pdf(draft.pdf) == ()
    document = pypdfium2.PdfDocument(draft.pdf)
    for page in document:
        width, _ = page.get_size()
        textpage = page.get_textpage()
        for index in range(textpage.count_chars()):
            _, _, right, _ = textpage.get_charbox(index)
            assert right <= width - 40
    document.close()


def test_a_character_without_a_glyph_is_refused_and_not_repeated(sample) -> None:
    data = sample("electricity")
    data["signatory"]["family_name"] = "李"
    with pytest.raises(GlyphMissing) as caught:
        draw_up(ContractData.parse(data), drawn_up_at=AT)
    assert caught.value.code == "documents.draft.glyph"
    assert "李" not in f"{caught.value} {dict(caught.value.facts)}"


def test_names_of_europe_have_glyphs(sample) -> None:
    data = sample("electricity")
    data["signatory"]["given_name"] = "Žofie Łucja Þóra Şükrü"
    data["signatory"]["family_name"] = "Ðorđević-Őry Ελένη Юлия Nguyễn"
    assert lint_pdf(draw_up(ContractData.parse(data), drawn_up_at=AT).pdf) == ()


def test_an_instant_without_a_time_zone_is_refused(sample) -> None:
    with pytest.raises(DraftFailed):
        draw_up(ContractData.parse(sample("electricity")), drawn_up_at=datetime(2026, 11, 20, 9, 30))


def test_the_largest_contract_that_the_schema_allows_is_drawn_up(sample) -> None:
    data = sample("household")
    data["terms"]["covered"] = ["Sehr lange Beschreibung " * 25] * 15
    data["terms"]["covered"] = [text.strip() for text in data["terms"]["covered"]]
    data["terms"]["not_covered"] = data["terms"]["covered"]
    data["terms"]["limits"] = data["terms"]["covered"]
    data["terms"]["risk_answers"] = [{"question": "Lange Frage " * 40 + "?", "answer": "Ja"}] * 20
    draft = draw_up(ContractData.parse(data), drawn_up_at=AT)
    assert lint_pdf(draft.pdf) == ()
    assert 5 < draft.pages <= 40


def test_no_heading_stands_alone_at_the_foot_of_a_page(drawn) -> None:
    _, draft = drawn
    document = pypdfium2.PdfDocument(draft.pdf)
    headings = (
        "Vertragsbedingungen",
        "Widerrufsbelehrung",
        "Ihre Erklärung",
        "So kommt der Vertrag zustande",
        "Preise",
    )
    for page in document:
        lines = [line.strip() for line in page.get_textpage().get_text_bounded().splitlines() if line.strip()]
        body = [line for line in lines if "Seite" not in line and "IBAN" not in line and "vertreten" not in line]
        assert body[-1] not in headings
    document.close()


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_nothing_to_complain_about(drawn, tmp_path) -> None:
    _, draft = drawn
    path = tmp_path / "draft.pdf"
    path.write_bytes(draft.pdf)
    assert subprocess.run(["qpdf", "--check", path], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("verapdf") is None, reason="veraPDF is not installed")
@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_verapdf_agrees_with_the_declared_standards(drawn, tmp_path, flavour: str) -> None:
    _, draft = drawn
    path = tmp_path / "draft.pdf"
    path.write_bytes(draft.pdf)
    done = subprocess.run(["verapdf", "--format", "json", "--flavour", flavour, path], capture_output=True, check=False)
    (job,) = json.loads(done.stdout)["report"]["jobs"]
    (result,) = job["validationResult"]
    assert result["compliant"] is True
