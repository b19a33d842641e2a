"""An installation as ``esign serve`` serves it, beside the simulated world in a process of its own; who used how much.

Everything is reached over sockets of this machine: the figures hold the whole way of a request.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.installation import NoMail, samples
from benchmarks.running import free_ports, wait_for
from certs.sandbox import Sandbox
from esign import bootstrap
from esign.access import system
from esign.cli.configuration import load
from esign.cli.demo_world import Layout, furnish
from esign.engine import Application

COMPANY = system("default")

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Serving:
    """Where it runs, and the same installation opened by this process to draw up and invite."""

    application: Application
    web: str
    sandbox: str
    log: Path
    processes: Mapping[str, subprocess.Popen[bytes]]

    def invite(self, template: str, number: int) -> list[str]:
        """Draw a sample up that often, invite its party each time, hand over the mails, and return the links."""
        contracts = self.application.contracts
        links = [contracts.invite(COMPANY, contracts.draw_up(COMPANY, samples()[template])).link for _ in range(number)]
        while self.application.delivery.deliver_due():
            pass
        return links

    def cpu(self) -> dict[str, float]:
        """Return the processor seconds that each part has used so far."""
        return {
            "server": _used(_below(self.processes["server"].pid)),
            "sandbox": _used(_below(self.processes["sandbox"].pid)),
        }

    def complaints(self) -> list[str]:
        """Return what the server's processes had to complain about: codes of their warnings and errors."""
        found = []
        for line in self.log.read_text().splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if entry.get("level") not in ("debug", "info"):
                    found.append(f"{entry.get('message')} {entry.get('code', '')}".strip())
        return found


@contextmanager
def serving() -> Iterator[Serving]:
    """Start everything on free ports in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="esign-bench-") as folder, contextlib.ExitStack() as stack:
        web, agent, sandbox, smtp = free_ports(4)
        layout = Layout(state_dir=Path(folder) / "state", web=web, agent=agent, sandbox=sandbox, smtp=smtp)
        _, settings = furnish(layout, Sandbox.create)
        bootstrap.install(settings)
        log = Path(folder) / "log"
        world = ["sandbox-process", "--directory", str(layout.state_dir / "sandbox"), "--port", str(sandbox)]
        world += ["--smtp-port", str(smtp), "--redirect-uri", f"{layout.agent_url}/"]
        world += ["--staff-redirect-uri", layout.staff_return]
        processes = {
            "sandbox": _start(stack, world, Path(folder) / "sandbox-log"),
            "server": _start(stack, ["serve", "--config", str(layout.config)], log),
        }
        wait_for(f"{layout.sandbox_url}/mailbox", processes["sandbox"])
        wait_for(f"{layout.web_url}/", processes["server"])
        wait_for(f"{layout.agent_url}/", processes["server"])
        application = bootstrap.build(load(layout.config), mailer=NoMail())
        yield Serving(application, layout.web_url, layout.sandbox_url, log, processes)


@contextmanager
def rates_open() -> Iterator[None]:
    """Let a key ask as often as it likes: its rate is counted, and not what is measured."""
    names = ("ESIGN_API_RATE", "ESIGN_API_BURST")
    os.environ |= dict.fromkeys(names, "100000")
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]


def _start(stack: contextlib.ExitStack, arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "esign.cli", *arguments], stdout=file, stderr=file)
    stack.callback(process.wait, 30)
    stack.callback(process.terminate)
    return process


def _below(process: int) -> set[int]:
    """Return a process and all that it started, directly or not."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _used(processes: set[int]) -> float:
    used = 0.0
    for process in processes:
        with contextlib.suppress(OSError):
            fields = _stat(process)
            used += (int(fields[11]) + int(fields[12])) / _TICKS
    return used


def _stat(process: int) -> list[str]:
    """Return the fields of the kernel's record behind the name: state, parent, …"""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
