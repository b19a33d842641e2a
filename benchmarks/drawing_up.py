"""Drawing up a contract: data → PDF/A-3a. Limit beside it: the typesetter alone on an empty page."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import typst

from benchmarks.figures import Row, table
from benchmarks.installation import samples
from esign.contracts import ContractData
from esign.documents import draw_up

EMPTY = b'#set document(title: "x", date: datetime(year: 2026, month: 11, day: 22))\n#set text(lang: "de")\n= x\n'


def measure(rounds: int = 15) -> str:
    """Return the report in Markdown."""
    rows = []
    for name, data in samples().items():
        contract = ContractData.parse(data)
        draw_up(contract, drawn_up_at=datetime.now(UTC))
        taken, pages = [], 0
        for _ in range(rounds):
            began = time.perf_counter()
            pages = draw_up(contract, drawn_up_at=datetime.now(UTC)).pages
            taken.append((time.perf_counter() - began) * 1000)
        rows.append(Row(f"`{name}`, {pages} pages", "ms", tuple(taken)))
    bare = []
    for _ in range(rounds):
        began = time.perf_counter()
        typst.compile(EMPTY, pdf_standards=["a-3a", "ua-1"])
        bare.append((time.perf_counter() - began) * 1000)
    limit = Row("limit: the typesetter on one empty page", "ms", tuple(bare))
    worst = max(row.median for row in rows)
    return "\n".join(
        [
            "## Drawing up a contract",
            "",
            table([*rows, limit]),
            "",
            f"Slowest sample / one empty page: **{worst / limit.median:.1f}**.",
        ]
    )


if __name__ == "__main__":
    print(measure())
