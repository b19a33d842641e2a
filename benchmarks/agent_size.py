"""Size of the browser's agent as it is served, beside the prototype (27 kB minified, 11 kB compressed, no pdf.js)."""

from __future__ import annotations

import gzip
from pathlib import Path

DIST = Path(__file__).parents[1] / "web" / "agent" / "dist"
PROTOTYPE = 27_000
"""Bytes: the laboratory's agent, German only, without error texts, hand-over, decline and several parties."""


def measure() -> str:
    """Return the report in Markdown."""
    rows = ["| file | bytes | gzip | brotli |", "|---|---|---|---|"]
    own = 0
    for path in sorted(DIST.rglob("*")):
        if path.is_file() and path.suffix in (".js", ".mjs", ".css", ".html", ".json"):
            data, packed = path.read_bytes(), Path(f"{path}.br")
            small = f"{packed.stat().st_size:,}" if packed.exists() else "–"
            rows.append(f"| `{path.relative_to(DIST)}` | {len(data):,} | {len(gzip.compress(data, 9)):,} | {small} |")
            own += len(data) if path.name.startswith("agent") and path.suffix == ".js" else 0
    texts = "about 30 kB of it are the German texts; English is a file of its own"
    ratio = f"`agent.js` / prototype: **{own / PROTOTYPE:.1f}**; {texts}."
    return "\n".join(["## Size of the agent", "", *rows, "", ratio])


if __name__ == "__main__":
    print(measure())
