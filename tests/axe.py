"""axe-core on a page as it stands, by the driver's own door: the policy of most pages lets no script of ours in.

It is put into a document once, however often that is judged, and it describes violations only: what passes is
counted by nobody here, and took half of the time.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

AXE = Path(__file__).parents[1] / "web" / "agent" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@cache
def _script() -> str:
    return AXE.read_text("utf-8")


def violations(
    page: Any, *, where: Any = None, only: Any = TAGS, rules: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Run axe-core on the whole page, or on what ``where`` includes; return its violations as it tells them."""
    session = page.context.new_cdp_session(page)  # ended with the page: to end it takes the page's authenticators along

    def run(expression: str) -> Any:
        answer = session.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    if run("typeof axe") != "object":
        run(f"{_script()}; 0")
    options = {"runOnly": only, "rules": rules or {}, "resultTypes": ["violations"]}
    at = "document" if where is None else json.dumps(where)
    found: list[dict[str, Any]] = json.loads(
        run(f"axe.run({at}, {json.dumps(options)}).then((r) => JSON.stringify(r.violations))")
    )
    return found
