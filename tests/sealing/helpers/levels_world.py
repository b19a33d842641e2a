"""Everything that raises a seal to its level, in memory: timestamps in bulk, revocation data, the sealer."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from certs.sandbox.hierarchy import EndEntity
from certs.sandbox.tsa import TimestampAuthority
from certs.sandbox.tsa_faults import TsaFaults
from esign.foundation.clock import FixedClock
from esign.foundation.errors import EsignError
from esign.identity.ports import RevocationData
from esign.sealing import Sealed, Sealer, SealProfile, check_sealed
from esign.sealing.levels import BulkTimestamps, LongTerm
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from esign.validation.verdict import FileVerdict, verify
from tests.pades.small_world import NOW, Holder, World
from tests.sealing.helpers.authorities import PATIENT, Line
from tests.sealing.sealing_worlds import HolderKey, world

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


class RevokedDouble(EsignError):
    """A certificate is revoked, says the double."""

    code = "gateway.revocation.revoked"


class SilentDouble(EsignError):
    """Nothing could be had, says the double."""

    code = "gateway.revocation.unavailable"


@dataclass
class Revocations:
    """Lists of the small world's authorities; counts how often it is asked."""

    world: World
    clock: FixedClock
    life: timedelta = timedelta(days=7)
    revoked: list[Holder] = field(default_factory=list)
    silent: bool = False
    age: timedelta = timedelta(minutes=1)
    asked: list[tuple[bytes, ...]] = field(default_factory=list)
    _lists: dict[tuple[bytes, datetime], bytes] = field(default_factory=dict)

    def collect(self, chain: Sequence[bytes]) -> RevocationData:
        self.asked.append(tuple(chain))
        if self.silent:
            raise SilentDouble
        if any(each.der in chain for each in self.revoked):
            raise RevokedDouble(certificate="00")
        issuers = [each for each in (self.world.authority, self.world.root) if each.der in chain[1:]]
        return RevocationData(crls=tuple(self._list(each) for each in issuers), ocsp_responses=())

    def _list(self, issuer: Holder) -> bytes:
        """One list for each time, as an authority has it."""
        key = issuer.der, self.clock.at
        if key not in self._lists:
            made = (
                x509.CertificateRevocationListBuilder()
                .issuer_name(issuer.certificate.subject)
                .last_update(self.clock.at - self.age)
                .next_update(self.clock.at + self.life)
                .add_extension(x509.CRLNumber(1), critical=False)
                .sign(issuer.key, hashes.SHA256())
            )
            self._lists[key] = made.public_bytes(Encoding.DER)
        return self._lists[key]


@functools.cache
def company(kind: str) -> Holder:
    """Who seals: with a certificate for years, as companies have them."""
    return world().signatory(key_type=kind, minutes=60 * 24 * 1000)


class _Desk:
    """What a line of :mod:`authorities` leads to."""

    def __init__(self, unit: Holder, clock: FixedClock) -> None:
        signer = EndEntity(name="tsa", key=unit.key, certificate=unit.certificate, chain=())
        self.desk = TimestampAuthority(
            signer,
            signer,
            policy="1.2.3.4.5",
            accuracy=timedelta(seconds=1),
            clock=clock,
            faults=TsaFaults(),
        )


class LevelsWorld:
    """One seal key with everything that its levels need."""

    def __init__(self, kind: str = "ec", *, wait: float = 0.0) -> None:
        self.clock = FixedClock(at=NOW)
        self.world = world()
        self.key = HolderKey(company(kind))
        self.anchors = (self.world.root.der,)
        self.revocations = Revocations(self.world, self.clock)
        self.line = Line(_Desk(self.world.tsa, self.clock), wait=wait)
        self.stamps: BulkTimestamps

    @contextmanager
    def open(self, name: str = "Muster GmbH") -> Iterator[LevelsWorld]:
        self.sealer = Sealer(self.key, SealProfile(name=name, reserved=8_000))
        with BulkTimestamps([self.line], anchors=self.anchors, clock=self.clock, rules=PATIENT) as self.stamps:
            yield self

    def long_term(self, **options: object) -> LongTerm:
        return LongTerm(
            self.key.certificate,
            self.key.chain,
            anchors=self.anchors,
            revocation=self.revocations,
            clock=self.clock,
            **options,
        )

    def sealed(self, document: bytes) -> tuple[Sealed, Future]:
        begun = self.sealer.begin(document, claimed_at=self.clock.at)
        token = self.stamps.submit(begun.imprint)
        return self.sealer.finish(begun, timestamp=token.result(10).der), token

    def seal(self, document: bytes, level: str) -> bytes:
        """The whole sealed file."""
        if level == "B-B":
            return document + self.sealer.seal(document, claimed_at=self.clock.at).tail
        sealed, token = self.sealed(document)
        check_sealed(document, sealed, certificate=self.key.certificate)
        if level == "B-T":
            return document + sealed.tail
        stamps = self.stamps if level == "B-LTA" else None
        return document + self.long_term().lengthen(document, sealed.tail, token.result(), stamps=stamps)

    def verdict(self, pdf: bytes, *, material: Material | None = None) -> FileVerdict:
        """By what stands in the file, and where nothing can, by the lists of now."""
        trust = TrustAnchors(certificates=self.anchors)
        if material is None:
            lists = self.revocations.collect((self.key.certificate, *self.key.chain))
            material = Material(crls=tuple(lists.crls))
        return verify(pdf, trust=trust, material=material, at=self.clock.at)
