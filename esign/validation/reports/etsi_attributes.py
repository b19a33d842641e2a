"""The attributes of a signature in the XML report.

Source: ETSI TS 119 102-2 annex A.
"""

from __future__ import annotations

from typing import Any

from esign.foundation.digests import sha256
from esign.validation.process import StampOutcome
from esign.validation.reports.etsi_objects import name_of_object
from esign.validation.reports.etsi_xml import DIGEST_SHA256, DS, base64_of, child, element, instant, reference
from esign.validation.verdict import SignatureVerdict

_STAMPS = {"signature timestamp": "SignatureTimeStamp", "document timestamp": "DocTimeStamp"}


def attributes_of(signature: SignatureVerdict) -> Any | None:
    """Return the attributes; None where nothing is known of them."""
    result, place = signature.result, signature.place
    level = result.level
    holder = element("SignatureAttributes")
    if signature.signed_at is not None:
        child(child(holder, "SigningTime", Signed="true"), "Time", instant(signature.signed_at))
    if level.signing_certificate and result.signer is not None:
        certificate = child(holder, "SigningCertificate", Signed="true")
        fingerprint = sha256(result.signer)
        reference(certificate, "AttributeObject", name_of_object("certificate", fingerprint))
        named = child(certificate, "CertID")
        child(named, "DigestMethod", namespace=DS, Algorithm=DIGEST_SHA256)
        child(named, "DigestValue", base64_of(fingerprint), namespace=DS)
    for commitment in level.commitments:
        found = child(holder, "CommitmentTypeIndication", Signed="true")
        child(found, "CommitmentTypeIdentifier", f"urn:oid:{commitment}")
    if level.policy:
        child(child(holder, "SigPolicyIdentifier", Signed="true"), "SigPolicyId", f"urn:oid:{level.policy}")
    for stamp in result.timestamps:
        _stamp(holder, stamp)
    if place.document_digest:
        child(child(holder, "MessageDigest", Signed="true"), "Digest", base64_of(place.document_digest))
    if level.subfilter:
        child(child(holder, "SubFilter", Signed="true"), "SubFilterElement", level.subfilter)
    if place.byte_range:
        child(holder, "ByteRange", " ".join(map(str, place.byte_range)))
    return holder if len(holder) else None


def _stamp(holder: Any, stamp: StampOutcome) -> None:
    name = _STAMPS.get(stamp.purpose)
    if name is None or stamp.gen_time is None or not stamp.identifier:
        return
    found = child(holder, name, Signed="false")
    reference(found, "AttributeObject", name_of_object("timestamp", stamp.identifier))
    child(found, "TimeStampValue", instant(stamp.gen_time))
