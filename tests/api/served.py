"""An installation as its operator runs it: ``esign serve`` on free ports, with its database, its worker and its log."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from esign.cli.demo_world import Layout, furnish

READY_SECONDS = 240


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nobody uses."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


@dataclass
class Served:
    """The processes of an installation, and the command line beside them."""

    layout: Layout
    processes: int = 1
    running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.layout.web_url

    def esign(self, *arguments: str) -> str:
        """Run a command as the operator types it; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "esign.cli", *arguments, "--config", str(self.layout.config)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start everything, and wait until it answers."""
        command = [sys.executable, "-m", "esign.cli", "serve", "--processes", str(self.processes)]
        with (self.layout.state_dir / "log").open("ab") as log:
            self.running = subprocess.Popen(
                [*command, "--config", str(self.layout.config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self.healthy():
            assert self.running.poll() is None and time.monotonic() < deadline, self.log()[-2000:]
            time.sleep(0.05)

    def healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False, timeout=5, verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self.layout.state_dir / "log").read_text("utf-8", "replace")

    def kill(self) -> None:
        """End all of its processes at once, as a machine without power does (SIGKILL)."""
        assert self.running is not None
        for process in below(self.running.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.running.wait(30)

    def stop(self) -> None:
        """End it as the operator does."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()


def below(process: int) -> list[int]:
    """Return a process and all that it started, directly or not; the first one first."""
    found = [process]
    for each in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{each}/task").iterdir():
                found += [int(child) for child in (thread / "children").read_text().split()]
    return found


@contextmanager
def served(state: Path, open_sandbox: Callable[..., Any], *, processes: int = 1, smtp: int = 0) -> Iterator[Served]:
    """Make an installation and run it; trust services are not needed and not started."""
    web, agent, unused = free_ports(3)
    layout = Layout(state_dir=state, web=web, agent=agent, smtp=smtp or unused)
    furnish(layout, open_sandbox)
    installation = Served(layout, processes=processes)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()
