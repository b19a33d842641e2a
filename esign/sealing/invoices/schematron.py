"""Business rules, run by a helper process: a rule set or an invoice can spoil the helper, never who asks.

One helper answers for one process; who asks from several processes has one in each. It is started when it is first
needed, ended when it takes too long, and replaced when it is gone. What it could not answer was not checked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from esign.foundation.helper_process import HelperProcess
from esign.sealing.invoices.rule_sets import Rules
from esign.sealing.invoices.schematron_worker import SIZE

WORKER = Path(__file__).with_name("schematron_worker.py")
SECONDS = 60.0
"""How long one invoice may take by the clock on the wall, the start of a helper and compiling its rules included."""
_LONGEST_ANSWER = 4 << 20
Failed = tuple[str, bool, str]
"""Identifier of a rule, whether it is fatal, and where, as the processor writes paths."""


class HelperGone(Exception):
    """A helper gave no answer; the argument is a stable word: ``time``, ``broken`` or ``start``."""


class RulesRunner(Protocol):
    """Runs rules over invoices, wherever that is."""

    def available(self) -> bool:
        """Tell whether the processor is installed."""

    def run(self, rules: Sequence[Rules], invoice: bytes) -> Mapping[str, tuple[Failed, ...] | None]:
        """Return the rules that fail, for each set by name; None for a set that could not be run.

        Raises:
            HelperGone: There is no answer: nothing was checked.
        """

    def close(self) -> None:
        """End what runs them."""


class Schematron:
    """Runs rules in a helper process.

    Args:
        seconds: How long one invoice may take.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._helper: _Helper | None = None

    @staticmethod
    def available() -> bool:
        """Tell whether the processor is installed (the extra ``einvoice``)."""
        return find_spec("saxonche") is not None

    def run(self, rules: Sequence[Rules], invoice: bytes) -> Mapping[str, tuple[Failed, ...] | None]:
        """Return the rules that fail, for each set by name; None for a set that could not be run.

        Args:
            rules: Sets that are available.
            invoice: As UTF-8, already read once.

        Raises:
            HelperGone: There is no answer: nothing was checked.
        """
        with self._lock:
            helper = self._taken()
            try:
                return helper.ask(rules, invoice, self._seconds)
            finally:
                if not helper.alive:
                    self._helper = None

    def close(self) -> None:
        """End the helper."""
        with self._lock:
            if self._helper is not None:
                self._helper.end()
                self._helper = None

    def _taken(self) -> _Helper:
        if self._helper is not None and not self._helper.running:
            self._helper.end()
            self._helper = None
        if self._helper is None:
            self._helper = _Helper()
        return self._helper


class _Helper(HelperProcess):
    """One helper process."""

    def __init__(self) -> None:
        try:
            super().__init__(WORKER)
        except OSError:
            raise HelperGone("start") from None

    def ask(self, rules: Sequence[Rules], invoice: bytes, seconds: float) -> Mapping[str, tuple[Failed, ...] | None]:
        """Return what the helper says; it may be gone afterwards."""
        head = json.dumps(
            {
                "rules": {item.name: str(item.path) for item in rules},
                "only": {item.name: item.only for item in rules if item.only},
                "size": len(invoice),
            }
        ).encode("ascii")
        try:
            with self.within(seconds):
                answer = self._exchange(SIZE.pack(len(head)) + head, invoice)
                found = _read(answer, rules)
                self.alive = not (answer["leaves"] or self.late)
            return found
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            raise HelperGone("time" if self.break_off() else "broken") from None
        finally:
            if not self.alive:
                self.end()

    def _exchange(self, head: bytes, invoice: bytes) -> dict[str, Any]:
        source, answers = self.source, self.answers
        source.write(head)
        source.write(invoice)
        source.flush()
        told = answers.read(SIZE.size)
        if len(told) < SIZE.size or SIZE.unpack(told)[0] > _LONGEST_ANSWER:
            raise EOFError
        size = SIZE.unpack(told)[0]
        content = answers.read(size)
        if len(content) < size:
            raise EOFError
        answer = json.loads(content)
        if not isinstance(answer, dict):
            raise TypeError
        return answer


def _read(answer: dict[str, Any], rules: Sequence[Rules]) -> dict[str, tuple[Failed, ...] | None]:
    sets = answer["sets"]
    if set(sets) != {item.name for item in rules}:
        raise ValueError("an answer to something else")
    return {
        name: None
        if failed is None
        else tuple((str(rule), weight == "fatal", str(path)) for rule, weight, path in failed)
        for name, failed in sets.items()
    }
