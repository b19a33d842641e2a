"""The authorisation code flow: what a client may ask, and the codes that it gets for it.

1. ``begin``: an authorisation request is checked and waits for a person to log in.
2. ``grant``: a person logged in; a code is made, good once and for a minute.
3. ``redeem``: the client shows the code and the verifier that only it knows (PKCE).

Source: OpenID Connect Core 1.0 section 3.1; RFC 7636; RFC 9700 section 2.1.
"""

from __future__ import annotations

import re
import threading
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Generic, TypeVar
from urllib.parse import urlencode

from esign.foundation.clock import Clock
from esign.foundation.digests import equal
from esign.foundation.identifiers import new_token

MAX_WAITING = 1000
"""Login pages and codes kept at a time; the oldest goes first."""
MAX_VALUE = 1024
"""Characters of ``state`` and ``nonce``."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")

Value = TypeVar("Value")


class ClientRefused(Exception):
    """The request names another client or redirect URI: nobody is sent anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAddress:
    """Where the answer goes: a redirect URI from the list, how it is attached, and the client's own ``state``."""

    redirect_uri: str
    fragment: bool
    state: str
    issuer: str

    def location(self, answer: Mapping[str, str]) -> str:
        """Return the URL that carries an answer to the client, with ``state`` and ``iss`` (RFC 9207)."""
        members = {**answer, **({"state": self.state} if self.state else {}), "iss": self.issuer}
        return f"{self.redirect_uri}{'#' if self.fragment else '?'}{urlencode(members)}"


class RequestRefusedTo(Exception):
    """The client is known but asks for something that is not given; it is told so.

    Args:
        to: Where to tell it.
        error: The error code of OAuth 2.0 or OpenID Connect.
        why: For the client's developer.
    """

    def __init__(self, to: ReturnAddress, error: str, why: str) -> None:
        self.location = to.location({"error": error, "error_description": why})
        super().__init__(error)


class GrantRefused(Exception):
    """No token for this code; the text is the error code of RFC 6749 section 5.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A client's checked wish that somebody be identified."""

    to: ReturnAddress
    client_id: str
    nonce: str
    challenge: str
    login_hint: str

    @classmethod
    def parse(
        cls, values: Mapping[str, list[str]], *, issuer: str, client_id: str, redirect_uris: tuple[str, ...]
    ) -> AuthorizationRequest:
        """Check the query of an authorisation request.

        Raises:
            ClientRefused: Another client, or a redirect URI that is not exactly one of the list.
            RequestRefusedTo: Everything else.
        """
        single = {name: items[0] for name, items in values.items() if len(items) == 1}
        if single.get("client_id") != client_id or single.get("redirect_uri") not in redirect_uris:
            raise ClientRefused
        to = ReturnAddress(
            redirect_uri=single["redirect_uri"],
            fragment=single.get("response_mode") == "fragment",
            state=single.get("state", "")[:MAX_VALUE],
            issuer=issuer,
        )
        if len(single) != len(values):
            raise RequestRefusedTo(to, "invalid_request", "a parameter stands twice")
        for name in ("request", "request_uri"):
            if name in single:
                raise RequestRefusedTo(to, f"{name}_not_supported", f"{name} is not supported")
        if single.get("response_type") != "code":
            raise RequestRefusedTo(to, "unsupported_response_type", "only response_type=code")
        if single.get("response_mode", "query") not in ("query", "fragment"):
            raise RequestRefusedTo(to, "invalid_request", "only response_mode=query or fragment")
        if "openid" not in single.get("scope", "").split():
            raise RequestRefusedTo(to, "invalid_scope", "scope must contain openid")
        challenge = single.get("code_challenge", "")
        if single.get("code_challenge_method") != "S256" or not _CHALLENGE.match(challenge):
            raise RequestRefusedTo(to, "invalid_request", "PKCE with S256 is required")
        nonce = single.get("nonce", "")
        if not 1 <= len(nonce) <= MAX_VALUE or len(single.get("state", "")) > MAX_VALUE:
            raise RequestRefusedTo(to, "invalid_request", "nonce is required; 1024 characters at most")
        if single.get("prompt") == "none":
            raise RequestRefusedTo(to, "login_required", "somebody has to log in")
        return cls(
            to=to,
            client_id=client_id,
            nonce=nonce,
            challenge=challenge,
            login_hint=single.get("login_hint", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A person logged in for a request."""

    request: AuthorizationRequest
    person_id: str
    authenticated_at: datetime


class Authorizations:
    """Requests that wait for a login, and codes that wait for their client. In memory; safe between threads."""

    def __init__(self, *, login_lifetime: timedelta, code_lifetime: timedelta, clock: Clock) -> None:
        self._clock = clock
        self._waiting: _Shelf[AuthorizationRequest] = _Shelf(login_lifetime, clock)
        self._codes: _Shelf[Grant] = _Shelf(code_lifetime, clock)

    def begin(self, request: AuthorizationRequest) -> str:
        """Keep a request until somebody logs in; returns its unguessable handle."""
        return self._waiting.put(request)

    def waiting(self, handle: str) -> AuthorizationRequest | None:
        """Return the request of a handle, or None if it is unknown or too old."""
        return self._waiting.look(handle)

    def grant(self, request: AuthorizationRequest, person_id: str) -> str:
        """Return a code for a person who logged in."""
        return self._codes.put(Grant(request=request, person_id=person_id, authenticated_at=self._clock.now()))

    def redeem(self, *, code: str, client_id: str, redirect_uri: str, verifier: str) -> Grant:
        """Spend a code. Whatever comes of it, the code is worth nothing afterwards.

        Raises:
            GrantRefused: Unknown, spent or expired code, other client or redirect URI, wrong verifier.
        """
        grant = self._codes.take(code)
        if grant is None or client_id != grant.request.client_id or redirect_uri != grant.request.to.redirect_uri:
            raise GrantRefused("invalid_grant")
        if not _VERIFIER.match(verifier):
            raise GrantRefused("invalid_grant")
        challenge = urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=")
        if not equal(challenge, grant.request.challenge.encode("ascii")):
            raise GrantRefused("invalid_grant")
        return grant


class _Shelf(Generic[Value]):
    """Values under unguessable names, for a while, at most ``MAX_WAITING`` of them."""

    def __init__(self, lifetime: timedelta, clock: Clock) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._items: OrderedDict[str, tuple[datetime, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, value: Value) -> str:
        name = new_token()
        with self._lock:
            self._items[name] = (self._clock.now() + self._lifetime, value)
            while len(self._items) > MAX_WAITING:
                self._items.popitem(last=False)
        return name

    def look(self, name: str) -> Value | None:
        with self._lock:
            return self._fresh(self._items.get(name))

    def take(self, name: str) -> Value | None:
        with self._lock:
            return self._fresh(self._items.pop(name, None))

    def _fresh(self, item: tuple[datetime, Value] | None) -> Value | None:
        return item[1] if item is not None and self._clock.now() < item[0] else None
