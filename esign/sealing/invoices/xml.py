"""XML of strangers, read without trust: no document type, no entity, nothing fetched, bounded size and depth."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

MAX_BYTES = 32 << 20
"""Longest invoice; supporting documents are part of it, in base 64."""
_MOST_MARKS = 500_000
"""Most opening angle brackets, and most equals signs: every element and every attribute costs memory."""
_DEEPEST = 100
_TOO_DEEP = etree.XPath("boolean(/" + "/".join("*" * (_DEEPEST + 1)) + ")")
_DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODINGS = frozenset({"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf8"})
"""All of them write markup as ASCII does, so that what follows can be looked for in the bytes."""


class XmlRefused(ValueError):
    """XML that is not read; the argument is a stable word: ``size``, ``encoding``, ``doctype`` or ``syntax``."""


def read_xml(data: bytes) -> Any:
    """Return the root element of foreign XML.

    Raises:
        XmlRefused: Too long, not well-formed, in an unusual encoding, or with a document type.
    """
    if len(data) > MAX_BYTES or data.count(b"<") > _MOST_MARKS or data.count(b"=") > _MOST_MARKS:
        raise XmlRefused("size")
    if b"\0" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise XmlRefused("encoding")
    declared = _DECLARATION.match(data[:400])
    if declared is not None and declared[1].decode("ascii").lower() not in _ENCODINGS:
        raise XmlRefused("encoding")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise XmlRefused("doctype")
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        raise XmlRefused("syntax") from None  # the parser's words quote what it read
    if _TOO_DEEP(root):
        raise XmlRefused("syntax")
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise XmlRefused("doctype")
    return root


def text_of(root: Any, *path: str) -> str:
    """Return the text of the first element at a path of Clark names below a root; empty where there is none."""
    element = root
    for name in path:
        element = element.find(name)
        if element is None:
            return ""
    return (element.text or "").strip()


def as_utf8(root: Any) -> bytes:
    """Return an element as UTF-8 without comments' and encodings' varieties, for a second reader."""
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=True,  # a supporting document is one long text; how much there is of anything is bounded above
        recover=False,
        collect_ids=False,
        remove_pis=True,
        remove_comments=True,
    )
