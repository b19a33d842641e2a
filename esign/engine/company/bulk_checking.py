"""The check of a file's rows: everything that can be known before anything is drawn up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esign.access import Actor
from esign.engine.company.bulk_file import Line, Table
from esign.engine.company.bulk_plan import DAYS, SIGN_BY, Plan, RowRefused, by_column, taken_out, told
from esign.engine.company.creation import CreationDesk
from esign.engine.company.records import RowContents
from esign.engine.contracts.validity import Validity, wished
from esign.foundation.errors import EsignError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Checks rows. What one row says is told from the others: each contract number once."""

    creation: CreationDesk
    actor: Actor
    plan: Plan
    table: Table
    used: Mapping[str, str]
    """Column, and what it fills in."""
    validity: Mapping[str, Any]
    """Of all rows that say nothing of their own."""
    _seen: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def rows(self) -> tuple[tuple[int, RowContents], ...]:
        """Return each row's number, and what it says or what is wrong with it."""
        return tuple((line.number, self._row(line)) for line in self.table.lines)

    def _row(self, line: Line) -> RowContents:
        reference = ""
        names = {target: column for column, target in self.used.items()}
        cells: dict[str, str] = {}
        try:
            cells, own = taken_out(by_column(self.used, self.table.columns, line))
            validity = {**{name: each for name, each in self.validity.items() if name == "reminders" or not own}, **own}
            data = self.plan.data(cells)
            reference = str(data.get("reference", ""))[:64]
            self._refuse_twice(reference, line, names)
            self._check(data, validity)
            if self.creation.taken(self.actor, reference):
                de, en = "Diese Vertragsnummer ist vergeben.", "This contract number is taken."
                raise RowRefused((names.get("reference", ""), de, en))
        except RowRefused as refused:
            findings = tuple((names.get(place, place), de, en) for place, de, en in refused.findings)
            return RowContents(reference=reference, findings=findings)
        except EsignError as refusal:
            findings = tuple((names.get(place, place), de, en) for place, de, en in told(refusal, cells))
            return RowContents(reference=reference, findings=findings)
        return RowContents(reference=reference, data=json.dumps(data).encode(), validity=validity)

    def _refuse_twice(self, reference: str, line: Line, names: Mapping[str, str]) -> None:
        if reference in self._seen:
            first = self._seen[reference]
            de, en = f"Dieselbe Vertragsnummer wie Zeile {first}.", f"The same contract number as line {first}."
            raise RowRefused((names.get("reference", ""), de, en))
        self._seen[reference] = line.number

    def _check(self, data: Mapping[str, Any], validity: Mapping[str, Any]) -> None:
        self.creation.preview(self.actor, data)
        if validity:
            place = SIGN_BY if "until" in validity else DAYS
            try:
                wished(self.creation.household, Validity.parse(validity))
            except EsignError as refusal:
                raise RowRefused((place, refusal.code, refusal.code)) from refusal
