"""The small world of the tests: a sandbox, an installation, and the walk between them without sockets."""

from __future__ import annotations

import email
import email.message
import email.policy
import gc
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from certs.sandbox import Sandbox
from certs.signatory import SandboxSignatory
from esign import bootstrap
from esign.engine import Application
from esign.engine.ports import Mail
from esign.foundation.clock import Clock
from esign.gateways.mail import MailServer, SmtpMailer
from esign.settings import Settings
from tests.actors import COMPANY
from tests.postgres import SERVER, PostgresMissing, schema, server
from tests.quick import migrated, remember_addresses, remember_routes, remember_templates
from tests.samples import sample
from web import create_app

WEB = "http://localhost:8080"
AGENT = "http://localhost:8081"
SANDBOX = "http://localhost:8082"

TLS = httpx.create_ssl_context(trust_env=False)
"""The machine's roots, read once; the clients of the tests' worlds speak to no server anyway."""

remember_routes()
remember_addresses()
remember_templates()


class TestClock:
    """The machine's clock, moved forward at will: certificates need times that move."""

    __test__ = False

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class PostBox:
    """A mailer that keeps what it is given; it can be out of order."""

    def __init__(self, clock: Clock) -> None:
        self._compose = SmtpMailer(
            MailServer(host="localhost", port=25), sender="SANDBOX <no-reply@sandbox.example>", clock=clock
        ).compose
        self.mails: list[bytes] = []
        self.failure: Exception | None = None

    def send(self, mail: Mail) -> bytes:
        if self.failure is not None:
            raise self.failure
        self.mails.append(self._compose(mail).data)
        return self.mails[-1]

    def message(self, number: int = -1) -> email.message.EmailMessage:
        message = email.message_from_bytes(self.mails[number], policy=email.policy.default)
        assert isinstance(message, email.message.EmailMessage)
        return message

    def subject(self, number: int = -1) -> str:
        return str(self.message(number)["Subject"])

    def text(self, number: int = -1) -> str:
        message = self.message(number)
        body = message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


class Apps(dict[str, Any]):
    """What answers at each origin; what is given as a way to make it is made when somebody asks for it first."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[], Any]] = {}

    def later(self, origin: str, make: Callable[[], Any]) -> None:
        self.pop(origin, None)
        self._makers[origin] = make

    def __missing__(self, origin: str) -> Any:
        self[origin] = self._makers[origin]()
        return self[origin]


@dataclass
class World:
    """One installation with everything outside it."""

    folder: Path
    sandbox: Sandbox
    settings: Settings
    clock: TestClock
    post: PostBox
    http: httpx.Client
    apps: Apps = field(default_factory=Apps)
    application: Application = field(init=False)

    def start(self) -> None:
        """(Re)start the server: everything that was in memory is gone."""
        self.application = made = bootstrap.build(self.settings, http=self.http, clock=self.clock, mailer=self.post)
        self.apps.later(WEB, lambda: create_app(made, agent_origin=AGENT, sandbox_url=SANDBOX))

    def sample(self, name: str, **changes: Any) -> dict[str, Any]:
        """Return the data of a sample contract."""
        return sample(name, **changes)

    def invite(self, name: str = "electricity-supply", **changes: Any) -> tuple[str, str]:
        """Draw up a sample, invite its party, deliver; return contract and link as the party reads it."""
        contract = self.application.contracts.draw_up(COMPANY, self.sample(name, **changes))
        self.application.contracts.invite(COMPANY, contract)
        assert self.application.delivery.deliver_due() >= 1
        return contract, self.link()

    def link(self, number: int = -1) -> str:
        """Return the link in a mail, as the party reads it."""
        found = re.search(re.escape(AGENT) + r"/#[A-Za-z0-9_-]{43}", self.post.text(number))
        assert found is not None
        return found.group()

    def signatory(self, link: str, person: str = "jana-beispiel", **options: Any) -> SandboxSignatory:
        """Return a person at a device."""
        options.setdefault("manifest", self.application.agent_manifest)
        return SandboxSignatory(self.http, link=link, api=WEB, person_id=person, clock=self.clock, **options)

    def ledger(self, contract: str) -> list[str]:
        """Return the kinds of the ledger's entries about a contract, in order."""
        with self.application.contracts.household.store.reading() as tx:
            return [str(entry.kind) for entry in tx.ledger.of_contract(contract)]


