"""Reads a form definition: every name that is used must be there, and must come before its use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from esign.forms import definition as nouns
from esign.forms.errors import FormMalformed
from esign.forms.expressions import Expression, Tables, read_expression
from esign.forms.kinds import AUTOCOMPLETE, KINDS
from esign.forms.messages import LANGUAGES, message
from esign.forms.plausibility import ARGUMENTS, CHECKERS
from esign.forms.values import frozen
from esign.policy import PolicyMalformed, policies_root

AROUND = frozenset({"today"})
"""What conditions of fields may refer to besides answers."""
OUTSIDE = frozenset({"today", "date", "reference", "company"})
"""What contract data may refer to besides answers and computed values."""
YES_NO = ("yes", "no")


def definition(data: Mapping[str, Any]) -> nouns.FormDefinition:
    """Return the form that data means. See :meth:`FormDefinition.parse`."""
    _fit(data)
    return _Reader(data).form()


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of form definitions."""
    value: dict[str, Any] = json.loads((policies_root() / "forms" / "schema.json").read_text("utf-8"))
    return value


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _fit(data: Mapping[str, Any]) -> None:
    problem = next(iter(_validator().iter_errors(data)), None)
    if problem is not None:
        raise PolicyMalformed("does not fit its schema", at=problem.json_path, rule=str(problem.validator))


