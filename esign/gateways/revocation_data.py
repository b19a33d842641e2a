"""CRLs and OCSP responses judged: signed by whom they must be, about this certificate, of now. Without any call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, SignatureAlgorithmOID

from esign.foundation.digests import sha256
from esign.gateways.errors import CertificateRevoked, RevocationDataInvalid, RevocationDataStale

SKEW = timedelta(minutes=5)
"""How far in the future the beginning of an answer may lie, for clocks differ."""

WITHOUT_END = timedelta(hours=1)
"""How long an OCSP response counts as fresh that does not say when the next one comes."""

_UNDERSTOOD = {ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.CRL_NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A good answer (DER) that says: not revoked; it may be used until an instant."""

    der: bytes
    until: datetime


def read_crl(der: bytes, issuer: x509.Certificate, *, now: datetime) -> x509.CertificateRevocationList:
    """Return a CRL that its issuer signed and that is of now.

    Raises:
        RevocationDataInvalid: Cannot be read, is signed by somebody else, or covers less than every reason.
        RevocationDataStale: Not of now.

    Source: RFC 5280 sections 5 and 6.3.3.
    """
    try:
        crl = x509.load_der_x509_crl(der)
        signed = crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # another kind of key raises
        extensions = list(crl.extensions)
        begins, ends = crl.last_update_utc, crl.next_update_utc
        strong = crl.signature_hash_algorithm is None or crl.signature_hash_algorithm.digest_size >= 32
    except Exception as error:  # hostile bytes
        raise RevocationDataInvalid("not a CRL") from error
    if not signed or not strong or not _may_sign_crls(issuer):
        raise RevocationDataInvalid("not signed by the issuer")
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in extensions):
        raise RevocationDataInvalid("a critical extension is not understood")
    if ends is None or not begins - SKEW <= now < ends:
        raise RevocationDataStale
    return crl


def judge_crl(crl: x509.CertificateRevocationList, certificate: x509.Certificate, *, source: str) -> None:
    """Check that a certificate is covered by a CRL of its issuer and not revoked in it.

    Args:
        crl: From :func:`read_crl`.
        certificate: Issued by the issuer of the CRL.
        source: The address that the certificate names and under which the CRL was found.

    Raises:
        RevocationDataInvalid: The CRL does not speak about certificates of this kind.
        CertificateRevoked: The certificate is revoked.
    """
    try:
        point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        point = None
    if point is not None and (
        point.indirect_crl
        or point.relative_name is not None
        or (point.full_name is not None and source not in [name.value for name in point.full_name])
        or point.only_some_reasons
        or point.only_contains_attribute_certs
        or (point.only_contains_ca_certs and not _is_authority(certificate))
        or (point.only_contains_user_certs and _is_authority(certificate))
    ):
        raise RevocationDataInvalid("the CRL is not about such certificates")
    if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise CertificateRevoked(certificate=sha256(certificate.public_bytes(Encoding.DER)).hex(), by="crl")


def ocsp_request(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return the OCSP request for a certificate; SHA-1 only names the issuer here (RFC 5019 section 2.1.1)."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - a name here, see above
    return builder.build().public_bytes(Encoding.DER)


def judge_ocsp(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, *, now: datetime) -> Judged:
    """Return an OCSP response that says that a certificate is good.

    Raises:
        RevocationDataInvalid: Cannot be read, is not signed by the issuer or its delegate, or is about something else.
        RevocationDataStale: Not of now.
        CertificateRevoked: The certificate is revoked.

    Source: RFC 6960 sections 3.2 and 4.2.2.2.
    """
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise RevocationDataInvalid("the responder has no answer", status=response.response_status.name)
        answers = [one for one in response.responses if _is_about(one, certificate, issuer)]
        signer = _responder(response, issuer, now)
        _verify(signer, response)
    except RevocationDataInvalid:
        raise
    except Exception as error:  # hostile bytes
        raise RevocationDataInvalid("not an OCSP response") from error
    if len(answers) != 1:
        raise RevocationDataInvalid("the response is about another certificate")
    answer = answers[0]
    begins = answer.this_update_utc
    ends = answer.next_update_utc or begins + WITHOUT_END
    if not begins - SKEW <= now < ends:
        raise RevocationDataStale
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        raise CertificateRevoked(certificate=sha256(certificate.public_bytes(Encoding.DER)).hex(), by="ocsp")
    if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise RevocationDataInvalid("the responder does not know the certificate")
    return Judged(der=der, until=ends)


def _is_about(answer: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    name, key = hashes.Hash(answer.hash_algorithm), hashes.Hash(answer.hash_algorithm)
    name.update(issuer.subject.public_bytes())
    key.update(_key_bits(issuer))
    return (
        answer.serial_number == certificate.serial_number
        and answer.issuer_name_hash == name.finalize()
        and answer.issuer_key_hash == key.finalize()
    )


def _responder(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> x509.Certificate:
    """Return the certificate that must have signed: the issuer's, or one that the issuer gave to its responder."""
    if _is_responder(response, issuer):
        return issuer
    for candidate in response.certificates:
        if not _is_responder(response, candidate):
            continue
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        candidate.verify_directly_issued_by(issuer)
        valid = candidate.not_valid_before_utc <= now <= candidate.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and valid:
            return candidate
    raise RevocationDataInvalid("the responder was not entitled by the issuer")


def _is_responder(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if response.responder_name is not None:
        return response.responder_name == certificate.subject
    digest = hashes.Hash(hashes.SHA1())  # noqa: S303  # a name, not a proof (RFC 6960 section 4.2.1)
    digest.update(_key_bits(certificate))
    return response.responder_key_hash == digest.finalize()


def _verify(signer: x509.Certificate, response: ocsp.OCSPResponse) -> None:
    key, algorithm = signer.public_key(), response.signature_hash_algorithm
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            return key.verify(response.signature, response.tbs_response_bytes)
        if algorithm is None or algorithm.digest_size < 32:
            raise RevocationDataInvalid("signed with a weak hash")
        if isinstance(key, ec.EllipticCurvePublicKey):
            return key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        if isinstance(key, rsa.RSAPublicKey) and response.signature_algorithm_oid != SignatureAlgorithmOID.RSASSA_PSS:
            return key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise RevocationDataInvalid("not signed by the responder") from error
    raise RevocationDataInvalid("signed with an algorithm that is not accepted")


def _key_bits(certificate: x509.Certificate) -> bytes:
    """Return the BIT STRING of the public key, over which OCSP names keys."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    raise RevocationDataInvalid("a key of a kind that is not accepted")


def _may_sign_crls(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
