"""Cases a minute from the answers at the interface to the invitation in the outbox, on the embedded default.

Beside it, as the limit, the same contract drawn up and invited from finished contract data: no answers, no rules, no
case. Run by itself: ``python -m benchmarks.straight_through``.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from datetime import timedelta
from typing import Any

from benchmarks.api import Job, ask
from benchmarks.figures import Row, table
from benchmarks.installation import samples
from benchmarks.serving import COMPANY, serving
from esign.access import Permission
from tests.form_answers import answers_of

FORMS = ("mobile-plan", "electricity-supply")
"""At the simple and at the advanced level."""
EACH, REPETITIONS = 6, 3


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
            url = f"{running.web}/api/v1"
            data = samples()
            for form in FORMS:
                case = json.dumps({"form": form, "answers": answers_of(form)})
                contract = json.dumps({"data": data[form], "invite": True})
                for clients in (1, 8):
                    what = f"`{form}`, {clients} at a time"
                    jobs = Job("POST", f"{url}/cases", made.secret, case, EACH), clients
                    limit = Job("POST", f"{url}/contracts", made.secret, contract, EACH), clients
                    rows.append(Row(f"{what}: cases", "1/min", _minutes(*jobs)))
                    rows.append(Row(f"{what}: limit, contract data alone", "1/min", _minutes(*limit)))
    finally:
        for name in ("ESIGN_API_RATE", "ESIGN_API_BURST"):
            os.environ.pop(name, None)
    return "\n".join(
        [
            "## Straight through",
            "",
            "`POST /cases`, served by `esign serve` on SQLite: answers checked, decided by the form's rules, the",
            "document typeset; case, contract, invitation and mail are one transaction. The clients are processes on",
            "the same machine.",
            "",
            table(rows),
        ]
    )


def _minutes(job: Job, clients: int) -> tuple[float, ...]:
    """Return how many are done in a minute, in several repetitions."""
    found = []
    with multiprocessing.get_context("spawn").Pool(clients) as pool:
        pool.map(ask, [Job(job.method, job.url, job.key, job.body, 2)] * clients)  # warm
        for _ in range(REPETITIONS):
            began = time.perf_counter()
            pool.map(ask, [job] * clients, chunksize=1)
            found.append(60 * clients * job.number / (time.perf_counter() - began))
    return tuple(found)


if __name__ == "__main__":
    print(measure())
