"""Cryptographic verification: the digest of what is covered, and the signature value.

Source: ETSI EN 319 102-1 clause 5.2.7; RFC 5652 sections 5.4, 5.6; ISO 32000-2 clause 12.8.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import padding, rsa

from esign.validation.process.algorithms import (
    Check,
    Scheme,
    digest,
    digest_algorithm_name,
    hash_name,
    read_scheme,
    verify_digest,
    verify_value,
)
from esign.validation.process.ber import SEQUENCE, Cursor
from esign.validation.process.certificate import Certificate
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.result import SubIndication
from esign.validation.process.signed import PKCS7_SHA1, Signed
from esign.validation.process.suites import Used, algorithms_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What the cryptography says.

    Args:
        reason: None if everything verifies.
        what: One sentence.
        used: The algorithms that the signature rests on.
        intact: Whether what is covered has the signed digest.
    """

    reason: SubIndication | None
    what: str
    used: tuple[Used, ...] = ()
    intact: bool = False


def verify_signed(signed: Signed, certificate: Certificate) -> Verification:
    """Verify a signature or timestamp with the key of its certificate.

    1. What is covered has the digest that was signed (for a timestamp: that was stamped). 2. The signature value covers
    the signed attributes, or the content itself where there are none.
    """
    try:
        return _bare(signed, certificate) if signed.message is None else _cms(signed, certificate)
    except CmsUnreadable as error:
        return Verification(reason=SubIndication.FORMAT_FAILURE, what=error.detail)


def _cms(signed: Signed, certificate: Certificate) -> Verification:
    message, stamp = signed.message, signed.stamp
    if message is None:  # told apart by the caller
        raise CmsUnreadable("no CMS")
    scheme = read_scheme(message.signature_algorithm)
    name = digest_algorithm_name(message.digest_algorithm)
    used = (*algorithms_of(scheme, certificate.key, name), Used(name=name or message.digest_algorithm))
    if name is None:
        return _unknown(used, "the hash is not known here")
    if stamp is not None:
        used = (*used, Used(name=stamp.imprint_hash or "unknown hash"))
        if stamp.imprint_hash is None:
            return _unknown(used, "the hash of the timestamp is not known here")
        if _covered(signed, stamp.imprint_hash) != stamp.imprint:
            return Verification(
                reason=SubIndication.HASH_FAILURE, what="the timestamp is over something else", used=used
            )
    content = message.content
    if stamp is None and signed.subfilter == PKCS7_SHA1:
        if content != _covered(signed, "sha1"):
            return _differs(used)
        used = (*used, Used(name="sha1"))
    inner = content if stamp is not None or signed.subfilter == PKCS7_SHA1 else None
    covered = digest(name, inner) if inner is not None else _covered(signed, name)
    if covered is None:
        what = "what is covered cannot be digested"
        return Verification(reason=SubIndication.SIGNED_DATA_NOT_FOUND, what=what, used=used)
    if inner is None and content and digest(name, content) != covered:
        return _differs(used)  # a detached signature that brings another content along
    if message.signed_attributes is not None:
        if covered != signed.attributes.message_digest:
            return _differs(used)
        check = verify_value(certificate.key, scheme, signed.value, message.signed_attributes, hash_used=name)
    elif inner is not None:
        check = verify_value(certificate.key, scheme, signed.value, inner, hash_used=name)
    else:
        check = verify_digest(certificate.key, scheme, signed.value, covered, scheme.hash or name)
    return _told(check, used)


def _bare(signed: Signed, certificate: Certificate) -> Verification:
    """Verify ``adbe.x509.rsa_sha1``: PKCS #1 over the bytes themselves; newer files use better hashes than SHA-1."""
    key = certificate.key
    if not isinstance(key, rsa.RSAPublicKey):
        return Verification(reason=SubIndication.SIG_CRYPTO_FAILURE, what="the key is no RSA key")
    name = "sha1"
    try:
        recovered = Cursor(key.recover_data_from_signature(signed.value, padding.PKCS1v15(), None)).inside(SEQUENCE)
        name = hash_name(recovered.inside(SEQUENCE).oid()) or "unknown"
    except Exception:  # any failure to open the value is the same to us: it does not verify
        return Verification(reason=SubIndication.SIG_CRYPTO_FAILURE, what="the signature value does not verify")
    scheme = Scheme(family="rsa", hash=name)
    used = algorithms_of(scheme, key)
    covered = _covered(signed, name)
    if covered is None:
        what = "what is covered cannot be digested"
        return Verification(reason=SubIndication.SIGNED_DATA_NOT_FOUND, what=what, used=used)
    if recovered.octets() != covered:
        return _differs(used)
    return _told(verify_digest(key, scheme, signed.value, covered, name), used)


def _covered(signed: Signed, name: str) -> bytes | None:
    try:
        return signed.content_digest(name)
    except Exception:  # whatever stands behind the digest: there is nothing to digest
        return None


def _differs(used: tuple[Used, ...]) -> Verification:
    return Verification(reason=SubIndication.HASH_FAILURE, what="what is covered is not what was signed", used=used)


def _unknown(used: tuple[Used, ...], what: str) -> Verification:
    return Verification(reason=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, what=what, used=used)


def _told(check: Check, used: tuple[Used, ...]) -> Verification:
    if check is Check.VALID:
        return Verification(reason=None, what="digest and signature value verify", used=used, intact=True)
    if check is Check.INVALID:
        what = "the signature value does not verify"
        return Verification(reason=SubIndication.SIG_CRYPTO_FAILURE, what=what, used=used, intact=True)
    what = "the signature algorithm does not fit the key or is not known here"
    return Verification(reason=SubIndication.CRYPTO_CONSTRAINTS_FAILURE, what=what, used=used, intact=True)
