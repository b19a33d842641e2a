"""Cases a minute from the answers at the interface to the invitation in the outbox, on the embedded default.

Limits beside it: the same case in one process without server and sockets; processors that never idle; the typesetter
alone. Peer: the same contract drawn up and invited from finished contract data: no answers, no rules, no case. Run by
itself: ``./run bench straight_through``.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.pool import Pool
from typing import Any, Final

from benchmarks.asking import REFERENCE, Asked, Job, ask_all, ask_by, clients
from benchmarks.drawing_up import typesetting
from benchmarks.figures import Row, high
from benchmarks.installation import WEB, installation, samples
from benchmarks.serving import COMPANY, Serving, rates_open, serving
from esign.access import Permission
from esign.engine import Application
from tests.form_answers import answers_of

FORMS: Final = ("mobile-plan", "electricity-supply")
"""At the simple and at the advanced level."""
AT_ONCE: Final[Mapping[int, int]] = {1: 8, 8: 4}
"""Clients at once: how many cases each sends in at each repetition."""
REPETITIONS: Final = 3


@dataclass(frozen=True)
class Run:
    """One form at one number of clients."""

    form: str
    at_once: int
    cases: tuple[Asked, ...]
    contracts: tuple[Asked, ...]
    server_cpu: float
    """Seconds of the server's processors for all cases."""
    alone: Row
    """Cases a minute in one process, one after another."""
    typesetter: float
    """CPU ms of typesetting one document."""

    @property
    def number(self) -> int:
        """How many cases were measured."""
        return sum(len(each.spent) for each in self.cases)

    @property
    def rate(self) -> float:
        """Cases a minute, the middle of the repetitions."""
        return 60 * statistics.median(each.rate for each in self.cases)

    @property
    def most(self) -> float:
        """Cases a minute if all processors always worked for them."""
        used = self.server_cpu + sum(each.cpu for each in self.cases)
        return 60 * (os.cpu_count() or 1) * self.number / used


def measure() -> str:
    """Return the chapter of the page."""
    with rates_open():
        alone = {form: (_alone(form), typesetting(form)) for form in FORMS}
        with serving() as running, clients(max(AT_ONCE)) as pool:
            key = _key(running.application)
            runs = [_run(running, pool, key, form, at_once, *alone[form]) for form in FORMS for at_once in AT_ONCE]
            complaints = running.complaints()
    ratios = [
        f"`{run.form}`, {run.at_once} at once: **{run.rate / run.alone.median:.2f}** of one process, "
        f"**{run.rate / run.most:.2f}** of processors that never idle"
        for run in runs
    ]
    head = "| " + " | ".join(["", *(f"`{run.form}`, {run.at_once} at once" for run in runs)]) + " |"
    return "\n".join(
        [
            "## Straight through",
            "",
            f"`POST /cases`, served by `esign serve` with {min(4, os.cpu_count() or 1)} web processes on SQLite:",
            "answers checked, decided by the form's rules, the document typeset; case, contract, invitation and mail",
            "are one transaction. Every answer is `accept`. The clients are processes on the same machine.",
            "",
            head,
            "|---|" + "---|" * len(runs),
            *_rows(runs),
            "",
            "Cases / limit: " + "; ".join(ratios) + ".",
            f"The server's log complained of: {', '.join(sorted(set(complaints))) or 'nothing'}.",
        ]
    )


def _rows(runs: list[Run]) -> list[str]:
    def cells(what: str, values: Any) -> str:
        return f"| {what} | " + " | ".join(values) + " |"

    def spread(rates: tuple[Asked, ...]) -> str:
        values = sorted(60 * each.rate for each in rates)
        return f"{statistics.median(values):,.0f} ({values[0]:,.0f}–{values[-1]:,.0f})"

    waited = [[each for asked in run.cases for each in asked.spent] for run in runs]
    return [
        cells("**cases a minute** (slowest–fastest repetition)", (f"**{spread(run.cases)}**" for run in runs)),
        cells("waiting ms, median / p95", (f"{statistics.median(each):,.0f} / {high(each):,.0f}" for each in waited)),
        cells("peer: contracts a minute from finished data", (spread(run.contracts) for run in runs)),
        cells("limit: cases a minute in one process, no server", (f"{run.alone.median:,.0f}" for run in runs)),
        cells("limit: processors never idle, a minute", (f"{run.most:,.0f}" for run in runs)),
        cells("CPU ms a case: server", (f"{1000 * run.server_cpu / run.number:.0f}" for run in runs)),
        cells("CPU ms a case: typesetter alone", (f"{run.typesetter:.0f}" for run in runs)),
        cells("cases measured", (f"{run.number}" for run in runs)),
    ]


def _run(running: Serving, pool: Pool, key: str, form: str, at_once: int, alone: Row, typesetter: float) -> Run:
    case = replace(_case(f"{running.web}/api/v1", key, form), number=AT_ONCE[at_once])
    data = {**samples()[form], "reference": REFERENCE}
    contract = replace(
        case,
        url=f"{running.web}/api/v1/contracts",
        body=json.dumps({"data": data, "invite": True}),
        expected='"state":"invited"',
    )
    ask_all(pool, replace(case, number=1), max(AT_ONCE))  # to warm up
    before = running.cpu()["server"]
    cases = tuple(ask_all(pool, case, at_once) for _ in range(REPETITIONS))
    used = running.cpu()["server"] - before
    contracts = tuple(ask_all(pool, contract, at_once) for _ in range(REPETITIONS))
    return Run(form, at_once, cases, contracts, used, alone, typesetter)


def _alone(form: str) -> Row:
    """Return cases a minute in this process: no server, no sockets, nobody else."""
    with installation() as house:
        job = replace(_case(f"{WEB}/api/v1", _key(house.application), form), number=6)
        ask_by(house.http, job)  # to warm up
        return Row(form, "1/min", tuple(60 * ask_by(house.http, job).rate for _ in range(REPETITIONS)))


def _case(root: str, key: str, form: str) -> Job:
    body = json.dumps({"form": form, "answers": answers_of(form)})
    return Job("POST", f"{root}/cases", key, body, expected='"outcome":"accept"')


def _key(application: Application) -> str:
    made = application.api_keys.create(
        COMPANY,
        name="benchmark",
        scopes=frozenset(Permission),
        expires_at=application.contracts.household.clock.now() + timedelta(days=1),
    )
    return made.secret


if __name__ == "__main__":
    began = time.perf_counter()
    print(measure())
    print(f"\n{time.perf_counter() - began:.0f} s")
