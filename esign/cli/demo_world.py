"""The demonstration's installation: where its files lie, which ports it takes, how it is configured."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from esign.cli import configuration
from esign.cli.demo_prefill import FORMS_CLIENT, write_prefill
from esign.cli.errors import AgentMissing, FileUnwritable
from esign.settings import Settings

if TYPE_CHECKING:
    from certs.sandbox import Sandbox

COMPANY = "Musterwerk Vertrieb GmbH"
"""Holder of the demonstration's seal; invented."""

SENDER = "Vertragsversand SANDBOX <vertrag@sandbox.example>"
"""Sender of the demonstration's mails (RFC 2606: example domains reach nobody)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything of the demonstration is."""

    state_dir: Path
    web: int = 8080
    agent: int = 8081
    sandbox: int = 8082
    smtp: int = 8025

    @property
    def web_url(self) -> str:
        """Origin of the pages and of the ceremony's API."""
        return f"http://localhost:{self.web}"

    @property
    def agent_url(self) -> str:
        """Origin of the browser agent."""
        return f"http://localhost:{self.agent}"

    @property
    def sandbox_url(self) -> str:
        """Origin of the simulated outside world."""
        return f"http://localhost:{self.sandbox}"

    @property
    def staff_return(self) -> str:
        """Where the identity provider sends the company's staff back to."""
        return f"{self.web_url}/company/login/provider/return"

    @property
    def forms_return(self) -> str:
        """Where the identity provider sends a customer back to who wants a form filled in."""
        return f"{self.web_url}/formulare/erkannt"

    @property
    def config(self) -> Path:
        """The configuration that the demonstration writes for its processes."""
        return self.state_dir / "esign.toml"


def default_state_dir() -> Path:
    """Return where the demonstration keeps its state: the user's state folder (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "esign" / "demo"


def agent_dist() -> Path:
    """Return the folder of the built browser agent.

    Raises:
        AgentMissing: It was not built yet.
    """
    folder = Path(__file__).parents[2] / "web" / "agent" / "dist"
    if not (folder / "manifest.json").is_file():
        raise AgentMissing("the browser agent is not built: run ./run demo, or `npm ci && npm run build` in web/agent")
    return folder


def furnish(layout: Layout, open_sandbox: Callable[..., Sandbox]) -> tuple[Sandbox, Settings]:
    """Make what is missing: the sandbox, the company's seal, the dispute keys' public parts, the trust anchor.

    Args:
        layout: Where everything goes.
        open_sandbox: ``Sandbox.create``.
    """
    state = layout.state_dir
    dist = agent_dist()
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnwritable("the state folder cannot be made", folder=str(state)) from error
    sandbox = open_sandbox(
        state / "sandbox",
        base_url=layout.sandbox_url,
        redirect_uris=(f"{layout.agent_url}/",),
        staff_redirect_uris=(layout.staff_return,),
        forms_redirect_uris=(layout.forms_return,),
    )
    staff_secret = state / "company-idp.secret"
    staff_secret.write_text(sandbox.staff_client_secret, "utf-8")
    staff_secret.chmod(0o600)
    seal, pin = state / "seal.p12", state / "seal.pin"
    sandbox.seal_pkcs12(seal, pin, company=COMPANY)
    settings = Settings(
        state_dir=state,
        web_url=layout.web_url,
        agent_url=layout.agent_url,
        agent_dist=dist,
        trust="sandbox",
        trust_anchors=(sandbox.write_trust(state / "trust"),),
        tsa_urls=(sandbox.tsa_url,),
        ca_url=sandbox.ca_url,
        idp_issuer=sandbox.identity_provider.issuer,
        idp_client_id=sandbox.identity_provider.client_id,
        revocation_hosts=(f"localhost:{layout.sandbox}",),
        prefill_file=write_prefill(state),
        prefill_idp_client_id=FORMS_CLIENT,
        company_idp_issuer=sandbox.identity_provider.issuer,
        company_idp_secret_file=staff_secret,
        seal_file=seal,
        seal_pin_file=pin,
        dispute_key_files=sandbox.write_dispute_keys(state),
        smtp_host="127.0.0.1",
        smtp_port=layout.smtp,
        private_networks=("127.0.0.0/8", "::1/128"),  # webhooks of the demonstration may be received here
        smtp_security="none",  # the simulated mail server is on this machine
        mail_from=SENDER,
    )
    configuration.write(settings, layout.config)
    return sandbox, settings
