"""What the pages may ask of the engine, in the engine's own words. Nothing else of it is touched here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from esign.access import Actor


class Settings(Protocol):
    """The part of the installation's settings that pages need."""

    @property
    def state_dir(self) -> Path:
        """Folder of the installation; the key of the session cookie lives in it."""

    @property
    def web_url(self) -> str:
        """Origin under which these pages are reached."""

    @property
    def tenants(self) -> tuple[str, ...]:
        """Short names of the companies that the installation serves; the first one's forms are offered here."""

    @property
    def agent_dist(self) -> Path | None:
        """Folder with the built agent, whose manifest's hash is published."""

    @property
    def trust(self) -> str:
        """``sandbox`` or ``configured``."""


class Answer(Protocol):
    """The answer to a message of the ceremony."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def media_type(self) -> str:
        """Media type of the body."""

    @property
    def body(self) -> bytes:
        """Exact bytes to send; the same message gets the same bytes again."""


class Ceremony(Protocol):
    """The door of the browser agent (docs/ceremony-spec.md, section 4)."""

    def answer(self, message_type: str, token: str | None, body: bytes) -> Answer:
        """Answer one message, or raise the refusal."""


class ContractView(Protocol):
    """What may be shown about a contract without any personal data."""

    @property
    def id(self) -> str:
        """Random name of the contract."""

    @property
    def reference(self) -> str:
        """The company's own reference."""

    @property
    def title(self) -> str:
        """Title of the document."""

    @property
    def company(self) -> str:
        """Name of the company that offers the contract."""

    @property
    def level(self) -> Any:
        """Legal level: an enumeration whose names are SIMPLE, ADVANCED, QUALIFIED, or that word."""

    @property
    def state(self) -> str:
        """Stable word for where the contract stands."""

    @property
    def created_at(self) -> datetime:
        """Instant (UTC) at which it was drawn up."""

    @property
    def concluded_at(self) -> datetime | None:
        """Instant (UTC) at which it was concluded."""


class Invited(Protocol):
    """An invitation on its way. The link is a secret of the invited person; pages never show it."""

    @property
    def expires_at(self) -> datetime:
        """Instant (UTC) after which the link opens nothing."""


class Contracts(Protocol):
    """Use cases around contracts."""

    def draw_up(self, actor: Actor, data: Mapping[str, Any]) -> str:
        """Draw up a contract and return its random name."""

    def invite(self, actor: Actor, contract_id: str) -> Invited:
        """Invite the person who is to declare."""

    def list(self, actor: Actor) -> Sequence[ContractView]:
        """Return all contracts, newest first."""

    def view(self, actor: Actor, contract_id: str) -> ContractView:
        """Return one contract."""

    def signed_document(self, actor: Actor, contract_id: str) -> bytes:
        """Return the finished PDF."""


class Dossiers(Protocol):
    """Everything about one contract, verifiable without us."""

    def create(self, actor: Actor, contract_id: str, dispute_keys: Sequence[bytes] = ()) -> bytes:
        """Return the dossier file."""


class Application(Protocol):
    """The engine as the pages see it."""

    @property
    def settings(self) -> Settings:
        """Settings of the installation."""

    @property
    def agent_manifest(self) -> bytes:
        """The manifest of the browser agent; its digest stands in every transcript."""

    @property
    def ceremony(self) -> Ceremony:
        """The ceremony."""

    @property
    def contracts(self) -> Contracts:
        """Contracts."""

    @property
    def dossiers(self) -> Dossiers:
        """Dossiers."""
