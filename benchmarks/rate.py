"""Ceremonies a second: browserless signatories in processes of their own against the server as ``esign serve`` runs it.

Signatories, simulated trust services and server share this machine's cores: a lower bound of what the server does.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import httpx

from benchmarks.installation import PERSONS
from benchmarks.running import Running, free_ports, running, wait_for
from certs.signatory import SandboxSignatory

TEMPLATE = "cost-approval"


def measure(rounds: int = 40) -> str:
    """Return the report in Markdown."""
    lines = ["| server processes | ceremonies at once | ceremonies a second |", "|---|---|---|"]
    with running() as house:
        for processes, clients in itertools.product((1, 4), (1, 8)):
            with _served(house, processes) as api:
                lines.append(f"| {processes} | {clients} | {_rate(house, api, clients, rounds):.1f} |")
    return "\n".join(
        [
            "## Ceremonies a second",
            "",
            *lines,
            "",
            "Signatories, simulated trust services and server share the cores of this machine: a lower bound.",
        ]
    )


def _rate(house: Running, api: str, clients: int, rounds: int) -> float:
    manifest = house.application.agent_manifest
    with ProcessPoolExecutor(clients, mp_context=get_context("spawn")) as pool:
        warm = [house.invite(TEMPLATE) for _ in range(2 * clients)]
        list(pool.map(_walk, warm, itertools.repeat(api), itertools.repeat(manifest)))
        links = [house.invite(TEMPLATE) for _ in range(rounds)]
        began = time.perf_counter()
        list(pool.map(_walk, links, itertools.repeat(api), itertools.repeat(manifest)))
        return rounds / (time.perf_counter() - began)


def _walk(link: str, api: str, manifest: bytes) -> None:
    with httpx.Client(trust_env=False, timeout=60) as http:
        SandboxSignatory(http, link=link, api=api, person_id=PERSONS[TEMPLATE], manifest=manifest).run()


@contextmanager
def _served(house: Running, processes: int) -> Iterator[str]:
    (port,) = free_ports(1)
    arguments = ["web-process", "--config", str(house.config), "--port", str(port), "--processes", str(processes)]
    started = subprocess.Popen([sys.executable, "-m", "esign.cli", *arguments], stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://localhost:{port}/", started)
        yield f"http://localhost:{port}"
    finally:
        started.terminate()
        started.wait(30)


if __name__ == "__main__":
    print(measure())
