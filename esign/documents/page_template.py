"""A page template: a company's own PDF, and what is put where on its pages."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator

from esign.documents.appearance import LARGEST, SMALLEST
from esign.documents.drawing import COMPANY_FIELD
from esign.documents.page_errors import PlacementRefused, TemplateDocumentDiffers, TemplateMalformed
from esign.documents.upload import Upload
from esign.foundation.digests import sha256

VERSION = "esign-page-template/1"
"""The version of the format that this product reads and writes."""
MAX_BYTES = 400_000
"""The largest description in bytes of JSON."""
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,29}(?:[.][a-z][a-z0-9_]{0,29})?)\}")
"""``{customer.name}`` in a text; whatever else stands in braces is words."""
SMALLEST_TYPE = 6.0
"""Points below which no text is shrunk unless the template says so."""

_KINDS = ("text", "date", "check", "signature")
"""In the order of the schema."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Something that is filled in."""

    name: str
    label: str
    type: str
    """``text``, ``date``, ``money``, ``number``, ``email`` or ``choice``."""
    required: bool
    max_length: int
    choices: tuple[str, ...]
    source: str
    """Where in the contract data it comes from; empty: a value is given."""
    example: str | int = ""
    """A value with which the template is tried out; empty: one is made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One thing on one page."""

    kind: str
    """``text``, ``date``, ``check`` or ``signature``."""
    page: int
    """Index of the page, from 0."""
    box: Box
    """Left, bottom, right, top in PDF points."""
    text: str = ""
    variable: str = ""
    equals: str = ""
    party: str = ""
    """``signatory-1`` …, or ``company``."""
    font: str = "regular"
    size: float = 10.0
    min_size: float = SMALLEST_TYPE
    max_lines: int = 1
    align: str = "left"
    valign: str = "middle"
    colour: str = "#1c2430"

    @property
    def field_name(self) -> str:
        """Name of the signature field in the document; empty where it is none."""
        if self.kind != "signature":
            return ""
        return COMPANY_FIELD if self.party == "company" else f"Signatory{self.party.removeprefix('signatory-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTemplate:
    """A company's own pages with everything that is put on them; one immutable version."""

    name: str
    lang: str
    parties: int
    variables: tuple[Variable, ...]
    placements: tuple[Placement, ...]
    pdf: bytes = field(repr=False)
    """The pages in their normal form."""
    sizes: tuple[tuple[float, float], ...]
    source: bytes = field(repr=False)
    """The description as JSON, keys sorted, without blanks: ``template.json``."""

    @classmethod
    def parse(cls, description: Mapping[str, Any] | bytes, document: Upload) -> PageTemplate:
        """Return a checked template.

        Args:
            description: ``template.json``: JSON bytes, or the object that they mean.
            document: ``document.pdf``, normalised; the description names its digest (as it came, or normalised).

        Raises:
            TemplateMalformed: The description does not fit its schema.
            TemplateDocumentDiffers: The description names another PDF.
            PlacementRefused: Something lies off its page, overlaps a signature, or names what is not declared.
        """
        data = _read(description)
        if data["document"]["sha256"] not in (sha256(document.pdf).hex(), document.digest_of_original.hex()):
            raise TemplateDocumentDiffers()
        data["document"] = {"sha256": sha256(document.pdf).hex()}
        template = cls(
            name=data["name"],
            lang=data["lang"],
            parties=data["parties"],
            variables=tuple(_variable(each) for each in data["variables"]),
            placements=tuple(_placement(each) for each in data["placements"]),
            pdf=document.pdf,
            sizes=document.sizes,
            source=_written(data),
        )
        _check(template)
        return template

    @property
    def described(self) -> Mapping[str, Variable]:
        """The variables by name."""
        return MappingProxyType({each.name: each for each in self.variables})


@cache
def schema() -> Mapping[str, Any]:
    """Return the JSON Schema (2020-12) of ``template.json``."""
    text = files("esign.documents").joinpath("schemas/page-template.schema.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(value)
    return value


def clean(text: str) -> bool:
    """Tell whether a text is in Unicode form NFC and holds nothing invisible, directional or private."""
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp") for char in text
    )


def _read(description: Mapping[str, Any] | bytes) -> dict[str, Any]:
    try:
        text = description if isinstance(description, bytes) else json.dumps(description).encode("utf-8")
        if len(text) > MAX_BYTES:
            raise TemplateMalformed(rule="size", limit=MAX_BYTES)
        data = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, TypeError, RecursionError):
        raise TemplateMalformed(rule="json") from None
    problems = sorted(_validator().iter_errors(data), key=lambda problem: list(map(str, problem.absolute_path)))
    if problems:
        nearest = _nearest(problems[0])
        pointer = "".join(f"/{part}" for part in nearest.absolute_path)
        raise TemplateMalformed(pointer=pointer, rule=str(nearest.validator), problems=len(problems))
    for pointer, text_found in _texts(data, ""):
        if not clean(text_found):
            raise TemplateMalformed(pointer=pointer, rule="text")
    result: dict[str, Any] = data
    return result


