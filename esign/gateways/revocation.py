"""Revocation data for whole chains: fetched from allowed hosts, judged, and kept as long as they are fresh."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ObjectIdentifier

from esign.foundation.clock import Clock
from esign.foundation.digests import sha256
from esign.gateways.errors import (
    CertificateRevoked,
    GatewayAddressRefused,
    GatewayError,
    RevocationIssuerUnknown,
    RevocationUnavailable,
)
from esign.gateways.http import HttpCaller, checked_url
from esign.gateways.revocation_data import judge_crl, judge_ocsp, ocsp_request, read_crl
from esign.identity.ports import RevocationData
from esign.proof.certificate_path import issued, load_certificate

CRL_TYPES = ("application/pkix-crl", "application/x-pkcs7-crl", "application/octet-stream")
OCSP_REQUEST = "application/ocsp-request"
OCSP_RESPONSE = "application/ocsp-response"
CRL_LIMIT = 8 * 1024 * 1024
OCSP_LIMIT = 64 * 1024
_KEPT = 512
"""Chains and answers that are kept at the most; the oldest goes first."""

_NO_REVOCATION = frozenset(
    map(
        ObjectIdentifier,
        ("2.5.29.56", "0.4.0.194121.2.1", "1.3.6.1.5.5.7.48.1.5"),  # noRevAvail, validityAssured, ocsp-nocheck
    )
)
"""Marks of certificates that are not revoked because they live briefly. Source: RFC 9608, EN 319 412-1 clause 5.2."""


_Value = TypeVar("_Value")


class _Kept(Generic[_Value]):
    """A small store of what was fetched, each piece until it is stale."""

    def __init__(self) -> None:
        self._entries: OrderedDict[bytes, tuple[_Value, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes, now: datetime) -> _Value | None:
        with self._lock:
            found = self._entries.get(key)
            if found is None or now >= found[1]:
                self._entries.pop(key, None)
                return None
            return found[0]

    def put(self, key: bytes, value: _Value, until: datetime) -> None:
        with self._lock:
            self._entries[key] = (value, until)
            self._entries.move_to_end(key)
            while len(self._entries) > _KEPT:
                self._entries.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was had about one certificate."""

    crl: bytes | None = None
    ocsp_response: bytes | None = None
    until: datetime


