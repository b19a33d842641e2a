"""The personal and secret content of the engine's rows: sealed under the contract's key wherever it is at rest."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Self

from esign.foundation.encoding import b64url, from_b64url


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Base of what is written as JSON, with bytes as base64url, and then sealed."""

    def to_bytes(self) -> bytes:
        """Return the content as JSON bytes."""
        return json.dumps({item.name: _plain(getattr(self, item.name)) for item in fields(self)}).encode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the content that :meth:`to_bytes` wrote."""
        table: dict[str, Any] = json.loads(data)
        known = {item.name: str(item.type) for item in fields(cls)}
        return cls(**{name: _typed(known[name], value) for name, value in table.items() if name in known})


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractContents(Contents):
    """What a contract says, and the exact texts that are shown for it."""

    data: bytes
    """Canonical contract data, attached to the document as ``contract.json``."""
    given_name: str
    family_name: str
    birth_date: str | None
    """ISO date, where the contract names one."""
    email: str
    lang: str
    declaration: str
    summary: bytes
    """Canonical JSON of the order summary (BGB § 312j (2))."""
    label: str
    """Label of the order button (BGB § 312j (3))."""
    policy_source: bytes
    """The signature policy as it was when the contract was drawn up."""
    draft: str
    """Blob of the sealed draft."""
    draft_digest: bytes
    draft_length: int
    attachments: dict[str, str]
    """Name to hexadecimal SHA-256."""
    field: str
    page: int
    box: tuple[str, ...]
    """Left, bottom, right, top of the signature field in PDF points."""
    signed: str = ""
    """Blob of the sealed signed document, once the contract is concluded."""
    mails: tuple[str, ...] = ()
    """Blobs of the sealed mails as they were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentContents(Contents):
    """How a certificate came to be."""

    request: bytes
    """The certificate signing request, DER."""
    capsule_key: bytes
    device_key: bytes
    id_token: str
    provider: str
    """JSON: issuer and key set of the identity provider, as fetched."""
    audience: str
    certificate: bytes
    chain: tuple[bytes, ...]
    passkey_id: bytes = b""
    passkey_key: bytes = b""
    passkey_algorithm: int = 0
    passkey_prf: bool = False
    given_name: str = ""
    family_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptContents(Contents):
    """One attempt: its typed state, and what the engine needs beside it."""

    attempt: dict[str, Any]
    """The state as :func:`esign.ceremony.to_record` writes it."""
    certificate: bytes
    """Certificate that signs: the signatory's, or the seal's at the simple level."""
    chain: tuple[bytes, ...]
    agent_manifest: bytes
    """Manifest of the agent that was served."""
    prepared: str
    """Blob of the sealed prepared document."""
    fetched: bool = False
    """Whether the device has fetched the prepared document."""


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64url(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _typed(kind: str, value: Any) -> Any:
    if kind == "bytes":
        return from_b64url(value)
    if kind == "tuple[bytes, ...]":
        return tuple(from_b64url(item) for item in value)
    return tuple(value) if kind.startswith("tuple") else value
