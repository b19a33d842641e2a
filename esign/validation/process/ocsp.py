"""An OCSP response read into what its rules of use ask of it.

Source: RFC 6960 section 4.2; Common PKI part 4 (certHash).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from esign.validation.process.algorithms import Scheme, digest, hash_name, read_scheme
from esign.validation.process.ber import ENUMERATED, OCTET_STRING, OID, SEQUENCE, Cursor, dotted
from esign.validation.process.certificate import Certificate
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.names import Name, comparable

_BASIC = "1.3.6.1.5.5.7.48.1.1"
_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6"
_CERT_HASH = "1.3.36.8.3.13"
_REASONS = {
    0: x509.ReasonFlags.unspecified,
    1: x509.ReasonFlags.key_compromise,
    2: x509.ReasonFlags.ca_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
    6: x509.ReasonFlags.certificate_hold,
    8: x509.ReasonFlags.remove_from_crl,
    9: x509.ReasonFlags.privilege_withdrawn,
    10: x509.ReasonFlags.aa_compromise,
}
_MOST_ANSWERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a response says about one certificate.

    Args:
        hash: Of the certificate identifier; None where it is not known here.
        issuer_name_hash: Over the raw name of the certificate's issuer.
        issuer_key_hash: Over the issuer's public key.
        serial: Of the certificate.
        known: Whether the responder knows the certificate.
        revoked_at: When it was revoked; None if it was not.
        reason: Why.
        this_update: The instant at which that was right.
        next_update: When there is something newer; None if it does not say.
        archive_cutoff: Expired certificates are answered for if they expired from then on.
        certificate_hash: Hash and digest of the certificate as the responder has it, if it says so.
    """

    hash: str | None
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int
    known: bool
    revoked_at: datetime | None
    reason: x509.ReasonFlags
    this_update: datetime
    next_update: datetime | None
    archive_cutoff: datetime | None
    certificate_hash: tuple[str | None, bytes] | None

    def is_about(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Tell whether it is about a certificate of an issuer, and of the very bytes if it says which."""
        if self.serial != certificate.serial or self.hash is None:
            return False
        if digest(self.hash, issuer.key_bits) != self.issuer_key_hash:
            return False
        if self.issuer_name_hash not in (digest(self.hash, certificate.issuer), digest(self.hash, issuer.subject)):
            return False
        if self.certificate_hash is None:
            return True
        name, value = self.certificate_hash
        return name is not None and digest(name, certificate.der) == value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OcspResponse:
    """What stands in a response.

    Args:
        fingerprint: SHA-256 over it.
        responder_name: Comparable, or None.
        responder_key_hash: SHA-1 over the responder's public key, or None.
        produced_at: When it was signed.
        answers: One for each certificate.
        tbs: What the responder signed.
        scheme: How.
        signature: The value.
        certificates: That came with it (DER).
        problem: Why it cannot be used, or empty.
    """

    fingerprint: bytes
    responder_name: Name | None
    responder_key_hash: bytes | None
    produced_at: datetime
    answers: tuple[Answer, ...]
    tbs: bytes
    scheme: Scheme
    signature: bytes
    certificates: tuple[bytes, ...]
    problem: str = ""

    def is_of(self, certificate: Certificate) -> bool:
        """Tell whether the response names a certificate as its responder."""
        if self.responder_name is not None:
            return certificate.subject_name == self.responder_name
        return certificate.key_hash == self.responder_key_hash


def read_ocsp(der: bytes) -> OcspResponse:
    """Return what stands in an OCSPResponse or a BasicOCSPResponse.

    Raises:
        CmsUnreadable: Neither, or not a successful answer.
    """
    outer = Cursor(der).inside(SEQUENCE)
    if outer.tag == ENUMERATED:
        if any(outer.content(ENUMERATED)):
            raise CmsUnreadable("the OCSP responder did not answer")
        wrapped = outer.inside(0xA0).inside(SEQUENCE)
        if wrapped.oid() != _BASIC:
            raise CmsUnreadable("an unknown kind of OCSP response")
        outer = Cursor(wrapped.octets()).inside(SEQUENCE)
    tbs = outer.raw(SEQUENCE)
    algorithm = outer.raw(SEQUENCE)
    signature = outer.bits()
    embedded = outer.optional(0xA0)
    certificates = tuple(embedded.inside(SEQUENCE).rest()) if embedded is not None else ()
    inner = Cursor(tbs).inside(SEQUENCE)
    inner.optional(0xA0)
    name = key_hash = None
    if inner.tag == 0xA1:
        name = comparable(inner.inside(0xA1).raw(SEQUENCE))
    else:
        key_hash = inner.inside(0xA2).content(OCTET_STRING)
    produced_at = inner.instant()
    answers: list[Answer] = []
    listed = inner.inside(SEQUENCE)
    while listed.tag != -1 and len(answers) < _MOST_ANSWERS:
        answers.append(_answer(listed.inside(SEQUENCE)))
    critical = any(critical for _, critical, _ in _extensions(inner.optional(0xA1)))
    return OcspResponse(
        fingerprint=hashlib.sha256(der).digest(),
        responder_name=name,
        responder_key_hash=key_hash,
        produced_at=produced_at,
        answers=tuple(answers),
        tbs=tbs,
        scheme=read_scheme(algorithm),
        signature=signature,
        certificates=certificates,
        problem="a critical extension is not understood" if critical else "",
    )


def _answer(cursor: Cursor) -> Answer:
    about = cursor.inside(SEQUENCE)
    name = hash_name(about.inside(SEQUENCE).oid())
    issuer_name_hash, issuer_key_hash, serial = about.octets(), about.octets(), about.integer()
    revoked_at, reason = None, x509.ReasonFlags.unspecified
    status = cursor.next()
    if status.tag == 0xA1:
        revoked = Cursor(cursor.data, status.content, status.stop)
        revoked_at = revoked.instant()
        why = revoked.optional(0xA0)
        if why is not None:
            code = int.from_bytes(why.content(ENUMERATED), "big")
            reason = _REASONS.get(code, x509.ReasonFlags.unspecified)
    this_update = cursor.instant()
    later = cursor.optional(0xA0)
    next_update = later.instant() if later is not None else None
    cutoff = certificate_hash = None
    for kind, critical, value in _extensions(cursor.optional(0xA1)):
        if kind == _ARCHIVE_CUTOFF:
            cutoff = Cursor(value).instant()
        elif kind == _CERT_HASH:
            both = Cursor(value).inside(SEQUENCE)
            certificate_hash = hash_name(both.inside(SEQUENCE).oid()), both.octets()
        elif critical:
            raise CmsUnreadable("a critical extension of an answer is not understood")
    return Answer(
        hash=name,
        issuer_name_hash=issuer_name_hash,
        issuer_key_hash=issuer_key_hash,
        serial=serial,
        known=status.tag in (0x80, 0xA1),
        revoked_at=revoked_at,
        reason=reason,
        this_update=this_update,
        next_update=next_update,
        archive_cutoff=cutoff,
        certificate_hash=certificate_hash,
    )


def _extensions(cursor: Cursor | None) -> list[tuple[str, bool, bytes]]:
    if cursor is None:
        return []
    found = []
    listed = cursor.inside(SEQUENCE)
    while listed.tag != -1:
        extension = listed.inside(SEQUENCE)
        kind = dotted(extension.content(OID))
        critical = extension.boolean() if extension.tag == 0x01 else False
        found.append((kind, critical, extension.octets()))
    return found