PERSONS = {
    "electricity-supply": "jana-beispiel",
    "household-insurance": "mehmet-yilmaz-gross",
    "mobile-plan": "sophie-mueller-luedenscheidt",
    "cost-approval": "karl-heinz-oesterreicher",
}


LONGEST = (
    "tests/agent/test_agent_states_",
    "tests/agent/test_agent_refusals",
    "tests/api/test_api_killed",
    "tests/api/test_api_schemathesis",
    "tests/verifier/test_verifiers_agree.py",
    "tests/cli/test_cli_demo",
    "tests/company/test_role_matrix_states.py",
    "tests/engine/test_engine_races",
)
"""Files that take as long as many others: begun at the end they would keep one process busy and the others idle."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files and with those in browsers: short ones even out what is left at the end."""
    browsers = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: (not item.nodeid.startswith(LONGEST), item.path not in browsers))


def pytest_collection_finish() -> None:
    """Take what is loaded by now out of the search for garbage: none of it becomes garbage before the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def sandbox_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox made once; its keys are expensive, its state is not shared knowledge."""
    folder = tmp_path_factory.mktemp("sandbox") / "sandbox"
    Sandbox.create(folder, base_url=SANDBOX, redirect_uris=(f"{AGENT}/",))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server; a temporary one where none is named."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(server())
        except PostgresMissing as missing:
            pytest.skip(str(missing))
        yield address


@contextmanager
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of an installation: SQLite in its folder; a schema of its own where ESIGN_TEST_POSTGRES is set.

    The value ``temporary`` asks for a temporary cluster of this machine.
    """
    if not os.environ.get(SERVER):
        yield ""
        return
    with schema(request.getfixturevalue("postgres")) as address:
        yield address


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with database(request) as address:
        yield address


@contextmanager
def installation(
    folder: Path, sandbox_folder: Path, database_url: str = "", *, clock: TestClock | None = None
) -> Iterator[World]:
    """Start an installation of its own in a folder, on a sandbox that was made before; the clock is the machine's."""
    clock = clock or TestClock()
    sandbox = Sandbox.create(
        sandbox_folder,
        base_url=SANDBOX,
        redirect_uris=(f"{AGENT}/",),
        staff_redirect_uris=(f"{WEB}/company/login/provider/return",),
        forms_redirect_uris=(f"{WEB}/formulare/erkannt",),
        clock=clock,
    )
    state = folder / "state"
    state.mkdir()
    sandbox.seal_pkcs12(state / "seal.p12", state / "seal.pin")
    settings = Settings(
        state_dir=state,
        database_url=database_url,
        trust="sandbox",
        trust_anchors=(sandbox.write_trust(state / "trust"),),
        tsa_urls=(sandbox.tsa_url,),
        ca_url=sandbox.ca_url,
        idp_issuer=sandbox.identity_provider.issuer,
        idp_client_id=sandbox.identity_provider.client_id,
        revocation_hosts=("localhost:8082",),
        seal_file=state / "seal.p12",
        seal_pin_file=state / "seal.pin",
        dispute_key_files=sandbox.write_dispute_keys(state),
    )
    migrated(settings.database)
    bootstrap.install(settings)
    apps = Apps()
    apps[SANDBOX] = sandbox.wsgi()

    def transport(origin: str) -> httpx.WSGITransport:
        def app(environ: Any, start: Any) -> Any:
            environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")  # PEP 3333; httpx leaves it undone
            return apps[origin](environ, start)

        return httpx.WSGITransport(app=app)

    mounts = {origin: transport(origin) for origin in (WEB, AGENT, SANDBOX)}
    with httpx.Client(mounts=mounts, verify=TLS, trust_env=False) as http:
        made = World(
            folder=folder,
            sandbox=sandbox,
            settings=settings,
            clock=clock,
            post=PostBox(clock),
            http=http,
            apps=apps,
        )
        made.start()
        yield made


@pytest.fixture
def world(tmp_path: Path, sandbox_folder: Path, database_url: str) -> Iterator[World]:
    """An installation of its own for every test, on the session's sandbox."""
    with installation(tmp_path, sandbox_folder, database_url) as made:
        yield made
