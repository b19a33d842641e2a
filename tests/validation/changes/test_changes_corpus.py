"""Signed, attacked and broken files of others: what the analysis of changes alone must say of them."""

import json
import os
import time
from pathlib import Path

import pytest

from esign.pdf import PdfError
from esign.validation.changes import Analysis, open_file

_OURS = {
    "uncovered_bytes",
    "modified_after_signing",
    "byte_range_invalid",
    "no_usable_signature",
    "docmdp_violation",
    "fieldmdp_violation",
    "annotation_overlays_content",
    "permitted_change_annotation",
    "field_value_appearance_mismatch",
    "attachment_changed",
    "format_failure",
}
"""Kinds that need no cryptography."""


@pytest.fixture(scope="module")
def corpus() -> Path:
    """The folder of the corpus, which is no part of this project."""
    place = os.environ.get("ESIGN_CORPUS")
    if not place:
        pytest.skip("ESIGN_CORPUS names no folder")
    return Path(place)


def cases(corpus: Path, group: str) -> list[dict]:
    return [case for case in json.loads((corpus / "corpus.json").read_text())["cases"] if case["group"] == group]


def found(corpus: Path, case: dict) -> set[str]:
    try:
        analysis = Analysis(open_file((corpus / case["file"]).read_bytes()))
        return {f.kind.value for s in analysis.signatures for f in analysis.after(s).findings}
    except PdfError:
        return {"format_failure"}


def test_each_attack_that_needs_no_cryptography_is_found_as_what_it_is(corpus):
    asked = [case for case in cases(corpus, "attack") if set(case["expected"]["findings_any"]) <= _OURS]
    assert len(asked) >= 20
    missed = {case["id"]: found(corpus, case) for case in asked}
    missed = {
        i: f for (i, f), c in zip(missed.items(), asked, strict=True) if not f & set(c["expected"]["findings_any"])
    }
    assert missed == {}


def test_nothing_is_said_against_valid_files(corpus):
    asked = cases(corpus, "valid")
    assert len(asked) >= 16
    assert {case["id"]: said for case in asked if (said := found(corpus, case))} == {}


def test_attacks_on_the_cryptography_are_left_to_it(corpus):
    asked = [case for case in cases(corpus, "attack") if not set(case["expected"]["findings_any"]) & _OURS]
    assert {case["id"]: said for case in asked if (said := found(corpus, case))} == {}


def test_malformed_files_end_quickly(corpus):
    for case in cases(corpus, "malformed"):
        begun = time.process_time()
        found(corpus, case)
        assert time.process_time() - begun < 1, case["id"]
