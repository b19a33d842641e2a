"""Ceremonies by the browserless signatory at concurrency 1, 8 and 64, on the embedded default.

The server runs as ``esign serve`` runs it (its processes, threads and SQLite), the simulated trust services in a
process of their own, the signatories in processes of their own. A signatory is a new device with new connections; when
one has finished, the next one begins. Contracts are drawn up and parties invited beforehand.

Peer: stock pyHanko ``sign_pdf`` at B-LTA of the same draft, through the same timestamp authority, as often at a time,
in as many processes as the server has. Limit: what the processors of this machine could do if nothing ever waited.
"""

from __future__ import annotations

import os
import ssl
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import httpx

from benchmarks.installation import PERSONS
from benchmarks.peer_rate import peer_rate
from benchmarks.serving import Serving, serving
from certs.signatory import SandboxSignatory
from certs.signatory.errors import ServerRefused, SignatoryRefused

TEMPLATE = "electricity-supply"
MESSAGES = ("hello", "enrol", "open", "document", "intent", "signature", "result")
CONCURRENCY = {1: 16, 8: 80, 64: 192}
"""Ceremonies at a time: how many in all."""

SIGNATORIES = 8
"""Processes of the signatories at the most."""

_TLS = ssl.create_default_context()


@dataclass
class Walks:
    """What signatories saw: seconds of each ceremony and of each message, and what went wrong."""

    ceremonies: list[float] = field(default_factory=list)
    messages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    ended: float = 0.0
    cpu: float = 0.0


@dataclass(frozen=True)
class Run:
    """One run."""

    at_once: int
    walks: Walks
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Ceremonies a second."""
        return len(self.walks.ceremonies) / self.seconds

    @property
    def most(self) -> float:
        """Ceremonies a second if all processors always worked for them."""
        return (os.cpu_count() or 1) / (sum(self.cpu.values()) / len(self.walks.ceremonies))


def measure() -> str:
    """Return the report in Markdown."""
    with serving() as house, ProcessPoolExecutor(SIGNATORIES, mp_context=get_context("spawn")) as pool:
        _run(house, pool, 8, 64)  # to warm up
        runs = [_run(house, pool, at_once, number) for at_once, number in CONCURRENCY.items()]
        draft = _draft(house)
        complaints = Counter(house.complaints())
        peers = {at_once: peer_rate(house, draft, pool, at_once) for at_once in CONCURRENCY}
    last = runs[-1]
    head = " | ".join(f"{run.at_once} at once" for run in runs)
    rows = [
        f"| milliseconds, median / p95 | {head} |",
        "|---|" + "---|" * len(runs),
        *(_row(f"`{kind}`", [run.walks.messages[kind] for run in runs]) for kind in MESSAGES),
        _row("**whole ceremony**", [run.walks.ceremonies for run in runs]),
    ]
    errors = [" ".join(f"{code} × {n}" for code, n in run.walks.errors.items()) or "0" for run in runs]
    return "\n".join(
        [
            "## Ceremonies at a time",
            "",
            f"`esign serve` with {min(4, os.cpu_count() or 1)} web processes on SQLite, contract `{TEMPLATE}`,",
            "seven messages and the identity provider's pages to a ceremony; signatories who never pause.",
            "",
            f"| | {head} |",
            "|---|" + "---|" * len(runs),
            _cells("**ceremonies a second**", (f"**{run.rate:.1f}**" for run in runs)),
            _cells("limit: processors never idle, a second", (f"{run.most:.1f}" for run in runs)),
            _cells("peer: pyHanko `sign_pdf` B-LTA, signatures a second", (f"{peers[r.at_once]:.1f}" for r in runs)),
            _cells("errors", errors),
            _cells("ceremonies measured", (f"{len(run.walks.ceremonies)}" for run in runs)),
            *(
                _cells(
                    f"CPU ms a ceremony: {part}",
                    (f"{run.cpu[part] / len(run.walks.ceremonies) * 1000:.0f}" for run in runs),
                )
                for part in last.cpu
            ),
            "",
            *rows,
            "",
            f"Ceremonies / limit at {last.at_once}: **{last.rate / last.most:.2f}**; ceremonies / stock signatures: "
            f"**{last.rate / peers[last.at_once]:.2f}**. The server's log complained of: "
            + (", ".join(f"{what} × {n}" for what, n in complaints.items()) or "nothing")
            + ".",
            "Signatories, simulated trust services and server share the cores of this machine: a lower bound.",
        ]
    )


def _row(what: str, columns: Iterable[Sequence[float]]) -> str:
    return _cells(what, (f"{statistics.median(c) * 1000:,.0f} / {_high(c) * 1000:,.0f}" if c else "–" for c in columns))


def _cells(what: str, cells: Iterable[str]) -> str:
    return f"| {what} | " + " | ".join(cells) + " |"


def _high(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * (len(values) - 1)))]


def _run(house: Serving, pool: ProcessPoolExecutor, at_once: int, number: int) -> Run:
    links = house.invite(TEMPLATE, number)
    manifest = house.application.agent_manifest
    processes = min(SIGNATORIES, at_once)
    before, began = house.cpu(), time.time() + 1.0
    jobs = [
        pool.submit(_walks, links[part::processes], house.web, manifest, at_once // processes, began)
        for part in range(processes)
    ]
    whole = Walks()
    for job in jobs:
        part = job.result()
        whole.ceremonies += part.ceremonies
        whole.errors += part.errors
        whole.ended = max(whole.ended, part.ended)
        whole.cpu += part.cpu
        for kind, taken in part.messages.items():
            whole.messages[kind] += taken
    after = house.cpu()
    cpu = {part: after[part] - before[part] for part in after} | {"signatories": whole.cpu}
    return Run(at_once, whole, whole.ended - began, cpu)


def _walks(links: list[str], api: str, manifest: bytes, threads: int, begin: float) -> Walks:
    walks = Walks()
    time.sleep(max(0.0, begin - time.time()))
    used = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda link: _walk(link, api, manifest, walks), links))
    walks.ended, walks.cpu = time.time(), time.process_time() - used
    return walks


def _walk(link: str, api: str, manifest: bytes, walks: Walks) -> None:
    began = time.perf_counter()
    try:
        with _Client(trust_env=False, timeout=120, verify=_TLS) as http:
            http.messages = walks.messages
            SandboxSignatory(http, link=link, api=api, person_id=PERSONS[TEMPLATE], manifest=manifest).run()
    except ServerRefused as error:
        walks.errors[f"{error.status} {error.code}"] += 1
    except SignatoryRefused as error:
        walks.errors[error.reason_code] += 1
    except Exception as error:
        walks.errors[type(error).__name__] += 1
    else:
        walks.ceremonies.append(time.perf_counter() - began)


class _Client(httpx.Client):
    """Counts how long each message waits for its whole answer."""

    messages: dict[str, list[float]]

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        began = time.perf_counter()
        response = super().send(request, **options)
        _, found, kind = request.url.path.partition("/ceremony/v1/")
        if found:
            self.messages[kind].append(time.perf_counter() - began)
        return response


def _draft(house: Serving) -> bytes:
    desk = house.application.contracts
    with desk.household.store.reading() as tx:
        record = tx.contracts.newest("default", 1)[0]
        return desk.household.draft(tx, record, desk.household.contract_contents(tx, record))


if __name__ == "__main__":
    print(measure())
