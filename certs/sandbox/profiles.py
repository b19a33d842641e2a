"""Certificate profiles: which extensions each kind of certificate carries."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from certs.sandbox.authority import Extensions

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""Source: RFC 9336."""
VALIDITY_ASSURED_SHORT_TERM = ObjectIdentifier("0.4.0.194121.2.1")
"""Source: ETSI EN 319 412-1 clause 5.2.1."""
_NULL = b"\x05\x00"


def authority_profile(path_length: int, policies: Sequence[str]) -> Extensions:
    """Return the extensions of a certification authority. Source: RFC 5280 sections 4.2.1.3, 4.2.1.9."""
    return (
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(key_cert_sign=True, crl_sign=True), True),
        *_policies(policies),
    )


def service_profile(usage: str, policies: Sequence[str]) -> Extensions:
    """Return the extensions of a service that signs.

    Args:
        usage: ``timestamps`` (RFC 3161 section 2.3: the extended key usage is critical and the only one), ``ocsp``
            (RFC 6960 section 4.2.2.2, with ``ocsp-nocheck``) or ``tokens``.
        policies: Object identifiers of certificate policies.
    """
    extra: Extensions = {
        "timestamps": ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),),
        "ocsp": ((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False), (x509.OCSPNoCheck(), False)),
        "tokens": (),
    }[usage]
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(digital_signature=True), True),
        *extra,
        *_policies(policies),
    )


def signing_profile(policies: Sequence[str]) -> Extensions:
    """Return the extensions of a certificate for signatures or seals on documents.

    Key usage is nonRepudiation alone (ETSI EN 319 412-2 clause 4.3.2, type A). emailProtection stands beside
    documentSigning because NSS, and with it poppler's ``pdfsig``, does not know documentSigning.
    """
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(content_commitment=True), True),
        (x509.ExtendedKeyUsage([DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        *_policies(policies),
    )


def short_term() -> tuple[x509.ExtensionType, bool]:
    """Return the mark that a certificate lives too briefly to need revocation."""
    return x509.UnrecognizedExtension(VALIDITY_ASSURED_SHORT_TERM, _NULL), False


def _policies(policies: Sequence[str]) -> Extensions:
    if not policies:
        return ()
    information = [x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in policies]
    return ((x509.CertificatePolicies(information), False),)


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
