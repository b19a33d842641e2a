"""Byte for byte: is the signature in the file the one that the ceremony made?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from esign.foundation.digests import equal, sha256
from esign.pades import (
    EmbeddedSignature,
    PadesError,
    SignedData,
    der,
    range_digest,
    read_signed_attributes,
    read_signed_data,
    seal_attributes,
)
from esign.pades.evidence import CeremonyEvidence
from esign.validation.findings import Finding, FindingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBytes:
    """What the signature in the file holds.

    Args:
        cms: Contents of the CMS signature; None where it has another shape than this product writes.
        evidence: The evidence inside it; None where the attributes are not this product's.
        findings: What speaks against it.
    """

    cms: SignedData | None = None
    evidence: CeremonyEvidence | None = None
    findings: tuple[Finding, ...]


class Expected(Protocol):
    """What the ceremony knows about the bytes of its signature."""

    @property
    def byte_range(self) -> tuple[int, int, int, int]:
        """The byte range that the signatory saw."""

    @property
    def document_digest(self) -> bytes:
        """SHA-256 over it."""

    @property
    def attributes(self) -> bytes:
        """The signed attributes that were released."""

    @property
    def evidence(self) -> CeremonyEvidence | None:
        """The ceremony's evidence; None for the company's own seal."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate."""

    @property
    def timestamped(self) -> bool:
        """Whether a document timestamp covers the whole file."""


def check_signed_bytes(
    pdf: bytes,
    own: EmbeddedSignature,
    signatures: tuple[EmbeddedSignature, ...],
    expected: Expected,
) -> SignedBytes:
    """Compare the signature in the file with what the ceremony knows.

    Args:
        pdf: The finished document.
        own: The signature in question.
        signatures: All signatures of the document.
        expected: What the ceremony knows.
    """
    findings: list[Finding] = []

    def found(kind: FindingKind, what: str) -> None:
        findings.append(Finding(kind=kind, what=what))

    if own.byte_range != expected.byte_range:
        found(FindingKind.BYTE_RANGE_INVALID, "the byte range is not the one that the signatory saw")
    if not equal(range_digest(pdf, own.byte_range), expected.document_digest):
        found(FindingKind.DIGEST_MISMATCH, "the signed bytes are not those that the signatory saw")
    if not all(signature.padding_is_zero for signature in signatures):
        found(FindingKind.UNCOVERED_BYTES, "something stands behind a signature in its hole")
    if not all(der.well_formed(signature.cms) for signature in signatures):
        found(FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, "a signature or timestamp is not distinguished encoding")
    if expected.timestamped and not signatures[-1].covers_whole_file:
        found(FindingKind.UNCOVERED_BYTES, "something stands behind the last timestamp")
    try:
        cms = read_signed_data(own.cms)
    except PadesError as error:
        found(FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, error.detail)
        return SignedBytes(findings=tuple(findings))
    if not equal(cms.attributes, expected.attributes):
        found(FindingKind.ATTRIBUTES_DIFFER, "the signed attributes are not those that were released")
    if not equal(cms.certificate, expected.certificate):
        found(FindingKind.CERTIFICATE_DIFFERS, "the signer's certificate is not the expected one")
    evidence = _check_attributes(cms, expected, found)
    return SignedBytes(cms=cms, evidence=evidence, findings=tuple(findings))


def _check_attributes(
    cms: SignedData, expected: Expected, found: Callable[[FindingKind, str], None]
) -> CeremonyEvidence | None:
    if expected.evidence is None:
        if not equal(
            cms.attributes, seal_attributes(document_digest=expected.document_digest, certificate=cms.certificate)
        ):
            found(FindingKind.ATTRIBUTES_DIFFER, "the seal's attributes are not those over this document")
        return None
    try:
        attributes = read_signed_attributes(cms.attributes)
    except PadesError as error:
        found(FindingKind.ATTRIBUTES_DIFFER, error.detail)
        return None
    if attributes.evidence != expected.evidence:
        found(FindingKind.ATTRIBUTES_DIFFER, "the evidence in the signature is not the ceremony's")
    if not equal(attributes.document_digest, expected.document_digest):
        found(FindingKind.DIGEST_MISMATCH, "the signed digest is not that of the document that the signatory saw")
    if not equal(attributes.certificate_digest, sha256(cms.certificate)):
        found(FindingKind.CERTIFICATE_DIFFERS, "the signed attributes name another certificate")
    return attributes.evidence
