"""``./run bench``: measures everything, or the parts that are named, prints it, and writes ``docs/benchmarks.md``."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    agent_size,
    api,
    browser,
    ceremony,
    drawing_up,
    forms,
    rate,
    sealing_celery,
    sealing_files,
    sealing_invoices,
    sealing_keys,
    sealing_memory,
    sealing_timestamps,
    straight_through,
    trusted_lists,
    validation_process,
    verdict,
)

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


HOW_TO_READ = """## How to read

Each claim stands beside a peer (another program that does comparable work) or a limit (what the same work cannot
undercut), measured in the same run. Figures of one machine on one day: read the ratios, and the spread before the
median. Nothing here is a test; no test measures time.

Aims, and where they stand:

* *Server, at most 60 ms of CPU for a whole ceremony without the timestamp authority.* Missed. About a quarter is the
  release check, in which our own verdict and a second implementation (pyHanko) validate every signature and timestamp
  of the finished file; neither is given up for speed. The rest is spread over seven messages: preparing the document,
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


def parts(rounds: int) -> dict[str, Callable[[], str]]:
    """Return what is measured, in the order of the page."""
    return {
        "ceremony": lambda: ceremony.measure(max(6, rounds * 2)),
        "rate": rate.measure,
        "browser": lambda: browser.measure(rounds),
        "drawing_up": drawing_up.measure,
        "forms": forms.measure,
        "api": api.measure,
        "straight_through": straight_through.measure,
        "agent_size": agent_size.measure,
        "trusted_lists": trusted_lists.measure,
        "validation_process": validation_process.measure,
        "verdict": verdict.measure,
        "invoices": sealing_invoices.measure,
        "sealing_keys": sealing_keys.measure,
        "sealing_memory": sealing_memory.measure,
        "sealing_files": sealing_files.measure,
        "sealing_timestamps": sealing_timestamps.measure,
        "sealing_celery": sealing_celery.measure,
    }


def chapter(measure: Callable[[], str]) -> str:
    """Return a chapter, with date, machine and how much else it had to do below its heading."""
    began, load = datetime.now(UTC), os.getloadavg()[0]
    heading, _, rest = measure().strip().partition("\n")
    when = (
        f"Measured {began:%Y-%m-%d %H:%M} UTC on: {machine()}; load at the beginning {load:.1f}, at the end "
        f"{os.getloadavg()[0]:.1f}."
    )
    return f"{heading}\n\n{when}\n{rest}"


def put(page: str, new: str) -> str:
    """Return the page with a chapter instead of the one of the same heading, or behind the others."""
    heading, text = new.partition("\n")[0], new + "\n\n"
    chapters = [part.strip() + "\n\n" for part in re.split(r"^(?=## )", page, flags=re.MULTILINE)]
    places = [place for place, part in enumerate(chapters) if part.partition("\n")[0] == heading]
    if places:
        chapters[places[0]] = text
    else:
        chapters.append(text)
    return "".join(chapters).strip() + "\n"


def _meant(name: str, known: Iterable[str]) -> list[str]:
    """Return the parts of a name: itself, or all that begin with it (``sealing``)."""
    return [name] if name in known else [part for part in known if part.startswith(f"{name}_")] or [name]


HEAD = f"# Benchmarks\n\nWritten by `./run bench`; each chapter says when it was measured.\n\n{HOW_TO_READ}\n"


def main(arguments: Sequence[str]) -> None:
    """Measure what is named, or everything; print it and put it into the page.

    Args:
        arguments: Names of parts, and how many rounds (a number).
    """
    numbers = [int(each) for each in arguments if each.isdigit()]
    known = parts(numbers[0] if numbers else 12)
    named = [part for each in arguments if not each.isdigit() for part in _meant(each, known)]
    if strange := sorted(set(named) - set(known)):
        sys.exit(f"not a part: {', '.join(strange)}; parts: {', '.join(known)}")
    page = PAGE.read_text("utf-8") if named and PAGE.exists() else HEAD
    for name in named or known:
        text = chapter(known[name])
        print(f"{text}\n", flush=True)
        page = put(page, text)
        PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
