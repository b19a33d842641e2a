"""Small words of a report: times, names, outcomes and their tones, rows of facts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from esign.validation.process import Indication, Outcome
from esign.validation.qualification_rules import Answer
from esign.validation.reports.phrases import SAYING
from esign.validation.verdict import words

BERLIN = ZoneInfo("Europe/Berlin")
TONE = {Indication.TOTAL_PASSED: "good", Indication.TOTAL_FAILED: "bad", Indication.INDETERMINATE: "open"}
"""How an indication is shown."""
_OUTCOME = {
    Outcome.PASSED: ("bestanden", "passed", "good"),
    Outcome.FAILED: ("NICHT BESTANDEN", "FAILED", "bad"),
    Outcome.OPEN: ("offen", "open", "open"),
    Outcome.NOTED: ("vermerkt", "noted", "plain"),
}
_PARTS = {"clauses": "Abschnitte", "clause": "Abschnitt", "section": "Abschnitt", "step": "Schritt"}
_PART = re.compile(r"\b(clauses|clause|section|step)\b")
_ANSWER = {
    Answer.YES: ("ja", "yes", "good"),
    Answer.NO: ("nein", "no", "open"),
    Answer.INDETERMINATE: ("offen", "open", "open"),
}


def row(label: str, value: str, lang: str, tone: str = "") -> dict[str, str]:
    """Return a row of facts; the label is looked up."""
    return {"label": SAYING[label][lang], "value": value, "tone": tone}


def say(key: str, lang: str, **values: object) -> str:
    """Return a sentence with its values."""
    return SAYING[key][lang].format(**values)


def time_of(at: datetime, lang: str) -> str:
    """Return an instant for people: German readers see Berlin time first."""
    universal = at.astimezone(UTC)
    if lang == "de":
        local = at.astimezone(BERLIN)
        return f"{local:%d.%m.%Y, %H:%M:%S} Uhr deutscher Zeit ({universal:%Y-%m-%d %H:%M:%S} UTC)"
    return f"{universal:%Y-%m-%d %H:%M:%S} UTC"


def short_time(at: datetime) -> str:
    """Return an instant for a table, UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def result_of(part: Any, lang: str) -> str:
    """Return what became of a signature, with why."""
    word = words.INDICATION[part.indication][lang]
    return word if part.sub_indication is None else f"{word}: {words.SUB_INDICATION[part.sub_indication][lang]}"


def outcome_of(outcome: Outcome, lang: str) -> tuple[str, str]:
    """Return the word for a step's outcome, and its tone."""
    german, english, tone = _OUTCOME[outcome]
    return (german if lang == "de" else english), tone


def clause_of(clause: str, lang: str) -> str:
    """Return where a rule stands; norms keep their names."""
    return clause if lang != "de" else _PART.sub(lambda found: _PARTS[found[0]], clause)


def answer_of(answer: Answer, lang: str) -> tuple[str, str]:
    """Return the word for an answer, and its tone."""
    german, english, tone = _ANSWER[answer]
    return (german if lang == "de" else english), tone
