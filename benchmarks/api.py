"""Requests a second and waiting at the interface for backend systems, served by ``esign serve``; and a bare route.

The clients are processes of their own with connections that stay open, on the same machine: they take their share.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from multiprocessing.pool import Pool
from typing import Final

import httpx

from benchmarks.asking import REFERENCE, Job, ask_all, clients
from benchmarks.figures import Row, table
from benchmarks.installation import samples
from benchmarks.running import free_ports
from benchmarks.serving import COMPANY, rates_open, serving
from esign.access import Permission

CLIENTS: Final = 8
EACH: Final = 60
REPETITIONS: Final = 5

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


def rounds(pool: Pool, what: str, job: Job) -> tuple[Row, Row]:
    """Return requests a second of each repetition, and the time of each request, of all clients together."""
    ask_all(pool, replace(job, number=max(3, job.number // 10)), CLIENTS)  # to warm up
    found = [ask_all(pool, job, CLIENTS) for _ in range(REPETITIONS)]
    spent = tuple(each for asked in found for each in asked.spent)
    return Row(f"{what}: requests", "1/s", tuple(each.rate for each in found)), Row(f"{what}: time", "ms", spent)


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
    rows: list[Row] = []
    with clients(CLIENTS) as pool, rates_open():
        with serving() as running:
            made = running.application.api_keys.create(
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
            body = json.dumps({"data": {**data, "reference": REFERENCE}, "invite": True})
            for what, job in (
                ("GET /key", Job("GET", f"{root}/key", key, number=EACH)),
                ("GET /contracts/{id}", Job("GET", f"{root}/contracts/{contract}", key, number=EACH)),
                ("GET /contracts, 50 rows", Job("GET", f"{root}/contracts?limit=50", key, number=EACH)),
                ("POST /contracts, drawn up and invited", Job("POST", f"{root}/contracts", key, body, number=5)),
            ):
                rows += rounds(pool, what, job)
        with bare() as url:
            rows += rounds(pool, "limit: a bare route of Flask, same server", Job("GET", url, "none", number=EACH))
    limit = rows[-2].median
    ratios = ", ".join(f"{row.what.partition(':')[0]} **{row.median / limit:.2f}**" for row in rows[:-2:2])
    return "\n".join(
        [
            "## Interface for backend systems",
            "",
            f"`esign serve` with SQLite and its number of processes, {CLIENTS} clients at once, each waiting for its",
            "answer; each with a key, its rate counted, its answer from the database. No two contracts are the same.",
            "",
            table(rows),
            "",
            f"Requests / limit: {ratios}. Limit of a contract that is drawn up: the chapter *Drawing up a contract*.",
        ]
    )


if __name__ == "__main__":
    print(measure())
