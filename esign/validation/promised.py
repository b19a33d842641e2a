"""What a signature of ours was agreed to be, held against what the verdict says that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from esign.foundation.digests import equal, sha256
from esign.pades import CeremonyEvidence, PadesError, der, read_signed_attributes, read_signed_data, seal_attributes
from esign.policy.levels import LegalLevel
from esign.validation.changes import ChangeKind
from esign.validation.findings import Finding, FindingKind
from esign.validation.level import contradictions, seal_contradictions
from esign.validation.verdict import FileVerdict, SignatureVerdict, TimestampVerdict

_SUBFILTER = "ETSI.CAdES.detached"
OWN = frozenset({ChangeKind.SECURITY_STORE, ChangeKind.DOCUMENT_TIMESTAMP})
"""What this product itself appends behind the last signature."""
BEFORE = OWN | {ChangeKind.SIGNATURE, ChangeKind.STRUCTURE}
"""What it appends behind earlier ones."""

Part = SignatureVerdict | TimestampVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseExpectation:
    """What the finished document must be, as the ceremony knows it.

    Args:
        field: Name of the signature field.
        byte_range: The byte range that the signatory saw.
        document_digest: SHA-256 over it (32 bytes).
        attributes: The signed attributes that were released (DER, tag 0x31).
        evidence: The ceremony's evidence; None for the company's own seal, behind which no ceremony stands.
        certificate: The signer's certificate (DER).
        level: 0 simple, 1 advanced, 2 qualified: what the contract was promised; without meaning for a seal.
        user_verification: Whether the signature policy demands a key behind a passkey that verified its user.
        timestamped: Whether a document timestamp must cover the whole file (B-LTA); without it, the last revision is
            the security store (B-LT), for signatures before the last one.
    """

    field: str
    byte_range: tuple[int, int, int, int]
    document_digest: bytes
    attributes: bytes
    evidence: CeremonyEvidence | None
    certificate: bytes
    level: int
    user_verification: bool = False
    timestamped: bool = True


def in_order(verdict: FileVerdict) -> tuple[Part, ...]:
    """Return the signatures and document timestamps of a file in the order in which they stand there."""
    return tuple(sorted(verdict.parts, key=lambda part: part.place.covered_until))


def against_the_order(parts: tuple[Part, ...], expected: tuple[ReleaseExpectation, ...]) -> Iterator[Finding]:
    """Yield what speaks against the signatures as a whole: those that were made, in their order, and nothing else.

    Args:
        parts: Of the file, in order.
        expected: What was made, in order; the last one decides whether a document timestamp follows.
    """
    last = expected[-1]
    own = [index for index, part in enumerate(parts) if part.field == last.field]
    if len(own) != 1 or _kind(parts[own[0]]) != _SUBFILTER:
        yield _no_usable("the expected signature is not there exactly once as a PAdES signature")
        return
    before = [(part.field, _kind(part)) for part in parts[: own[0]]]
    if before != [(wanted.field, _SUBFILTER) for wanted in expected[:-1]]:
        yield _no_usable("the signatures before the expected one are not those that were made")
    following = [isinstance(part, TimestampVerdict) for part in parts[own[0] + 1 :]]
    if last.timestamped and not following:
        yield Finding(kind=FindingKind.TIMESTAMP_INVALID, what="the document timestamp is missing")
    elif following != [True] * last.timestamped:
        what = "something other than one document timestamp follows the expected signature"
        yield Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what)


def against_the_form(pdf: bytes, parts: tuple[Part, ...], *, timestamped: bool) -> Iterator[Finding]:
    """Yield what speaks against the bytes: of several that would mean the same, this product writes only one.

    Args:
        pdf: The finished document.
        parts: Its signatures and document timestamps, in order.
        timestamped: Whether the last one covers the whole file.
    """
    if not all(der.well_formed(_contents(pdf, part)) for part in parts):
        what = "a signature or timestamp is not distinguished encoding"
        yield Finding(kind=FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, what=what)
    if timestamped and parts and parts[-1].place.covered_until != len(pdf):
        yield Finding(kind=FindingKind.UNCOVERED_BYTES, what="something stands behind the last timestamp")


def against_the_promise(
    pdf: bytes, found: SignatureVerdict, wanted: ReleaseExpectation, *, last: bool
) -> Iterator[Finding]:
    """Yield where a signature is not the one that was agreed.

    1. Byte range, digest, signed attributes and certificate are, byte for byte, those of its ceremony.
    2. The attributes are about this document, this certificate and this evidence.
    3. It has what B-LT asks for, and where a document timestamp was to follow, what B-LTA does. By name the level of
       files of before 0.2.0 is another one: their ``/Reason`` beside a policy is not for baseline levels.
    4. Certificate and evidence support the level that was promised.
    5. Nothing was appended behind it but what this product appends.

    Args:
        pdf: The finished document.
        found: What the verdict says of it.
        wanted: What it must be.
        last: Whether no further signature was to follow it.

    Source: docs/ceremony-spec.md section 8; ETSI EN 319 142-1 clause 6.3.
    """
    place = found.place
    if place.byte_range != wanted.byte_range:
        what = "the byte range is not the one that the signatory saw"
        yield Finding(kind=FindingKind.BYTE_RANGE_INVALID, what=what)
    if not equal(place.document_digest, wanted.document_digest):
        what = "the signed bytes are not those that the signatory saw"
        yield Finding(kind=FindingKind.DIGEST_MISMATCH, what=what)
    if not equal(place.attributes_digest, sha256(wanted.attributes)):
        yield _differs("the signed attributes are not those that were released")
    if not equal(found.result.signer or b"", wanted.certificate):
        what = "the signer's certificate is not the expected one"
        yield Finding(kind=FindingKind.CERTIFICATE_DIFFERS, what=what)
    try:
        read_signed_data(_contents(pdf, found))
    except PadesError as error:
        yield Finding(kind=FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, what=error.detail)
    yield from _attributes(wanted)
    yield from _level(found, wanted)
    if any(change.kind not in (OWN if last else BEFORE) for change in found.changes.changes):
        what = "something was appended behind a signature that this product does not append"
        yield Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what)


def _attributes(wanted: ReleaseExpectation) -> Iterator[Finding]:
    """Yield where the attributes that were released are about something else; those in the file are the same."""
    if wanted.evidence is None:
        own = seal_attributes(document_digest=wanted.document_digest, certificate=wanted.certificate)
        if not equal(wanted.attributes, own):
            yield _differs("the seal's attributes are not those over this document")
        return
    try:
        attributes = read_signed_attributes(wanted.attributes)
    except PadesError as error:
        yield _differs(error.detail)
        return
    if attributes.evidence != wanted.evidence:
        yield _differs("the evidence in the signature is not the ceremony's")
    if not equal(attributes.document_digest, wanted.document_digest):
        what = "the signed digest is not that of the document that the signatory saw"
        yield Finding(kind=FindingKind.DIGEST_MISMATCH, what=what)
    if not equal(attributes.certificate_digest, sha256(wanted.certificate)):
        what = "the signed attributes name another certificate"
        yield Finding(kind=FindingKind.CERTIFICATE_DIFFERS, what=what)


def _level(found: SignatureVerdict, wanted: ReleaseExpectation) -> Iterator[Finding]:
    material = found.result.level
    if not material.signature_timestamps:
        yield Finding(kind=FindingKind.TIMESTAMP_INVALID, what="the signature timestamp is missing")
    if not material.revocation_complete:
        what = "revocation data for the signature are missing in the file: it is not B-LT"
        yield Finding(kind=FindingKind.REVOCATION_MISSING, what=what)
    elif wanted.timestamped and not material.material_covered:
        what = "no document timestamp covers the signature with its validation data: it is not B-LTA"
        yield Finding(kind=FindingKind.TIMESTAMP_INVALID, what=what)
    signer = found.result.signer
    if signer is None:
        return
    if wanted.evidence is None:
        yield from seal_contradictions(signer)
        return
    yield from contradictions(signer, wanted.evidence, wanted.level, user_verification=wanted.user_verification)
    if found.legal_level is not None and found.legal_level != LegalLevel(wanted.level).name.lower():
        what = "the level is not the promised one"
        yield Finding(kind=FindingKind.LEVEL_CONTRADICTION, what=what)


def _kind(part: Part) -> str:
    """Return the kind of a signature, as its dictionary names it; nothing for a document timestamp."""
    return part.result.level.subfilter if isinstance(part, SignatureVerdict) else ""


def _contents(pdf: bytes, part: Part) -> bytes:
    """Return the signature or timestamp in its hole, padding cut; nothing where the hole is none."""
    if len(part.place.byte_range) != 4:
        return b""
    _, start, end, _ = part.place.byte_range
    try:
        contents = bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii"))
        return contents[: der.element_length(contents)]
    except (PadesError, ValueError):
        return b""


def _no_usable(what: str) -> Finding:
    return Finding(kind=FindingKind.NO_USABLE_SIGNATURE, what=what)


def _differs(what: str) -> Finding:
    return Finding(kind=FindingKind.ATTRIBUTES_DIFFER, what=what)
