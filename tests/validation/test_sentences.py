"""The verdict's sentences in German: every one that the rooms can say is in the book, with its facts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from esign.cli.verify_text import lines
from esign.validation.certificates import NoTrustAnchors
from esign.validation.changes import ChangeKind
from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SubIndication
from esign.validation.process.path_rules import PathFault
from esign.validation.sentences import sentences, told, understood
from esign.validation.verdict import FileVerdict, words
from tests.validation.test_verdict_own_files import added_page, changed_byte
from tests.validation.verdicts import said

ROOT = Path(__file__).parents[2] / "esign"
ROOMS = (
    *(
        "proof/evidence_records",
        "pdf",
        "validation/changes",
        "validation/process",
        "validation/verdict",
        "validation/isolation.py",
    ),
    *("validation/qualification.py", "validation/qualification_rules.py", "validation/level.py"),
    *("validation/qc_statements.py", "validation/trusted_lists", "gateways/trusted_lists.py", "store/trusted_lists.py"),
)
NORMS = re.compile(r"(ETSI |EN |RFC |TS |ISO |PAdES|PKCS7|%|dict\[|Parsed a serial number|space exclam|Stream\()")
NO_SENTENCE = {
    "signature timestamp",  # words of enumerations: the terms and the verdict's words have them
    "content timestamp",
    "document timestamp",
    "timestamp of the evidence record",
    "not supported",
    "no signature",
    "qualified certificate for website authentication, which signs no documents",
    "advanced at most, not qualified",
    "qualified electronic signature",
    "qualified electronic seal",
    "advanced electronic signature with a qualified certificate",
    "advanced electronic seal with a qualified certificate",
    "comparing revisions broke: %s",
    "was changed",  # the ends of sentences about a thing, which are put together (changes/location.py)
    "is also used elsewhere and was exchanged",
    "{} {}",
    " over what was signed",
    "not a verdict",  # said to nobody: what a spoiled helper answers
    "an answer too long",
    "a type that stands in no verdict",
    "reliable until {}",  # of the policy check, about a file of ours
    "a hash tree stands over one or more SHA-256 digests",  # of making records, in no verdict
    "no such leaf",
    "{} {} R",
    " / {}",
    "{}: {}",
    "not a certificate",  # the fault inside a list's entry, which is only counted
    "not named",  # a provider whom a list does not name
    "application/vnd.etsi.tsl+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1",
}


def said_in(path: Path) -> Iterator[str]:
    """Yield every literal with a blank in it, facts as ``{}``; docstrings and formats of facts left out."""
    tree = ast.parse(path.read_text("utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            passed |= {id(inner) for piece in node.values for inner in (piece, *spelled(piece))}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(piece.value if isinstance(piece, ast.Constant) else "{}" for piece in node.values)
        else:
            continue
        if " " in text.strip() and not NORMS.match(text):
            yield text


def spelled(piece: ast.expr) -> Iterator[ast.AST]:
    if isinstance(piece, ast.FormattedValue) and piece.format_spec is not None:
        yield from ast.walk(piece.format_spec)


def test_every_sentence_that_the_rooms_can_say_is_in_the_book():
    known = {re.sub(r"\{\w+\}", "{}", one.en) for one in sentences().values()} | NO_SENTENCE
    missing = {}
    for room in ROOMS:
        place = ROOT / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path.name == "words.py":
                continue
            for text in said_in(path):
                if text not in known:
                    missing.setdefault(text, path.relative_to(ROOT).as_posix())
    assert missing == {}, "add them to esign/validation/sentences"


def test_every_sentence_is_found_again_by_its_words_and_keeps_its_facts():
    for sentence in sentences().values():
        facts = {name: str(at + 1) for at, name in enumerate(sentence.facts)} | {
            name: "the signing certificate" for name in sentence.facts if name in ("what", "where", "when", "purpose")
        }
        shown = {name: told(value, "de") for name, value in facts.items()}
        assert told(sentence.en.format(**facts), "de") == sentence.de.format(**shown), sentence.code


def test_what_is_not_ours_stays_as_it_is_and_costs_little():
    assert told("<b>Grüße</b>", "de") == "<b>Grüße</b>"
    assert told("no path to a trust anchor", "en") == "no path to a trust anchor"
    assert understood("the " + "rests on " * 20_000) is None
    assert told("page 1: " * 60 + "no CMS", "de").startswith("Seite 1: ")


def test_sentences_within_sentences_are_told_too():
    text = "page 3: an attachment was changed, which the signature does not permit"
    assert told(text, "de") == "Seite 3: eine Anlage: verändert; das erlaubt die Unterschrift nicht"
    for thing in (one.en for code, one in sentences().items() if code.startswith("thing.")):
        for how in ("was changed", "is also used elsewhere and was exchanged"):
            assert told(f"{thing} {how}", "de") != f"{thing} {how}"
    assert all(told(fault.value, "de") != fault.value for fault in PathFault)


def test_every_kind_has_words_in_both_languages():
    for table, kinds in (
        (words.FINDING, FindingKind),
        (words.CHANGE, ChangeKind),
        (words.SUB_INDICATION, SubIndication),
        (words.INDICATION, Indication),
    ):
        assert set(table) == set(kinds)
        assert all(both["de"] and both["en"] and both["de"] != both["en"] for both in table.values())


def every_text(verdict: FileVerdict) -> Iterator[str]:
    for finding in verdict.all_findings:
        yield finding.what
    for part in verdict.parts:
        yield from (change.what for change in part.changes.changes)
        yield part.result.reason
        for step in part.result.steps:
            yield step.title


def test_a_german_answer_holds_no_english_sentence(walked):
    for pdf, trust in (
        (walked.finished, None),
        (added_page(walked.finished), None),
        (walked.finished, NoTrustAnchors()),
    ):
        verdict = said(pdf, walked, trust=trust)
        assert [text for text in every_text(verdict) if told(text, "de") == text and text != "Format"] == []
    broken = said(changed_byte(walked.finished), walked)
    shown = "\n".join(lines(broken, "de"))
    assert "was gedeckt ist, ist nicht, was unterschrieben wurde" in shown
    assert not re.search(r"\b(the|was|is|not|which)\b", shown.replace("was gedeckt ist", "").replace("was unter", ""))
