"""The words of a contract, clause by clause, composed from policies and data; no layout, no file format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esign.contracts.declaration import declaration_text
from esign.contracts.errors import MissingLanguage
from esign.contracts.together import Together
from esign.contracts.values import flags, values
from esign.contracts.wording import applies, contract_wording, fill, in_language, wording

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a table of facts."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """Facts under one heading."""

    heading: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]
    points: tuple[str, ...] = ()
    """A list that stands between the first paragraph and the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDeclaration:
    """What one signatory declares, and how he or she is named beside the signature."""

    role: str
    name: str
    acts_for: str
    """For whom, in words; empty where nobody is represented."""
    power: str
    """By which power, in words; empty where nobody is represented."""
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractText:
    """All words of one contract in the order in which a reader meets them."""

    company_role: str
    reference_label: str
    lead: str
    facts_title: str
    facts: tuple[FactGroup, ...]
    sheet_title: str
    sheet_note: str
    sheet: tuple[Section, ...]
    """The product's information sheet that law prescribes for its kind; empty where there is none."""
    clauses_title: str
    clauses: tuple[Section, ...]
    conclusion: Section | None
    """How the contract comes about (EGBGB Art. 246c); None where nothing is offered."""
    instruction_title: str
    instruction: tuple[Section, ...]
    """The instruction on the right of withdrawal; empty where there is no right."""
    form: Section | None
    """The model withdrawal form (EGBGB Anlage 2), or None."""
    declarations: tuple[PartyDeclaration, ...]
    """One for each signatory, in order."""
    notes: tuple[str, ...]
    """What stands above the signatures where there is more than one."""
    level_sentence: str
    """What kind of signature the document gets, in the law's words."""


def compose(contract: ContractData) -> ContractText:
    """Return all words of a contract in its language.

    Raises:
        MissingLanguage: The policies have no clauses in the contract's language.
        NotInForce: No wording is in force on the contract's date.
        UnknownPlaceholder: A text asks for a value that the contract does not have.
    """
    policy = contract_wording(contract.template, contract.date)
    if contract.lang not in policy["languages"]:
        raise MissingLanguage("this template has no clauses in the contract's language", lang=contract.lang)
    writer = _Writer(contract)
    document = in_language(policy["document"], contract.lang)
    sheet = document.get("sheet", {})
    return ContractText(
        company_role=document["company_role"],
        reference_label=document["reference_label"],
        lead=writer.fill(writer.lead(document)),
        facts_title=document["facts_title"],
        facts=tuple(writer.group(item) for item in document["facts"]),
        sheet_title=sheet.get("title", ""),
        sheet_note=writer.fill(sheet.get("note", "")),
        sheet=writer.sections(sheet.get("sections", ())),
        clauses_title=document["clauses_title"],
        clauses=writer.sections(document["clauses"]),
        conclusion=writer.conclusion(),
        instruction_title=writer.instruction_title(policy),
        instruction=writer.instruction(policy),
        form=writer.form(policy),
        declarations=writer.declarations(),
        notes=Together(contract=contract).notes(),
        level_sentence=writer.fill(in_language(writer.level["sentence"], contract.lang)),
    )


class _Writer:
    def __init__(self, contract: ContractData) -> None:
        self._contract = contract
        self._flags = flags(contract)
        self._values: Mapping[str, str] = values(contract)
        self.level = wording("levels", contract.date)["levels"][contract.level.word]

    def fill(self, text: str) -> str:
        return fill(text, self._values)

    def group(self, item: Mapping[str, Any]) -> FactGroup:
        facts = (
            Fact(label=fact["label"], value=self.fill(fact["value"]))
            for fact in item["facts"]
            if applies(fact, self._flags)
        )
        return FactGroup(heading=item["heading"], facts=tuple(facts))

    def sections(self, items: Iterable[Mapping[str, Any]]) -> tuple[Section, ...]:
        return tuple(self.section(item) for item in items if applies(item, self._flags))

    def section(self, item: Mapping[str, Any]) -> Section:
        points = [self.fill(point) for point in item.get("points", ())]
        if "list" in item:
            points.extend(self._contract.terms[item["list"]])
        return Section(
            heading=self.fill(item["heading"]),
            paragraphs=tuple(
                self.fill(paragraph["text"])
                for paragraph in item.get("paragraphs", ())
                if applies(paragraph, self._flags)
            ),
            points=tuple(points),
        )

    def declarations(self) -> tuple[PartyDeclaration, ...]:
        together = Together(contract=self._contract)
        return tuple(
            PartyDeclaration(
                role=person.role,
                name=person.name,
                acts_for=together.acts_for(person),
                power=together.power(person),
                paragraphs=tuple(declaration_text(self._contract, party).split("\n\n")),
            )
            for party, person in enumerate(self._contract.signatories)
        )

    def lead(self, document: Mapping[str, Any]) -> str:
        orders = self._contract.offer_by == "customer"
        return str(document.get("lead_of_order", document["lead"]) if orders else document["lead"])

    def conclusion(self) -> Section | None:
        if not self._contract.paid:
            return None
        return self.section(in_language(wording("conclusion", self._contract.date)["texts"], self._contract.lang))

    def instruction_title(self, policy: Mapping[str, Any]) -> str:
        return str(self._instruction(policy)["title"]) if self._contract.withdrawal.right else ""

    def instruction(self, policy: Mapping[str, Any]) -> tuple[Section, ...]:
        if not self._contract.withdrawal.right:
            return ()
        text = self._instruction(policy)
        kind = self._contract.withdrawal.kind
        variant = self._contract.terms["delivery"]["kind"] if kind == "goods" else kind
        chosen = {name: choice[variant] for name, choice in text.get("choose", {}).items()}
        self._values = {**self._values, **chosen}
        return self.sections(text["sections"])

    def form(self, policy: Mapping[str, Any]) -> Section | None:
        if not self._contract.withdrawal.right or "withdrawal_form" not in policy:
            return None
        texts = wording(policy["withdrawal_form"], self._contract.date)["texts"]
        return self.section(in_language(texts, self._contract.lang))

    def _instruction(self, policy: Mapping[str, Any]) -> Mapping[str, Any]:
        texts = wording(policy["withdrawal_instruction"], self._contract.date)["texts"]
        result: Mapping[str, Any] = in_language(texts, self._contract.lang)
        return result
