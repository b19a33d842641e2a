"""Answers become checked values: what is asked, what is wrong, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from esign.forms.answers import Answers, forbidden
from esign.forms.definition import Check, CrossRule, Field, FormDefinition
from esign.forms.expressions import Scope, Tables, true
from esign.forms.messages import fill, message
from esign.forms.plausibility import CHECKERS, Found, Question
from esign.forms.ports import ReferenceData
from esign.forms.values import Texts, Value, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to say next to a field, in plain words with what to do."""

    field: str | None
    code: str
    severity: str
    """``error`` must be put right, ``warning`` may be passed over, ``note`` tells what follows from the answer."""
    text: Texts
    """By language."""
    suggestions: tuple[str, ...] = ()
    """Answers that would be right; the page offers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A form's answers after the check."""

    definition: str
    version: int
    day: date
    values: Mapping[str, str]
    """Of fields that are asked and not wrong, tidied: days as ISO 8601, IBAN without blanks, telephone as E.164."""
    parts: Mapping[str, str]
    """What follows from values: ``phone.international``, ``iban.bank``, ``street.number``."""
    derived: frozenset[str]
    """Fields that nobody filled in and that follow from others."""
    findings: tuple[Finding, ...]
    computed: Mapping[str, str]
    visible: frozenset[str]
    required: frozenset[str]
    """Visible fields that must be filled in."""
    complete: bool
    """Whether nothing is missing or wrong."""

    def of(self, field: str) -> tuple[Finding, ...]:
        """Return the findings of a field."""
        return tuple(finding for finding in self.findings if finding.field == field)

    def scope(self, tables: Tables, **around: Value) -> Scope:
        """Return what expressions after the check can see."""
        seen: dict[str, Value] = {**self.parts, **self.values, **self.computed, "today": self.day, **around}
        return Scope(seen, tables)


def check(definition: FormDefinition, answers: Answers, *, day: date, reference: ReferenceData) -> Checked:
    """Check the answers of a form.

    1. Section by section, field by field: is it asked, is it answered, is the answer plausible?  2. What follows.
    3. What several answers say together.  Answers to fields that are not asked are left aside.

    Args:
        definition: The form.
        answers: What was filled in so far.
        day: The local day; periods and ages are counted from it.
        reference: Postal codes and bank codes.
    """
    return _Check(definition, answers, day, reference).run()


