"""Drawing up a contract: data → PDF/A-3a. Limit beside it: the typesetter alone with the same prepared input.

Each round has another reference, so that the typesetter's memory of the document before helps neither.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import typst

from benchmarks.figures import Row, table
from benchmarks.installation import samples
from esign.contracts import ContractData
from esign.documents import draw_up, drawing
from esign.documents.typesetter import STANDARDS, TEMPLATES, Sheet, _fonts

AT = datetime(2026, 1, 2, tzinfo=UTC)


class _Prepared(Exception):
    """The input of the typesetter, caught before it is used."""


def measure(rounds: int = 15) -> str:
    """Return the report in Markdown."""
    rows, ratios = [], []
    for name, data in samples().items():
        pages = draw_up(ContractData.parse({**data, "reference": "BENCH-WARM"}), drawn_up_at=AT).pages
        pairs = [(_drawn(data, f"BENCH-A{n}"), _typeset(data, f"BENCH-B{n}")) for n in range(rounds)]
        own, bare = (
            Row(what, "ms", values)
            for what, values in zip(
                (f"`{name}`, {pages} pages", "limit: typesetter alone"), zip(*pairs, strict=True), strict=True
            )
        )
        rows += [own, bare]
        ratios.append(f"`{name}` **{own.median / bare.median:.2f}**")
    words = "Processor time, all threads together; each contract has another reference."
    ended = f"Drawing up / limit: {', '.join(ratios)}."
    return "\n".join(["## Drawing up a contract", "", words, "", table(rows), "", ended])


def typesetting(template: str, rounds: int = 8) -> float:
    """Return the CPU time of typesetting a sample in ms, the middle of some rounds; each has another reference."""
    data = samples()[template]
    return statistics.median([_typeset(data, f"BENCH-C{n}") for n in range(rounds + 1)][1:])


def _drawn(data: Mapping[str, object], reference: str) -> float:
    began = time.process_time()
    draw_up(ContractData.parse({**data, "reference": reference}), drawn_up_at=AT)
    return (time.process_time() - began) * 1000


def _typeset(data: Mapping[str, object], reference: str) -> float:
    template, inputs = _prepared(ContractData.parse({**data, "reference": reference}))
    began = time.process_time()
    compiler = typst.Compiler(TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts(), sys_inputs=inputs)
    compiler.compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=AT)
    return (time.process_time() - began) * 1000


def _prepared(contract: ContractData) -> tuple[str, dict[str, str]]:
    caught: list[tuple[str, dict[str, str]]] = []

    def catch(template: str, inputs: Mapping[str, str], *, at: datetime) -> Sheet:
        caught.append((template, dict(inputs)))
        raise _Prepared

    kept, drawing.typeset = drawing.typeset, catch
    try:
        draw_up(contract, drawn_up_at=AT)
    except _Prepared:
        pass
    finally:
        drawing.typeset = kept
    return caught[0]


if __name__ == "__main__":
    print(measure())
