"""Issuers' certificates, revocation lists and OCSP responses that certificates name: from allowed hosts, for verdicts.

Which address is asked a certificate of a stranger's file says; whether its host may be asked says who called. Nothing
that comes is judged here, and each address is asked once.

Source: RFC 5280 sections 4.2.1.13 and 4.2.2.1; RFC 6960 appendix A.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from esign.gateways.allowed_hosts import AllowedHosts
from esign.gateways.errors import GatewayError, GatewayStatus
from esign.gateways.revocation import CRL_LIMIT, OCSP_LIMIT, OCSP_REQUEST, OCSP_RESPONSE, crl_urls, ocsp_urls
from esign.gateways.revocation_data import ocsp_request
from esign.validation.completing import Chain
from esign.validation.process import Material

ISSUER_LIMIT = 256 * 1024
"""Bytes of a file of issuers' certificates."""
HIGHEST = 8
"""Certificates that are climbed above the known ones."""
MOST_ASKED = 256
"""Addresses that one object asks; the others count as silent."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of all answers that one object takes."""


class HttpMaterial:
    """A :class:`~esign.validation.completing.MaterialSource` over HTTP. Redirects are not followed.

    Args:
        hosts: Whom to ask; made with ``plain``, because such data are signed and mostly served without TLS.

    Attributes:
        fetched: Addresses that answered.
        refused: Addresses that did not, with the code of the reason.
    """

    def __init__(self, hosts: AllowedHosts) -> None:
        self._hosts = hosts
        self._answers: dict[tuple[str, bytes], bytes | None] = {}
        self._lock = threading.Lock()
        self._bytes = 0
        self.fetched: list[str] = []
        self.refused: dict[str, str] = {}

    def about(self, chains: Sequence[Chain]) -> Material:
        """Return what could be had about chains; never an error."""
        certificates: list[bytes] = []
        crls: list[bytes] = []
        responses: list[bytes] = []
        for chain in chains:
            known = [loaded for der in chain if (loaded := _load(der)) is not None]
            above = list(self._above(known[-1])) if known else []
            certificates += [item.public_bytes(Encoding.DER) for item in above]
            whole = [*known, *above]
            for certificate in whole:
                issuer = _issuer(certificate, whole)
                if issuer is None or certificate.issuer == certificate.subject:
                    continue
                response = self._response(certificate, issuer)
                if response is not None:
                    responses.append(response)
                elif (crl := self._crl(certificate)) is not None:
                    crls.append(crl)
        return Material(
            certificates=tuple(dict.fromkeys(certificates)),
            crls=tuple(dict.fromkeys(crls)),
            ocsp_responses=tuple(dict.fromkeys(responses)),
        )

    def _above(self, certificate: x509.Certificate) -> Iterator[x509.Certificate]:
        """Yield the certificates above one, as far as allowed hosts have them."""
        seen = {certificate}
        for _ in range(HIGHEST):
            if certificate.issuer == certificate.subject:
                return
            found = [item for url in _issuer_urls(certificate) for item in self._issuers(url)]
            issuer = _issuer(certificate, found)
            if issuer is None or issuer in seen:
                return
            yield issuer
            seen.add(issuer)
            certificate = issuer

    def _issuers(self, url: str) -> Sequence[x509.Certificate]:
        body = self._asked(url, b"", ISSUER_LIMIT)
        if body is None:
            return ()
        for read in (_one, x509.load_pem_x509_certificates, pkcs7.load_der_pkcs7_certificates):
            with suppress(Exception):  # hostile bytes: not all of it is a ValueError
                return read(body)
        return ()

    def _crl(self, certificate: x509.Certificate) -> bytes | None:
        for url in crl_urls(certificate):
            body = self._asked(url, b"", CRL_LIMIT)
            with suppress(Exception):  # hostile bytes: not all of it is a ValueError
                if body is not None:
                    pem = body.lstrip().startswith(b"-----BEGIN")
                    loaded = x509.load_pem_x509_crl(body) if pem else x509.load_der_x509_crl(body)
                    return loaded.public_bytes(Encoding.DER)
        return None

    def _response(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes | None:
        urls = ocsp_urls(certificate)
        if not urls:
            return None
        with suppress(Exception):  # an issuer's key of a kind that cannot be named
            request = ocsp_request(certificate, issuer)
            for url in urls:
                body = self._asked(url, request, OCSP_LIMIT)
                if body is not None and _answered(body):
                    return body
        return None

    def _asked(self, url: str, request: bytes, limit: int) -> bytes | None:
        """Return what an address answers; None where it does not. Asked once."""
        key = (url, request)
        with self._lock:
            if key in self._answers:
                return self._answers[key]
            if len(self._answers) >= MOST_ASKED or self._bytes > MOST_BYTES:
                return None
        answer: bytes | None = None
        try:
            answer = self._ask(url, request, limit)
        except GatewayError as error:
            with self._lock:
                self.refused[url] = error.code
        with self._lock:
            if answer is not None:
                self.fetched.append(url)
                self._bytes += len(answer)
            self._answers[key] = answer
        return answer

    def _ask(self, url: str, request: bytes, limit: int) -> bytes:
        if request:
            headers = {"Content-Type": OCSP_REQUEST, "Accept": OCSP_RESPONSE}
            answer = self._hosts.post(url, request, headers=headers, limit=limit)
        else:
            answer = self._hosts.get(url, limit=limit)
        if answer.status != 200:
            raise GatewayStatus(status=answer.status)
        return answer.body


def _load(der: bytes) -> x509.Certificate | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.issuer, certificate.subject
    except Exception:  # hostile bytes: not all of it is a ValueError
        return None
    return certificate


def _answered(body: bytes) -> bool:
    return ocsp.load_der_ocsp_response(body).response_status is ocsp.OCSPResponseStatus.SUCCESSFUL


def _one(body: bytes) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(body)]


def _issuer(certificate: x509.Certificate, pool: Sequence[x509.Certificate]) -> x509.Certificate | None:
    for candidate in pool:
        with suppress(Exception):  # hostile bytes: the kinds of exception differ by algorithm
            if candidate.subject == certificate.issuer:
                certificate.verify_directly_issued_by(candidate)
                _ = candidate.extensions
                return candidate
    return None


def _issuer_urls(certificate: x509.Certificate) -> list[str]:
    try:
        accesses = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        access.access_location.value
        for access in accesses
        if access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(access.access_location, x509.UniformResourceIdentifier)
    ]
