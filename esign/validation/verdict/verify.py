"""The verdict on one file: what each signature proves, what was done behind it, who signed, on what level.

1. The file is opened as far as it can be read, and every signature that any revision shows is found. 2. What stands
behind each is analysed. 3. The process of EN 319 102-1 runs over all of them with the file's own security store and
what the caller handed in; a byte range that is not what it must be fails the signature and proves nothing about others.
4. Person, level and sandbox are read from certificates and evidence. 5. With trusted lists, qualification is determined
for chains that hold. 6. An evidence record beside the file proves since when all of it exists. Whatever happens, the
answer is a verdict.

Source: ETSI EN 319 102-1 clause 5; ETSI EN 319 142-1; ETSI TS 119 615.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from esign.pdf import Pdf, PdfEncryptedError, PdfError, PdfLimitError
from esign.proof.evidence_records import EvidenceRecordError
from esign.validation.certificates import NoTrustAnchors, TrustAnchors
from esign.validation.changes import Analysis, Changes, FoundSignature, Hidden, Reading, find_hidden, open_file
from esign.validation.changes.byte_range import check_byte_range
from esign.validation.findings import Finding, FindingKind
from esign.validation.process import (
    CryptographicSuites,
    Indication,
    LevelMaterial,
    Material,
    Outcome,
    SignatureKind,
    SignatureObject,
    Step,
    SubIndication,
    Validated,
    shipped_suites,
    validate,
)
from esign.validation.process.attributes import SIGNATURE_POLICY
from esign.validation.process.cms import SignedMessage, read_signed_message
from esign.validation.process.errors import CmsUnreadable
from esign.validation.qualification import QualificationReport, TrustedServices, determine_qualification
from esign.validation.verdict import file_verdict
from esign.validation.verdict.attachments import attachments
from esign.validation.verdict.digests import FileDigests
from esign.validation.verdict.errors import FileEncrypted, FormatFailure, LimitExceeded
from esign.validation.verdict.evidence_record import (
    EvidenceRecordVerdict,
    record_objects,
    record_refused,
    record_verdict,
)
from esign.validation.verdict.file_verdict import FileVerdict
from esign.validation.verdict.levels import Entries, level_of
from esign.validation.verdict.listed import listed_anchors
from esign.validation.verdict.objects import entries_of, signature_object
from esign.validation.verdict.place import Place
from esign.validation.verdict.security_store import read_stores
from esign.validation.verdict.signature_verdict import AttachmentVerdict, SignatureVerdict, TimestampVerdict
from esign.validation.verdict.standing import is_sandbox, name_of, standing_of

MOST_SIGNATURES = 500
"""Signatures of one file that are looked into."""
_IMPLIED = b"\x05\x00"
"""A policy that is implied, as NULL: none is named."""
_BROKEN_RANGE = frozenset({FindingKind.BYTE_RANGE_INVALID, FindingKind.NO_USABLE_SIGNATURE})


def verify(
    data: bytes,
    *,
    trust: TrustAnchors,
    material: Material,
    at: datetime,
    lists: TrustedServices | None = None,
    name: str = "",
    suites: CryptographicSuites | None = None,
    record: bytes | None = None,
) -> FileVerdict:
    """Return the verdict on a file; nothing is fetched, and nothing is raised for what a file holds.

    Args:
        data: The file.
        trust: Trust anchors; :class:`NoTrustAnchors` leaves every chain open.
        material: Validation data beside the file (``--crl``); its positions are not used.
        at: The instant of the validation.
        lists: Trusted lists. Their services are anchors as well, and signatures are judged qualified or not.
        name: The file's name, for the answer.
        suites: Until when algorithms prove something; None: as shipped (``policies/cryptography``).
        record: Its evidence record (RFC 4998, DER), which stands beside it.
    """
    at = at.astimezone(UTC)
    try:
        return _verify(data, record, trust, material, at, lists, name, suites or shipped_suites())
    except PdfEncryptedError:
        return FileVerdict.unreadable(name, FileEncrypted(), at=at)
    except (PdfLimitError, MemoryError, RecursionError) as error:
        detail = error.detail if isinstance(error, PdfLimitError) else f"a check broke: {type(error).__name__}"
        return FileVerdict.unreadable(name, LimitExceeded(detail), at=at, limit=True)
    except PdfError as error:
        return FileVerdict.unreadable(name, FormatFailure(f"{error.detail} ({error.code})"), at=at)
    except Exception as error:  # the last fence: a check that broke is no proof of anything
        return FileVerdict.unreadable(name, FormatFailure(f"a check broke: {type(error).__name__}"), at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One signature or document timestamp on its way to a verdict."""

    found: FoundSignature
    changes: Changes
    result: Validated
    message: SignedMessage | None
    sound: bool
    entries: Entries


