"""The small world of signatures with its trust services as honest doubles of the ports."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from esign.foundation.errors import EsignError
from esign.identity.ports import RevocationData
from esign.preservation import Augmenter
from esign.proof.timestamps import TimestampToken
from esign.validation.certificates import TrustAnchors


def _small_world() -> ModuleType:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pades" / "small_world.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def small() -> ModuleType:
    """The small world: trust services, draft, the walk from draft to finished document."""
    return _small_world()


class RevokedError(EsignError):
    """A certificate is revoked, says the double."""

    code = "gateway.revocation.revoked"


class UnavailableError(EsignError):
    """Nothing could be had, says the double."""

    code = "gateway.revocation.unavailable"


@dataclass
class Services:
    """Both ports and the clock: the world's authorities, which can lie or be silent."""

    world: Any
    authority: Any = None
    at: datetime | None = None
    old_by: timedelta = timedelta()
    other_digest: bool = False
    silent: bool = False
    revoked: tuple[Any, ...] = ()
    stamped: list[bytes] = field(default_factory=list)
    asked: list[tuple[bytes, ...]] = field(default_factory=list)
    _crls: dict[tuple[bytes, datetime, tuple[bytes, ...]], bytes] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.at or self.world.now

    def stamp(self, digest: bytes) -> TimestampToken:
        self.stamped.append(digest)
        said = bytes(len(digest)) if self.other_digest else digest
        token = self.world.stamp(said, at=self.now() - self.old_by, tsa=self.authority)
        return TimestampToken(
            der=token,
            gen_time=self.now(),
            serial=1,
            policy="2.25.1",
            digest=digest,
            accuracy=None,
            certificate=(self.authority or self.world.tsa).der,
            certificates=(),
        )

    def collect(self, chain: tuple[bytes, ...]) -> RevocationData:
        data = self.gather(chain)
        if any(holder.der in chain for holder in self.revoked):
            raise RevokedError
        return data

    def gather(self, chain: tuple[bytes, ...]) -> RevocationData:
        self.asked.append(tuple(chain))
        if self.silent:
            raise UnavailableError
        issuers = [holder for holder in (self.world.root, self.world.authority) if holder.der in chain[1:]]
        if len(issuers) != len(chain) - 1:
            raise UnavailableError
        return RevocationData(crls=tuple(self._crl(issuer) for issuer in issuers), ocsp_responses=())

    def _crl(self, issuer: Any) -> bytes:
        key = (issuer.der, self.now(), tuple(holder.der for holder in self.revoked))
        if key not in self._crls:
            moved, self.world.now = self.world.now, self.now()
            try:
                self._crls[key] = self.world.crl(issuer, self.revoked)
            finally:
                self.world.now = moved
        return self._crls[key]

    def augmenter(self, **changes: Any) -> Augmenter:
        given = {
            "timestamps": self,
            "revocation": self,
            "trust": TrustAnchors(certificates=(self.world.root.der,)),
            "clock": self,
        }
        return Augmenter(**{**given, **changes})


@pytest.fixture(scope="module")
def walked(small):
    """A B-LTA file, and the steps to it."""
    return small.walk()


@pytest.fixture(scope="module")
def basic(small, walked):
    """A B-B file of the same world."""
    return small.walk(walked.world, signature_timestamp=False)


@pytest.fixture
def services(walked) -> Services:
    """The trust services of one test."""
    return Services(walked.world)


@pytest.fixture
def services_of():
    """Make the trust services of another world."""
    return Services
