"""The company's seal on a dossier: a detached CAdES baseline signature over the first manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from esign.evidence.errors import DossierError
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.pades import der, read_signed_data, signed_data
from esign.proof.certificate_path import load_certificate
from esign.proof.cms_signature import SignatureAlgorithm, verify_signature

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_TIME = "1.2.840.113549.1.9.5"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_DATA = "1.2.840.113549.1.7.1"
_UTC_TIME = 0x17


class SealError(DossierError):
    """The seal over the dossier does not hold."""

    code = "evidence.dossier.seal"
    source = "ETSI EN 319 122-1 clause 6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A seal whose signature holds; whether its certificate is trusted is asked elsewhere."""

    certificate: bytes
    certificates: tuple[bytes, ...]
    claimed_at: datetime


def seal_attributes(manifest: bytes, *, certificate: bytes, at: datetime) -> bytes:
    """Return what the key of the seal signs (DER, tag 0x31).

    Content type, message digest, signing time (claimed; whole seconds) and signing certificate: the attributes that
    ETSI EN 319 122-1 clause 6.3 requires at level B.
    """
    written = at.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode("ascii")
    reference = der.sequence(der.sequence(der.sequence(der.octets(sha256(certificate)))))
    return der.set_of(
        (
            _attribute(CONTENT_TYPE, der.oid(_DATA)),
            _attribute(MESSAGE_DIGEST, der.octets(sha256(manifest))),
            _attribute(SIGNING_TIME, der.tlv(_UTC_TIME, written)),
            _attribute(SIGNING_CERTIFICATE_V2, reference),
        )
    )


def write_seal(attributes: bytes, signature: bytes, *, certificate: bytes, chain: Sequence[bytes]) -> bytes:
    """Return the seal (DER, CMS without content); a signature that does not verify is refused."""
    return signed_data(
        attributes=attributes, signature=signature, certificate=certificate, chain=chain, signature_timestamp=None
    )


def check_seal(seal: bytes, manifest: bytes) -> Seal:
    """Return the seal after checking that it seals this manifest, with the certificate that it carries.

    Raises:
        SealError: It does not.
    """
    try:
        signed = read_signed_data(seal)
        claimed_at = _claimed_at(signed.attributes)
    except (EsignError, ValueError, StopIteration) as error:
        raise SealError("the seal cannot be read") from error
    if signed.attributes != seal_attributes(manifest, certificate=signed.certificate, at=claimed_at):
        raise SealError("the seal is over another manifest, or names another certificate")
    try:
        key = load_certificate(signed.certificate).public_key()
        name = "ecdsa" if hasattr(key, "curve") else "rsassa_pkcs1v15"
        verify_signature(
            key,
            signed.signature,
            signed.attributes,
            algorithm=SignatureAlgorithm(name=name, hash="sha256"),
            digest_hash="sha256",
        )
    except EsignError as error:
        raise SealError("the signature value does not hold") from error
    again = write_seal(
        signed.attributes,
        signed.signature,
        certificate=signed.certificate,
        chain=[item for item in signed.certificates if item != signed.certificate],
    )
    if again != seal:
        raise SealError("the seal is not in its one form")
    return Seal(certificate=signed.certificate, certificates=signed.certificates, claimed_at=claimed_at)


def _claimed_at(attributes: bytes) -> datetime:
    reader = der.Reader(attributes).inside(der.SET)
    while not reader.empty:
        attribute = reader.inside(der.SEQUENCE)
        if der.read_oid(attribute.content(der.OBJECT_IDENTIFIER)) == SIGNING_TIME:
            text = attribute.inside(der.SET).content(_UTC_TIME).decode("ascii")
            return datetime.strptime(text, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)
    raise ValueError("no signing time")


def _attribute(identifier: str, value: bytes) -> bytes:
    return der.sequence(der.oid(identifier), der.tlv(der.SET, value))
