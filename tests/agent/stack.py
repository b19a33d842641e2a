"""The whole installation on the loopback interface: pages and API, the agent's origin, the simulated outside world.

Server work runs in threads of its own: the test's thread belongs to the browser driver's event loop.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from werkzeug.serving import WSGIRequestHandler, make_server

from certs.sandbox import Sandbox
from esign import bootstrap
from esign.gateways.mail import MailServer, SmtpMailer
from esign.settings import Settings
from tests.actors import COMPANY
from tests.quick import migrated
from tests.samples import sample
from web import create_app
from web.agent_origin import create_app as create_agent_app

ROOT = Path(__file__).parents[2]
DIST = ROOT / "web" / "agent" / "dist"
T = TypeVar("T")


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class MovingClock:
    """The machine's clock, moved at will."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class PostBox:
    """Keeps what would be mailed."""

    def __init__(self, clock: Any) -> None:
        self._compose = SmtpMailer(
            MailServer(host="localhost", port=25), sender="SANDBOX <no-reply@sandbox.example>", clock=clock
        ).compose
        self.mails: list[bytes] = []

    def send(self, mail: Any) -> bytes:
        self.mails.append(self._compose(mail).data)
        return self.mails[-1]


@dataclass
class Request:
    """One request to the ceremony's API, as it came by."""

    type: str
    body: bytes
    status: int = 0


@dataclass
class Wire:
    """Stands in front of the API: sees every request, and can lose requests and answers or change answers."""

    app: Any
    seen: list[Request] = field(default_factory=list)
    preflights: list[str] = field(default_factory=list)
    """Types that the browser asked about before it sent something."""
    lose_before: list[str] = field(default_factory=list)
    """Types whose next request never reaches the server."""
    lose_after: list[str] = field(default_factory=list)
    """Types whose next answer never reaches the agent."""
    change: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    """Types whose answers are changed."""
    refuse: dict[str, str] = field(default_factory=dict)
    """Types that are refused with this code, whatever the server would say."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        kind = path.rpartition("/")[2]
        if environ["REQUEST_METHOD"] == "OPTIONS":
            self.preflights.append(kind)
        if environ["REQUEST_METHOD"] != "POST" or not path.startswith("/ceremony/v1/"):
            return self.app(environ, start_response)
        if kind in self.lose_before:
            self.lose_before.remove(kind)
            return self._lose(start_response)
        if kind in self.refuse:
            return self._refuse(self.refuse[kind], environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        import io

        environ["wsgi.input"] = io.BytesIO(body)
        if kind in self.change:
            environ.pop("HTTP_ACCEPT_ENCODING", None)  # the answer is changed as it is, not as it travels
        request = Request(kind, body)
        self.seen.append(request)
        caught: list[Any] = []
        answer = b"".join(self.app(environ, lambda *given: caught.append(given)))
        status, headers = caught[0][0], caught[0][1]
        request.status = int(status.split()[0])
        if kind in self.lose_after:
            self.lose_after.remove(kind)
            return self._lose(start_response)
        if kind in self.change and request.status == 200:
            answer = self.change[kind](answer)
            headers = [(n, v) for n, v in headers if n.lower() != "content-length"]
            headers.append(("Content-Length", str(len(answer))))
        start_response(status, headers)
        return [answer]

    @staticmethod
    def _refuse(code: str, environ: dict[str, Any], start_response: Any) -> Any:
        body = json.dumps({"code": code}).encode()
        origin = ("Access-Control-Allow-Origin", environ["HTTP_ORIGIN"])
        kind = ("Content-Type", "application/problem+json")
        start_response("409 Conflict", [kind, origin, ("Content-Length", str(len(body)))])
        return [body]

    @staticmethod
    def _lose(start_response: Any) -> Any:
        start_response("503 Service Unavailable", [("Content-Length", "0")])  # no CORS: to the agent, no answer at all
        return [b""]

    def types(self) -> list[str]:
        return [each.type for each in self.seen]


@dataclass
class Stack:
    """One installation with everything outside it, reachable by a browser."""

    web: str
    agent: str
    sandbox_url: str
    sandbox: Sandbox
    settings: Settings
    clock: MovingClock
    post: PostBox
    wire: Wire
    application: Any
    pool: ThreadPoolExecutor

    def call(self, step: Callable[[], T]) -> T:
        """Run server work outside the driver's thread."""
        return self.pool.submit(step).result()

    def sample(self, template: str, **changes: Any) -> dict[str, Any]:
        """Return the data of a sample contract: the first of a template, or the one of a file's name."""
        return sample(template, **changes)

    def invite(self, template: str = "electricity-supply", **changes: Any) -> tuple[str, str]:
        """Draw up and invite; return contract and link as the party reads it."""

        def work() -> tuple[str, str]:
            contract = self.application.contracts.draw_up(COMPANY, self.sample(template, **changes))
            self.application.delivery.deliver_due()  # what an earlier test left in the outbox
            before = len(self.post.mails)
            self.application.contracts.invite(COMPANY, contract)
            self.application.delivery.deliver_due()
            return contract, self.links(before)[0]

        return self.call(work)

    def mailed(self, step: Callable[[], Any]) -> list[str]:
        """Do something on the company's side and return the links that are mailed for it."""

        def work() -> list[str]:
            self.application.delivery.deliver_due()
            before = len(self.post.mails)
            step()
            self.application.delivery.deliver_due()
            return self.links(before)

        return self.call(work)

    def links(self, since: int = 0) -> list[str]:
        """The links that were mailed since so many mails, in the order of the mails."""
        found = []
        for data in self.post.mails[since:]:
            body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
            assert body is not None
            found += re.findall(re.escape(self.agent) + r"/#[A-Za-z0-9_-]{43}", body.get_content())
        return found

    def signed(self, contract: str) -> bytes:
        return self.call(lambda: self.application.contracts.signed_document(COMPANY, contract))

    def state(self, contract: str) -> str:
        return str(self.call(lambda: self.application.contracts.view(COMPANY, contract)).state)


