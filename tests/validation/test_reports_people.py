"""The report for people: what its first page says, and what it never leaves out."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pypdfium2 as pdfium
import pytest

from esign.documents import RenderingFailed, lint_pdf
from esign.documents.compare import Comparison, PagePair
from esign.documents.report import draw_report
from esign.validation.certificates import NoTrustAnchors
from esign.validation.reports import Maker, Reports, Subject, make_reports, this_program
from esign.validation.reports.people import words_for_people
from esign.validation.reports.phrases import ABOUT, LABELS, MEANING, SAYING
from esign.validation.verdict import FileVerdict, words
from tests.validation.test_verdict_own_files import added_page, changed_byte
from tests.validation.verdicts import said

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "verification-report.schema.json"
MAKER = Maker(name="esign test")


def people(verdict: FileVerdict, pdf: bytes, lang: str = "de") -> dict:
    found, _ = words_for_people(verdict, Subject.of("folder/name.pdf", pdf), MAKER, lang=lang, made_at=verdict.at)
    return found


def rows(found: dict) -> dict[str, str]:
    return {row["label"]: row["value"] for row in found["summary"][0]["rows"]}


def nothing_differs(before: bytes, after: bytes) -> Comparison:
    return Comparison(pairs=(), differing=0, complete=True)


def reports(verdict: FileVerdict, pdf: bytes, *, lang: str = "de", compare=nothing_differs) -> Reports:
    return make_reports(verdict, pdf, maker=MAKER, lang=lang, made_at=verdict.at, compare=compare)


def drawn_words(pdf: bytes) -> str:
    drawn = pdfium.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in drawn).split())
    finally:
        drawn.close()


def test_the_first_page_says_who_signed_since_when_trusted_by_whom_and_that_nothing_was_changed(walked):
    found = people(said(walked.finished, walked), walked.finished)
    assert (found["verdict"], found["tone"]) == ("Gültig und unverändert", "good")
    assert rows(found) == {
        "Unterzeichnet von": "Erika Mustermann SANDBOX",
        "Ergebnis": "gültig",
        "Rechtliches Niveau": "fortgeschritten",
        "Bewiesen seit": "22.11.2026, 13:00:00 Uhr deutscher Zeit (2026-11-22 12:00:00 UTC)",
        "Vertrauen": "ja, durch den Vertrauensanker „SANDBOX Root“",
        "Verändert": "nein; hinzu kam nur Erlaubtes: Prüfdaten ergänzt, Dokument-Zeitstempel ergänzt",
    }
    assert found["file"] == "name.pdf"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_sandbox_and_that_no_qualified_service_speaks_are_always_said(walked, lang):
    found = people(said(walked.finished, walked), walked.finished, lang)
    assert found["sandbox"] == words.SANDBOX[lang]
    assert found["not_qualified_short"] == SAYING["not_qualified_short"][lang]
    assert ("qualifizierten" if lang == "de" else "qualified") in found["about"][0]


def test_a_sandbox_seal_is_named_in_the_first_line_of_a_report_on_a_file_without_sandbox(walked):
    verdict = said(b"%PDF-1.7 and nothing", walked)
    subject, maker = Subject.of("a.pdf", b""), Maker(name="esign test", sandbox=True)
    found, _ = words_for_people(verdict, subject, maker, lang="de", made_at=verdict.at)
    assert (verdict.sandbox, found["sandbox"]) == (False, SAYING["sandbox_seal"]["de"])
    assert people(verdict, b"")["sandbox"] == ""


def test_a_changed_file_is_called_changed_in_the_box_and_in_the_row(walked):
    pdf = added_page(walked.finished)
    found = people(said(pdf, walked), pdf, "en")
    assert (found["verdict"], found["tone"], found["meaning"]) == (
        "MODIFIED AFTER IT WAS SIGNED",
        "bad",
        [MEANING["modified"]["en"]],
    )
    assert rows(found)["Changed"] == "YES: after the signature things were done that it does not permit (1)"


def test_what_was_signed_and_changed_itself_is_told_apart_from_what_came_later(walked):
    pdf = changed_byte(walked.finished)
    found = people(said(pdf, walked), pdf)
    assert found["meaning"] == [MEANING["failed"]["de"]]
    assert rows(found)["Verändert"] == SAYING["changed_itself"]["de"]
    assert rows(found)["Bewiesen seit"] == SAYING["not_proven"]["de"]
    assert rows(found)["Vertrauen"] == rows(found)["Rechtliches Niveau"] == SAYING["trusted_broken"]["de"]


def test_a_name_that_nobody_stands_for_or_that_did_not_sign_this_is_only_claimed(walked):
    changed = changed_byte(walked.finished)
    for verdict in (said(changed, walked), said(walked.finished, walked, trust=NoTrustAnchors())):
        found = rows(people(verdict, changed))
        assert (found["Genannt wird"], found.get("Unterzeichnet von")) == ("Erika Mustermann SANDBOX", None)


def test_without_an_anchor_nobody_is_said_to_be_trusted(walked):
    found = people(said(walked.finished, walked, trust=NoTrustAnchors()), walked.finished)
    assert (found["tone"], rows(found)["Vertrauen"]) == ("open", SAYING["not_trusted"]["de"])


def test_an_open_signature_on_a_changed_file_is_not_called_valid_for_an_earlier_version(walked):
    pdf = added_page(walked.finished)
    found = people(said(pdf, walked, trust=NoTrustAnchors()), pdf)
    assert found["meaning"] == [MEANING["modified_open"]["de"]]


def test_each_step_stands_in_the_report_with_its_clause(walked):
    verdict = said(walked.finished, walked)
    part, stamp = people(verdict, walked.finished)["parts"]
    steps = verdict.signatures[0].result.steps
    english = people(verdict, walked.finished, "en")["parts"][0]["steps"]
    assert [(row["number"], row["clause"]) for row in english] == [(step.number, step.clause) for step in steps]
    assert [row["number"] for row in part["steps"]] == [step.number for step in steps]
    assert part["steps"][0]["clause"] == "EN 319 102-1 Abschnitt 5.3"
    assert [row["name"] for row in part["chain"]] == ["Erika Mustermann SANDBOX", "SANDBOX Issuing CA", "SANDBOX Root"]
    assert [row["judged"] for row in part["changes"]] == ["ja", "ja"]
    assert stamp["heading"] == "Dokument-Zeitstempel „DocumentTimestamp1“"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_drawn_report_is_pdfa_and_pdfua_for_good_changed_and_broken_files(walked, lang):
    broken = b"%PDF-1.7 and nothing"
    for pdf in (walked.finished, added_page(walked.finished), broken):
        made = reports(said(pdf, walked), pdf, lang=lang)
        assert [finding for finding in lint_pdf(made.pdf) if finding.kind != "no_signature_field"] == []


def test_a_hostile_name_is_drawn_as_numbers_and_breaks_nothing(walked):
    verdict = said(b"%PDF-1.7 and nothing", walked)
    name = "a\u202efdp.‮\u0000\ud800 عمر #panic() <b>.pdf"
    found, _ = words_for_people(verdict, Subject.of(name, b""), MAKER, lang="de", made_at=verdict.at)
    assert draw_report(found, at=verdict.at).pdf.startswith(b"%PDF")


def test_pictures_are_made_where_something_unpermitted_stands_behind_a_good_signature(walked, small):
    asked = []

    def compare(before: bytes, after: bytes) -> Comparison:
        asked.append((len(before), len(after)))
        picture = small.picture()
        pair = PagePair(before=0, after=0, before_picture=picture, after_picture=picture)
        return Comparison(pairs=(pair,), differing=9, complete=False)

    pdf = added_page(walked.finished)
    made = reports(said(pdf, walked), pdf, compare=compare)
    end = said(pdf, walked).signatures[0].place.covered_until
    assert asked == [(end, len(pdf))]
    assert [one.name for one in made.pictures] == ["1-page-1-signed", "1-page-1-present"]
    for unpictured in (walked.finished, changed_byte(walked.finished)):
        assert reports(said(unpictured, walked), unpictured, compare=compare).pictures == ()
    assert len(asked) == 1


def test_pages_that_cannot_be_pictured_are_told_and_the_report_stands(walked):
    def compare(before: bytes, after: bytes) -> Comparison:
        raise RenderingFailed("no")

    pdf = added_page(walked.finished)
    verdict = said(pdf, walked)
    for how, sentence in ((compare, "pictures_failed"), (nothing_differs, "pictures_same")):
        made = reports(verdict, pdf, lang="en", compare=how)
        assert made.pictures == ()
        assert SAYING[sentence]["en"] in drawn_words(made.pdf)


def test_the_json_report_keeps_to_its_schema_and_holds_the_verdict(walked):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for pdf in (walked.finished, added_page(walked.finished), b"%PDF-1.7 and nothing"):
        verdict = said(pdf, walked)
        found = json.loads(reports(verdict, pdf).json)
        validator.validate(found)
        assert found["verdict"] == {**verdict.to_json(), "file": "contract.pdf"}
        assert [len(part["steps"]) for part in found["details"]] == [len(part.result.steps) for part in verdict.parts]


def test_the_same_values_make_the_same_report(walked):
    verdict = said(walked.finished, walked)
    assert reports(verdict, walked.finished) == reports(verdict, walked.finished)
    later = make_reports(
        verdict,
        walked.finished,
        maker=MAKER,
        lang="de",
        made_at=verdict.at + timedelta(days=1),
        compare=nothing_differs,
    )
    assert later.xml == reports(verdict, walked.finished).xml


def test_every_phrase_exists_in_both_languages():
    for phrases in (*LABELS.values(), *SAYING.values(), *MEANING.values(), *ABOUT):
        assert set(phrases) == {"de", "en"}
        assert all(phrases.values())
    assert this_program().startswith("esign")
