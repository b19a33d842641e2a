"""A small honest engine in memory, so that the pages are tested without database, documents and mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from esign.access import Actor
from esign.foundation.errors import EsignError
from esign.policy import LegalLevel
from esign.settings import Settings
from tests.actors import COMPANY
from web import create_app

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AGENT = "http://localhost:8081"
SANDBOX = "http://localhost:8082"
MANIFEST = json.dumps({"v": "esign-agent/1", "files": {"agent.js": "ab" * 32}}).encode()


class InvitationUnknown(EsignError):
    """There is no such invitation."""

    code = "ceremony.invitation.unknown"


class ContractUnknown(EsignError):
    """There is no such contract."""

    code = "engine.contract.unknown"


class NotConcluded(EsignError):
    """The contract is not concluded."""

    code = "engine.contract.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    id: str
    reference: str
    title: str
    template: str
    company: str
    level: LegalLevel
    state: str
    created_at: datetime
    concluded_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    media_type: str
    body: bytes


@dataclass(slots=True)
class Contracts:
    views: dict[str, View] = field(default_factory=dict)

    def draw_up(self, actor: Actor, data: Mapping[str, Any]) -> str:
        contract_id = f"contract-{len(self.views) + 1}"
        self.views[contract_id] = View(
            id=contract_id,
            reference=data["reference"],
            title=data["title"],
            template=data["template"],
            company=data["company"],
            level=LegalLevel.parse(data["level"]),
            state="drawn_up",
            created_at=NOW,
            concluded_at=None,
        )
        return contract_id

    def invite(self, actor: Actor, contract_id: str) -> Invited:
        self.views[contract_id] = replace(self.view(COMPANY, contract_id), state="invited")
        return Invited(link=f"{AGENT}/#secret-token", expires_at=NOW + timedelta(days=14))

    def conclude(self, contract_id: str) -> None:
        self.views[contract_id] = replace(self.view(COMPANY, contract_id), state="concluded", concluded_at=NOW)

    def list(self, actor: Actor) -> tuple[View, ...]:
        return tuple(reversed(self.views.values()))

    def view(self, actor: Actor, contract_id: str) -> View:
        if contract_id not in self.views:
            raise ContractUnknown
        return self.views[contract_id]

    def signed_document(self, actor: Actor, contract_id: str) -> bytes:
        if self.view(COMPANY, contract_id).state != "concluded":
            raise NotConcluded
        return b"%PDF-1.7 signed"


@dataclass(slots=True)
class Ceremony:
    token: str = "T" * 43
    seen: list[tuple[str, str | None, bytes]] = field(default_factory=list)
    refusal: Callable[[], Exception] | None = None

    def answer(self, message_type: str, token: str | None, body: bytes) -> Answer:
        self.seen.append((message_type, token, body))
        if token != self.token:
            raise InvitationUnknown("no invitation of this token", token="leak")
        if self.refusal:
            raise self.refusal()
        if message_type == "document":
            return Answer(status=200, media_type="application/pdf", body=b"%PDF-1.7")
        return Answer(status=200, media_type="application/json", body=b'{"v":"esign/1"}')


@dataclass(slots=True)
class Dossiers:
    contracts: Contracts

    def create(self, actor: Actor, contract_id: str, dispute_keys: Sequence[bytes] = ()) -> bytes:
        if self.contracts.view(COMPANY, contract_id).state != "concluded":
            raise NotConcluded
        return b"dossier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    name: str
    title: str
    company: str
    person: str
    level: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Engine:
    settings: Settings
    contracts: Contracts
    ceremony: Ceremony
    dossiers: Dossiers
    agent_manifest: bytes = MANIFEST


SAMPLES = tuple(
    Sample(
        name=name,
        title=title,
        company=company,
        person=person,
        level=level,
        data={"reference": reference, "title": title, "template": name, "company": company, "level": level},
    )
    for name, title, company, person, level, reference in (
        ("subscription", "Abonnement Werkzeugkiste", "Muster GmbH", "Jana Beispiel", "simple", "A-1"),
        ("loan", "Ratenkauf Fahrrad", "Radhaus AG", "Mehmet Yılmaz-Groß", "advanced", "A 2/ä"),
    )
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    contracts = Contracts()
    settings = Settings(state_dir=tmp_path, trust="sandbox", agent_dist=tmp_path / "dist")
    return Engine(settings, contracts, Ceremony(), Dossiers(contracts))


@pytest.fixture
def make_app() -> Callable[..., Flask]:
    def make(engine: Engine, **changes: Any) -> Flask:
        arguments: dict[str, Any] = {"agent_origin": AGENT, "sandbox_url": SANDBOX, "samples": lambda: SAMPLES}
        app = create_app(engine, **{**arguments, **changes})
        app.config["TESTING"] = False
        return app

    return make


@pytest.fixture
def app(engine: Engine, make_app: Callable[..., Flask]) -> Flask:
    return make_app(engine)


@pytest.fixture
def client(app: Flask) -> Any:
    return app.test_client()


@pytest.fixture
def samples() -> tuple[Sample, ...]:
    return SAMPLES


@pytest.fixture
def form_secret(client: Any) -> Callable[[], str]:
    def read() -> str:
        text = client.get("/").text
        return text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    return read
