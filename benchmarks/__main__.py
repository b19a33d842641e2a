"""``./run bench``: measures everything, prints it, and writes ``docs/benchmarks.md`` with date and machine."""

from __future__ import annotations

import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import agent_size, api, browser, ceremony, drawing_up, forms, rate, straight_through, trusted_lists

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


HOW_TO_READ = """## How to read

Each claim stands beside a peer (another program that does comparable work) or a limit (what the same work cannot
undercut), measured in the same run. Figures of one machine on one day: read the ratios, and the spread before the
median. Nothing here is a test; no test measures time.

Aims, and where they stand:

* *Server, at most 60 ms of CPU for a whole ceremony without the timestamp authority.* Missed. About a third is the
  release check, in which a second implementation (pyHanko) validates every signature, timestamp and later revision of
  the finished file; it is not given up for speed. The rest is spread over seven messages: preparing the document,
  one transaction and ledger entry a step, two timestamps, the security store.
* *Slow phone on a slow line, 95th percentile of waiting at most 3 s.* Missed, and out of reach on this line: the row
  *limit* is the time in which a request was under way. Fifteen requests wait for one another (page, program, `hello`;
  provider's page; sign-in, page, configuration, token, `enrol`, `open`, `document`; `intent`, `signature`, `result`),
  each for 150 ms; program, document and signed copy take the rest. The emulated line does not slow down the browser's
  CORS preflights; a real one adds up to one more round trip for each kind of message, once in two hours.
* *Agent beside the prototype's 27 kB.* Larger: two languages, every refusal in words, several parties, hand-over,
  declining, accessibility."""


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
        rate.measure(),
        browser.measure(rounds),
        drawing_up.measure(),
        forms.measure(),
        api.measure(),
        straight_through.measure(),
        agent_size.measure(),
        trusted_lists.measure(),
    ]
    page = "\n\n".join(
        [
            "# Benchmarks",
            f"Measured {began:%Y-%m-%d %H:%M} UTC on: {machine()}; load at the beginning {load:.1f}, at the end "
            f"{os.getloadavg()[0]:.1f}. Written by `./run bench`.",
            HOW_TO_READ,
            *parts,
        ]
    )
    print(page)
    PAGE.write_text(page + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
