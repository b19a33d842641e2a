"""Clauses on pages: in German legal style for German readers, as the policies name them for English ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from esign.policy import policies_root, read_policy
from web.clauses import clause_in
from web.wording import Catalogue, catalogue

ENGLISH = re.compile(r"\b(sentences?|Nos?\.|the|of|is|are|by|not|for|as|both|since|until|where|and|no)\b")


def sources(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("source", "clause") and isinstance(inner, str):
                yield inner
            yield from sources(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from sources(inner)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("BGB § 357a (2) sentence 1 No. 1", "BGB § 357a (2) Satz 1 Nr. 1"),
        ("BGB § 193; holidays of both places united", "BGB § 193; Feiertage beider Orte zusammen"),
        ("BGB § 356 (4) as in force until 2026-06-18", "BGB § 356 (4) in der bis 18.06.2026 geltenden Fassung"),
        ("EGBGB Art. 246a § 1 (2) sentence 1 Nos. 1, 3", "EGBGB Art. 246a § 1 (2) Satz 1 Nr. 1, 3"),
        ("§ 311b(1) BGB", "§ 311b(1) BGB"),
    ],
)
def test_a_clause_is_quoted_in_the_language_of_the_page(english: str, german: str) -> None:
    assert clause_in(english, "de") == german
    assert clause_in(english, "en") == english


@pytest.mark.parametrize("shown", ["withdrawal/*", "form-requirements/*", "rights/value-*"])
def test_no_clause_that_a_page_shows_stays_half_english(shown: str) -> None:
    left = set()
    for path in sorted(policies_root().glob(f"{shown}.yaml")):
        clauses = {clause_in(each, "de") for each in sources(dict(read_policy(path)))}
        left |= {clause for clause in clauses if ENGLISH.search(clause)}
    assert left == set()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_refusal_s_sentences_end_with_one_full_stop_whatever_clause_they_name(lang: str) -> None:
    """Some clauses and consequences end with an abbreviation: "§ 492(1) BGB n.F."."""
    words = catalogue(lang)
    tables = [read_policy(path) for path in sorted(policies_root().glob("form-requirements/*.yaml"))]
    rows = [row for table in tables for row in table.get("rows", ())]
    abbreviated = set()
    for row in rows:
        facts = {"clause": row["source"]}
        if "consequence" in row:
            facts |= {"consequence_de": row["consequence"]["de"], "consequence": row["consequence"]["en"]}
        problem = words.told("contracts.form.not_offered", facts)
        clause = clause_in(problem.clause, lang)
        abbreviated |= {clause} if clause.endswith(".") else set()
        said = [words.phrase("formation.clause", clause=clause)]
        if problem.consequence:
            said.append(words.phrase("formation.consequence", consequence=problem.consequence))
        for sentence in said:
            assert sentence.endswith("."), row["type"]
            assert not re.search(r"\.\s*\.", sentence), row["type"]
    assert len(rows) > 90
    assert "§ 492(1) BGB n.F." in abbreviated


def test_a_phrase_in_which_more_follows_keeps_one_full_stop_too() -> None:
    words = Catalogue(language="en", phrases={"two": "Clause: {clause}. Ask us, {name}!"}, problems={})
    assert words.phrase("two", clause="§ 1 ff.", name="Mr.") == "Clause: § 1 ff. Ask us, Mr.!"
    assert words.phrase("two", clause="§ 1", name="you") == "Clause: § 1. Ask us, you!"
