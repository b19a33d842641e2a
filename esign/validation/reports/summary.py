"""The first page: what a judge needs of each signature, and what the verdict means."""

from __future__ import annotations

from typing import Any

from esign.validation.findings import FindingKind
from esign.validation.process import Indication
from esign.validation.reports.telling import TONE, result_of, row, say, time_of
from esign.validation.verdict import EvidenceRecordVerdict, FileVerdict, Outcome, SignatureVerdict, Status, words
from esign.validation.verdict.standing import name_of


def meaning_of(verdict: FileVerdict) -> tuple[str, str]:
    """Return the key of what a verdict means, and the tone in which it is said."""
    if verdict.status is Status.UNREADABLE:
        return "unreadable", "open"
    if verdict.outcome is Outcome.NO_SIGNATURE:
        return "no_signature", "bad"
    if verdict.status is Status.VALID:
        return "valid", "good"
    if verdict.status is Status.INDETERMINATE:
        revoked = any(one.kind is FindingKind.REVOKED for one in verdict.all_findings)
        return ("open_revoked" if revoked else "open"), "open"
    failed = any(part.indication is Indication.TOTAL_FAILED for part in verdict.parts)
    unsure = any(part.indication is Indication.INDETERMINATE for part in verdict.parts)
    record = verdict.evidence_record
    if not failed and record is not None and record.indication is Indication.TOTAL_FAILED:
        return "record_failed", "bad"
    return ("failed" if failed else "modified_open" if unsure else "modified"), "bad"


def record_of(record: EvidenceRecordVerdict, lang: str) -> dict[str, Any]:
    """Return the few rows that say what an evidence record is."""
    proven = say("not_proven", lang) if record.proven_at is None else time_of(record.proven_at, lang)
    rows = [
        row("result", result_of(record, lang), lang, TONE[record.indication]),
        row("authority", record.authority or say("unknown", lang), lang),
        row("proven", proven, lang, "" if record.proven_at is not None else "open"),
    ]
    return {"heading": words.EVIDENCE_RECORD[lang][:1].upper() + words.EVIDENCE_RECORD[lang][1:], "rows": rows}


def summary_of(signature: SignatureVerdict, lang: str) -> dict[str, Any]:
    """Return the few rows that say what a signature is."""
    signed, proven = signature.signed_at, signature.proven_at
    when = say("not_proven", lang) if proven is None else time_of(proven, lang)
    rows = [
        signer_row(signature, lang),
        row("result", result_of(signature, lang), lang, TONE[signature.indication]),
        row("legal_level", level_of(signature, lang), lang),
        row("proven", when, lang, "" if proven is not None else "open"),
        trust_row(signature, lang),
        change_row(signature, lang),
    ]
    if proven is None and signed is not None:
        rows.insert(3, row("claimed", time_of(signed, lang), lang))
    if signature.qualification is not None:
        rows.insert(3, row("qualification", words.QUALIFICATION[signature.qualification][lang], lang))
    return {"heading": heading_of("signature", signature.field, lang), "rows": rows}


def heading_of(kind: str, field: str, lang: str) -> str:
    """Return the heading of a signature or document timestamp."""
    return f"{say(kind, lang)} „{field}“" if lang == "de" else f"{say(kind, lang)} “{field}”"


def signer_row(signature: SignatureVerdict, lang: str) -> dict[str, str]:
    """Return who signed; a name that nobody trustworthy stands for, or that did not sign this, is only claimed."""
    stands = signature.result.trusted and signature.indication is not Indication.TOTAL_FAILED
    return row("signer" if stands else "claimed_signer", signature.signer or say("unknown", lang), lang)


def level_of(signature: SignatureVerdict, lang: str) -> str:
    """Return the legal level in words."""
    known = words.LEGAL_LEVEL.get(signature.legal_level or "")
    if known is not None:
        return known[lang]
    return say("trusted_broken" if signature.indication is Indication.TOTAL_FAILED else "no_level", lang)


def trust_row(part: Any, lang: str) -> dict[str, str]:
    """Return whether somebody who is trusted stands behind it, and who."""
    result = part.result
    if part.indication is Indication.TOTAL_FAILED:
        return row("trusted", say("trusted_broken", lang), lang)
    if result.trusted and result.chain:
        anchor = name_of(result.chain[-1]) or say("unnamed", lang)
        if result.revoked_at is not None:
            return row("trusted", say("trusted_revoked", lang, anchor=anchor), lang, "bad")
        return row("trusted", say("trusted_by", lang, anchor=anchor), lang, "good")
    return row("trusted", say("not_trusted", lang), lang, "open")


def change_row(part: Any, lang: str) -> dict[str, str]:
    """Return whether what is signed, or what stands behind it, was changed."""
    changes = part.changes
    integrity = part.integrity if isinstance(part, SignatureVerdict) else part.result.intact
    if not integrity:
        return row("changed", say("changed_itself", lang), lang, "bad")
    forbidden = [change for change in changes.changes if not change.permitted]
    against = [one for one in changes.findings if one.kind is not FindingKind.PERMITTED_CHANGE_ANNOTATION]
    if forbidden or against:
        return row("changed", say("changed_after", lang, count=max(len(forbidden), len(against))), lang, "bad")
    if changes.findings:
        return row("changed", say("remarked", lang), lang, "open")
    if changes.changes:
        what = dict.fromkeys(words.CHANGE[change.kind][lang] for change in changes.changes)
        return row("changed", say("only_permitted", lang, what=", ".join(what)), lang, "good")
    return row("changed", say("unchanged", lang), lang, "good")
