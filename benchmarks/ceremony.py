"""A whole ceremony by the browserless signatory: what it costs the server, message by message.

Peer: pyHanko's own B-LTA signature (``sign_pdf``) of the same document, with the same timestamp authority.
"""

from __future__ import annotations

import io
import time
from collections import defaultdict

from benchmarks.figures import Row, table
from benchmarks.installation import Installation, installation
from benchmarks.peer import pyhanko_lta
from esign.engine.ceremony.desk import CeremonyDesk

TEMPLATE = "electricity-supply"
MESSAGES = ("hello", "enrol", "open", "document", "intent", "signature", "result")


def measure(rounds: int = 30) -> str:
    """Return the report in Markdown."""
    with installation() as house:
        cpu, wall, machine, draft = _walks(house, rounds)
        rows = [Row(f"server CPU, `{kind}`", "ms", tuple(cpu[kind])) for kind in MESSAGES]
        total = tuple(map(sum, zip(*(cpu[kind] for kind in MESSAGES), strict=True)))
        rows += [
            Row("**server CPU, whole ceremony, trust services apart**", "ms", total),
            Row("server wall time, whole ceremony, sandbox in process", "ms", tuple(wall)),
            Row("whole walk with the browserless signatory, wall", "ms", tuple(machine)),
        ]
        peer = pyhanko_lta(draft, rounds=max(5, rounds // 3))
        rows.append(Row("peer: pyHanko `sign_pdf` B-LTA of the same draft, CPU", "ms", peer))
        ratio = Row("", "", total).median / Row("", "", peer).median
    return "\n".join(
        [
            "## Ceremony, browserless",
            "",
            table(rows),
            "",
            f"Whole ceremony (seven messages, ledger, release check) / one stock signature: **{ratio:.2f}**.",
        ]
    )


def _walks(house: Installation, rounds: int) -> tuple[dict[str, list[float]], list[float], list[float], bytes]:
    cpu: dict[str, list[float]] = defaultdict(list)
    took: list[float] = []
    answer = CeremonyDesk.answer

    def timed(self: CeremonyDesk, kind: str, token: str | None, body: bytes) -> object:
        before, began, clock = sum(house.outside), time.thread_time(), time.perf_counter()
        try:
            return answer(self, kind, token, body)
        finally:
            cpu[kind].append((time.thread_time() - began - (sum(house.outside) - before)) * 1000)
            took.append((time.perf_counter() - clock) * 1000)

    machine, wall = [], []
    links = [house.invite(TEMPLATE) for _ in range(rounds + 2)]
    CeremonyDesk.answer = timed  # type: ignore[method-assign, assignment]  # measured from outside
    try:
        for number, link in enumerate(links):
            if number == 2:  # two walks to warm up
                cpu.clear()
                took.clear()
                machine.clear()
                wall.clear()
            house.outside.clear()
            count, began = len(took), time.perf_counter()
            house.signatory(link, TEMPLATE).run()
            machine.append((time.perf_counter() - began) * 1000)
            wall.append(sum(took[count:]))
    finally:
        CeremonyDesk.answer = answer  # type: ignore[method-assign]  # measured from outside
    desk = house.application.contracts
    with desk.household.store.reading() as tx:
        record = tx.contracts.newest("default", 1)[0]
        draft = desk.household.draft(tx, record, desk.household.contract_contents(tx, record))
    return cpu, wall, machine, io.BytesIO(draft).getvalue()


if __name__ == "__main__":
    print(measure())
