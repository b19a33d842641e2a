"""The whole installation in processes of its own, as ``esign demo`` starts it, for measuring from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.installation import NoMail, samples
from esign import bootstrap
from esign.access import system
from esign.cli.configuration import load
from esign.engine import Application

COMPANY = system("default")


@dataclass(frozen=True)
class Running:
    """Where it runs, and the same installation opened by this process to draw up and invite."""

    application: Application
    web: str
    agent: str
    sandbox: str
    config: Path

    def invite(self, template: str) -> str:
        """Draw a sample up, invite its party, and return the link."""
        contract = self.application.contracts.draw_up(COMPANY, samples()[template])
        return self.application.contracts.invite(COMPANY, contract).link


@contextmanager
def running() -> Iterator[Running]:
    """Start everything on free ports in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="esign-bench-") as folder:
        state = Path(folder) / "state"
        web, agent, sandbox, smtp = free_ports(4)
        arguments = ["demo", "--no-open", "--state-dir", str(state), "--port", str(web), "--agent-port", str(agent)]
        arguments += ["--sandbox-port", str(sandbox), "--smtp-port", str(smtp)]
        with (Path(folder) / "log").open("wb") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "esign.cli", *arguments], stdout=log, stderr=log, env={**os.environ}
            )
            try:
                urls = [f"http://localhost:{port}" for port in (web, agent, sandbox)]
                wait_for(f"{urls[0]}/", started)
                wait_for(f"{urls[1]}/", started)
                application = bootstrap.build(load(state / "esign.toml"), mailer=NoMail())
                yield Running(application, *urls, config=state / "esign.toml")
            finally:
                started.terminate()
                started.wait(30)


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nobody uses."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a started process answers.

    Raises:
        RuntimeError: It ended, or does not answer within two minutes (a loaded machine is slow to start it).
    """
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError("the installation did not start")
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the installation does not answer")
