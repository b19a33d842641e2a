"""Everything about one signature or document timestamp, for the pages behind the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esign.validation.findings import Finding
from esign.validation.process import Indication, SubIndication, Validated
from esign.validation.qualification import QualificationReport
from esign.validation.reports.links import Link, links_of
from esign.validation.reports.summary import change_row, heading_of, level_of, signer_row, trust_row
from esign.validation.reports.telling import (
    TONE,
    answer_of,
    clause_of,
    outcome_of,
    result_of,
    row,
    say,
    short_time,
    time_of,
)
from esign.validation.sentences import told
from esign.validation.verdict import SignatureVerdict, TimestampVerdict, words
from esign.validation.verdict.signature_verdict import SPOKEN

MOST_ROWS = 120
"""Rows of a table in the report for people; the others carry everything."""
_UNKNOWN_REVOCATION = frozenset({SubIndication.TRY_LATER, SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE})


def signature_part(signature: SignatureVerdict, lang: str) -> dict[str, Any]:
    """Return what the report says about a signature."""
    result = signature.result
    rows = [
        signer_row(signature, lang),
        *_verdict_rows(signature, lang),
        row("legal_level", level_of(signature, lang), lang),
        row("level", signature.level, lang),
    ]
    asked = signature.qualification
    said = say("not_asked", lang) if asked is None else words.QUALIFICATION[asked][lang]
    rows.append(row("qualification", said, lang))
    if signature.held_by:
        rows.append(row("held_by", words.HELD_BY[signature.held_by][lang], lang))
    if signature.identified_by:
        rows.append(row("identified_by", signature.identified_by, lang))
    rows += _time_rows(signature, lang)
    rows += [trust_row(signature, lang), _revocation_row(result, lang), change_row(signature, lang)]
    if result.level.policy:
        rows.append(row("policy", result.level.policy, lang))
    rows += _algorithm_rows(result, lang)
    return {
        "heading": heading_of("signature", signature.field or say("unnamed", lang), lang),
        "rows": rows,
        **_lists(signature, lang),
        "qualification": _qualification(signature.qualified, lang),
    }


def timestamp_part(timestamp: TimestampVerdict, lang: str) -> dict[str, Any]:
    """Return what the report says about a document timestamp."""
    result = timestamp.result
    rows = [row("authority", timestamp.authority or say("unknown", lang), lang), *_verdict_rows(timestamp, lang)]
    if result.proven_at is not None:
        rows.append(row("proven", time_of(result.proven_at, lang), lang))
    rows += [trust_row(timestamp, lang), _revocation_row(result, lang), change_row(timestamp, lang)]
    rows += _algorithm_rows(result, lang)
    heading = heading_of("timestamp", timestamp.field or say("unnamed", lang), lang)
    return {"heading": heading, "rows": rows, **_lists(timestamp, lang), "qualification": []}


def finding_rows(findings: Sequence[Finding], lang: str) -> list[dict[str, str]]:
    """Return findings in words."""
    return [
        {
            "kind": words.FINDING[one.kind][lang],
            "what": told(one.what, lang),
            "code": SPOKEN.get(one.kind, one.kind).value,
        }
        for one in findings[:MOST_ROWS]
    ]


def _verdict_rows(part: SignatureVerdict | TimestampVerdict, lang: str) -> list[dict[str, str]]:
    rows = [row("result", result_of(part, lang), lang, TONE[part.indication])]
    if part.indication is not Indication.TOTAL_PASSED:
        rows.append(row("reason", told(part.result.reason, lang), lang))
    return rows


def _time_rows(signature: SignatureVerdict, lang: str) -> list[dict[str, str]]:
    rows = []
    if signature.signed_at is not None:
        rows.append(row("claimed", time_of(signature.signed_at, lang), lang))
    proven = signature.proven_at
    rows.append(row("proven", say("not_proven", lang) if proven is None else time_of(proven, lang), lang))
    return rows


def _revocation_row(result: Validated, lang: str) -> dict[str, str]:
    if result.revoked_at is not None:
        return row("revocation", say("revoked_at", lang, at=time_of(result.revoked_at, lang)), lang, "bad")
    if result.sub_indication in _UNKNOWN_REVOCATION:
        return row("revocation", say("revocation_missing", lang), lang, "open")
    used = len({poe.object for poe in result.poes if poe.kind in ("crl", "ocsp")})
    if used and result.indication is Indication.TOTAL_PASSED:
        return row("revocation", say("not_revoked", lang, count=used), lang)
    return row("revocation", say("revocation_none", lang), lang)


def _algorithm_rows(result: Validated, lang: str) -> list[dict[str, str]]:
    rows = (
        [row("algorithms", ", ".join(told(one, lang) for one in result.algorithms), lang)] if result.algorithms else []
    )
    if result.reliable_until is not None:
        rows.append(row("reliable_until", time_of(result.reliable_until, lang), lang))
    return rows


def _lists(part: SignatureVerdict | TimestampVerdict, lang: str) -> dict[str, Any]:
    result = part.result
    return {
        "findings": finding_rows(part.findings, lang),
        "changes": _changes(part, lang),
        "chain": _chain(
            links_of(result.chain), stamps=isinstance(part, TimestampVerdict), trusted=result.trusted, lang=lang
        ),
        "timestamps": _timestamps(result, lang),
        "steps": _steps(result, lang),
    }


def _changes(part: SignatureVerdict | TimestampVerdict, lang: str) -> list[dict[str, str]]:
    return [
        {
            "kind": words.CHANGE[change.kind][lang],
            "code": change.kind.value,
            "what": told(change.what, lang),
            "page": "–" if change.page is None else str(change.page),
            "judged": say("yes" if change.permitted else "no", lang),
            "tone": "good" if change.permitted else "bad",
        }
        for change in part.changes.changes[:MOST_ROWS]
    ]


def _chain(links: Sequence[Link], *, stamps: bool, trusted: bool, lang: str) -> list[dict[str, str]]:
    rows = []
    for place, link in enumerate(links):
        own = "authority" if stamps else "signing_certificate"
        role = own if place == 0 else "intermediate"
        if trusted and place == len(links) - 1:
            role = "anchor"
        rows.append(
            {
                "role": say(role, lang),
                "name": link.name or say("unnamed", lang),
                "issuer": link.issuer or say("unnamed", lang),
                "serial": link.serial,
                "fingerprint": link.fingerprint.hex(),
                "from": "" if link.not_before is None else short_time(link.not_before),
                "until": "" if link.not_after is None else short_time(link.not_after),
            }
        )
    return rows


_PURPOSE = {
    "signature timestamp": {"de": "Zeitstempel über die Unterschrift", "en": "over the signature"},
    "content timestamp": {"de": "Zeitstempel über den Inhalt", "en": "over the content"},
    "document timestamp": {"de": "Zeitstempel über das Dokument", "en": "over the document"},
    "timestamp of the evidence record": {"de": "Zeitstempel des Beweisdatensatzes", "en": "of the evidence record"},
}


def _timestamps(result: Validated, lang: str) -> list[dict[str, str]]:
    rows = []
    for stamp in result.timestamps[:MOST_ROWS]:
        names = links_of((stamp.certificate,)) if stamp.certificate is not None else ()
        rows.append(
            {
                "kind": _PURPOSE.get(stamp.purpose, {}).get(lang, stamp.purpose),
                "authority": (names[0].name if names else "") or say("unknown", lang),
                "serial": "–" if stamp.serial is None else f"{stamp.serial:x}",
                "time": "–" if stamp.gen_time is None else f"{short_time(stamp.gen_time)} UTC",
                "result": words.INDICATION[stamp.indication][lang],
                "tone": TONE[stamp.indication],
            }
        )
    return rows


def _steps(result: Validated, lang: str) -> list[dict[str, str]]:
    rows = []
    for step in result.steps[:MOST_ROWS]:
        word, tone = outcome_of(step.outcome, lang)
        rows.append(
            {
                "number": step.number,
                "title": told(step.title, lang),
                "facts": "; ".join(dict.fromkeys(told(fact, lang) for fact in step.facts)),
                "clause": clause_of(step.clause, lang),
                "result": word,
                "tone": tone,
            }
        )
    if len(result.steps) > MOST_ROWS:
        more = say("more", lang, count=len(result.steps) - MOST_ROWS)
        rows.append({"number": "", "title": more, "facts": "", "clause": "", "result": "", "tone": "plain"})
    return rows


def _qualification(report: QualificationReport | None, lang: str) -> list[dict[str, str]]:
    if report is None:
        return []
    rows = []
    for step in report.steps[:MOST_ROWS]:
        word, tone = answer_of(step.answer, lang)
        rows.append(
            {
                "number": step.number,
                "title": told(step.question, lang),
                "facts": told(step.reason, lang),
                "clause": clause_of(step.clause, lang),
                "result": word,
                "tone": tone,
            }
        )
    return rows
