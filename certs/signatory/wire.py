"""Messages on their way: signed by the device key, sent over HTTP, kept so that the same bytes can be sent again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from certs.signatory.errors import ServerRefused, SignatoryRefused, demand
from certs.signatory.words import b64, h, labelled, new_key, raw, sign_der, spki
from esign.foundation.canonical import canonical
from esign.foundation.clock import Clock, seconds

Payload = dict[str, Any]
Tamper = Callable[[Payload], Payload]
TamperBytes = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The link that the signatory got: origin of the agent and the secret token."""

    origin: str
    token: str = field(repr=False)
    company_device: bool = False
    """Whether the link says that it is for a device of the company."""

    @classmethod
    def parse(cls, link: str | tuple[str, str]) -> Invitation:
        """Return the invitation of a link ``<agent origin>/#[in-person.]<token>``, or of its two parts.

        Raises:
            SignatoryRefused: It is no such link.
        """
        if isinstance(link, tuple):
            return cls(origin=link[0], token=link[1])
        parts = urlsplit(link)
        demand(
            bool(parts.scheme and parts.netloc and parts.fragment) and parts.path in ("", "/"), "agent.link.malformed"
        )
        marked = parts.fragment.startswith("in-person.")
        token = parts.fragment.removeprefix("in-person.")
        return cls(origin=f"{parts.scheme}://{parts.netloc}", token=token, company_device=marked)


@dataclass(slots=True, kw_only=True)
class Wire:
    """The device's side of the ceremony's address.

    Attributes:
        api: Address before ``/ceremony/v1/``.
        device_key: Signs every message.
        tamper: By type of message: changes the payload before it is signed. For tests.
        tamper_bytes: By type of message: changes the signed bytes. For tests.
        sent: By type of message: the bytes sent last.
    """

    http: httpx.Client
    api: str
    invitation: Invitation
    clock: Clock
    device_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key, repr=False)
    tamper: dict[str, Tamper] = field(default_factory=dict)
    tamper_bytes: dict[str, TamperBytes] = field(default_factory=dict)
    sent: dict[str, bytes] = field(default_factory=dict)

    def message(self, kind: str, members: Mapping[str, Any]) -> bytes:
        """Return a fresh signed message."""
        payload: Payload = {
            "v": "esign/1",
            "type": kind,
            "aud": self.invitation.origin,
            "iat": seconds(self.clock.now()),
            "jti": secrets.token_hex(16),
            "invitation": labelled("invitation", self.invitation.token.encode("ascii")).hex(),
            **members,
        }
        if kind in self.tamper:
            payload = self.tamper[kind](payload)
        header = canonical({"alg": "ES256", "kid": h(spki(self.device_key)).hex(), "typ": "esign+jws"})
        signed = f"{b64(header)}.{b64(canonical(payload))}"
        body = f"{signed}.{b64(raw(sign_der(self.device_key, signed.encode())))}".encode()
        return self.tamper_bytes[kind](body) if kind in self.tamper_bytes else body

    def ask(self, kind: str, members: Mapping[str, Any], media_type: str = "application/json") -> httpx.Response:
        """Send a fresh message and return the answer.

        Raises:
            ServerRefused: The server refuses.
            SignatoryRefused: The answer is not of the expected media type.
        """
        self.sent[kind] = self.message(kind, members)
        return self.again(kind, media_type)

    def again(self, kind: str, media_type: str = "application/json") -> httpx.Response:
        """Send the very bytes of the last message of a type again.

        Raises:
            ServerRefused: The server refuses.
            SignatoryRefused: The answer is not of the expected media type.
        """
        headers = {
            "Content-Type": "application/jose",
            "Authorization": f"Bearer {self.invitation.token}",
            "Origin": self.invitation.origin,
        }
        answer = self.http.post(f"{self.api}/ceremony/v1/{kind}", content=self.sent[kind], headers=headers)
        found = answer.headers.get("content-type", "").split(";")[0].strip()
        if found == "application/problem+json":
            problem = answer.json()
            raise ServerRefused(answer.status_code, str(problem.get("code")), problem.get("facts") or {})
        if answer.status_code != 200 or found != media_type:
            raise SignatoryRefused("agent.answer.malformed", f"{answer.status_code} {found}")
        return answer


def members(answer: httpx.Response, *names: str, optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """Return the members of a JSON answer, which must be exactly the named ones; the optional ones may be left out.

    Raises:
        SignatoryRefused: It is something else.
    """
    try:
        value = answer.json()
    except ValueError:
        value = None
    demand(isinstance(value, dict) and set(value) - set(optional) == set(names), "agent.answer.malformed")
    return dict(value)
