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
        return json.dumps(_plain(self)).encode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the content that :meth:`to_bytes` wrote."""
        return cls.from_table(json.loads(data))

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Self:
        """Return the content of parsed JSON."""
        known = {item.name: str(item.type) for item in fields(cls)}
        return cls(**{name: _typed(known[name], value) for name, value in table.items() if name in known})


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyContents(Contents):
    """One signatory of a contract, the exact texts that this person is shown, and the place to sign."""

    name: str
    """``signatory-1`` and so on, in the order of the contract data."""
    role: str
    given_name: str
    family_name: str
    birth_date: str | None
    """ISO date, where the contract names one."""
    email: str
    represents: str
    """In whose name the person declares; empty: the own one (BGB § 164 (1))."""
    acts_for: str
    """The same in words, with the power, as the signature shows it; empty where nobody is represented."""
    declaration: str
    summary: bytes
    """Canonical JSON of the order summary (BGB § 312j (2))."""
    field: str
    page: int
    box: tuple[str, ...]
    """Left, bottom, right, top of the signature field in PDF points."""

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionContents(Contents):
    """A revision of the contract's file: the file's first ``length`` bytes."""

    kind: str
    """``draft``, ``signature`` or ``security_store``."""
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationContents(Contents):
    """A file that is delivered before the declaration."""

    kind: str
    """``information``, ``contract_summary``, ``credit_information`` or ``product_information``."""
    name: str
    title: str
    sha256: bytes
    blob: str
    """Blob of the sealed file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractContents(Contents):
    """What a contract says, and the exact texts that are shown for it."""

    data: bytes
    """Canonical contract data, attached to the document as ``contract.json``."""
    parties: tuple[PartyContents, ...]
    """Everybody who signs, in order."""
    order: str
    """``given``: one after the other; ``free``: in any order."""
    lang: str
    label: str
    """Label of the order button (BGB § 312j (3))."""
    policy_source: bytes
    """The signature policy as it was when the contract was drawn up."""
    draft: str
    """Blob of the sealed draft."""
    revisions: tuple[RevisionContents, ...]
    """The revisions of the current file, the draft first."""
    attachments: dict[str, str]
    """Name to hexadecimal SHA-256."""
    seal_field: str = ""
    """Field of the company's seal; empty where the contract has none."""
    seal_page: int = 0
    seal_box: tuple[str, ...] = ()
    file: str = ""
    """Blob of the sealed current file: the draft with the signatures so far; empty while that is the draft."""
    signed: str = ""
    """Blob of the sealed signed document, once the contract is concluded."""
    mails: tuple[str, ...] = ()
    """Blobs of the sealed mails as they were sent."""
    confirmation: str = ""
    """Blob of the sealed confirmation of the contract, once it was drawn up."""
    acceptance: str = ""
    """Blob of the company's sealed acceptance of an order, once it was drawn up."""
    pages: str = ""
    """Blob of the company's own sealed pages; empty where the contract has none."""
    information: tuple[InformationContents, ...] = ()
    """What is delivered before the declaration; empty where nothing has to be told, or for contracts from before."""
    rules: bytes = b""
    """Canonical JSON of the rules that the contract is made under; empty for contracts from before."""

    def party(self, name: str) -> PartyContents:
        """Return a signatory by name.

        Raises:
            LookupError: There is none.
        """
        for party in self.parties:
            if party.name == name:
                return party
        raise LookupError(name)


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
    birth_date: str = ""
    """As the provider says it (ISO); empty: not, or kept before this was."""


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
    finished: bytes = b""
    """SHA-256 of the file in which this signature was released first."""
    policy_source: bytes = b""
    """Signature policy of this attempt; empty in attempts from before it was kept: the contract's."""


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64url(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Contents):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return value


def _typed(kind: str, value: Any) -> Any:
    if kind == "bytes":
        return from_b64url(value)
    if kind == "tuple[bytes, ...]":
        return tuple(from_b64url(item) for item in value)
    if kind == "tuple[PartyContents, ...]":
        return tuple(PartyContents.from_table(item) for item in value)
    if kind == "tuple[InformationContents, ...]":
        return tuple(InformationContents.from_table(item) for item in value)
    if kind == "tuple[RevisionContents, ...]":
        return tuple(RevisionContents.from_table(item) for item in value)
    return tuple(value) if kind.startswith("tuple") else value
