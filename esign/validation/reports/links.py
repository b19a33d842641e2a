"""Certificates as reports show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from esign.foundation.digests import sha256
from esign.validation.process.certificate import read_certificate
from esign.validation.process.errors import CmsUnreadable
from esign.validation.verdict.standing import name_of, readable_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One certificate of a chain.

    Args:
        name: For people; empty where it has none.
        issuer: The issuer's name for people.
        serial: Hexadecimal.
        not_before: Begin of its validity; None for one that cannot be read.
        not_after: End of its validity.
        fingerprint: SHA-256 (32 bytes).
        der: As it stands in the file.
    """

    name: str
    issuer: str
    serial: str
    not_before: datetime | None
    not_after: datetime | None
    fingerprint: bytes
    der: bytes


def links_of(chain: Sequence[bytes]) -> tuple[Link, ...]:
    """Return the certificates of a chain, the signing one first."""
    return tuple(_link(der) for der in chain)


def _link(der: bytes) -> Link:
    try:
        read = read_certificate(der)
        issuer = readable_name(read.issuer) or ""
    except CmsUnreadable:
        return Link(name="", issuer="", serial="", not_before=None, not_after=None, fingerprint=sha256(der), der=der)
    return Link(
        name=name_of(der) or "",
        issuer=issuer,
        serial=f"{read.serial:x}",
        not_before=read.not_before,
        not_after=read.not_after,
        fingerprint=sha256(der),
        der=der,
    )
