"""``esign demo``: everything running with a sandbox, or the same walk without a browser (``--sample``).

This is the one command that knows the sandbox of ``certs``; everything else of the product runs as it does in earnest.
"""

from __future__ import annotations

import os
import signal
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from esign.cli.api_key import day_key
from esign.cli.demo_staff import StaffLink, staff_links
from esign.cli.demo_world import Layout, default_state_dir, furnish
from esign.cli.errors import PortInUse, SampleNotSigned, SandboxMissing
from esign.cli.ports import require_free
from esign.cli.supervisor import Child, Supervisor, follow_parent

if TYPE_CHECKING:
    from datetime import datetime

    import httpx

    from certs.sandbox import Sandbox

_OTHERS_TO_SIGN = "engine.result.not_ready"
"""What the server answers to a signatory who asks for the finished document before all have signed."""

_QUIET = "WARNING"
"""Level of the log: the terminal belongs to the links."""

_PORT = click.IntRange(1, 65535)


@click.command()
@click.option(
    "--sample",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Walk without a browser and write what every party receives into DIR.",
)
@click.option(
    "--life",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Walk through the whole life of the sample contracts with a clock that is moved, and write it into DIR.",
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="With --life: the day on which it begins, such as 2027-03-14 (default: now).",
)
@click.option(
    "--state-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the demonstration keeps everything (default: esign/demo in your state folder; --sample: nowhere).",
)
@click.option("--port", type=_PORT, default=8080, show_default=True, help="Port of the pages.")
@click.option("--agent-port", type=_PORT, default=8081, show_default=True, help="Port of the agent's origin.")
@click.option("--sandbox-port", type=_PORT, default=8082, show_default=True, help="Port of the simulated world.")
@click.option("--smtp-port", type=_PORT, default=8025, show_default=True, help="Port of the simulated mail server.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def demo(
    sample: Path | None,
    life: Path | None,
    on: datetime | None,
    state_dir: Path | None,
    port: int,
    agent_port: int,
    sandbox_port: int,
    smtp_port: int,
    no_open: bool,
) -> None:
    """Start everything with a sandbox and sample contracts; Ctrl-C stops it.

    All trust services are simulated on this machine. What is signed here proves nothing to anybody.
    """
    _require_sandbox()
    from esign.cli.logs import LEVEL, configure

    configure(otherwise=_QUIET)
    if sample is not None:
        from esign.cli.sample_walk import write_samples

        write_samples(sample, state_dir=state_dir, open_sandbox=_sandbox_class().create, walk=_walk)
        return
    if life is not None:
        from esign.cli.life_walk import write_life

        write_life(life, open_sandbox=_sandbox_class().create, walk=_walk, on=on.date() if on is not None else None)
        return
    layout = Layout(
        state_dir=(state_dir or default_state_dir()).resolve(),
        web=port,
        agent=agent_port,
        sandbox=sandbox_port,
        smtp=smtp_port,
    )
    require_free(
        (
            ("--port", layout.web),
            ("--agent-port", layout.agent),
            ("--sandbox-port", layout.sandbox),
            ("--smtp-port", layout.smtp),
        )
    )
    from esign.bootstrap import install
    from esign.cli.serve import agent_child, web_child, worker_child

    _, settings = furnish(layout, _sandbox_class().create)
    install(settings)
    links, key = staff_links(settings), day_key(settings)
    config = layout.config
    Supervisor(environment={LEVEL: os.environ.get(LEVEL, _QUIET)}).run(
        (
            _sandbox_child(layout),
            agent_child(config, layout.agent),
            web_child(config, layout.web, processes=1),
            worker_child(config),
        ),
        ready=lambda: _announce(layout, links, key, open_browser=not no_open),
    )
    click.echo("Beendet. / Stopped.")


