"""``esign serve``: the web application, the agent's origin and a worker, each in processes of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from esign.cli.configuration import config_option, load, locate
from esign.cli.errors import AgentMissing
from esign.cli.ports import loopback, require_free
from esign.cli.supervisor import Child, Supervisor, follow_parent
from esign.settings import Settings

if TYPE_CHECKING:
    from web.agent_origin import AgentOrigin

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@click.command()
@config_option
@click.option("--web-port", type=click.IntRange(1, 65535), help="Port on this machine for the web application.")
@click.option("--agent-port", type=click.IntRange(1, 65535), help="Port on this machine for the agent's origin.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=lambda: min(4, os.cpu_count() or 1),
    help="Web processes (default: one a core, at most 4).",
)
def serve(config: Path | None, web_port: int | None, agent_port: int | None, processes: int) -> None:
    """Run the web application, the agent's origin and the worker until Ctrl-C or SIGTERM.

    Both listen on this machine only; a reverse proxy with TLS stands in front and gives each its own host name.
    """
    from esign.bootstrap import install
    from esign.cli.logs import configure

    configure()
    path = locate(config)
    settings = load(path)
    web, agent = web_port or port_of(settings.web_url, 8080), agent_port or port_of(settings.agent_url, 8081)
    require_free((("--web-port", web), ("--agent-port", agent)))
    install(settings)
    Supervisor(restart=True).run(
        (
            agent_child(path, agent),
            web_child(path, web, processes=processes),
            worker_child(path),
        ),
        ready=lambda: click.echo(f"ready: web on 127.0.0.1:{web}, agent on 127.0.0.1:{agent}", err=True),
    )


@click.command(hidden=True)
@config_option
@click.option("--port", type=int, required=True)
@click.option("--processes", type=int, default=1)
def web_process(config: Path | None, port: int, processes: int) -> None:
    """Serve the web application (part of serve and demo)."""
    follow_parent()
    from esign.cli.server import serve as serve_http

    settings = load(config)

    def make() -> object:
        from esign.bootstrap import build
        from esign.cli.samples import sample_contracts
        from web import create_app

        return create_app(
            build(settings),
            agent_origin=settings.agent_url,
            sandbox_url=sandbox_origin(settings),
            samples=sample_contracts if settings.sandbox else tuple,
        )

    serve_http(make, bind=loopback(port), name="web", processes=processes)


@click.command(hidden=True)
@config_option
@click.option("--port", type=int, required=True)
def agent_process(config: Path | None, port: int) -> None:
    """Serve the agent's origin (part of serve and demo)."""
    follow_parent()
    from esign.cli.server import serve as serve_http

    settings = load(config)

    def make() -> object:
        return agent_origin(settings)

    serve_http(make, bind=loopback(port), name="agent")


def agent_origin(settings: Settings) -> AgentOrigin:
    """Return the WSGI application of the agent's origin.

    Raises:
        AgentMissing: The configuration names no built agent.
        AgentOriginError: The built agent is not as its manifest says.
    """
    from web.agent_origin import create_agent_origin

    if settings.agent_dist is None:
        raise AgentMissing("agent_dist is not configured", setting="agent_dist")
    return create_agent_origin(settings.agent_dist, api=settings.web_url, idp=settings.idp_issuer)


def web_child(config: Path, port: int, *, processes: int) -> Child:
    """Return the web application as a child process."""
    arguments = ("web-process", "--config", str(config), "--port", str(port), "--processes", str(processes))
    return Child(name="the web application", arguments=arguments, ports=(port,))


def agent_child(config: Path, port: int) -> Child:
    """Return the agent's origin as a child process."""
    arguments = ("agent-process", "--config", str(config), "--port", str(port))
    return Child(name="the agent's origin", arguments=arguments, ports=(port,))


def worker_child(config: Path) -> Child:
    """Return a worker as a child process."""
    return Child(name="the worker", arguments=("worker", "--config", str(config)))


def sandbox_origin(settings: Settings) -> str | None:
    """Return the origin of the simulated world that the configuration names, or None in earnest."""
    issuer = urlsplit(settings.idp_issuer)
    return f"{issuer.scheme}://{issuer.netloc}" if settings.sandbox and issuer.netloc else None


def port_of(url: str, otherwise: int) -> int:
    """Return the port on this machine for an origin: its own if the origin is this machine's."""
    parts = urlsplit(url)
    return parts.port or otherwise if parts.hostname in _LOOPBACK else otherwise
