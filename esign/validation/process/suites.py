"""Cryptographic constraints: until when a hash or a signature algorithm with a key of some size proves something.

Source: ETSI EN 319 102-1 clause 5.1.4.3 (cryptographic constraints); ETSI TS 119 312.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from esign.policy import policies_root, read_policy
from esign.validation.process.algorithms import Scheme, key_bits

NEVER = datetime.min.replace(tzinfo=UTC)
ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One row: what it is about, the first instant at which it proves nothing any more, and where that stands."""

    name: str
    minimum_bits: int
    until: datetime
    clause: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """Something that is not reliable at the instant of the question.

    Args:
        what: The algorithm, with the size of the key where it matters.
        until: The first instant at which it proved nothing any more; :data:`NEVER` for what is in no row.
    """

    what: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CryptographicSuites:
    """All rows of one policy.

    Args:
        name: Of the policy, with its version.
        hashes: By name.
        signatures: By family, the rows with the largest keys first.
    """

    name: str
    hashes: Mapping[str, Suite]
    signatures: Mapping[str, tuple[Suite, ...]]

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> CryptographicSuites:
        """Return the suites of a policy file that was read and checked against its schema."""
        signatures: dict[str, list[Suite]] = {}
        for row in policy["signatures"]:
            signatures.setdefault(row["family"], []).append(_suite(row["family"], int(row["minimum_bits"]), row))
        return cls(
            name=f"{policy['id']} {policy['version']}",
            hashes={row["name"]: _suite(row["name"], 0, row) for row in policy["hashes"]},
            signatures={
                family: tuple(sorted(rows, key=lambda row: -row.minimum_bits)) for family, rows in signatures.items()
            },
        )

    def hash_until(self, name: str | None) -> datetime:
        """Return the first instant at which a hash proves nothing any more."""
        row = self.hashes.get(name or "")
        return row.until if row is not None else NEVER

    def signature_until(self, family: str, bits: int) -> datetime:
        """Return the first instant at which a signature algorithm with such a key proves nothing any more."""
        rows = self.signatures.get(family, ())
        return next((row.until for row in rows if bits >= row.minimum_bits), NEVER)

    def until(self, used: Iterable[Used]) -> datetime:
        """Return the first instant at which one of the algorithms used proves nothing any more."""
        found = (self.hash_until(u.name) if u.bits is None else self.signature_until(u.name, u.bits) for u in used)
        return min(found, default=ALWAYS)

    def weaknesses(self, used: Sequence[Used], at: datetime) -> tuple[Weakness, ...]:
        """Return what of the algorithms used is not reliable at an instant."""
        found: dict[str, datetime] = {}
        for item in used:
            until = self.hash_until(item.name) if item.bits is None else self.signature_until(item.name, item.bits)
            if until <= at:
                found[item.label] = until
        return tuple(Weakness(what=what, until=until) for what, until in found.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A hash (``bits`` is None), or a signature algorithm with the size of its key."""

    name: str
    bits: int | None = None

    @property
    def label(self) -> str:
        """Return the words of a report."""
        return self.name if self.bits is None else f"{self.name} with {self.bits} bits"


def algorithms_of(scheme: Scheme, key: Any, hash_used: str | None = None) -> tuple[Used, ...]:
    """Return what a signature value rests on."""
    used = [Used(name=scheme.family, bits=key_bits(key))]
    name = scheme.hash or hash_used
    if scheme.family in ("rsa", "rsa-pss", "ecdsa", "dsa"):
        used.append(Used(name=name or "unknown hash"))
    if scheme.mask_hash is not None and scheme.mask_hash != name:
        used.append(Used(name=scheme.mask_hash))
    return tuple(used)


def wrong_cases(policy: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield number and words of every test case of a policy file that its own rows do not bear out."""
    suites = CryptographicSuites.of(policy)
    for number, case in enumerate(policy["tests"], start=1):
        day = datetime.combine(date.fromisoformat(case["day"]), time(), UTC)
        if "hash" in case:
            until = suites.hash_until(case["hash"])
        else:
            until = suites.signature_until(case.get("family", ""), int(case.get("bits", "0")))
        if (day < until) is not (case["reliable"] == "true"):
            yield number, f"reliable until {until:%Y-%m-%d}"


@cache
def shipped_suites() -> CryptographicSuites:
    """Return the suites that the product ships in ``policies/cryptography``."""
    return CryptographicSuites.of(read_policy(policies_root() / "cryptography" / "ts-119-312.yaml"))


def _suite(name: str, bits: int, row: Mapping[str, str]) -> Suite:
    end = row["until"]
    until = ALWAYS if end == "open" else datetime.combine(date.fromisoformat(end), time(), UTC)
    return Suite(name=name, minimum_bits=bits, until=until, clause=row["clause"], mark=row["mark"])