def _verify(
    data: bytes,
    record: bytes | None,
    trust: TrustAnchors,
    material: Material,
    at: datetime,
    lists: TrustedServices | None,
    name: str,
    suites: CryptographicSuites,
) -> FileVerdict:
    reading = open_file(data)
    analysis = Analysis(reading)
    signatures = analysis.signatures
    beside, refused = _record(record, data)
    if len(signatures) > MOST_SIGNATURES:
        raise PdfLimitError("the file has more signatures than are looked into")
    if all(found.kind == "DocTimeStamp" for found in signatures):
        what = "nothing but document timestamps stands in the file" if signatures else "no signature stands in the file"
        within, more = _attachments(reading, ())
        stamped = validate(beside, material=material, trust=trust, suites=suites, at=at)
        return FileVerdict(
            file=name,
            outcome=file_verdict.Outcome.NO_SIGNATURE,
            at=at,
            attachments=within,
            evidence_record=record_verdict(stamped) if stamped else refused,
            findings=(Finding(kind=FindingKind.NO_USABLE_SIGNATURE, what=what), *more),
        )
    sound = [_covers(reading, found) for found in signatures]
    under = [
        (found.revision, found.end)
        for found, covers in zip(signatures, sound, strict=True)
        if covers and found.kind == "DocTimeStamp"
    ]
    store, findings = _store(reading.pdf, under)
    messages = [_message(found) for found in signatures]
    if lists is not None:
        trust = listed_anchors(trust, lists, store, [message for message in messages if message is not None])
    parts, stamped = _parts(reading, analysis, sound, messages, beside, store, material, trust, at, suites)
    within, more = _attachments(reading, parts)
    return FileVerdict(
        file=name,
        outcome=file_verdict.Outcome.OK,
        at=at,
        signatures=tuple(_signature(part, store, lists, at) for part in parts if part.found.kind == "Sig"),
        timestamps=tuple(_timestamp(part) for part in parts if part.found.kind != "Sig"),
        attachments=within,
        hidden=_hidden(reading, parts),
        evidence_record=record_verdict(stamped) if stamped else refused,
        findings=(*findings, *more),
    )


def _covers(reading: Reading, found: FoundSignature) -> bool:
    """Whether a signature covers what its place in the file says that it must."""
    return not any(item.kind in _BROKEN_RANGE for item in check_byte_range(reading.data, reading.pdf, found))


def _message(found: FoundSignature) -> SignedMessage | None:
    try:
        return read_signed_message(found.contents or b"")
    except CmsUnreadable:
        return None


def _parts(
    reading: Reading,
    analysis: Analysis,
    sound: Sequence[bool],
    messages: Sequence[SignedMessage | None],
    beside: Sequence[SignatureObject],
    store: Material,
    material: Material,
    trust: TrustAnchors,
    at: datetime,
    suites: CryptographicSuites,
) -> tuple[tuple[_Part, ...], tuple[Validated, ...]]:
    """Return the signatures of the file with their results, and the results of the evidence record beside it."""
    signatures = analysis.signatures
    digests, pdf = FileDigests(reading.data), reading.pdf
    objects = [
        signature_object(digests, pdf.view(found.revision), found, covers=covers)
        for found, covers in zip(signatures, sound, strict=True)
    ]
    both = Material(
        certificates=store.certificates + material.certificates,
        crls=store.crls + material.crls,
        ocsp_responses=store.ocsp_responses + material.ocsp_responses,
        positions=store.positions,
    )
    results = validate((*objects, *beside), material=both, trust=trust, suites=suites, at=at)
    parts = tuple(
        _Part(
            found=found,
            changes=analysis.after(found),
            result=result if covers else _of_wrong_range(result),
            message=message,
            sound=covers,
            entries=entries_of(pdf.view(found.revision), found, message),
        )
        for found, covers, message, result in zip(signatures, sound, messages, results[: len(objects)], strict=True)
    )
    return parts, results[len(objects) :]


def _record(record: bytes | None, data: bytes) -> tuple[tuple[SignatureObject, ...], EvidenceRecordVerdict | None]:
    """Return the timestamps of an evidence record, or why it is none of the file's."""
    if record is None:
        return (), None
    try:
        return record_objects(record, data), None
    except EvidenceRecordError as error:
        return (), record_refused(error)


