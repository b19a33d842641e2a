"""Refusals in plain words, with the field or variable that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esign.foundation.errors import EsignError
from web.language import words


def told(refusal: EsignError) -> dict[str, Any]:
    """Return title and text of a refusal, where it is (``mark``: name of a row of the form), and further reasons."""
    problem = words().problem(refusal.code)
    facts = refusal.facts
    mark, place = _place(facts)
    newest = facts.get("newest")
    return {
        "code": refusal.code,
        "title": problem.title,
        "text": problem.text if newest is None else words().phrase("templates.conflict", version=newest),
        "mark": mark,
        "place": place,
        "also": _also(refusal.code, facts),
        "newest": newest,
    }


def _place(facts: Mapping[str, Any]) -> tuple[str, str]:
    steps = [step for step in str(facts.get("pointer", "")).split("/") if step]
    if "placement" in facts:
        steps = ["placements", str(facts["placement"]), "text"]
    said = []
    mark = ""
    if len(steps) > 1 and steps[0] in ("placements", "variables") and steps[1].isdigit():
        number = int(steps[1])
        mark = f"{'f' if steps[0] == 'placements' else 'v'}-{number}"
        said.append(words().phrase(f"templates.at_{steps[0]}", number=number + 1))
    member = next((step for step in reversed(steps) if not step.isdigit()), "")
    if words().known(f"templates.wrong_{member}") and (member not in ("placements", "variables") or len(steps) == 1):
        said.append(words().phrase(f"templates.wrong_{member}"))
    if facts.get("variable"):
        said.append(words().phrase("templates.at_variable", name=facts["variable"]))
    if "page" in facts:
        said.append(words().phrase("templates.at_page", page=facts["page"]))
    return mark, " ".join(said)


def _also(code: str, facts: Mapping[str, Any]) -> Sequence[str]:
    family = code.rpartition(".")[0]
    return [words().problem(f"{family}.{each}").title for each in str(facts.get("also", "")).split(",") if each]
