"""An installation for measuring: the sandbox in the same process, its share of the time counted apart."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from certs.sandbox import Sandbox
from certs.signatory import SandboxSignatory
from esign import bootstrap
from esign.access import system
from esign.cli.samples import sample_contracts
from esign.engine import Application
from esign.engine.ports import Mail
from esign.settings import Settings
from web import create_app

COMPANY = system("default")

WEB, AGENT, SANDBOX = "http://localhost:8080", "http://localhost:8081", "http://localhost:8082"

PERSONS = {
    "electricity-supply": "jana-beispiel",
    "household-insurance": "mehmet-yilmaz-gross",
    "mobile-plan": "sophie-mueller-luedenscheidt",
    "cost-approval": "karl-heinz-oesterreicher",
}


def samples() -> dict[str, dict[str, Any]]:
    """Return the sample contracts by template."""
    return {sample.name: dict(sample.data) for sample in sample_contracts() if sample.name in PERSONS}


class NoMail:
    """A mailer that hands over nothing: mail is not what is measured."""

    def send(self, mail: Mail) -> bytes:
        return mail.text.encode()


@dataclass
class Installation:
    """One installation and the time spent outside it."""

    application: Application
    http: httpx.Client
    outside: list[float] = field(default_factory=list)

    def invite(self, template: str) -> str:
        """Draw a sample up, invite its party, and return the link."""
        contract = self.application.contracts.draw_up(COMPANY, samples()[template])
        return self.application.contracts.invite(COMPANY, contract).link

    def signatory(self, link: str, template: str) -> SandboxSignatory:
        """Return the party at a device."""
        manifest = self.application.agent_manifest
        return SandboxSignatory(self.http, link=link, api=WEB, person_id=PERSONS[template], manifest=manifest)


@contextmanager
def installation() -> Iterator[Installation]:
    """Make an installation on the embedded default, in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="esign-bench-") as name:
        state = Path(name)
        sandbox = Sandbox.create(state / "sandbox", base_url=SANDBOX, redirect_uris=(f"{AGENT}/",))
        sandbox.seal_pkcs12(state / "seal.p12", state / "seal.pin")
        settings = Settings(
            state_dir=state,
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
        bootstrap.install(settings)
        apps: dict[str, Any] = {SANDBOX: sandbox.wsgi()}
        outside: list[float] = []

        def transport(origin: str) -> httpx.WSGITransport:
            def app(environ: Any, start: Any) -> Any:
                began = time.thread_time()
                try:
                    return list(apps[origin](environ, start))
                finally:
                    if origin == SANDBOX:
                        outside.append(time.thread_time() - began)

            return httpx.WSGITransport(app=app)

        with httpx.Client(mounts={o: transport(o) for o in (WEB, AGENT, SANDBOX)}, trust_env=False, timeout=60) as http:
            application = bootstrap.build(settings, http=http, mailer=NoMail())
            apps[WEB] = create_app(application, agent_origin=AGENT, sandbox_url=SANDBOX)
            gc.collect()
            gc.freeze()  # as the server does
            yield Installation(application=application, http=http, outside=outside)