class RevocationCollector:
    """A :class:`~esign.identity.ports.RevocationSource` over HTTP.

    For every certificate below an anchor: the CRL of its issuer first, because it serves all that the issuer issued;
    an OCSP response where no good CRL is to be had. What is fetched is used until the issuer announces the next one, at
    most for ``keep``; a whole chain is judged once for that time.

    Args:
        http: Makes the calls.
        allowed_hosts: ``host`` or ``host:port`` from which certificates may make us fetch; all other addresses that a
            certificate names are passed over.
        clock: Tells what is fresh.
        anchors: Certificates (DER) that are trusted; they complete chains, and are themselves not asked about.
        keep: How long an answer is used at the most, whatever its issuer announces.
    """

    def __init__(
        self,
        http: HttpCaller,
        *,
        allowed_hosts: Iterable[str],
        clock: Clock,
        anchors: Sequence[bytes] = (),
        keep: timedelta = timedelta(hours=1),
    ) -> None:
        self._http = http
        self._hosts = frozenset(host.lower() for host in allowed_hosts)
        self._clock = clock
        self._anchors = tuple(load_certificate(anchor) for anchor in anchors)
        self._keep = keep
        self._chains: _Kept[RevocationData] = _Kept()
        self._crls: _Kept[x509.CertificateRevocationList] = _Kept()

    def collect(self, chain: Sequence[bytes]) -> RevocationData:
        """Return judged revocation data for a chain (DER, the end entity first).

        Raises:
            CertificateRevoked: One of the certificates is revoked.
            RevocationIssuerUnknown: The issuer of one is not there.
            RevocationUnavailable: About one of them nothing good could be had.
        """
        return self._judged(chain, revoked_too=False)

    def gather(self, chain: Sequence[bytes]) -> RevocationData:
        """Return the same, whatever it says about the certificates: whoever asks judges it.

        Raises:
            RevocationIssuerUnknown: The issuer of one is not there.
            RevocationUnavailable: About one of them nothing reliable could be had.
        """
        return self._judged(chain, revoked_too=True)

    def _judged(self, chain: Sequence[bytes], *, revoked_too: bool) -> RevocationData:
        now = self._clock.now()
        key = sha256(bytes((revoked_too,)), *(sha256(certificate) for certificate in chain))
        known = self._chains.get(key, now)
        if known is not None:
            return known
        certificates = [load_certificate(der) for der in chain]
        found = [
            self._about(certificate, _issuer(certificate, (*certificates, *self._anchors)), now, revoked_too)
            for certificate in certificates
            if not self._is_end(certificate)
        ]
        data = RevocationData(
            crls=tuple(dict.fromkeys(one.crl for one in found if one.crl is not None)),
            ocsp_responses=tuple(dict.fromkeys(one.ocsp_response for one in found if one.ocsp_response is not None)),
        )
        self._chains.put(key, data, min((one.until for one in found), default=now + self._keep))
        return data

    def _is_end(self, certificate: x509.Certificate) -> bool:
        return certificate in self._anchors or certificate.issuer == certificate.subject

    def _about(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime, revoked_too: bool
    ) -> _Found:
        failures: list[str] = []
        for ask, urls in ((self._crl, crl_urls(certificate)), (self._ocsp, ocsp_urls(certificate))):
            for url in urls:
                try:
                    return ask(url, certificate, issuer, now, revoked_too)
                except CertificateRevoked:
                    raise
                except GatewayError as error:
                    failures.append(error.code)
        if any(extension.oid in _NO_REVOCATION for extension in certificate.extensions):
            return _Found(until=now + self._keep)
        raise RevocationUnavailable(
            certificate=sha256(certificate.public_bytes(Encoding.DER)).hex(), tried=",".join(failures)
        )

    def _crl(
        self, url: str, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime, revoked_too: bool
    ) -> _Found:
        self._check_host(url)
        key = sha256(url.encode(), issuer.public_bytes(Encoding.DER))
        crl = self._crls.get(key, now)
        # A list that is older than the certificate cannot know it.
        if crl is None or crl.last_update_utc < certificate.not_valid_before_utc:
            answer = self._http.get(url, accept=CRL_TYPES, limit=CRL_LIMIT)
            crl = read_crl(answer.body, issuer, now=now)
            self._crls.put(key, crl, self._until(crl.next_update_utc, now))
        try:
            judge_crl(crl, certificate, source=url)
        except CertificateRevoked:
            if not revoked_too:
                raise
        return _Found(crl=crl.public_bytes(Encoding.DER), until=self._until(crl.next_update_utc, now))

    def _ocsp(
        self, url: str, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime, revoked_too: bool
    ) -> _Found:
        self._check_host(url)
        answer = self._http.post(
            url,
            ocsp_request(certificate, issuer),
            content_type=OCSP_REQUEST,
            accept=(OCSP_RESPONSE,),
            repeatable=True,
            limit=OCSP_LIMIT,
        )
        try:
            judged = judge_ocsp(answer.body, certificate, issuer, now=now)
        except CertificateRevoked:
            if not revoked_too:
                raise
            return _Found(ocsp_response=answer.body, until=now + self._keep)
        return _Found(ocsp_response=judged.der, until=self._until(judged.until, now))

    def _until(self, announced: datetime | None, now: datetime) -> datetime:
        latest = now + self._keep
        return latest if announced is None else min(announced, latest)

    def _check_host(self, url: str) -> None:
        parts = checked_url(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        names = {f"{parts.hostname}:{port}"} | ({str(parts.hostname)} if parts.port is None else set())
        if not names & self._hosts:
            raise GatewayAddressRefused("the host is not on the list of those that may be asked")


def _issuer(certificate: x509.Certificate, pool: Iterable[x509.Certificate]) -> x509.Certificate:
    for candidate in pool:
        if candidate != certificate and issued(candidate, certificate):
            return candidate
    raise RevocationIssuerUnknown(certificate=sha256(certificate.public_bytes(Encoding.DER)).hex())


def crl_urls(certificate: x509.Certificate) -> list[str]:
    """Return the addresses of CRLs that the issuer itself publishes for every reason."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [
        name.value
        for point in points
        if point.full_name and point.crl_issuer is None and point.reasons is None
        for name in point.full_name
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def ocsp_urls(certificate: x509.Certificate) -> list[str]:
    """Return the addresses of OCSP responders that a certificate names."""
    try:
        accesses = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        access.access_location.value
        for access in accesses
        if access.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(access.access_location, x509.UniformResourceIdentifier)
    ]
