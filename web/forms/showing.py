"""How a form is shown: one value a field, with everything that its part of the page needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esign.forms import Checked, Field, Finding, FormDefinition
from web.forms.figures import figure, written

RADIOS = 5
"""Up to so many options are shown at once; more are a list to open."""
_TYPES = {"tel": "tel"}
_RANK = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands next to a field."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option as shown."""

    value: str
    label: str
    help: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A field as shown."""

    name: str
    id: str
    control: str
    """``text``, ``textarea``, ``radio``, ``select``, ``checkbox``."""
    kind: str
    type: str
    label: str
    help: str | None
    example: str | None
    options: tuple[Choice, ...]
    value: str
    visible: bool
    required: bool
    autocomplete: str | None
    input_mode: str
    width: str
    said: tuple[Said, ...]
    suggestions: tuple[str, ...]
    prefilled: bool
    """Whether the value is still what the company's data say."""
    follows: bool
    """Whether nobody typed the value: it follows from another answer."""
    first_id: str
    """Where a link to this question leads."""

    @property
    def invalid(self) -> bool:
        """Whether the answer must be put right."""
        return any(item.severity == "error" for item in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionShown:
    """A section as shown."""

    name: str
    title: str
    help: str | None
    fields: tuple[FieldShown, ...]

    @property
    def visible(self) -> bool:
        """Whether anything of it is asked now."""
        return any(field.visible for field in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A computed value as shown."""

    name: str
    label: str
    format: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer on the page where everything is checked."""

    field: FieldShown
    text: str


def sections(
    form: FormDefinition,
    checked: Checked,
    answers: Mapping[str, str],
    prefilled: Mapping[str, str],
    lang: str,
    *,
    judged: bool,
) -> tuple[SectionShown, ...]:
    """Return the sections of a form as shown.

    Args:
        form: The form.
        checked: What the check of the answers found.
        answers: As they were typed.
        prefilled: What the company's data filled in.
        lang: Language of the page.
        judged: Whether missing answers are said too, because the person wanted to go on.
    """
    return tuple(
        SectionShown(
            name=section.name,
            title=section.title[lang],
            help=section.help[lang] if section.help else None,
            fields=tuple(_field(field, checked, answers, prefilled, lang, judged=judged) for field in section.fields),
        )
        for section in form.sections
    )


def figures(form: FormDefinition, checked: Checked, lang: str) -> tuple[Figure, ...]:
    """Return the computed values that a customer is shown."""
    found = []
    for item in form.computed:
        if item.label is not None:
            value = checked.computed.get(item.name)
            text = None if value is None else figure(value, item.format, lang)
            found.append(Figure(name=item.name, label=item.label[lang], format=item.format, text=text))
    return tuple(found)


def rows(
    shown: tuple[SectionShown, ...], checked: Checked, lang: str
) -> tuple[tuple[SectionShown, tuple[Row, ...]], ...]:
    """Return every answer of every section that is asked, in words."""
    return tuple(
        (
            section,
            tuple(Row(field=field, text=written(field, checked, lang)) for field in section.fields if field.visible),
        )
        for section in shown
        if section.visible
    )


def place(field: Field) -> str:
    """Return where a link to a question leads: its control, or the first of several."""
    radio = field.kind.control == "choice" and len(field.options) <= RADIOS
    return f"f-{field.name}-{field.options[0].value}" if radio else f"f-{field.name}"


def _field(
    field: Field,
    checked: Checked,
    answers: Mapping[str, str],
    prefilled: Mapping[str, str],
    lang: str,
    *,
    judged: bool,
) -> FieldShown:
    raw = answers.get(field.name, "")
    findings = sorted(checked.of(field.name), key=lambda item: _RANK[item.severity])
    control = field.kind.control
    if control == "choice":
        control = "radio" if len(field.options) <= RADIOS else "select"
    value = raw or (checked.values.get(field.name, "") if field.name in checked.derived else "")
    return FieldShown(
        name=field.name,
        id=f"f-{field.name}",
        control=control,
        kind=field.kind_name,
        type=_TYPES.get(field.kind.input_mode, "text"),
        label=field.label[lang],
        help=field.help[lang] if field.help else None,
        example=field.example[lang] if field.example else None,
        options=tuple(
            Choice(value=item.value, label=item.label[lang], help=item.help[lang] if item.help else None)
            for item in field.options
        ),
        value=value,
        visible=field.name in checked.visible,
        required=field.name in checked.required or field.name not in checked.visible,
        autocomplete=field.autocomplete,
        input_mode=field.kind.input_mode,
        width=field.width,
        said=tuple(_said(item, lang) for item in findings if judged or raw or item.severity != "error"),
        suggestions=tuple(dict.fromkeys(text for item in findings for text in item.suggestions)),
        prefilled=bool(raw) and prefilled.get(field.name) == raw,
        follows=field.name in checked.derived,
        first_id=place(field),
    )


def _said(finding: Finding, lang: str) -> Said:
    return Said(severity=finding.severity, text=finding.text[lang])
