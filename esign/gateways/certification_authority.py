"""Enrolment over secure transport (EST): a certificate for a request, authorised by the person's ID token."""

from __future__ import annotations

import base64
import binascii
import threading

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from esign.foundation.errors import EsignError
from esign.gateways.errors import CertificateNotReturned, GatewayAnswerMalformed
from esign.gateways.http import HttpCaller
from esign.identity.ports import IssuedCertificate
from esign.identity.public_keys import encode_public_key
from esign.identity.request import CertificateRequest
from esign.proof.certificate_path import issuers, load_certificate

PKCS7 = "application/pkcs7-mime"
_LIMIT = 128 * 1024


class EstCertificationAuthority:
    """A :class:`~esign.identity.ports.CertificationAuthority` over EST (RFC 7030).

    Args:
        http: Makes the calls. A request for a certificate is never repeated by itself: the authority might issue twice.
        base_url: Up to and without the operation, for example ``https://ca.example/.well-known/est/signatories``.
    """

    def __init__(self, http: HttpCaller, base_url: str) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._authorities: tuple[x509.Certificate, ...] = ()
        self._lock = threading.Lock()

    def issue(self, *, request: bytes, id_token: str) -> IssuedCertificate:
        """Return the certificate over the request's key, with the certificates above it, issuer first.

        Raises:
            RequestError: The request is not one of this protocol; nothing was sent.
            GatewayError: The authority did not issue one.
        """
        asked = CertificateRequest.parse(request)
        answer = self._http.post(
            f"{self._base}/simpleenroll",
            base64.encodebytes(request),
            content_type="application/pkcs10",
            accept=(PKCS7,),
            repeatable=False,
            limit=_LIMIT,
            headers={"Authorization": f"Bearer {id_token}", "Content-Transfer-Encoding": "base64"},
        )
        returned = _certificates(answer.body)
        for certificate in returned:
            if encode_public_key(certificate.public_key()) == asked.spki:
                chain = issuers(certificate, returned)
                if not chain or not _self_issued(chain[-1]):
                    chain = issuers(certificate, (*returned, *self.authorities()))
                return IssuedCertificate(certificate=_der(certificate), chain=tuple(map(_der, chain)))
        raise CertificateNotReturned

    def authorities(self) -> tuple[x509.Certificate, ...]:
        """Return the authority's own certificates (RFC 7030 section 4.1); they only help, trust comes from anchors.

        Raises:
            GatewayError: The authority does not answer as it should.
        """
        with self._lock:
            if not self._authorities:
                answer = self._http.get(f"{self._base}/cacerts", accept=(PKCS7,), limit=_LIMIT)
                self._authorities = _certificates(answer.body)
            return self._authorities


def _certificates(body: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a certs-only message in base64 (RFC 8951 section 3.1)."""
    try:
        der = base64.b64decode(b"".join(body.split()), validate=True)
        found = pkcs7.load_der_pkcs7_certificates(der)
        return tuple(load_certificate(_der(certificate)) for certificate in found)
    except (ValueError, binascii.Error, EsignError) as error:
        raise GatewayAnswerMalformed("not a certs-only message") from error


def _self_issued(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
