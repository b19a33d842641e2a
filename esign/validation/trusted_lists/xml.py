"""XML as trusted lists need it: UTF-8, no document type, no entities, nothing from outside, within limits."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from esign.validation.trusted_lists.errors import ListMalformed, ListTooLarge

MAX_BYTES = 32 * 1024 * 1024
"""Largest list that is read; the largest of the Union's are below 6 MB."""
MAX_MARKUP = 2_000_000
"""Most ``<`` in a list, which bounds the elements before any is built."""

TSL = "http://uri.etsi.org/02231/v2#"
TYPES = "http://uri.etsi.org/02231/v2/additionaltypes#"
SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = Any
"""An element of lxml, which publishes no types."""

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z")


def parser() -> Any:
    """Return a parser that resolves nothing, loads nothing and stops at libxml2's own limits."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
    )


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """Return the root element.

    Args:
        data: The document, UTF-8, with or without byte order mark.
        max_bytes: Largest document that is read.

    Raises:
        ListTooLarge: Too many bytes or elements.
        ListMalformed: Not UTF-8, not well-formed, or with a document type.
    """
    if len(data) > max_bytes or data.count(b"<") > MAX_MARKUP:
        raise ListTooLarge(bytes=len(data))
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ListMalformed("the list is not UTF-8") from error
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ListMalformed("the list carries a document type")
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListMalformed("the list is not well-formed XML") from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise ListMalformed("the list carries a document type")
    return root


def children(element: Element, namespace: str, name: str) -> Iterator[Element]:
    """Yield the child elements of that name."""
    yield from element.iterchildren(f"{{{namespace}}}{name}")


def optional(element: Element, namespace: str, name: str) -> Element | None:
    """Return the only child element of that name; None where there is none.

    Raises:
        ListMalformed: It stands there more than once.
    """
    found = list(children(element, namespace, name))
    if len(found) > 1:
        raise ListMalformed("an element stands twice", element=name)
    return found[0] if found else None


def required(element: Element, namespace: str, name: str) -> Element:
    """Return the only child element of that name.

    Raises:
        ListMalformed: It is not there exactly once.
    """
    found = optional(element, namespace, name)
    if found is None:
        raise ListMalformed("an element is missing", element=name)
    return found


def text(element: Element) -> str:
    """Return the text of an element that holds nothing else, without surrounding white space.

    Raises:
        ListMalformed: There is an element, a comment or a processing instruction inside (text must not end early).
    """
    if len(element):
        raise ListMalformed("an element holds more than text")
    return (element.text or "").strip()


def instant(element: Element) -> datetime:
    """Return the instant (UTC) that an ``xsd:dateTime`` with a zone says.

    Raises:
        ListMalformed: Another text.
    """
    value = text(element)
    match = _INSTANT.match(value)
    if match is None:
        raise ListMalformed("a time is not a date-time with a zone")
    try:
        return datetime.fromisoformat(match[1] + match[2].replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ListMalformed("a time does not exist") from error


def number(element: Element) -> int:
    """Return the positive number that an element says.

    Raises:
        ListMalformed: Another text.
    """
    value = text(element)
    if not re.fullmatch(r"[0-9]{1,12}", value, re.ASCII):
        raise ListMalformed("a number is none")
    return int(value)


def binary(element: Element) -> bytes:
    """Return the bytes of an ``xsd:base64Binary``.

    Raises:
        ListMalformed: Another text.
    """
    try:
        return base64.b64decode("".join(text(element).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ListMalformed("base64 is malformed") from error


def in_english(element: Element, namespace: str, name: str) -> str:
    """Return the English text among children in several languages, or the first; empty where there is none."""
    found = list(children(element, namespace, name))
    english = [item for item in found if (item.get(XML_LANG) or "").lower().startswith("en")]
    return text((english or found)[0]) if found else ""
