"""A form as JSON: for the page that shows it, and the JSON Schema of its answers for those who send them by program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esign.forms.expressions import ALWAYS
from esign.forms.messages import messages
from esign.forms.values import Texts, plain

if TYPE_CHECKING:
    from esign.forms.definition import Field, FormDefinition, Option, Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = "esign-form/1"
"""Version of the description for browsers."""


def to_browser(definition: FormDefinition, lang: str) -> dict[str, Any]:
    """Return the description of a form in one language. See :meth:`FormDefinition.to_browser`."""
    return {
        "v": VERSION,
        "name": definition.name,
        "version": definition.version,
        "lang": lang,
        "title": definition.title[lang],
        "lead": definition.lead[lang],
        "sections": [_section(section, lang) for section in definition.sections],
        "computed": [
            {"name": item.name, "label": _text(item.label, lang), "format": item.format, "value": item.value.as_data()}
            for item in definition.computed
        ],
        "rules": [
            {
                "id": rule.id,
                "fields": list(rule.fields),
                "severity": rule.severity,
                "when": rule.when.as_data(),
                "text": rule.text[lang],
            }
            for rule in definition.rules
        ],
        "tables": plain(definition.tables),
        "messages": {
            code: {"severity": item.severity, "text": item.texts[lang]} for code, item in sorted(messages().items())
        },
    }


def answers_schema(definition: FormDefinition, lang: str) -> dict[str, Any]:
    """Return the JSON Schema of a form's answers. See :meth:`FormDefinition.answers_schema`.

    Required is what is always asked; what is asked under a condition carries it as a hint (``x-when``).
    """
    always = {section.name for section in definition.sections if section.when == ALWAYS}
    required = [
        field.name
        for field in definition.fields
        if field.section in always and field.when == ALWAYS and field.required == ALWAYS and field.follows is None
    ]
    return {
        "$schema": DIALECT,
        "title": definition.title[lang],
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {field.name: _property(field, lang) for field in definition.fields},
    }


def _property(field: Field, lang: str) -> dict[str, Any]:
    result: dict[str, Any] = {"type": "string", "title": field.label[lang], "x-kind": field.kind_name}
    if field.options:
        result["enum"] = [option.value for option in field.options]
        result["x-labels"] = [option.label[lang] for option in field.options]
    elif field.kind_name == "consent":
        result["enum"] = ["yes"]
    else:
        result |= {"minLength": 1, "maxLength": field.max_length}
    if field.help:
        result["description"] = field.help[lang]
    if field.example:
        result["examples"] = [field.example[lang]]
    hints = {
        "x-section": field.section,
        "x-control": field.kind.control,
        "x-input-mode": field.kind.input_mode,
        "x-width": field.width,
        "x-autocomplete": field.autocomplete,
        "x-when": _condition(field.when.as_data()),
        "x-required": _condition(field.required.as_data()),
    }
    return result | {name: hint for name, hint in hints.items() if hint is not None}


def _section(section: Section, lang: str) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title[lang],
        "help": _text(section.help, lang),
        "when": section.when.as_data(),
        "fields": [_field(field, lang) for field in section.fields],
    }


def _field(field: Field, lang: str) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind_name,
        "control": field.kind.control,
        "input_mode": field.kind.input_mode,
        "max_length": field.max_length,
        "free_text": field.kind.free_text,
        "label": field.label[lang],
        "help": _text(field.help, lang),
        "example": _text(field.example, lang),
        "options": [_option(option, lang) for option in field.options],
        "when": field.when.as_data(),
        "required": field.required.as_data(),
        "autocomplete": field.autocomplete,
        "width": field.width,
        "follows": field.follows,
        "checks": [
            *({"check": name, "arguments": _standard(field)} for name in field.kind.checkers),
            *(
                {"check": item.name, "arguments": {key: value.as_data() for key, value in item.arguments.items()}}
                for item in field.checks
            ),
        ],
        "messages": {code: texts[lang] for code, texts in field.messages.items()},
    }


def _standard(field: Field) -> dict[str, str]:
    return {"postal_code": f"${field.follows}"} if field.follows else {}


def _option(option: Option, lang: str) -> dict[str, Any]:
    return {"value": option.value, "label": option.label[lang], "help": _text(option.help, lang)}


def _text(texts: Texts | None, lang: str) -> str | None:
    return texts[lang] if texts else None


def _condition(data: Any) -> Any:
    return None if data == "true" else data
