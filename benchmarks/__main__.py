"""``./run bench``: measures everything, prints it, and writes ``docs/benchmarks.md`` with date and machine."""

from __future__ import annotations

import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import agent_size, browser, ceremony, drawing_up

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def machine() -> str:
    """Return what was measured on, without names."""
    cpu = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*:\s*(.+)", cpu)
    return ", ".join(
        [
            model.group(1).strip() if model else platform.machine(),
            f"{os.cpu_count()} cores",
            f"{platform.system()} {platform.release()}",
            f"Python {platform.python_version()}",
        ]
    )


def main(rounds: int) -> None:
    """Measure, print, write."""
    began = datetime.now(UTC)
    load = os.getloadavg()[0]
    parts = [
        ceremony.measure(max(6, rounds * 2)),
        browser.measure(rounds),
        drawing_up.measure(),
        agent_size.measure(),
    ]
    page = "\n\n".join(
        [
            "# Benchmarks",
            f"Measured {began:%Y-%m-%d %H:%M} UTC on: {machine()}; load at the beginning {load:.1f}. Written by "
            "`./run bench`. Figures of one machine on one day: read the ratios, and the spread before the median.",
            *parts,
        ]
    )
    print(page)
    PAGE.write_text(page + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
