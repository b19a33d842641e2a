"""The editor as a form of numbers: a template's description as rows of text, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from web.company.templates.lengths import NotANumber, Size, box_of, place_of, shown, typed

VERSION = "esign-page-template/1"
KINDS = ("text", "amount", "date", "check", "signature", "seal")
"""Kinds of fields as people see them: an amount is a text that is one variable, a seal the company's signature."""
TYPES = ("text", "money", "date", "number", "email", "choice")
MOST_FIELDS, MOST_VARIABLES = 400, 100
START = {
    "text": (20.0, 20.0, 80.0, 7.0),
    "amount": (20.0, 20.0, 40.0, 7.0),
    "date": (20.0, 20.0, 40.0, 7.0),
    "check": (20.0, 20.0, 5.0, 5.0),
    "signature": (20.0, 20.0, 70.0, 20.0),
    "seal": (20.0, 20.0, 70.0, 20.0),
}
"""Where a new field lies and how large it is, in millimetres."""
_FIELD = ("kind", "page", "left", "top", "width", "height", "text", "variable", "equals", "party", "size", "max_lines",
          "align", "valign", "font", "colour", "min_size")  # fmt: skip
_VARIABLE = ("name", "label", "type", "optional", "max_length", "choices", "from", "example")

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody has typed so far, right or wrong."""

    name: str
    lang: str
    parties: str
    newest: str
    """The version that the change began with."""
    variables: list[Row] = field(default_factory=list)
    fields: list[Row] = field(default_factory=list)


def of_description(description: Mapping[str, Any], sizes: Sequence[Size], newest: int, lang: str) -> Draft:
    """Return the rows of a description; ``lang`` is the reader's."""
    types = {each["name"]: each["type"] for each in description["variables"]}
    return Draft(
        name=description["name"],
        lang=description["lang"],
        parties=str(description["parties"]),
        newest=str(newest),
        variables=[_variable_row(each, lang) for each in description["variables"]],
        fields=[_field_row(each, types, sizes, lang) for each in description["placements"]],
    )


def of_form(form: Any) -> Draft:
    """Return what a form holds."""
    return Draft(
        name=form.get("name", "")[:400],
        lang=form.get("lang", "de"),
        parties=form.get("parties", "1"),
        newest=form.get("newest", ""),
        variables=_rows(form, "v", _VARIABLE, MOST_VARIABLES),
        fields=_rows(form, "f", _FIELD, MOST_FIELDS),
    )


