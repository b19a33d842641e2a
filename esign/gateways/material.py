"""Issuers' certificates, revocation lists and OCSP responses that certificates name: from allowed hosts, for verdicts.

Which address is asked a certificate of a stranger's file says; whether its host may be asked says who called. Nothing
that comes is judged here. Each address is asked once, and for one file only so many and only so long.

Source: RFC 5280 sections 4.2.1.13 and 4.2.2.1; RFC 6960 appendix A.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
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
MOST_ASKED = 64
"""Addresses that are asked at a time, for one file; the others count as silent."""
MOST_SECONDS = 60.0
"""How long they are asked altogether."""
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of answers that are kept; the oldest go first."""
MOST_KEPT = 4096


class _Budget:
    """What may still be spent for one file."""

    def __init__(self) -> None:
        self._left = MOST_ASKED
        self._until = time.monotonic() + MOST_SECONDS

    def spend(self) -> bool:
        """Tell whether one more address may be asked."""
        self._left -= 1
        return self._left >= 0 and time.monotonic() < self._until


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
        self._answers: OrderedDict[tuple[str, bytes], bytes | None] = OrderedDict()
        self._lock = threading.Lock()
        self._bytes = 0
        self.fetched: dict[str, None] = {}
        self.refused: dict[str, str] = {}

    def about(self, chains: Sequence[Chain]) -> Material:
        """Return what could be had about chains; never an error."""
        budget = _Budget()
        certificates: list[bytes] = []
        crls: list[bytes] = []
        responses: list[bytes] = []
        for chain in chains:
            known = [loaded for der in chain if (loaded := _load(der)) is not None]
            above = list(self._above(known[-1], budget)) if known else []
            certificates += [item.public_bytes(Encoding.DER) for item in above]
            whole = [*known, *above]
            for certificate in whole:
                issuer = _issuer(certificate, whole)
                if issuer is None or certificate.issuer == certificate.subject:
                    continue
                response = self._response(certificate, issuer, budget)
                if response is not None:
                    responses.append(response)
                elif (crl := self._crl(certificate, budget)) is not None:
                    crls.append(crl)
        return Material(
            certificates=tuple(dict.fromkeys(certificates)),
            crls=tuple(dict.fromkeys(crls)),
            ocsp_responses=tuple(dict.fromkeys(responses)),
        )

    def _above(self, certificate: x509.Certificate, budget: _Budget) -> Iterator[x509.Certificate]:
        """Yield the certificates above one, as far as allowed hosts have them."""
        seen = {certificate}
        for _ in range(HIGHEST):
            if certificate.issuer == certificate.subject:
                return
            found = [item for url in _issuer_urls(certificate) for item in self._issuers(url, budget)]
            issuer = _issuer(certificate, found)
            if issuer is None or issuer in seen:
                return
            yield issuer
            seen.add(issuer)
            certificate = issuer

    def _issuers(self, url: str, budget: _Budget) -> Sequence[x509.Certificate]:
        body = self._asked(url, b"", ISSUER_LIMIT, budget)
        if body is None:
            return ()
        for read in (_one, x509.load_pem_x509_certificates, pkcs7.load_der_pkcs7_certificates):
            with suppress(Exception):  # hostile bytes: not all of it is a ValueError
                return read(body)
        return ()

    def _crl(self, certificate: x509.Certificate, budget: _Budget) -> bytes | None:
        for url in crl_urls(certificate):
            body = self._asked(url, b"", CRL_LIMIT, budget)
            with suppress(Exception):  # hostile bytes: not all of it is a ValueError
                if body is not None:
                    pem = body.lstrip().startswith(b"-----BEGIN")
                    loaded = x509.load_pem_x509_crl(body) if pem else x509.load_der_x509_crl(body)
                    return loaded.public_bytes(Encoding.DER)
        return None

    def _response(self, certificate: x509.Certificate, issuer: x509.Certificate, budget: _Budget) -> bytes | None:
        urls = ocsp_urls(certificate)
        if not urls:
            return None
        with suppress(Exception):  # an issuer's key of a kind that cannot be named
            request = ocsp_request(certificate, issuer)
            for url in urls:
                body = self._asked(url, request, OCSP_LIMIT, budget)
                if body is not None and _answered(body):
                    return body
        return None

    def _asked(self, url: str, request: bytes, limit: int, budget: _Budget) -> bytes | None:
        """Return what an address answers; None where it does not. Asked once."""
        key = (url, request)
        with self._lock:
            if key in self._answers:
                return self._answers[key]
        if not budget.spend():
            return None
        answer, code = None, ""
        try:
            answer = self._ask(url, request, limit)
        except GatewayError as error:
            code = error.code
        with self._lock:
            self._keep(key, answer)
            if answer is not None:
                self.fetched[url] = None
            else:
                self.refused[url] = code
        return answer

    def _keep(self, key: tuple[str, bytes], answer: bytes | None) -> None:
        self._answers[key] = answer
        self._bytes += len(answer or b"")
        while self._bytes > MOST_BYTES or len(self._answers) > MOST_KEPT:
            _, gone = self._answers.popitem(last=False)
            self._bytes -= len(gone or b"")

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
