"""What an OpenID Connect provider publishes: its configuration and its keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from esign.foundation.clock import Clock
from esign.gateways.errors import GatewayAddressRefused, GatewayAnswerMalformed, IssuerDiffers
from esign.gateways.http import HttpCaller, checked_url
from esign.identity.id_token import ProviderKeys

JSON = ("application/json", "application/jwk-set+json")
KEEP = timedelta(minutes=10)
"""How long published keys are used without asking again."""
SHORTEST = timedelta(seconds=30)
"""Keys are not asked for more often, whatever tokens come: strangers must not make us knock at the provider's door."""
_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfiguration:
    """The endpoints that a provider publishes."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class HttpIdentityProvider:
    """An :class:`~esign.identity.ports.IdentityProvider` over OpenID Connect Discovery.

    Args:
        http: Makes the calls.
        issuer: The identifier that is trusted, exactly.
        clock: Tells how old the known keys are.
        keep: How long they are used.
    """

    def __init__(self, http: HttpCaller, issuer: str, *, clock: Clock, keep: timedelta = KEEP) -> None:
        self._http = http
        self._issuer = issuer
        self._clock = clock
        self._keep = keep
        self._lock = threading.Lock()
        self._known: ProviderKeys | None = None

    def configuration(self) -> ProviderConfiguration:
        """Return what the provider publishes about itself.

        Raises:
            GatewayError: It could not be had or cannot be read.
            IssuerDiffers: The provider calls itself by another name.
        """
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        published = self._json(url)
        if published.get("issuer") != self._issuer:
            raise IssuerDiffers
        endpoints = {}
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            value = published.get(name)
            if not isinstance(value, str):
                raise GatewayAnswerMalformed("an endpoint is missing", endpoint=name)
            _check_endpoint(value, self._issuer)
            endpoints[name] = value
        return ProviderConfiguration(issuer=self._issuer, **endpoints)

    def keys(self, *, fresh: bool = False) -> ProviderKeys:
        """Return the provider's keys, known ones as long as they are young.

        Args:
            fresh: Ask again, because a token names a key that is not among the known ones. Asked at most every half
                minute.

        Raises:
            GatewayError: The keys could not be had; keys that are too old are not used instead.
        """
        with self._lock:
            known = self._known
            if known is not None:
                age = self._clock.now() - known.fetched_at
                if timedelta() <= age < (SHORTEST if fresh else self._keep):
                    return known
            published = self._json(self.configuration().jwks_uri)
            if not isinstance(published.get("keys"), list):
                raise GatewayAnswerMalformed("not a JWK set")
            self._known = ProviderKeys(
                issuer=self._issuer, jwks=MappingProxyType(published), fetched_at=self._clock.now()
            )
            return self._known

    def _json(self, url: str) -> Mapping[str, Any]:
        answer = self._http.get(url, accept=JSON, limit=_LIMIT)
        try:
            value = json.loads(answer.body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise GatewayAnswerMalformed("not JSON") from error
        if not isinstance(value, dict):
            raise GatewayAnswerMalformed("not a JSON object")
        return value


def _check_endpoint(url: str, issuer: str) -> None:
    """Refuse an endpoint without TLS, unless the issuer itself has none and it is the issuer's own host."""
    parts, home = checked_url(url), checked_url(issuer)
    if parts.scheme != "https" and (home.scheme != "http" or parts.netloc != home.netloc):
        raise GatewayAddressRefused("an endpoint without TLS")