def description_of(draft: Draft, sizes: Sequence[Size]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the description that the rows mean, and what cannot be read, by the name of its input."""
    wrong: dict[str, str] = {}
    parties = draft.parties if draft.parties in ("1", "2", "3", "4", "5") else "1"
    description = {
        "v": VERSION,
        "name": draft.name.strip(),
        "lang": draft.lang,
        "parties": int(parties),
        "variables": [_variable(row, f"v-{number}-", wrong) for number, row in enumerate(draft.variables)],
        "placements": [_placement(row, sizes, f"f-{number}-", wrong) for number, row in enumerate(draft.fields)],
    }
    if not draft.name.strip():
        wrong["name"] = "missing"
    return description, wrong


def new_field(kind: str, page: str, sizes: Sequence[Size], lang: str) -> Row:
    """Return a new field of a kind on a page."""
    chosen = kind if kind in KINDS else "text"
    place = dict(zip(("left", "top", "width", "height"), (shown(each, lang) for each in START[chosen]), strict=True))
    number = page if page.isascii() and page.isdigit() and 1 <= int(page[:4]) <= len(sizes) else "1"
    row = dict.fromkeys(_FIELD, "")
    return {**row, **place, "kind": chosen, "page": number, "size": "10", "max_lines": "1", "party": "signatory-1"}


def new_variable() -> Row:
    """Return a new variable."""
    return {**dict.fromkeys(_VARIABLE, ""), "type": "text"}


def _rows(form: Any, mark: str, members: Sequence[str], most: int) -> list[Row]:
    rows = []
    for number in range(most + 1):
        if f"{mark}-{number}-{members[0]}" not in form:
            break
        rows.append({member: form.get(f"{mark}-{number}-{member}", "") for member in members})
    return rows


def _variable_row(data: Mapping[str, Any], lang: str) -> Row:
    example = data.get("example", "")
    if data["type"] == "money" and isinstance(example, int):
        example = shown(example / 100, lang)
    return {
        "name": data["name"],
        "label": data["label"],
        "type": data["type"],
        "optional": "" if data.get("required", True) else "1",
        "max_length": str(data.get("max_length", "")),
        "choices": "\n".join(data.get("choices", ())),
        "from": data.get("from", ""),
        "example": str(example),
    }


def _field_row(data: Mapping[str, Any], types: Mapping[str, str], sizes: Sequence[Size], lang: str) -> Row:
    page = sizes[data["page"] - 1]
    place = zip(("left", "top", "width", "height"), place_of(data["box"], page), strict=True)
    text = data.get("text", "")
    kind, variable = data["kind"], data.get("variable", "")
    if kind == "signature" and data["party"] == "company":
        kind = "seal"
    if kind == "text" and text[:1] == "{" and text[-1:] == "}" and types.get(text[1:-1]) == "money":
        kind, variable, text = "amount", text[1:-1], ""
    row = {member: str(data.get(member, "")) for member in _FIELD}
    row |= {member: shown(value, lang) for member, value in place}
    for member in ("size", "min_size"):
        row[member] = shown(float(data[member]), lang) if member in data else ""
    return {**row, "kind": kind, "page": str(data["page"]), "text": text, "variable": variable}


def _variable(row: Row, mark: str, wrong: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": row["name"].strip(), "label": row["label"].strip(), "type": row["type"]}
    if row["optional"]:
        found["required"] = False
    if row["max_length"].strip():
        found["max_length"] = _whole(row, "max_length", mark, wrong)
    if row["type"] == "choice":
        found["choices"] = [line.strip() for line in row["choices"].splitlines() if line.strip()]
    if row["from"]:
        found["from"] = row["from"]
    if row["example"].strip():
        found["example"] = _example(row, mark, wrong)
    for member in ("name", "label"):
        if not found[member]:
            wrong[mark + member] = "missing"
    return found


def _example(row: Row, mark: str, wrong: dict[str, str]) -> str | int:
    text = row["example"].strip()
    if row["type"] == "money":
        return round(_number(row, "example", mark, wrong) * 100)
    return text.replace(",", ".") if row["type"] == "number" else text


def _placement(row: Row, sizes: Sequence[Size], mark: str, wrong: dict[str, str]) -> dict[str, Any]:
    kind = row["kind"]
    page = _whole(row, "page", mark, wrong)
    place = [_number(row, member, mark, wrong) for member in ("left", "top", "width", "height")]
    size = sizes[page - 1] if 1 <= page <= len(sizes) else sizes[0]
    found: dict[str, Any] = {"kind": kind, "page": page, "box": box_of(place[0], place[1], place[2], place[3], size)}
    if kind in ("signature", "seal"):
        return {**found, "kind": "signature", "party": "company" if kind == "seal" else row["party"]}
    if kind == "check":
        return {**found, "variable": row["variable"], "equals": row["equals"].strip(), **_given(row, ("colour",))}
    if kind == "amount":
        found |= {"kind": "text", "text": "{" + row["variable"] + "}"}
    elif kind == "text":
        found["text"] = " ".join(row["text"].splitlines())
    else:
        found["variable"] = row["variable"]
    if kind == "text" and row["max_lines"].strip():
        found["max_lines"] = _whole(row, "max_lines", mark, wrong)
    for member in ("size", "min_size"):
        if row[member].strip():
            found[member] = _number(row, member, mark, wrong)
    return {**found, **_given(row, ("align", "valign", "font", "colour"))}


def _given(row: Row, members: Sequence[str]) -> dict[str, str]:
    return {member: row[member] for member in members if row[member]}


def _number(row: Row, member: str, mark: str, wrong: dict[str, str]) -> float:
    try:
        return typed(row[member])
    except NotANumber:
        wrong[mark + member] = "number"
        return 1.0


def _whole(row: Row, member: str, mark: str, wrong: dict[str, str]) -> int:
    number = _number(row, member, mark, wrong)
    if number != int(number) or number < 1:
        wrong[mark + member] = "number"
        return 1
    return int(number)