def _of_wrong_range(result: Validated) -> Validated:
    """Return a result whose signature covers something else than its place in the file says: its format is wrong.

    Source: ETSI EN 319 102-1 clause 5.2.2 (format checking); ETSI EN 319 142-1 clause 5.5.
    """
    if result.indication is Indication.TOTAL_FAILED:
        return result
    what = "the byte range is not what it must be"
    clause = "EN 319 102-1 clause 5.2.2; ISO 32000-2 clause 12.8.1"
    step = Step(number="0", title="Format", clause=clause, outcome=Outcome.FAILED, facts=(what,))
    return replace(
        result,
        indication=Indication.TOTAL_FAILED,
        sub_indication=SubIndication.FORMAT_FAILURE,
        reason=what,
        proven_at=None,
        steps=(step, *result.steps),
    )


def _signature(part: _Part, store: Material, lists: TrustedServices | None, at: datetime) -> SignatureVerdict:
    result = part.result
    intact = part.sound and result.signature_verified
    qualified = _qualified(result, lists, at) if intact else None
    standing = standing_of(result, part.message, qualified, intact=intact)
    listed = qualified.findings if qualified is not None else ()
    findings = (*result.findings, *part.changes.findings, *standing.findings, *listed)
    return SignatureVerdict(
        field=part.found.field,
        indication=result.indication,
        sub_indication=result.sub_indication,
        level=level_of(
            _material(part),
            stored=bool(store.crls or store.ocsp_responses or store.certificates),
            entries=part.entries,
        ),
        legal_level=standing.legal_level,
        qualification=qualified.qualification if qualified is not None else None,
        signer=standing.signer,
        sandbox=standing.sandbox,
        integrity=intact,
        held_by=standing.held_by,
        identified_by=standing.identified_by,
        findings=tuple(dict.fromkeys(findings)),
        changes=part.changes,
        result=result,
        qualified=qualified,
        place=Place.of(part.found, part.message),
    )


def _material(part: _Part) -> LevelMaterial:
    """Return what levels ask for; a profile with a policy asks that one is named, not that its digest is right.

    Source: ETSI EN 319 142-2 clause 5.4 (PAdES-E-EPES).
    """
    material = part.result.level
    named = part.message.attributes.get(SIGNATURE_POLICY, ()) if part.message is not None else ()
    if material.policy is not None or not named or named[0] == _IMPLIED:
        return material
    return replace(material, policy="")


def _timestamp(part: _Part) -> TimestampVerdict:
    result = part.result
    return TimestampVerdict(
        field=part.found.field,
        indication=result.indication,
        sub_indication=result.sub_indication,
        authority=None if result.signer is None else name_of(result.signer),
        sandbox=is_sandbox(result),
        findings=tuple(dict.fromkeys((*result.findings, *part.changes.findings))),
        changes=part.changes,
        result=result,
        place=Place.of(part.found, part.message),
    )


def _qualified(result: Validated, lists: TrustedServices | None, at: datetime) -> QualificationReport | None:
    if lists is None or result.signer is None or result.kind is not SignatureKind.SIGNATURE:
        return None
    path = result.chain if result.trusted else (result.signer,)
    return determine_qualification(path, services=lists, used_at=result.proven_at or at)


def _attachments(reading: Reading, parts: Sequence[_Part]) -> tuple[tuple[AttachmentVerdict, ...], tuple[Finding, ...]]:
    """Return the attachments; a file whose attachments cannot be listed has a verdict all the same."""
    pdf, newest = reading.pdf, _newest(parts)
    try:
        return attachments(pdf.view(), None if newest is None else pdf.view(newest)), ()
    except PdfError as error:
        kind = FindingKind.LIMIT_EXCEEDED if isinstance(error, PdfLimitError) else FindingKind.FORMAT_FAILURE
        return (), (Finding(kind=kind, what=f"the attachments cannot be listed ({error.code})"),)


def _newest(parts: Sequence[_Part]) -> int | None:
    """Return the newest revision that an intact signature covers."""
    intact = (part.found.revision for part in parts if part.found.kind == "Sig" and part.sound and part.result.intact)
    return max(intact, default=None)


def _hidden(reading: Reading, parts: Sequence[_Part]) -> tuple[Hidden, ...]:
    """Return what is signed and not shown."""
    newest = _newest(parts)
    return () if newest is None else find_hidden(reading.pdf, newest)


def _store(pdf: Pdf, covered: Sequence[tuple[int, int]]) -> tuple[Material, tuple[Finding, ...]]:
    """Return the security store; a file whose store costs too much has a verdict without it."""
    try:
        return read_stores(pdf, covered), ()
    except PdfLimitError as error:
        what = f"the security store cannot be read ({error.code})"
        return Material(), (Finding(kind=FindingKind.LIMIT_EXCEEDED, what=what),)


__all__ = ["MOST_SIGNATURES", "NoTrustAnchors", "verify"]