@click.command(hidden=True)
@click.option("--directory", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--port", type=_PORT, required=True)
@click.option("--smtp-port", type=_PORT, required=True)
@click.option("--redirect-uri", required=True)
@click.option("--staff-redirect-uri", default="")
@click.option("--forms-redirect-uri", default="")
def sandbox_process(
    directory: Path, port: int, smtp_port: int, redirect_uri: str, staff_redirect_uri: str, forms_redirect_uri: str
) -> None:
    """Serve the simulated outside world (part of demo)."""
    follow_parent()
    from certs.sandbox.serve import run
    from esign.cli.logs import configure

    configure()
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    sandbox = _sandbox_class().create(
        directory,
        base_url=f"http://localhost:{port}",
        redirect_uris=(redirect_uri,),
        staff_redirect_uris=(staff_redirect_uri,) if staff_redirect_uri else (),
        forms_redirect_uris=(forms_redirect_uri,) if forms_redirect_uri else (),
    )
    try:
        run(sandbox, port=port, smtp_port=smtp_port, stop_event=stop)
    except OSError as error:
        raise PortInUse(f"port {port} or {smtp_port} is in use") from error


def _sandbox_child(layout: Layout) -> Child:
    arguments = (
        "sandbox-process",
        *("--directory", str(layout.state_dir / "sandbox")),
        *("--port", str(layout.sandbox)),
        *("--smtp-port", str(layout.smtp)),
        *("--redirect-uri", f"{layout.agent_url}/"),
        *("--staff-redirect-uri", layout.staff_return),
        *("--forms-redirect-uri", layout.forms_return),
    )
    return Child(name="the simulated world", arguments=arguments, ports=(layout.sandbox, layout.smtp))


def _announce(layout: Layout, links: Sequence[StaffLink], key: str, *, open_browser: bool) -> None:
    staff = [f"    {link.roles:<44}{link.address}" for link in links]
    for line in (
        "",
        "  esign – SANDBOX: simulierte Vertrauensdienste, beweist nichts / simulated trust services, proves nothing",
        "",
        f"  Verträge schließen / form contracts        {layout.web_url}/",
        f"  Mit einem Formular beginnen / forms        {layout.web_url}/formulare",
        f"  Postfach der Sandbox / sandbox mailbox     {layout.sandbox_url}/mailbox",
        f"  Verträge und Dossiers / contracts          {layout.web_url}/demo/contracts",
        f"  Unternehmensseite / company's side         {layout.web_url}/company/",
        *(["  SANDBOX-Konten, Link einmal gültig / SANDBOX accounts, each link good once:", *staff] if staff else ()),
        f"  Sicherheit, ehrlich / honest about safety  {layout.web_url}/security",
        f"  Agent prüfen / check the agent             {layout.web_url}/agent/manifest",
        f"  Schnittstelle / interface                  {layout.web_url}/api/v1/",
        f"  API-Schlüssel für heute / key for today    {key}",
        "",
        f"  Ordner (löschen = alles löschen) / folder (erase = erase all)  {layout.state_dir}",
        "  Strg-C beendet alles. / Ctrl-C stops everything.",
        "",
    ):
        click.echo(line)
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(f"{layout.web_url}/",), daemon=True).start()


def _require_sandbox() -> None:
    try:
        import aiosmtpd  # type: ignore[import-untyped, unused-ignore]  # noqa: F401 - only whether it is there

        import certs.sandbox  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise SandboxMissing("the sandbox is not installed: pip install 'esign[sandbox]'") from error


def _sandbox_class() -> type[Sandbox]:
    from certs.sandbox import Sandbox

    return Sandbox


def _walk(http: httpx.Client, link: str, api: str, sandbox: Sandbox, person: str) -> bytes | None:
    """Let a sandbox signatory with keys of its own walk through the ceremony.

    Returns:
        The finished PDF, or None while others have yet to sign.

    Raises:
        SampleNotSigned: The signatory or the server stopped; the facts name the code.
    """
    from certs.signatory.errors import ServerRefused, SignatoryRefused
    from certs.signatory.signatory import SandboxSignatory

    known = {item.name: item.id for item in sandbox.identity_provider.persons.everybody}
    try:
        signatory = SandboxSignatory(http, link=link, api=api, person_id=known.get(person), clock=sandbox.clock)
        return signatory.run().document
    except ServerRefused as error:
        if error.code == _OTHERS_TO_SIGN:
            return None
        raise SampleNotSigned("the server refused the signatory", code=error.code) from error
    except SignatoryRefused as error:
        raise SampleNotSigned("the signatory refused to go on", code=error.reason_code) from error
