"""How a trust service is recognised: by key and name, whatever certificate carries them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from asn1crypto import keys, x509

Name = tuple[tuple[tuple[str, str], ...], ...]
"""A distinguished name for comparison: relative names, each sorted (type, folded value)."""


@dataclass(frozen=True, kw_only=True)
class KeyAndName:
    """The two things that identify an authority. Source: ETSI TS 119 612 clause 5.5.3, RFC 5280 section 7.1.

    ``key`` is the SubjectPublicKeyInfo, DER.
    """

    key: bytes
    name: Name

    @classmethod
    def of(cls, der: bytes) -> Self:
        """Return key and name of a certificate.

        Raises:
            ValueError: Not a certificate, or its key or name cannot be read.
        """
        try:
            certificate = x509.Certificate.load(der, strict=True)["tbs_certificate"]
            return cls(key=certificate["subject_public_key_info"].dump(), name=folded(certificate["subject"]))
        except Exception as error:  # hostile bytes: not all of it is a ValueError
            raise ValueError("not a certificate") from error

    @cached_property
    def key_identifier(self) -> bytes:
        """SHA-1 of the key's bits: method 1 of RFC 5280 section 4.2.1.2, made from the key and never taken on trust."""
        bits = bytes(keys.PublicKeyInfo.load(self.key)["public_key"].contents[1:])
        return hashlib.sha1(bits, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitalIdentity:
    """A service's digital identity as the list states it.

    ``certificates`` are key and name of each certificate that could be read, ``encoded`` the same certificates, DER;
    ``unreadable`` counts the others.
    ``key_identifiers`` are as stated; ``names`` are the stated subject names, for people.
    """

    certificates: tuple[KeyAndName, ...] = ()
    encoded: tuple[bytes, ...] = ()
    key_identifiers: tuple[bytes, ...] = ()
    names: tuple[str, ...] = ()
    unreadable: int = 0


def folded(name: x509.Name) -> Name:
    """Return a name in which case and runs of white space make no difference."""
    return tuple(
        tuple(sorted((item["type"].dotted, _fold(item["value"].native)) for item in part)) for part in name.chosen
    )


def identity(certificates: Iterable[bytes], key_identifiers: Iterable[bytes], names: Iterable[str]) -> DigitalIdentity:
    """Return the identity that certificates (DER), key identifiers and names make."""
    readable: dict[bytes, KeyAndName] = {}
    unreadable = 0
    for der in certificates:
        try:
            readable[der] = KeyAndName.of(der)
        except ValueError:
            unreadable += 1
    return DigitalIdentity(
        certificates=tuple(readable.values()),
        encoded=tuple(readable),
        key_identifiers=tuple(key_identifiers),
        names=tuple(names),
        unreadable=unreadable,
    )


def _fold(value: object) -> str:
    return " ".join(value.split()).casefold() if isinstance(value, str) else repr(value)