class _Check:
    """One walk through a form."""

    def __init__(self, definition: FormDefinition, answers: Answers, day: date, reference: ReferenceData) -> None:
        self.definition, self.answers, self.day, self.reference = definition, answers, day, reference
        self.seen: dict[str, Value] = {"today": day}
        self.scope = Scope(self.seen, definition.tables)
        self.values: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.derived: set[str] = set()
        self.findings: list[Finding] = []
        self.wrong: set[str] = set()
        self.visible: set[str] = set()
        self.required: set[str] = set()

    def run(self) -> Checked:
        for section in self.definition.sections:
            if not true(section.when, self.scope):
                continue
            for field in section.fields:
                if true(field.when, self.scope):
                    self._field(field)
        computed = self._compute()
        for rule in self.definition.rules:
            self._rule(rule)
        return Checked(
            definition=self.definition.name,
            version=self.definition.version,
            day=self.day,
            values=MappingProxyType(self.values),
            parts=MappingProxyType(self.parts),
            derived=frozenset(self.derived),
            findings=tuple(self.findings),
            computed=MappingProxyType(computed),
            visible=frozenset(self.visible),
            required=frozenset(self.required),
            complete=not any(finding.severity == "error" for finding in self.findings),
        )

    def _field(self, field: Field) -> None:
        self.visible.add(field.name)
        required = true(field.required, self.scope)
        if required:
            self.required.add(field.name)
        raw = self.answers.get(field.name) or self._follows(field)
        if raw is None:
            if required and field.name not in self.wrong:
                self._say(field, Found(code=_missing(field)))
            return
        self._answer(field, raw)

    def _follows(self, field: Field) -> str | None:
        """Return the only town of the postal code; of several, the customer chooses."""
        if field.follows is None:
            return None
        code = self.values.get(field.follows)
        towns = self.reference.towns(code) if code else ()
        if len(towns) > 1:
            facts = {"postal_code": code or "", "towns": ", ".join(towns)}
            self._say(field, Found(code="town.choose", facts=facts, suggestions=towns))
            return None
        if towns:
            self.derived.add(field.name)
        return towns[0] if towns else None

    def _answer(self, field: Field, raw: str) -> None:
        refused = _unsafe(field, raw)
        if refused is not None:
            self._say(field, refused)
            return
        if field.options:
            self._choice(field, raw)
            return
        if field.kind_name == "consent":
            self._consent(field, raw)
            return
        value = raw
        for checker in field.kind.checkers:
            arguments = {"postal_code": self.values.get(field.follows)} if field.follows else {}
            value = self._apply(field, checker, value, arguments)
        for asked in field.checks:
            if field.name in self.wrong:
                return
            value = self._apply(field, asked.name, value, self._arguments(asked))
        if field.name not in self.wrong:
            self._keep(field, value)

    def _apply(self, field: Field, checker: str, value: str, arguments: Mapping[str, Value]) -> str:
        result = CHECKERS[checker](value, Question(day=self.day, reference=self.reference, arguments=arguments))
        for found in result.found:
            self._say(field, found)
        for name, part in result.parts.items():
            self._follow(f"{field.name}.{name}", part)
        return result.value

    def _arguments(self, asked: Check) -> dict[str, Value]:
        return {name: expression.evaluate(self.scope) for name, expression in asked.arguments.items()}

    def _choice(self, field: Field, raw: str) -> None:
        chosen = next((option for option in field.options if option.value == raw), None)
        if chosen is None:
            self._say(field, Found(code="answer.not_an_option"))
            return
        self._keep(field, raw)
        for lang, label in chosen.label.items():
            self._follow(f"{field.name}.label_{lang}", label)

    def _consent(self, field: Field, raw: str) -> None:
        if raw != "yes":
            self._say(field, Found(code="answer.consent" if raw == "no" else "answer.not_an_option"))
            return
        self._keep(field, raw)

    def _keep(self, field: Field, value: str) -> None:
        self.values[field.name] = value
        self.seen[field.name] = value

    def _follow(self, name: str, part: str) -> None:
        self.parts[name] = part
        self.seen[name] = part

    def _compute(self) -> dict[str, str]:
        computed: dict[str, str] = {}
        for item in self.definition.computed:
            value = item.value.evaluate(self.scope)
            self.seen[item.name] = value
            written = text(value)
            if written is not None:
                computed[item.name] = written
        return computed

    def _rule(self, rule: CrossRule) -> None:
        if any(name not in self.values for name in rule.fields) or not true(rule.when, self.scope):
            return
        self.findings.append(
            Finding(field=rule.fields[-1], code=f"rule.{rule.id}", severity=rule.severity, text=rule.text)
        )

    def _say(self, field: Field, found: Found) -> None:
        words = message(found.code)
        if words.severity == "error":
            self.wrong.add(field.name)
        texts = fill(field.messages.get(found.code, words.texts), found.facts)
        self.findings.append(
            Finding(
                field=field.name,
                code=found.code,
                severity=words.severity,
                text=texts,
                suggestions=found.suggestions,
            )
        )


def _unsafe(field: Field, raw: str) -> Found | None:
    """Return what no answer may be: too long, with hidden characters, or beginning like a formula."""
    if len(raw) > field.max_length:
        return Found(code="answer.too_long", facts={"limit": str(field.max_length)})
    if forbidden(raw, lines=field.kind.control == "textarea"):
        return Found(code="answer.control")
    if field.kind.free_text and raw[0] in "=+-@|":
        return Found(code="answer.formula", facts={"character": raw[0]})
    return None


def _missing(field: Field) -> str:
    if field.kind_name == "consent":
        return "answer.consent"
    return "answer.choose" if field.options else "answer.required"
