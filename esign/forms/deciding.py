"""What becomes of a filled-in form: rules as data, the strictest wins, and where none speaks an employee decides."""

from __future__ import annotations

from dataclasses import dataclass

from esign.forms.checking import Checked
from esign.forms.definition import FormDefinition, Outcome
from esign.forms.expressions import true
from esign.forms.values import Texts, frozen

NOT_COMPLETE = "not_complete"
NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: the rule, its clause or source, in words, and the fields that it looks at."""

    rule: str
    outcome: Outcome
    source: str
    text: Texts
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of the form, and why; holds no answers, so that the ledger can keep it."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    """Every rule that spoke, the strictest first, else in the form's order."""


def decide(definition: FormDefinition, checked: Checked) -> Decision:
    """Decide about checked answers.

    1. Something is missing or wrong: ask.  2. Every rule whose condition holds speaks; the strictest outcome wins.
    3. No rule speaks: refer to an employee.
    """
    if not checked.complete:
        return Decision(outcome=Outcome.ASK, reasons=(_incomplete(checked),))
    scope = checked.scope(definition.tables)
    reasons = tuple(
        Reason(rule=rule.id, outcome=rule.outcome, source=rule.source, text=rule.reason, fields=rule.fields)
        for rule in definition.decisions
        if true(rule.when, scope)
    )
    if not reasons:
        return Decision(outcome=Outcome.REFER, reasons=(_SILENT,))
    ordered = tuple(sorted(reasons, key=lambda reason: -reason.outcome))
    return Decision(outcome=ordered[0].outcome, reasons=ordered)


def _incomplete(checked: Checked) -> Reason:
    fields = dict.fromkeys(item.field for item in checked.findings if item.severity == "error" and item.field)
    return Reason(
        rule=NOT_COMPLETE,
        outcome=Outcome.ASK,
        source="product",
        text=_INCOMPLETE,
        fields=tuple(fields),
    )


_INCOMPLETE = frozen(
    {"de": "Es fehlen noch Angaben, oder welche sind nicht richtig.", "en": "Answers are missing or wrong."}
)
_SILENT = Reason(
    rule=NO_RULE,
    outcome=Outcome.REFER,
    source="product",
    text=frozen(
        {
            "de": "Keine Regel entscheidet diesen Fall; das macht jemand von uns.",
            "en": "No rule decides this case; one of us will.",
        }
    ),
    fields=(),
)
