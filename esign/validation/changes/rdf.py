"""The values of metadata, whichever of the ways that RDF knows they are written in."""

from __future__ import annotations

import json

from lxml import etree

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTS = {f"{_RDF}{kind}" for kind in ("Bag", "Seq", "Alt")}
_RESOURCE, _PARSE_TYPE, _DESCRIPTION, _ABOUT = (
    f"{_RDF}resource",
    f"{_RDF}parseType",
    f"{_RDF}Description",
    f"{_RDF}about",
)
_DEEPEST = 40

Value = str
"""A value in one spelling: two are the same exactly if they say the same."""


class _OtherwiseError(Exception):
    """The element is written in a way that is not followed here."""


def attribute_value(text: str) -> Value:
    """Return the value of a property that is written as an attribute."""
    return _spelled(_text(text, None))


def element_value(element: etree._Element) -> Value:
    """Return the value of a property that is written as an element.

    Structures may stand as elements or as attributes, with a description of their own or without, and an address may
    be written as text; white space between elements says nothing. What is written in any other way is compared as it
    stands.

    Args:
        element: The property.

    Source: ISO 16684-1 clauses 6.3, 7.4 to 7.9.
    """
    try:
        return _spelled(_value(element, 0))
    except _OtherwiseError:
        kept = element.tail
        element.tail = None
        try:
            return str(etree.tostring(element, method="c14n"), "utf-8")
        finally:
            element.tail = kept


def _spelled(value: object) -> Value:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _text(text: str, language: str | None) -> list[object]:
    return ["text", text.strip(), language]


def _value(element: etree._Element, depth: int) -> list[object]:
    if depth > _DEEPEST:
        raise _OtherwiseError
    attributes = {str(key): str(text) for key, text in element.attrib.items()}
    language = attributes.pop(_LANGUAGE, None)
    parse_type = attributes.pop(_PARSE_TYPE, None)
    resource = attributes.pop(_RESOURCE, None)
    children = [child for child in element if isinstance(child.tag, str)]
    words = [element.text, *(child.tail for child in element)]
    if children and any(word and word.strip() for word in words):
        raise _OtherwiseError
    if any(key.startswith(_RDF) for key in attributes) or parse_type not in (None, "Resource"):
        raise _OtherwiseError
    if resource is not None:
        if children or attributes or parse_type or (element.text or "").strip():
            raise _OtherwiseError
        return _text(resource, language)
    if parse_type == "Resource" or attributes:
        if attributes and (children or parse_type or (element.text or "").strip()):
            raise _OtherwiseError
        return _structure(children, attributes, language, depth)
    if not children:
        return _text("".join(word for word in words if word), language)
    if len(children) != 1:
        raise _OtherwiseError
    return _inner(children[0], language, depth)


def _inner(child: etree._Element, language: str | None, depth: int) -> list[object]:
    """Return what a list, or a description of its own, says."""
    attributes = {str(key): str(text) for key, text in child.attrib.items()}
    if any(word and word.strip() for word in (child.text, *(item.tail for item in child))):
        raise _OtherwiseError
    children = [item for item in child if isinstance(item.tag, str)]
    if child.tag in _LISTS:
        if attributes or any(item.tag != f"{_RDF}li" for item in children):
            raise _OtherwiseError
        return ["list", str(child.tag), [_value(item, depth + 1) for item in children], language]
    if child.tag != _DESCRIPTION or attributes.pop(_ABOUT, ""):
        raise _OtherwiseError
    if any(key.startswith(_RDF) or key == _LANGUAGE for key in attributes):
        raise _OtherwiseError
    return _structure(children, attributes, language, depth)


def _structure(
    children: list[etree._Element], attributes: dict[str, str], language: str | None, depth: int
) -> list[object]:
    fields = [[key, _text(text, None)] for key, text in attributes.items()]
    fields += [[str(child.tag), _value(child, depth + 1)] for child in children]
    return ["structure", sorted(fields, key=_spelled), language]
