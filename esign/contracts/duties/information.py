"""The information before a declaration: complete, or the contract cannot be offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.contracts.duties.answers import Answers
from esign.contracts.duties.errors import InformationIncomplete, InformationUnknown
from esign.contracts.duties.policy import Duty, DutyList, Place, Subject, duties, sector_of
from esign.contracts.text import Section
from esign.contracts.values import flags
from esign.contracts.wording import contract_wording, in_force

if TYPE_CHECKING:
    from esign.contracts.data import ContractData

_KINDS = {"financial_service": "financial_services", "life_insurance": "life_insurance"}
"""Kinds of withdrawal that name a sector for which there is no row of the table of forms."""
_SHEETS = {"telecom": "contract_summary", "credit": "credit_information"}
"""Flags of sectors to the sheet that law prescribes there (TKG § 54 (3); EGBGB Art. 247 § 2)."""
_UNTOLD = frozenset({"page", "form"})
"""Answers that are kept by pages, not by words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An item and what is told."""

    duty: Duty
    label: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldList:
    """The items of one list under its heading."""

    name: str
    title: str
    version: str
    items: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationSheet:
    """A document of its own that law prescribes: the contract summary, the product information document."""

    kind: str
    """``contract_summary``, ``credit_information`` or ``product_information``."""
    title: str
    note: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """Everything that is told before a declaration, in the contract's language."""

    lang: str
    title: str
    lead: str
    lists: tuple[ToldList, ...]
    closing: str
    sheet: InformationSheet | None

    @property
    def marks(self) -> Mapping[str, int]:
        """How many of the items bear which mark."""
        found: dict[str, int] = {}
        for group in self.lists:
            for item in group.items:
                found[item.duty.mark] = found.get(item.duty.mark, 0) + 1
        return found


def subject_of(contract: ContractData) -> Subject:
    """Return what decides which items apply to a contract."""
    kind = contract.withdrawal.kind
    sector = sector_of(_KINDS.get(kind, contract.type), contract.date)
    return Subject(sector=sector, flags=flags(contract))


def duties_of(contract: ContractData) -> tuple[DutyList, ...]:
    """Return what has to be told about a contract; nothing where no list was in force on its day."""
    if not in_force(contract_wording(contract.template, contract.date), contract.date):
        return ()
    return duties(subject_of(contract), contract.date, given=contract.information)


def information(contract: ContractData) -> Information | None:
    """Return the information before the declaration; None where nothing has to be told.

    Raises:
        InformationIncomplete: An item that applies has no answer; the facts name the items and their clauses.
        InformationUnknown: The data answers an item that does not apply.
        WordingError: The policies have no words for the contract's language or date.

    Source: BGB §§ 312d, 312i, 312j; EGBGB Art. 246a § 4; VVG § 7 (1); TKG § 54; EnWG § 41.
    """
    lists = duties_of(contract)
    known = {duty.key for each in lists for duty in each.duties}
    if strange := sorted(set(contract.information) - known):
        raise InformationUnknown("no duty of this contract knows the item", pointer="/information", items=strange[0])
    if not lists:
        return None
    answers = Answers(contract)
    told = tuple(_told(answers, each, contract.lang) for each in lists)
    missing = [item.duty for group in told for item in group.items if not item.sections and not item.duty.optional]
    if missing:
        raise InformationIncomplete(
            "an item is missing that has to be told before the declaration",
            pointer="/information",
            items=", ".join(duty.key for duty in missing),
            clauses="; ".join(duty.clause for duty in missing),
        )
    return Information(
        lang=contract.lang,
        title=answers.word("title"),
        lead=answers.word("lead"),
        lists=tuple(_kept(group) for group in told if any(item.sections for item in group.items)),
        closing=answers.word("closing"),
        sheet=_sheet(answers, subject_of(contract)),
    )


def above_button(contract: ContractData) -> frozenset[str]:
    """Return the keys of the items that must stand directly above the order button.

    Source: BGB § 312j (2).
    """
    lists = duties_of(contract)
    return frozenset(duty.key for each in lists for duty in each.duties if Place.BEFORE_BUTTON in duty.where)


def _told(answers: Answers, each: DutyList, lang: str) -> ToldList:
    return ToldList(
        name=each.name,
        title=each.title[lang],
        version=each.version,
        items=tuple(
            Told(duty=duty, label=duty.label[lang], sections=answers.of(duty))
            for duty in each.duties
            if duty.answer not in _UNTOLD
        ),
    )


def _kept(group: ToldList) -> ToldList:
    items = tuple(item for item in group.items if item.sections)
    return ToldList(name=group.name, title=group.title, version=group.version, items=items)


def _sheet(answers: Answers, subject: Subject) -> InformationSheet | None:
    title, note, sections = answers.sheet()
    if not title:
        return None
    held = subject.held
    found = [kind for flag, kind in _SHEETS.items() if flag in held]
    kind = found[0] if found else "product_information"
    return InformationSheet(kind=kind, title=title, note=note, sections=sections)