def _nearest(problem: Any) -> Any:
    """Return what is wrong with a placement of its kind, instead of that it is of no kind."""
    kind = problem.instance.get("kind") if problem.validator == "oneOf" else None
    if kind not in _KINDS:
        return problem
    return next((each for each in problem.context if each.schema_path[0] == _KINDS.index(kind)), problem)


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{pointer}/{number}")


def _exact(value: Any) -> Any:
    """Return JSON whose lengths are rounded to hundredths, as they are used."""
    if isinstance(value, float):
        rounded = round(value, 2)
        return int(rounded) if rounded.is_integer() else rounded
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return value


def _written(data: Mapping[str, Any]) -> bytes:
    """Return one byte sequence for one description; canonical JSON of this product has no fractions, lengths do."""
    return json.dumps(_exact(data), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _variable(data: Mapping[str, Any]) -> Variable:
    return Variable(
        name=data["name"],
        label=data["label"],
        type=data["type"],
        required=data.get("required", True),
        max_length=data.get("max_length", 400),
        choices=tuple(data.get("choices", ())),
        source=data.get("from", ""),
        example=data.get("example", ""),
    )


def _placement(data: Mapping[str, Any]) -> Placement:
    left, bottom, right, top = (round(float(each), 2) for each in data["box"])
    size = round(float(data.get("size", 10)), 2)
    further = {name: data[name] for name in data.keys() - {"kind", "page", "box", "size", "min_size"}}
    return Placement(
        kind=data["kind"],
        page=data["page"] - 1,
        box=(left, bottom, right, top),
        size=size,
        min_size=round(float(data.get("min_size", min(size, SMALLEST_TYPE))), 2),
        **further,
    )


def _check(template: PageTemplate) -> None:
    """1. Names are declared once.  2. Boxes lie on their pages.  3. What is used is declared and of a fitting type.
    4. Each party signs at most once, in a field of a readable size, and nothing is put over it."""
    if len(template.described) != len(template.variables):
        raise PlacementRefused("a variable is declared twice", pointer="/variables")
    for number, variable in enumerate(template.variables):
        found = re.match(r"signatory-(\d)", variable.source)
        if found and int(found[1]) > template.parties:
            raise PlacementRefused("there is no such party", pointer=f"/variables/{number}/from")
    for number, placement in enumerate(template.placements):
        pointer = f"/placements/{number}"
        _check_box(template, placement, pointer)
        _check_use(template, placement, pointer)
    _check_signatures(template)


def _check_box(template: PageTemplate, placement: Placement, pointer: str) -> None:
    if placement.page >= len(template.sizes):
        raise PlacementRefused("there is no such page", pointer=f"{pointer}/page")
    left, bottom, right, top = placement.box
    width, height = template.sizes[placement.page]
    if not (left < right <= width + 0.01 and bottom < top <= height + 0.01 and right - left >= 4 and top - bottom >= 4):
        raise PlacementRefused("the box is empty or lies off the page", pointer=f"{pointer}/box")
    if placement.min_size > placement.size:
        raise PlacementRefused("the smallest size is above the size", pointer=f"{pointer}/min_size")


def _check_use(template: PageTemplate, placement: Placement, pointer: str) -> None:
    for name in PLACEHOLDER.findall(placement.text):
        if name not in template.described:
            raise PlacementRefused("a text uses a variable that is not declared", pointer=f"{pointer}/text", name=name)
    if placement.kind in ("date", "check"):
        variable = template.described.get(placement.variable)
        wanted = "date" if placement.kind == "date" else "choice"
        if variable is None or variable.type != wanted:
            raise PlacementRefused("no variable of this name and type is declared", pointer=f"{pointer}/variable")
        if placement.kind == "check" and placement.equals not in variable.choices:
            raise PlacementRefused("this is none of the choices", pointer=f"{pointer}/equals")
    number = placement.party.removeprefix("signatory-")
    if placement.kind == "signature" and number.isdigit() and int(number) > template.parties:
        raise PlacementRefused("there is no such party", pointer=f"{pointer}/party")


def _check_signatures(template: PageTemplate) -> None:
    seen: set[str] = set()
    for number, placement in enumerate(template.placements):
        if placement.kind != "signature":
            continue
        pointer = f"/placements/{number}"
        if placement.party in seen:
            raise PlacementRefused("a party signs once", pointer=f"{pointer}/party")
        seen.add(placement.party)
        width, height = placement.box[2] - placement.box[0], placement.box[3] - placement.box[1]
        if not (SMALLEST[0] <= width <= LARGEST[0] and SMALLEST[1] <= height <= LARGEST[1]):
            raise PlacementRefused("the field is too small or too large for a signature", pointer=f"{pointer}/box")
        for other, beside in enumerate(template.placements):
            if other != number and beside.page == placement.page and _overlap(beside.box, placement.box):
                raise PlacementRefused("something overlaps a signature", pointer=f"/placements/{other}/box")


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
