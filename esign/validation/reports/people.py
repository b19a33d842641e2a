"""The report for people: a verdict becomes the words that are drawn (``esign.documents.report``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from esign.validation.findings import Finding
from esign.validation.reports.parts import finding_rows, signature_part, timestamp_part
from esign.validation.reports.phrases import ABOUT, LABELS, MEANING
from esign.validation.reports.pictures import PicturedChange
from esign.validation.reports.subject import Maker, Subject
from esign.validation.reports.summary import meaning_of, record_of, summary_of
from esign.validation.reports.telling import row, say, time_of
from esign.validation.sentences import told
from esign.validation.verdict import AttachmentVerdict, FileVerdict, words

ON_FIRST_PAGE = 3
"""Signatures that the first page sums up."""
MOST_PARTS = 40
"""Signatures and document timestamps with pages of their own; the others stand in the JSON and XML reports."""
MOST_ATTACHMENTS = 100


def words_for_people(
    verdict: FileVerdict,
    subject: Subject,
    maker: Maker,
    *,
    pictured: Sequence[PicturedChange] = (),
    lang: str,
    made_at: datetime,
) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """Return what the report says, and its pictures in the order in which it refers to them.

    Args:
        verdict: What was found.
        subject: The file.
        maker: Who makes the report.
        pictured: What the changes look like.
        lang: ``de`` or ``en``.
        made_at: When the report is made.
    """
    key, tone = meaning_of(verdict)
    pairs, notes, pictures = _pairs(pictured, lang)
    parts = [signature_part(one, lang) for one in verdict.signatures]
    parts += [timestamp_part(one, lang) for one in verdict.timestamps]
    labels = {name: both[lang] for name, both in LABELS.items()}
    return {
        "lang": lang,
        "labels": labels,
        "title": say("title", lang),
        "file": subject.name,
        "made_by": maker.name,
        "sandbox": _sandbox(verdict, maker, lang),
        "sandbox_short": say("sandbox_short", lang),
        "not_qualified_short": say("not_qualified_short", lang),
        "subject": _subject(verdict, subject, maker, made_at, lang),
        "tone": tone,
        "verdict": _first_up(words.headline(verdict)[lang]),
        "meaning": _meaning(verdict, key, lang),
        "summary": [
            *(summary_of(one, lang) for one in verdict.signatures[:ON_FIRST_PAGE]),
            *_further("more_parts", len(verdict.signatures) - ON_FIRST_PAGE, lang),
            *([record_of(verdict.evidence_record, lang)] if verdict.evidence_record is not None else []),
        ],
        "about": [sentence[lang] for sentence in ABOUT],
        "file_findings": finding_rows(_of_the_file(verdict), lang),
        "parts": [*parts[:MOST_PARTS], *_further_parts(len(parts) - MOST_PARTS, lang)],
        "steps_note": say("steps_note", lang),
        "attachments": [_attachment(one, lang) for one in verdict.attachments[:MOST_ATTACHMENTS]],
        "pairs": pairs,
        "pictures_note": notes,
    }, pictures


def _of_the_file(verdict: FileVerdict) -> tuple[Finding, ...]:
    """Return what speaks against the file as a whole, or against its evidence record."""
    record = () if verdict.evidence_record is None else verdict.evidence_record.findings
    return () if verdict.error is not None else tuple(dict.fromkeys((*verdict.findings, *record)))


def _subject(
    verdict: FileVerdict, subject: Subject, maker: Maker, made_at: datetime, lang: str
) -> list[dict[str, str]]:
    size = f"{subject.size:,}".replace(",", "." if lang == "de" else ",")
    by = maker.name if not maker.operator else f"{maker.name} ({maker.operator})"
    return [
        row("file", subject.name, lang),
        row("size", f"{size} Bytes" if lang == "de" else f"{size} bytes", lang),
        row("fingerprint", subject.sha256.hex(), lang),
        row("checked_at", time_of(verdict.at, lang), lang),
        row("made_by", by, lang),
        row("made_at", time_of(made_at, lang), lang),
    ]


def _meaning(verdict: FileVerdict, key: str, lang: str) -> list[str]:
    found = [MEANING[key][lang]]
    if verdict.error is not None:
        found.append(f"{say('reason', lang)}: {told(verdict.error.detail, lang)} ({verdict.error.code})")
    return found


def _sandbox(verdict: FileVerdict, maker: Maker, lang: str) -> str:
    """Return the first line of a report that rests on a sandbox, or is sealed by one."""
    if verdict.sandbox:
        return words.SANDBOX[lang]
    return say("sandbox_seal", lang) if maker.sandbox else ""


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _further(heading: str, count: int, lang: str) -> list[dict[str, Any]]:
    if count <= 0:
        return []
    return [{"heading": say(heading, lang), "rows": [row("signature", say("more", lang, count=count), lang)]}]


def _further_parts(count: int, lang: str) -> list[dict[str, Any]]:
    empty: dict[str, Any] = {
        name: [] for name in ("findings", "changes", "chain", "timestamps", "steps", "qualification")
    }
    return [{**part, **empty} for part in _further("more_parts", count, lang)]


def _attachment(attachment: AttachmentVerdict, lang: str) -> dict[str, str]:
    return {
        "name": attachment.name or say("unnamed", lang),
        "sha256": attachment.sha256.hex(),
        "relationship": (attachment.af_relationship or "–").lstrip("/"),
        "signed": say("yes" if attachment.signed else "no", lang),
        "tone": "good" if attachment.signed else "bad",
    }


def _pairs(pictured: Sequence[PicturedChange], lang: str) -> tuple[list[dict[str, Any]], list[str], tuple[bytes, ...]]:
    pairs: list[dict[str, Any]] = []
    notes: list[str] = []
    pictures: list[bytes] = []

    def place(picture: bytes | None) -> int | None:
        if picture is None:
            return None
        pictures.append(picture)
        return len(pictures) - 1

    for change in pictured:
        notes += _notes(change, lang)
        for pair in change.comparison.pairs if change.comparison is not None else ():
            before = "page_added" if pair.before is None else "page_before"
            after = "page_removed" if pair.after is None else "page_after"
            first = say(before, lang, page=(pair.before or 0) + 1)
            second = say(after, lang, page=(pair.after or 0) + 1)
            page = (pair.after if pair.after is not None else pair.before or 0) + 1
            pairs.append(
                {
                    "heading": say("pair", lang, field=change.field, page=page),
                    "before": place(pair.before_picture),
                    "after": place(pair.after_picture),
                    "before_label": "" if pair.before is None else first,
                    "after_label": "" if pair.after is None else second,
                    "before_alt": first,
                    "after_alt": second,
                }
            )
    if pairs:
        notes.insert(0, say("pictures_note", lang))
    return pairs, notes, tuple(pictures)


def _notes(change: PicturedChange, lang: str) -> list[str]:
    found = change.comparison
    if found is None:
        return [say("pictures_failed", lang)]
    notes = []
    if not found.pairs:
        notes.append(say("pictures_same", lang))
    if found.differing > len(found.pairs):
        notes.append(say("pictures_more", lang, count=found.differing, shown=len(found.pairs)))
    if not found.complete:
        notes.append(say("pictures_incomplete", lang))
    return notes