@contextmanager
def _served(app: Any, port: int = 0) -> Iterator[Any]:
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Later:
    """An application that is known only after its port is."""

    app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@contextmanager
def running(folder: Path, **changes: Any) -> Iterator[Stack]:
    """Start everything on free ports."""
    apps = [_Later(), _Later(), _Later()]
    with _served(apps[0]) as web, _served(apps[1]) as agent, _served(apps[2]) as world:
        web_url, agent_url, world_url = (f"http://localhost:{each.port}" for each in (web, agent, world))
        clock = MovingClock()
        sandbox = Sandbox.create(
            folder / "sandbox",
            base_url=world_url,
            redirect_uris=(f"{agent_url}/",),
            forms_redirect_uris=(f"{web_url}/formulare/erkannt",),
            clock=clock,
        )
        state = folder / "state"
        state.mkdir()
        sandbox.seal_pkcs12(state / "seal.p12", state / "seal.pin")
        settings = Settings(
            state_dir=state,
            web_url=web_url,
            agent_url=agent_url,
            agent_dist=DIST,
            trust="sandbox",
            trust_anchors=(sandbox.write_trust(state / "trust"),),
            tsa_urls=(sandbox.tsa_url,),
            ca_url=sandbox.ca_url,
            idp_issuer=sandbox.identity_provider.issuer,
            idp_client_id=sandbox.identity_provider.client_id,
            revocation_hosts=(world_url.removeprefix("http://"),),
            seal_file=state / "seal.p12",
            seal_pin_file=state / "seal.pin",
            dispute_key_files=sandbox.write_dispute_keys(state),
        ).with_changes(**changes)
        post = PostBox(clock)
        with ThreadPoolExecutor(1) as pool:

            def build() -> Any:
                migrated(settings.database)
                bootstrap.install(settings)
                return bootstrap.build(settings, clock=clock, mailer=post)

            application = pool.submit(build).result()
            wire = Wire(create_app(application, agent_origin=agent_url, sandbox_url=world_url))
            apps[0].app, apps[1].app, apps[2].app = wire, create_agent_app(settings), sandbox.wsgi()
            yield Stack(
                web=web_url,
                agent=agent_url,
                sandbox_url=world_url,
                sandbox=sandbox,
                settings=settings,
                clock=clock,
                post=post,
                wire=wire,
                application=application,
                pool=pool,
            )
