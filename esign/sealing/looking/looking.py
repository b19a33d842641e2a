"""Documents are looked at by helper processes before they are sealed; each helper serves many of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from esign.sealing.batches.errors import Unexpected
from esign.sealing.batches.ports import Admitted, Buffer
from esign.sealing.document_errors import DocumentCostly
from esign.sealing.errors import SealingError
from esign.sealing.invoices.check import InvoiceRules
from esign.sealing.invoices.schematron import HelperGone
from esign.sealing.looking.helper import Helper
from esign.sealing.looking.limits import LookLimits
from esign.sealing.profile import SealProfile

MOST_IDLE = 2
"""Helpers of a kind that are kept for the next document."""
_LIMITS = LookLimits()

_log = logging.getLogger("esign.sealing")


class Looking:
    """Looks at documents in helper processes with limits; for many threads, each with a helper of its own.

    Args:
        policy: The operator's policy for e-invoices: a name, or a file ``….yaml``; empty: they are not looked at.
        rules: The rules for them, and the process that runs these.
        profile: What the seals look like.
        limits: What one document is given.
    """

    def __init__(self, *, policy: str, rules: InvoiceRules, profile: SealProfile, limits: LookLimits = _LIMITS) -> None:
        visible = profile.visible
        self._rules = rules
        self._sets = rules.sets()
        self._limits = limits
        self._setup: dict[str, Any] = {
            "rehearsal_seconds": limits.rehearsal_seconds,
            "rehearsal_room": limits.rehearsal_room,
            "policy": policy,
            "rules": {name: str(path) for name, path in rules.handed().files.items()},
            "installed": rules.installed(),
            "profile": {
                "name": profile.name,
                "field": profile.field,
                "label": profile.label,
                "reserved": profile.reserved,
                "visible": None if visible is None else {"page": visible.page, "box": list(visible.box)},
            },
        }
        self._picture = b"" if visible is None else visible.picture
        self._idle: dict[str, list[Helper]] = {"look": [], "render": []}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def admit(self, document: Buffer, *, level: str) -> Admitted:
        """Look at a document: what comes through may be sealed, and sealing it is known to cost little.

        Args:
            document: A PDF, or an e-invoice that is XML.
            level: The level that it is to reach.

        Raises:
            SealingError: It is set aside; one subclass for each reason.
            DocumentCostly: Looking at it takes more time or memory than one document is given.
            LookUnavailable: No helper could begin; it was not looked at.
        """
        data = bytes(document)
        told, _ = self._ask("look", data, level=level)
        if told.get("pages") is True:
            pages = self._ask("render", data)[1]
            self._ask("look", pages, level=level, pages=True)
            return Admitted(facts=_facts(told), instead=pages)
        return Admitted(facts=_facts(told), watched=told.get("watched") is True)

    def close(self) -> None:
        """End the helpers."""
        with self._lock:
            helpers = [helper for kind in self._idle.values() for helper in kind]
            for kind in self._idle.values():
                kind.clear()
        for helper in helpers:
            helper.end()
        self._rules.close()

    def _ask(self, kind: str, data: bytes, **more: object) -> tuple[dict[str, Any], bytes]:
        seconds = self._given(kind)[0] + self._limits.waiting
        with self._helper(kind) as helper:
            told, body = helper.ask(more, data, seconds=seconds, serve=self._run_rules)
        if "costly" in told:
            raise DocumentCostly(limit=str(told["costly"]))
        if "fault" in told:
            _log.error("document not looked at", extra={"fault": str(told["fault"])[:60]})
            raise Unexpected
        if "error" in told:
            raise _error(told)
        return told, body

    def _run_rules(self, asked: dict[str, Any], invoice: bytes) -> Mapping[str, Any]:
        names = asked["rules"]
        if not isinstance(names, list) or not all(isinstance(name, str) and name in self._sets for name in names):
            raise ValueError("a question for rules that are not there")
        try:
            return {"sets": self._rules.run(names, invoice)}
        except HelperGone as error:
            return {"gone": str(error)}

    @contextmanager
    def _helper(self, kind: str) -> Iterator[Helper]:
        helper = self._taken(kind)
        try:
            yield helper
        finally:
            with self._lock:
                kept = helper.alive and len(self._idle[kind]) < MOST_IDLE
                if kept:
                    self._idle[kind].append(helper)
            if not kept:
                helper.end()

    def _taken(self, kind: str) -> Helper:
        with self._lock:
            while self._idle[kind]:
                helper = self._idle[kind].pop()
                if helper.running:
                    return helper
                helper.end()  # it was ended between two documents: none of them did it
        seconds, memory = self._given(kind)
        return Helper({**self._setup, "kind": kind, "seconds": seconds, "memory": memory}, self._picture)

    def _given(self, kind: str) -> tuple[int, int]:
        """Return processor time and memory of a helper of a kind."""
        limits = self._limits
        return (
            (limits.seconds, limits.memory) if kind == "look" else (limits.rendering_seconds, limits.rendering_memory)
        )


def _facts(told: Mapping[str, Any]) -> Mapping[str, object]:
    facts = told.get("facts")
    return facts if isinstance(facts, dict) else {}


def _error(told: Mapping[str, Any]) -> SealingError:
    """Return the error that a helper tells; one that it cannot have met is none of the document's."""
    kind = _kinds(SealingError).get(str(told["error"]))
    if kind is None:
        return Unexpected()
    facts = {str(name): value for name, value in _facts(told).items() if name != "detail"}
    return kind(str(told.get("detail", "")), **facts)


def _kinds(base: type[SealingError]) -> dict[str, type[SealingError]]:
    found = {base.code: base}
    for each in base.__subclasses__():
        found |= _kinds(each)
    return found
