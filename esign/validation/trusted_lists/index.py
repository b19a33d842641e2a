"""Finding the services of an authority among all lists: by key and name, never by walking through them.

An identity with certificates is matched by key and name of one of them. A history entry states a key identifier and a
name only; it belongs to the service whose current entry names the certificate. A service without any readable
certificate is found by the identifier that is computed from the authority's key, never by the one that the
authority's certificate claims.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from esign.validation.trusted_lists.digital_identity import KeyAndName
from esign.validation.trusted_lists.model import Service, TrustedList


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The services of an authority, and how many identities were compared to find them."""

    services: tuple[Service, ...]
    compared: int


class ServiceIndex:
    """Services by the key of their digital identity. Made once for a set of lists, then only read."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._by_key: dict[bytes, list[tuple[KeyAndName, Service]]] = {}
        self._by_identifier: dict[bytes, list[Service]] = {}
        self.size = 0
        for service in services:
            self.size += 1
            identities = {item for period in service.periods for item in period.identity.certificates}
            for item in identities:
                self._by_key.setdefault(item.key, []).append((item, service))
            if not identities:
                stated = {item for period in service.periods for item in period.identity.key_identifiers}
                for identifier in stated:
                    self._by_identifier.setdefault(identifier, []).append(service)

    @classmethod
    def of(cls, lists: Iterable[TrustedList]) -> ServiceIndex:
        """Return the index of all services of the lists."""
        return cls(service for item in lists for service in item.services)

    def find(self, authority: KeyAndName) -> Found:
        """Return the services whose digital identity is this authority's."""
        candidates = self._by_key.get(authority.key, ())
        services = [service for item, service in candidates if item.name == authority.name]
        compared = len(candidates)
        if self._by_identifier:
            more = self._by_identifier.get(authority.key_identifier, ())
            services += more
            compared += len(more)
        return Found(services=tuple(services), compared=compared)