class _Reader:
    """Goes through a definition once, from top to bottom, and keeps the names that it has met."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.names: set[str] = set(AROUND)
        self.tables: Tables = frozen(data.get("tables", {}))

    def form(self) -> nouns.FormDefinition:
        data = self.data
        sections = tuple(self._section(item) for item in data["sections"])
        fields = {field.name for section in sections for field in section.fields}
        computed = tuple(self._computed(item) for item in data.get("computed", ()))
        return nouns.FormDefinition(
            name=data["id"],
            version=int(data["version"]),
            valid_from=date.fromisoformat(data["valid_from"]),
            valid_to=date.fromisoformat(data["valid_to"]) if "valid_to" in data else None,
            languages=LANGUAGES,
            title=frozen(data["title"]),
            lead=frozen(data["lead"]),
            template=data["template"],
            sections=sections,
            computed=computed,
            rules=tuple(self._rule(item, fields) for item in self._once(data.get("rules", ()), "id")),
            decisions=tuple(self._decision(item, fields) for item in self._once(data["decisions"], "id")),
            contract=tuple(self._part(item) for item in data["contract"]),
            tables=self.tables,
            tests=tuple(frozen(item) for item in data["tests"]),
        )

    def _section(self, data: Mapping[str, Any]) -> nouns.Section:
        name = data["name"]
        when = self._condition(data.get("when", "true"), f"section {name}")
        return nouns.Section(
            name=name,
            title=frozen(data["title"]),
            help=_texts(data, "help"),
            when=when,
            fields=tuple(self._field(item, name) for item in data["fields"]),
        )

    def _field(self, data: Mapping[str, Any], section: str) -> nouns.Field:
        name, kind = data["name"], KINDS[data["kind"]]
        at = f"field {name}"
        if name in self.names or name in OUTSIDE:
            raise FormMalformed("a name stands twice, or is taken", at=at)
        purpose = data.get("autocomplete")
        if purpose is not None and purpose not in AUTOCOMPLETE:
            raise FormMalformed("no such purpose of a field (autocomplete)", at=at)
        options = _options(data, at)
        field = nouns.Field(
            name=name,
            section=section,
            kind_name=data["kind"],
            label=frozen(data["label"]),
            help=_texts(data, "help"),
            example=_texts(data, "example"),
            options=options,
            when=self._condition(data.get("when", "true"), at),
            required=self._condition(data.get("required", "true"), at),
            autocomplete=purpose,
            width=data.get("width", "full"),
            max_length=int(data.get("max_length", kind.max_length)),
            checks=tuple(self._check(item, at) for item in data.get("checks", ())),
            follows=self._follows(data, at),
            prefill=data.get("prefill", "false") == "true",
            messages=frozen(data.get("messages", {})),
        )
        for code in field.messages:
            message(code)
        self.names.add(name)
        return field

    def _follows(self, data: Mapping[str, Any], at: str) -> str | None:
        name: str | None = data.get("follows")
        if name is not None and (name not in self.names or data["kind"] != "town"):
            raise FormMalformed("only a town follows, and from a postal code that stands before it", at=at)
        return name

    def _check(self, data: Mapping[str, Any], at: str) -> nouns.Check:
        name = data["check"]
        if name not in CHECKERS:
            raise FormMalformed("no such checker", at=at, checker=name)
        arguments = {key: value for key, value in data.items() if key != "check"}
        if not set(arguments) <= ARGUMENTS.get(name, frozenset()):
            raise FormMalformed("the checker does not know this argument", at=at, checker=name)
        read = {key: self._condition(value, at) for key, value in arguments.items()}
        return nouns.Check(name=name, arguments=frozen(read))

    def _computed(self, data: Mapping[str, Any]) -> nouns.Computed:
        name = data["name"]
        if name in self.names or name in OUTSIDE:
            raise FormMalformed("a name stands twice, or is taken", at=f"computed {name}")
        value = self._condition(data["value"], f"computed {name}")
        self.names.add(name)
        return nouns.Computed(name=name, label=_texts(data, "label"), format=data.get("format", "text"), value=value)

    def _rule(self, data: Mapping[str, Any], fields: set[str]) -> nouns.CrossRule:
        at = f"rule {data['id']}"
        return nouns.CrossRule(
            id=data["id"],
            fields=_known(data["fields"], fields, at),
            severity=data["severity"],
            when=self._condition(data["when"], at),
            text=frozen(data["text"]),
        )

    def _decision(self, data: Mapping[str, Any], fields: set[str]) -> nouns.DecidingRule:
        at = f"decision {data['id']}"
        return nouns.DecidingRule(
            id=data["id"],
            outcome=nouns.Outcome[data["outcome"].upper()],
            when=self._condition(data["when"], at),
            source=data["source"],
            fields=_known(data.get("fields", ()), fields, at),
            reason=frozen(data["reason"]),
        )

    def _part(self, data: Mapping[str, Any]) -> nouns.ContractPart:
        at = f"contract {data['at'] or '/'}"
        names = self.names | OUTSIDE
        members = tuple((path, self._member(value, at, names)) for path, value in data["set"].items())
        when = read_expression(data.get("when", "true"), at=at, names=names, tables=self.tables)
        return nouns.ContractPart(at=data["at"], when=when, set=members)

    def _member(self, value: Any, at: str, names: set[str] | frozenset[str]) -> Any:
        if isinstance(value, list | tuple):
            return tuple(read_expression(item, at=at, names=names, tables=self.tables) for item in value)
        return read_expression(value, at=at, names=names, tables=self.tables)

    def _condition(self, data: Any, at: str) -> Expression:
        return read_expression(data, at=at, names=self.names, tables=self.tables)

    def _once(self, items: Any, key: str) -> Iterator[Mapping[str, Any]]:
        seen: set[str] = set()
        for item in items:
            if item[key] in seen:
                raise FormMalformed("two rules have the same id", rule=item[key])
            seen.add(item[key])
            yield item


def _options(data: Mapping[str, Any], at: str) -> tuple[nouns.Option, ...]:
    if data["kind"] == "yes_no":
        words = ({"de": "Ja", "en": "Yes"}, {"de": "Nein", "en": "No"})
        return tuple(
            nouns.Option(value=value, label=frozen(label), help=None)
            for value, label in zip(YES_NO, words, strict=True)
        )
    if (data["kind"] == "choice") != ("options" in data):
        raise FormMalformed("a choice, and nothing else, has options", at=at)
    found = tuple(
        nouns.Option(value=item["value"], label=frozen(item["label"]), help=_texts(item, "help"))
        for item in data.get("options", ())
    )
    if len({option.value for option in found}) != len(found):
        raise FormMalformed("an option stands twice", at=at)
    return found


def _known(names: Any, fields: set[str], at: str) -> tuple[str, ...]:
    for name in names:
        if name not in fields:
            raise FormMalformed("no such field", at=at, name=name)
    return tuple(names)


def _texts(data: Mapping[str, Any], key: str) -> Any:
    return frozen(data[key]) if key in data else None
