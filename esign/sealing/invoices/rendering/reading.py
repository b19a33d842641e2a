"""From XML to the terms of EN 16931; what belongs to none of them is kept too, so that nothing stays unread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml import etree

from esign.sealing.invoices.profiles import Syntax
from esign.sealing.invoices.rendering import cii, ubl

_MOST_VALUES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One value as it stands in the XML."""

    text: str
    attributes: Mapping[str, str]
    """By local name: ``currencyID``, ``unitCode``, ``schemeID``, ``format`` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A business group: its terms by number, and the groups within it."""

    terms: Mapping[str, tuple[Term, ...]]
    groups: Mapping[str, tuple[Group, ...]]

    def first(self, number: str) -> Term | None:
        """Return the first value of a term; None where it has none."""
        values = self.terms.get(number, ())
        return values[0] if values else None

    def text(self, number: str) -> str:
        """Return the text of a term's first value; empty where it has none."""
        found = self.first(number)
        return "" if found is None else found.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that an invoice says."""

    groups: Mapping[str, tuple[Group, ...]]
    others: tuple[tuple[str, str], ...]
    """Path and text of what belongs to no term of the standard."""

    def one(self, number: str) -> Group:
        """Return the first group of a number; an empty one where there is none."""
        found = self.groups.get(number, ())
        return found[0] if found else Group(terms={}, groups={})


class TooMuch(ValueError):
    """More values than a readable document can show."""


@dataclass(slots=True)
class _Spec:
    number: str
    path: Any
    terms: list[tuple[str, Any]] = field(default_factory=list)
    groups: list[_Spec] = field(default_factory=list)


def read_content(root: Any, syntax: Syntax) -> Content:
    """Return what an invoice says.

    Raises:
        TooMuch: It says more than can be shown.
    """
    specs, silent = _table(syntax is Syntax.CII)
    seen: set[Any] = set()
    found = {spec.number: tuple(_group(spec, node, seen) for node in spec.path(root)) for spec in specs}
    for path in silent:
        seen.update(path(root))
    return Content(
        groups={
            number: tuple(group for group in groups if group.terms or group.groups) for number, groups in found.items()
        },
        others=tuple(_others(root, seen)),
    )


def _group(spec: _Spec, node: Any, seen: set[Any]) -> Group:
    terms: dict[str, tuple[Term, ...]] = {}
    for number, path in spec.terms:
        found = path(node)
        items = [found] if isinstance(found, str) else found
        values = tuple(term for item in items if (term := _term(item, seen)) is not None)
        if values:
            terms[number] = terms.get(number, ()) + values
    groups = {inner.number: tuple(_group(inner, item, seen) for item in inner.path(node)) for inner in spec.groups}
    return Group(terms=terms, groups={number: items for number, items in groups.items() if items})


def _term(item: Any, seen: set[Any]) -> Term | None:
    if isinstance(item, str):  # an attribute
        return Term(text=item.strip(), attributes={}) if item.strip() else None
    if item in seen or len(seen) > _MOST_VALUES:
        if len(seen) > _MOST_VALUES:
            raise TooMuch
        return None
    seen.add(item)
    text = (item.text or "").strip()
    attributes = {etree.QName(name).localname: value for name, value in item.attrib.items()}
    return Term(text=text, attributes=attributes) if text or attributes else None


def _others(root: Any, seen: set[Any]) -> Iterator[tuple[str, str]]:
    count = 0
    for element in root.iter(etree.Element):
        text = (element.text or "").strip()
        if element in seen or not text:
            continue
        count += 1
        if count > _MOST_VALUES:
            raise TooMuch
        names = [etree.QName(item).localname for item in (*reversed(list(element.iterancestors())), element)]
        yield " / ".join(names[1:]), text


@cache
def _table(is_cii: bool) -> tuple[tuple[_Spec, ...], tuple[Any, ...]]:
    module = cii if is_cii else ubl
    compiled = {"namespaces": module.NAMESPACES}
    specs: list[_Spec] = []
    open_at: list[_Spec] = []
    for line in module.TERMS.strip().splitlines():
        depth = len(line) - len(line.lstrip(" "))
        number, _, path = line.strip().partition(" ")
        del open_at[depth:]
        if number.startswith("BG-"):
            spec = _Spec(number=number, path=etree.XPath(path, **compiled))
            (open_at[-1].groups if open_at else specs).append(spec)
            open_at.append(spec)
        else:
            open_at[-1].terms.append((number, etree.XPath(path, **compiled)))
    return tuple(specs), tuple(etree.XPath(path, **compiled) for path in module.SILENT)
