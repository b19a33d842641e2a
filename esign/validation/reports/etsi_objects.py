"""The validation objects of the XML report: certificates, revocation data, timestamps, each once, with their proofs.

Source: ETSI TS 119 102-2 clause 4.4 (signature validation objects).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from esign.foundation.digests import sha256
from esign.validation.process import Indication, ProofOfExistence, StampOutcome, SubIndication, Validated
from esign.validation.reports.etsi_xml import (
    DIGEST_SHA256,
    PREFIX,
    base64_of,
    child,
    digest,
    element,
    instant,
    reference,
)
from esign.validation.verdict import FileVerdict

_KIND = {"certificate": "certificate", "crl": "CRL", "ocsp": "OCSPResponse", "timestamp": "timestamp"}
_LETTER = {"certificate": "C", "crl": "R", "ocsp": "R", "timestamp": "T", "signature": "S"}
BY_VALIDATION = f"{PREFIX}:poetype:validation"


def name_of_object(kind: str, fingerprint: bytes) -> str:
    """Return the identifier of an object within the report."""
    return f"{_LETTER[kind]}-{fingerprint.hex().upper()}"


class Objects:
    """Collects the objects of all signatures.

    Args:
        verdict: What was found.
    """

    def __init__(self, verdict: FileVerdict) -> None:
        self._at = verdict.at
        self._certificates: dict[bytes, bytes] = {}
        self._digests: dict[bytes, str] = {}
        self._stamps: dict[bytes, StampOutcome] = {}
        self._poes: dict[bytes, ProofOfExistence] = {}
        self._signatures: dict[bytes, str] = {}
        for part in verdict.parts:
            self._take(part.result)
        for signature in verdict.signatures:
            for poe in signature.result.poes:
                if poe.kind == "signature":
                    self._signatures[poe.object] = signature.field

    def used_by(self, result: Validated) -> str:
        """Return the identifiers of the revocation data and timestamps that a result rests on."""
        found = [name_of_object(poe.kind, poe.object) for poe in result.poes if poe.object in self._digests]
        found += [name_of_object("timestamp", stamp.identifier) for stamp in result.timestamps if stamp.identifier]
        return " ".join(dict.fromkeys(found))

    def best_proof(self, result: Validated, at: datetime | None) -> Any:
        """Return the best signature time with the timestamp that proves it."""
        proof = element("BestSignatureTime")
        child(proof, "POETime", instant(at or self._at))
        child(proof, "TypeOfProof", BY_VALIDATION)
        by = next((poe.by for poe in result.poes if poe.kind == "signature" and poe.at == at), b"")
        if by in self._stamps:
            reference(proof, "POEObject", name_of_object("timestamp", by))
        return proof

    def write(self) -> Any | None:
        """Return all objects; None where there are none."""
        holder = element("SignatureValidationObjects")
        for fingerprint, der in self._certificates.items():
            entry = self._object(holder, "certificate", fingerprint)
            child(child(entry, "ValidationObjectRepresentation"), "base64", base64_of(der))
            self._proof(entry, fingerprint)
        for fingerprint, kind in self._digests.items():
            entry = self._object(holder, kind, fingerprint)
            digest(child(entry, "ValidationObjectRepresentation"), DIGEST_SHA256, fingerprint)
            self._proof(entry, fingerprint)
        for fingerprint, stamp in self._stamps.items():
            self._timestamp(holder, fingerprint, stamp)
        return holder if len(holder) else None

    def _take(self, result: Validated) -> None:
        ders = [*result.chain, *([result.signer] if result.signer else [])]
        for stamp in result.timestamps:
            ders += [*stamp.chain, *([stamp.certificate] if stamp.certificate else [])]
            if stamp.identifier:
                self._stamps.setdefault(stamp.identifier, stamp)
        for der in ders:
            self._certificates.setdefault(sha256(der), der)
        for poe in result.poes:
            if poe.kind in ("crl", "ocsp"):
                self._digests.setdefault(poe.object, poe.kind)
            known = self._poes.get(poe.object)
            if known is None or poe.at < known.at:
                self._poes[poe.object] = poe

    def _object(self, holder: Any, kind: str, fingerprint: bytes) -> Any:
        entry = child(holder, "ValidationObject", id=name_of_object(kind, fingerprint))
        child(entry, "ObjectType", f"{PREFIX}:validationObject:{_KIND[kind]}")
        return entry

    def _proof(self, entry: Any, fingerprint: bytes) -> None:
        known = self._poes.get(fingerprint)
        proof = child(entry, "POE")
        child(proof, "POETime", instant(self._at if known is None else known.at))
        child(proof, "TypeOfProof", BY_VALIDATION)
        if known is not None and known.by in self._stamps and known.by != fingerprint:
            reference(proof, "POEObject", name_of_object("timestamp", known.by))

    def _timestamp(self, holder: Any, fingerprint: bytes, stamp: StampOutcome) -> None:
        entry = self._object(holder, "timestamp", fingerprint)
        digest(child(entry, "ValidationObjectRepresentation"), DIGEST_SHA256, fingerprint)
        self._proof(entry, fingerprint)
        if stamp.gen_time is not None and stamp.indication is Indication.TOTAL_PASSED:
            self._provisioning(entry, fingerprint, stamp.gen_time)
        report = child(entry, "ValidationReport")
        status_of(report, stamp.indication, stamp.sub_indication, stamp.chain, signature=False)

    def _provisioning(self, entry: Any, fingerprint: bytes, at: datetime) -> None:
        """Write what the timestamp proves to have existed."""
        proven = [poe for poe in self._poes.values() if poe.by == fingerprint and poe.object != fingerprint]
        names = []
        for poe in proven:
            known = self._certificates if poe.kind == "certificate" else self._digests
            if poe.object in known or (poe.kind == "timestamp" and poe.object in self._stamps):
                names.append(name_of_object(poe.kind, poe.object))
        fields = [self._signatures[poe.object] for poe in proven if poe.object in self._signatures]
        provisioning = child(entry, "POEProvisioning")
        child(provisioning, "POETime", instant(at.astimezone(UTC)))
        for name in names:
            reference(provisioning, "ValidationObject", name)
        for field in fields:
            child(child(provisioning, "SignatureReference"), "PAdESFieldName", field)


def status_of(
    holder: Any, indication: Indication, sub: SubIndication | None, chain: Sequence[bytes], *, signature: bool
) -> Any:
    """Write a status and return the data that goes with it, to be filled; without any it is not written.

    Args:
        holder: The report.
        indication: Main indication.
        sub: Why it did not pass.
        chain: Certificates (DER), the signing one first.
        signature: Whether it is a signature, whose indications are *total*.
    """
    status = child(holder, "SignatureValidationStatus")
    word = indication.value.lower().replace("_", "-")
    child(status, "MainIndication", f"{PREFIX}:mainindication:{word if signature else word.removeprefix('total-')}")
    if sub is not None:
        child(status, "SubIndication", f"{PREFIX}:subindication:{sub.value}")
    if not chain:
        return status
    data = child(status, "AssociatedValidationReportData")
    names = [name_of_object("certificate", sha256(der)) for der in chain]
    certificates = child(data, "CertificateChain")
    reference(certificates, "SigningCertificate", names[0])
    for name in names[1:]:
        reference(certificates, "IntermediateCertificate", name)
    return status
