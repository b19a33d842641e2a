"""A verdict for people at a terminal, in German or English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from esign.cli.terminal import plain
from esign.validation.findings import Finding
from esign.validation.sentences import told
from esign.validation.verdict import (
    EvidenceRecordVerdict,
    FileVerdict,
    Outcome,
    SignatureVerdict,
    TimestampVerdict,
    words,
)

_LABELS = {
    "signer": {"de": "unterzeichnet von", "en": "signed by"},
    "authority": {"de": "Zeitstempel von", "en": "timestamp by"},
    "legal": {"de": "Niveau", "en": "legal level"},
    "qualification": {"de": "Vertrauensliste", "en": "trusted list"},
    "held": {"de": "Schlüssel bei", "en": "key held by"},
    "identified": {"de": "identifiziert durch", "en": "identified by"},
    "signed": {"de": "angegebene Zeit", "en": "claimed time"},
    "proven": {"de": "bewiesen seit", "en": "proven since"},
    "later": {"de": "danach", "en": "afterwards"},
    "finding": {"de": "Feststellung", "en": "finding"},
    "attachment": {"de": "Anlage", "en": "attachment"},
    "hidden": {"de": "unterschrieben und nicht zu sehen", "en": "signed and not shown"},
    "page": {"de": "Seite", "en": "page"},
    "reason": {"de": "Grund", "en": "reason"},
}
_ALLOWED = {"de": "erlaubt", "en": "permitted"}
_FORBIDDEN = {"de": "NICHT ERLAUBT", "en": "NOT PERMITTED"}
_SIGNED = {True: {"de": "unterschrieben", "en": "signed"}, False: {"de": "NICHT unterschrieben", "en": "NOT signed"}}
_UNNAMED = {"de": "(ohne Namen)", "en": "(unnamed)"}


def lines(verdict: FileVerdict, lang: str) -> Iterator[str]:
    """Yield the lines of a verdict; nothing that a file holds can steer the terminal."""
    if verdict.sandbox:
        yield words.SANDBOX[lang]
    yield f"{plain(verdict.file)}: {words.headline(verdict)[lang]}"
    if verdict.error is not None:
        yield _line("reason", f"{plain(told(verdict.error.detail, lang))} ({verdict.error.code})", lang)
    for signature in verdict.signatures:
        yield from _signature(signature, lang)
    for timestamp in verdict.timestamps:
        yield from _timestamp(timestamp, lang)
    for attachment in verdict.attachments:
        name = plain(attachment.name) or _UNNAMED[lang]
        yield f"  {_LABELS['attachment'][lang]} {name}: {_SIGNED[attachment.signed][lang]}"
    for hidden in verdict.hidden:
        where = "" if hidden.page is None else f"{_LABELS['page'][lang]} {hidden.page}: "
        what = words.HIDDEN[hidden.kind][lang].format(count=hidden.count)
        yield f"  {_LABELS['hidden'][lang]}: {where}{what}"
    if verdict.evidence_record is not None:
        yield from _record(verdict.evidence_record, lang)
    if verdict.outcome is Outcome.OK:
        yield from _findings(verdict.findings, lang)


def _signature(signature: SignatureVerdict, lang: str) -> Iterator[str]:
    yield _head(signature, signature.level, lang)
    yield _line("signer", plain(signature.signer or "") or "?", lang)
    if signature.legal_level:
        yield _line("legal", words.LEGAL_LEVEL[signature.legal_level][lang], lang)
    if signature.qualification:
        yield _line("qualification", words.QUALIFICATION[signature.qualification][lang], lang)
    if signature.held_by:
        yield _line("held", words.HELD_BY[signature.held_by][lang], lang)
    if signature.identified_by:
        yield _line("identified", plain(signature.identified_by), lang)
    yield from _times(signature, lang)
    yield from _later(signature, lang)
    yield from _findings(signature.findings, lang)


def _timestamp(timestamp: TimestampVerdict, lang: str) -> Iterator[str]:
    yield _head(timestamp, "ETSI.RFC3161", lang)
    yield _line("authority", plain(timestamp.authority or "") or "?", lang)
    if timestamp.result.proven_at:
        yield _line("proven", _time(timestamp.result.proven_at), lang)
    yield from _later(timestamp, lang)
    yield from _findings(timestamp.findings, lang)


def _record(record: EvidenceRecordVerdict, lang: str) -> Iterator[str]:
    yield f"  {words.EVIDENCE_RECORD[lang]}: {_judged(record, lang)}"
    if record.authority is not None:
        yield _line("authority", plain(record.authority), lang)
    if record.proven_at is not None:
        yield _line("proven", _time(record.proven_at), lang)
    yield from _findings(record.findings, lang)


def _head(part: SignatureVerdict | TimestampVerdict, level: str, lang: str) -> str:
    return f"  {plain(part.field) or _UNNAMED[lang]}: {_judged(part, lang)}, {level}"


def _judged(part: SignatureVerdict | TimestampVerdict | EvidenceRecordVerdict, lang: str) -> str:
    why = f" ({words.SUB_INDICATION[part.sub_indication][lang]})" if part.sub_indication else ""
    return f"{words.INDICATION[part.indication][lang]}{why}"


def _times(signature: SignatureVerdict, lang: str) -> Iterator[str]:
    for label, at in (("signed", signature.signed_at), ("proven", signature.proven_at)):
        if at is not None:
            yield _line(label, _time(at), lang)


def _later(part: SignatureVerdict | TimestampVerdict, lang: str) -> Iterator[str]:
    for change in part.changes.changes:
        page = f", {'Seite' if lang == 'de' else 'page'} {change.page}" if change.page else ""
        judged = (_ALLOWED if change.permitted else _FORBIDDEN)[lang]
        yield _line(
            "later", f"{words.CHANGE[change.kind][lang]}{page}: {judged} [{plain(told(change.what, lang))}]", lang
        )


def _findings(findings: tuple[Finding, ...], lang: str) -> Iterator[str]:
    for finding in findings:
        yield _line("finding", f"{words.FINDING[finding.kind][lang]} [{plain(told(finding.what, lang))}]", lang)


def _line(label: str, value: str, lang: str) -> str:
    return f"    {_LABELS[label][lang]:<20}{value}"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
