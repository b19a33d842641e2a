"""Revocation data once for each chain and validity, shared by all threads; and whether the seal key may still be used.

Data are fetched anew some time before they end, by one thread, while the others go on with what is there. If that does
not succeed, the old ones serve until their end, and not a second longer.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.x509 import load_der_x509_crl, ocsp

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.identity.ports import RevocationSource
from esign.proof.certificate_path import load_certificate
from esign.sealing.errors import SealingError
from esign.sealing.key_errors import SealKeyExpired, SealKeyNotYetValid, SealKeyRevoked
from esign.sealing.levels.errors import RevocationUnknown, TimestampCertificateRefused

Chain = tuple[bytes, ...]
"""Certificates (DER), the end entity first."""

_REVOKED = "gateway.revocation.revoked"
_WITHOUT_END = timedelta(hours=1)
"""How long data serve that do not say when the next ones come."""
_AGAIN = timedelta(minutes=1)
"""How long a failure counts, and how long after it the next attempt is made while there still are data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMaterial:
    """What proves that nobody in a chain is revoked.

    Args:
        chain: Its certificates, the anchor included.
        crls: DER.
        ocsp_responses: DER.
        until: When the first of the data ends.
    """

    chain: Chain
    crls: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]
    until: datetime


@dataclass(slots=True)
class _Shelf:
    """What is there about one chain."""

    lock: threading.Lock
    material: ChainMaterial | None = None
    renew_at: datetime | None = None
    failure: EsignError | None = None
    failed_until: datetime | None = None


class MaterialKeeper:
    """Keeps revocation data for chains; may be used by many threads.

    Args:
        source: Fetches and judges them.
        clock: Tells what is fresh.
        early: How long before their end data are fetched anew; a tenth of their life if that is shorter.
        longest: After how long data are fetched anew, however long they are good for.
    """

    def __init__(
        self,
        source: RevocationSource,
        *,
        clock: Clock,
        early: timedelta = timedelta(minutes=10),
        longest: timedelta = timedelta(hours=1),
    ) -> None:
        self._source = source
        self._clock = clock
        self._early = early
        self._longest = longest
        self._shelves: dict[Chain, _Shelf] = {}
        self._lock = threading.Lock()

    def about(self, chain: Chain) -> ChainMaterial:
        """Return data about a chain: those that are there, or new ones.

        Raises:
            EsignError: Nothing reliable could be had, or a certificate is revoked (``gateway.revocation.revoked``).
        """
        shelf = self._shelves.get(chain)
        if shelf is None:
            with self._lock:
                shelf = self._shelves.setdefault(chain, _Shelf(threading.Lock()))
        now = self._clock.now()
        material, renew_at = shelf.material, shelf.renew_at
        if material is not None and renew_at is not None and now < renew_at:
            return material
        good = material is not None and now < material.until
        if not shelf.lock.acquire(blocking=not good):
            assert material is not None  # noqa: S101 - it is good, see above  # another thread is fetching
            return material
        try:
            return self._renewed(chain, shelf, now)
        finally:
            shelf.lock.release()

    def _renewed(self, chain: Chain, shelf: _Shelf, now: datetime) -> ChainMaterial:
        material = shelf.material
        if material is not None and shelf.renew_at is not None and now < shelf.renew_at:
            return material  # another thread was faster
        if shelf.failure is not None and shelf.failed_until is not None and now < shelf.failed_until:
            raise shelf.failure.with_traceback(None)
        try:
            data = self._source.collect(chain)
        except EsignError as error:
            if material is not None and now < material.until and error.code != _REVOKED:
                shelf.renew_at = min(now + _AGAIN, material.until)
                return material
            shelf.material = None
            shelf.failure, shelf.failed_until = error, now + _AGAIN
            raise
        until = _end(data.crls, data.ocsp_responses, now)
        fresh = ChainMaterial(
            chain=chain, crls=tuple(data.crls), ocsp_responses=tuple(data.ocsp_responses), until=until
        )
        shelf.failure = None
        shelf.material = fresh
        shelf.renew_at = max(
            min(until - min(self._early, (until - now) / 10), now + self._longest), min(now + _AGAIN, until)
        )
        return fresh


class SealStanding:
    """Whether a seal key may be used now: its certificates are valid, and, where somebody can say so, not revoked.

    Args:
        certificate: Of the key, DER.
        chain: The certificates above it, DER, issuer first.
        clock: Tells the time.
        material: Says who is revoked; None: nobody is asked.
    """

    def __init__(
        self, certificate: bytes, chain: Sequence[bytes], *, clock: Clock, material: MaterialKeeper | None
    ) -> None:
        self._chain = (certificate, *chain)
        links = [load_certificate(der) for der in self._chain]
        self._begins = max(link.not_valid_before_utc for link in links)
        self._ends = min(link.not_valid_after_utc for link in links)
        self._clock = clock
        self._material = material

    def check(self) -> ChainMaterial | None:
        """Return the data about the chain, where somebody is asked; costs next to nothing while they are fresh.

        Raises:
            SealKeyExpired: A certificate is valid no more; in the middle of a batch too.
            SealKeyNotYetValid: One is not valid yet.
            SealKeyRevoked: One is revoked.
            RevocationUnknown: Whether one is could not be learned.
        """
        now = self._clock.now()
        if now > self._ends:
            raise SealKeyExpired(ended=self._ends.isoformat())
        if now < self._begins:
            raise SealKeyNotYetValid(begins=self._begins.isoformat())
        if self._material is None:
            return None
        return asked(self._material, self._chain, SealKeyRevoked)


def asked(
    material: MaterialKeeper, chain: Chain, revoked: type[SealKeyRevoked | TimestampCertificateRefused]
) -> ChainMaterial:
    """Return the data about a chain; what cannot be had, or is revoked, in the words of this room.

    Raises:
        SealingError: ``revoked`` if a certificate is, otherwise RevocationUnknown.
    """
    try:
        return material.about(chain)
    except SealingError:
        raise
    except EsignError as error:
        if error.code == _REVOKED:
            raise revoked(certificate=error.facts.get("certificate", "")) from error
        raise RevocationUnknown(reason=error.code) from error


def _end(crls: Sequence[bytes], responses: Sequence[bytes], now: datetime) -> datetime:
    ends = [load_der_x509_crl(der).next_update_utc for der in crls]
    for der in responses:
        response = ocsp.load_der_ocsp_response(der)
        ends += [one.next_update_utc or one.this_update_utc + _WITHOUT_END for one in response.responses]
    return min((end for end in ends if end is not None), default=now + _WITHOUT_END)
