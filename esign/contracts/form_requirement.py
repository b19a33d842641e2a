"""Form first: which form (BGB §§ 126–129) the law asks for, and the lowest level of signature that satisfies it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from esign.contracts.form_errors import FormExcluded, FormLevelTooLow, FormNotInForce, FormNotOffered, FormTypeUnknown
from esign.policy import LegalLevel, policies_root, read_policy

FOLDER = "form-requirements"
"""Folder of the table below ``policies/``."""


class Form(StrEnum):
    """The form that a clause asks for.

    Source: BGB §§ 126 (paper), 126a (electronic form), 126b (Textform), 128 (notary).
    """

    NONE = "none"
    TEXT = "text"
    ELECTRONIC = "electronic"
    PAPER = "paper"
    NOTARY = "notary"


_BOTH = frozenset({"customer", "trader"})
_SIDES = {
    **dict.fromkeys(
        (
            "Kunde",
            "Teilnehmer",
            "VN",
            "Verbraucher",
            "Verbraucher (Bank: automatisiert ohne)",
            "versicherte Person",
            "Arbeitnehmer",
            "Zahler",
            "betroffene Person",
            "Betroffener",
            "Beschäftigter",
            "Mitglied",
        ),
        frozenset({"customer"}),
    ),
    **dict.fromkeys(("Arbeitgeber", "Ausbildende", "Behandelnder", "Versicherer", "Versorger"), frozenset({"trader"})),
}
"""On which side the declarant stands whom the table names; who may stand on either (Vermieter) counts as both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRequirement:
    """One row of the table: a type of contract or declaration, its form and its minimum level."""

    type: str
    title: Mapping[str, str]
    """By language, ``de`` and ``en``."""
    form: Form
    level: LegalLevel | None
    """The lowest level that the law asks for; None where it asks for none, or where no signature suffices."""
    source: str
    """The clause."""
    mark: str
    """``verified``, ``to be confirmed`` or ``engineering decision``."""
    origin: str
    """``law sheet D.3``, or ``ours`` for a row of the house."""
    valid_from: date | None
    """First local day of the contract's date on which the row applies; None: as far back as the table reaches."""
    valid_to: date | None
    valid_from_mark: str
    replaced_by: str
    """The type that takes over after ``valid_to``; empty where the table names none."""
    declarant: str
    """Whose declaration needs the form, in the words of the table; empty where nobody's in particular."""
    recommended: str
    consequence: Mapping[str, str]
    """What follows if the form is missed, by language; empty where the table says nothing."""
    note: str
    version: str
    """Version of the policy file."""

    @property
    def electronic(self) -> bool:
        """Whether the declaration can be made electronically at all."""
        return self.form not in (Form.PAPER, Form.NOTARY)

    @property
    def sides(self) -> frozenset[str]:
        """Whose declaration needs the form: ``customer``, ``trader`` or both; both where the table leaves it open."""
        return _SIDES.get(self.declarant, _BOTH)

    @property
    def minimum_level(self) -> str:
        """The second column in one word: ``none``, ``simple``, ``advanced``, ``qualified`` or ``excluded``."""
        if not self.electronic:
            return "excluded"
        return "none" if self.level is None else self.level.word

    def in_force(self, day: date) -> bool:
        """Tell whether the row applies to a contract of a local day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def check(self, offered: LegalLevel) -> None:
        """Refuse a level that cannot satisfy the form; a higher level always satisfies a lower one.

        Raises:
            FormExcluded: Paper or a notary is needed; the facts carry the clause and the consequence.
            FormLevelTooLow: The level offered is too low.
        """
        told = self._told()
        if not self.electronic:
            raise FormExcluded("the law asks for a form that no electronic signature gives", **told)
        if self.level is not None and offered < self.level:
            raise FormLevelTooLow(
                "the law asks for a higher level of signature", needed=self.level.word, offered=offered.word, **told
            )

    def not_offered(self, level: LegalLevel) -> FormNotOffered:
        """Return the refusal of a level that the law asks for and that cannot be given here."""
        return FormNotOffered(
            "the law asks for a level of signature that is not offered here", needed=level.word, **self._told()
        )

    def _told(self) -> dict[str, str]:
        return {
            "type": self.type,
            "form": self.form.value,
            "clause": self.source,
            "consequence": self.consequence.get("en", ""),
            "consequence_de": self.consequence.get("de", ""),
        }


def form_required(contract_type: str, day: date) -> FormRequirement:
    """Return the form that the law asks of a type on the contract's date.

    Args:
        contract_type: The type's identifier, such as ``CRD-001``; upper or lower case.
        day: The contract's local date, never today's.

    Raises:
        FormTypeUnknown: The table has no such type: it must not be signed before the operator has decided.
        FormNotInForce: No row of the type applies on that day.
    """
    rows = [row for row in form_requirements() if row.type == contract_type.upper()]
    if not rows:
        raise FormTypeUnknown("no form requirement is known for this type")
    for row in rows:
        if row.in_force(day):
            return row
    facts = {"type": rows[0].type, "day": day.isoformat()}
    if rows[-1].replaced_by and rows[-1].valid_to is not None and day > rows[-1].valid_to:
        facts["replaced_by"] = rows[-1].replaced_by
    raise FormNotInForce("no row of this type applies on the contract's day", **facts)


def check_form(contract_type: str, day: date, *, offered: LegalLevel) -> FormRequirement:
    """Return the form requirement of a declaration that can be made at the level offered; refuse any other.

    Raises:
        FormTypeUnknown: The table has no such type.
        FormNotInForce: No row of the type applies on that day.
        FormExcluded: The type needs paper or a notary.
        FormLevelTooLow: The type needs a higher level.
    """
    requirement = form_required(contract_type, day)
    requirement.check(offered)
    return requirement


@cache
def form_requirements() -> tuple[FormRequirement, ...]:
    """Return every row of the table, file by file.

    Raises:
        PolicyMalformed: A file cannot be read or does not fit its schema.
    """
    return tuple(row for _, policy in form_policies() for row in _rows(policy))


@cache
def form_policies() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return every policy file of the table with its name."""
    folder = policies_root() / FOLDER
    return tuple((path.name, read_policy(path)) for path in sorted(folder.glob("*.yaml")))


def _rows(policy: Mapping[str, Any]) -> Iterator[FormRequirement]:
    for row in policy["rows"]:
        level = row["minimum_level"]
        yield FormRequirement(
            type=row["type"],
            title=row["title"],
            form=Form(row["form"]),
            level=None if level in ("none", "excluded") else LegalLevel.parse(level),
            source=row["source"],
            mark=row["mark"],
            origin=row["origin"],
            valid_from=_day(row.get("valid_from")),
            valid_to=_day(row.get("valid_to")),
            valid_from_mark=row.get("valid_from_mark", row["mark"]),
            replaced_by=row.get("replaced_by", ""),
            declarant=row.get("declarant", ""),
            recommended=row.get("recommended", ""),
            consequence=row.get("consequence", {}),
            note=row.get("note", ""),
            version=policy["version"],
        )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
