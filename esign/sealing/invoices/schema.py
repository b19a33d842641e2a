"""The XML schema of a profile: the first thing that an invoice must hold."""

from __future__ import annotations

import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from esign.sealing.invoices.findings import FindingKind, RuleFinding

_STEP = re.compile(
    r"/@?(?:"
    r"\*\[local-name\(\)='(?P<local>[\w.-]+)'[^\]]*\]"  # as the skeleton of ISO Schematron writes it
    r"|(?:Q\{[^}]*\}|[\w.*-]*:)?(?P<name>[\w.*-]+)(?:\[namespace-uri\(\)='[^']*'\])?"  # XPath 3, libxml2, others
    r")(?P<index>(?:\[\d+\])?)"
)
_DECLARES = re.compile(rb"<xsd?:(?:element|attribute)\s[^>]*?name=\"([A-Za-z][A-Za-z0-9]{1,80})\"")
_MOST = 50
_LONGEST = 400


class Schema:
    """One compiled XML schema; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._schema = etree.XMLSchema(file=str(path))
        self._lock = threading.Lock()
        self.words = _words(path.parent if path.parent.name != "maindoc" else path.parent.parent)
        """Names of elements and attributes that the schema knows: others are not repeated in locations."""

    def check(self, root: Any) -> tuple[RuleFinding, ...]:
        """Return where an invoice breaks the schema: the kind of each fault and its place, not its content."""
        with self._lock:
            if self._schema.validate(root):
                return ()
            faults = [(str(entry.type_name), str(entry.path or "")) for entry in list(self._schema.error_log)[:_MOST]]
        found: dict[str, list[str]] = {}
        for kind, path in faults or [("SCHEMAV", "")]:
            found.setdefault(_identifier(kind), []).append(place(path, self.words))
        return tuple(
            RuleFinding(kind=FindingKind.SCHEMA, rule_id=rule, location=places[0], count=len(places))
            for rule, places in found.items()
        )


@cache
def schema(path: Path) -> Schema:
    """Return the schema in a file, compiled once in the life of a process."""
    return Schema(path)


def place(path: str, words: frozenset[str]) -> str:
    """Return a path of elements without namespaces and values; names that are not the standard's stand as ``*``."""
    steps = []
    for found in _STEP.finditer(path):
        name = found["local"] or found["name"]
        steps.append(f"/{name if name in words else '*'}{found['index']}")
    return "".join(steps)[:_LONGEST]


def _identifier(kind: str) -> str:
    """Return libxml2's word for a fault in our way: ``SCHEMAV_ELEMENT_CONTENT`` is ``schema.element_content``."""
    word = re.sub(r"[^a-z_]", "", kind.removeprefix("SCHEMAV_").removeprefix("CVC_").lower())
    return f"schema.{word or 'invalid'}"


@cache
def _words(folder: Path) -> frozenset[str]:
    return frozenset(
        name.decode("ascii") for path in folder.rglob("*.xsd") for name in _DECLARES.findall(path.read_bytes())
    )
