"""Requests a second and waiting at the interface for backend systems, served by ``esign serve``; and a bare route.

The clients are processes of their own with connections that stay open, on the same machine: they take their share.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from benchmarks.figures import HEAD, Row
from benchmarks.installation import samples
from benchmarks.running import free_ports
from benchmarks.serving import COMPANY, serving
from esign.access import Permission

CLIENTS, EACH = 8, 60

_BARE = """
import sys
from flask import Flask
from esign.cli.server import serve

def make():
    app = Flask("bare")
    app.get("/")(lambda: {"ok": True})
    return app

serve(make, bind=(f"127.0.0.1:{sys.argv[1]}",), name="bare", processes=4)
"""


@dataclass(frozen=True)
class Job:
    """What one client asks, again and again."""

    method: str
    url: str
    key: str
    body: str | None = None
    number: int = EACH


def ask(job: Job) -> list[float]:
    """Ask, and return how long each answer took in ms."""
    spent = []
    headers = {"Authorization": f"Bearer {job.key}"}
    with httpx.Client(timeout=60, trust_env=False, headers=headers) as client:
        for _ in range(job.number):
            more = {}
            if job.body is not None:
                more = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
            began = time.perf_counter()
            answer = client.request(job.method, job.url, content=job.body, headers=more)
            spent.append(1000 * (time.perf_counter() - began))
            assert answer.is_success, answer.text
    return spent


def rounds(what: str, job: Job) -> tuple[Row, Row]:
    """Return requests a second and the time of each, of all clients together."""
    with multiprocessing.get_context("spawn").Pool(CLIENTS) as pool:
        pool.map(ask, [Job(job.method, job.url, job.key, job.body, 3)] * CLIENTS)  # warm
        began = time.perf_counter()
        found = pool.map(ask, [job] * CLIENTS, chunksize=1)
        wall = time.perf_counter() - began
    spent = [each for one in found for each in one]
    return Row(f"{what}: requests", "1/s", (len(spent) / wall,)), Row(f"{what}: time", "ms", tuple(spent))


@contextmanager
def bare() -> Iterator[str]:
    """Serve one route of Flask that does nothing, by the same server."""
    (port,) = free_ports(1)
    process = subprocess.Popen([sys.executable, "-c", _BARE, str(port)])
    try:
        url = f"http://127.0.0.1:{port}/"
        for _ in range(100):
            try:
                httpx.get(url, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def measure() -> str:
    """Return the chapter of the page."""
    os.environ |= {"ESIGN_API_RATE": "100000", "ESIGN_API_BURST": "100000"}
    rows: list[Row] = []
    try:
        with serving() as running:
            made: Any = running.application.api_keys.create(
                COMPANY,
                name="benchmark",
                scopes=frozenset(Permission),
                expires_at=running.application.contracts.household.clock.now() + timedelta(days=1),
            )
            root, key = f"{running.web}/api/v1", made.secret
            data = samples()["electricity-supply"]
            contract = running.application.contracts.draw_up(COMPANY, data)
            for number in range(60):
                running.application.contracts.draw_up(COMPANY, {**data, "reference": f"B-{number}"})
            rows += rounds("GET /key", Job("GET", f"{root}/key", key))
            rows += rounds("GET /contracts/{id}", Job("GET", f"{root}/contracts/{contract}", key))
            rows += rounds("GET /contracts, 50 rows", Job("GET", f"{root}/contracts?limit=50", key))
            body = json.dumps({"data": data, "invite": True})
            rows += rounds("POST /contracts, drawn up and invited", Job("POST", f"{root}/contracts", key, body, 10))
    finally:
        del os.environ["ESIGN_API_RATE"], os.environ["ESIGN_API_BURST"]
    with bare() as url:
        rows += rounds("limit: a bare route of Flask, same server", Job("GET", url, "none"))
    table = "\n".join([HEAD, *(row.markdown() for row in rows)])
    return (
        "## Interface for backend systems\n\n"
        f"`esign serve` with SQLite and its number of processes, {CLIENTS} clients at once, each waiting for its "
        "answer; each with a key, its rate counted, its answer from the database. Load of the machine at the end: "
        f"{os.getloadavg()[0]:.1f}.\n\n{table}"
    )


if __name__ == "__main__":
    print(measure())
