"""Contracts made at the desk: from a form's answers, on the company's own document, or from contract data.

What is to become a contract is checked completely before anything is kept, and drawn up once, however often the button
is pressed: the same data under the same reference lead to the contract that is there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esign.access import Actor, Permission
from esign.contracts import ContractData, OrderSummary, order_summary
from esign.engine.company.records import Wanted
from esign.engine.contracts import own_documents
from esign.engine.contracts.admission import policy_for
from esign.engine.contracts.desk import ContractDesk
from esign.engine.contracts.validity import Validity
from esign.engine.household import Household
from esign.engine.refusals import EngineError
from esign.forms import (
    Answers,
    Checked,
    Decision,
    FormDefinition,
    FormUnknown,
    Outcome,
    check,
    contract_data,
    decide,
    form_definition,
)
from esign.foundation.identifiers import new_id


class FormRefuses(EngineError):
    """The form's rules refuse a contract with these answers."""

    code = "engine.creation.refused"


class ReferenceTaken(EngineError):
    """There is a contract of this reference already, and it says something else."""

    code = "engine.creation.reference_taken"


class CompanyUnknown(EngineError):
    """Nothing says yet with which name and address the company contracts."""

    code = "engine.creation.company_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a contract will say, before it is drawn up."""

    contract: ContractData
    summaries: tuple[OrderSummary, ...]
    """One for each signatory, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationDesk:
    """Makes contracts at the desk."""

    household: Household
    contracts: ContractDesk

    def forms(self, actor: Actor) -> tuple[FormDefinition, ...]:
        """Return the forms that the actor's company offers.

        Raises:
            AccessDenied: The actor may not draw up contracts.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        day = self.household.today()
        return tuple(form_definition(name, day) for name in sorted(self.household.offers.of(actor.tenant)))

    def form(self, actor: Actor, name: str) -> FormDefinition:
        """Return a form that the actor's company offers.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            FormUnknown: The company offers none of this name.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        if name not in self.household.offers.of(actor.tenant):
            raise FormUnknown
        return form_definition(name, self.household.today())

    def check(self, actor: Actor, name: str, answers: Mapping[str, object]) -> tuple[Checked, Decision | None]:
        """Return what the check of a form's answers found, and what the rules decide once they are complete.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            FormUnknown, UnknownField, AnswersTooLarge, AnswersMalformed: As :class:`~esign.forms.Answers` says.
        """
        definition = self.form(actor, name)
        day = self.household.today()
        checked = check(definition, Answers.parse(answers, definition), day=day, reference=self.household.reference)
        return checked, decide(definition, checked) if checked.complete else None

    def data(self, actor: Actor, name: str, answers: Mapping[str, object], reference: str = "") -> dict[str, Any]:
        """Return the contract data of a form's answers.

        Args:
            actor: Who asks.
            name: The form.
            answers: Raw texts by field.
            reference: The contract's reference; empty: one is made.

        Raises:
            NotComplete: Answers are missing or wrong.
            FormRefuses: The rules refuse it, or ask for something more.
        """
        checked, decision = self.check(actor, name, answers)
        if decision is not None and decision.outcome in (Outcome.REFUSE, Outcome.ASK):
            raise FormRefuses(rules="+".join(reason.rule for reason in decision.reasons)[:200])
        offer = self.household.offers.of(actor.tenant)[name]
        day = self.household.today()
        return contract_data(
            self.form(actor, name),
            checked,
            reference=reference or self.reference(offer.prefix),
            date=day,
            company=offer.company,
        )

    def company(self, actor: Actor) -> dict[str, Any]:
        """Return how the company names itself in its newest contract, or in what it offers by form.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            CompanyUnknown: There is neither.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.reading() as tx:
            for record in tx.contracts.newest(actor.tenant, 1):
                found: dict[str, Any] = json.loads(house.contract_contents(tx, record).data)["company"]
                return found
        for offer in house.offers.of(actor.tenant).values():
            return dict(offer.company)
        raise CompanyUnknown

    def reference(self, prefix: str = "V-") -> str:
        """Return a fresh reference: prefix, local day, and six random characters."""
        drawn = "".join(char for char in new_id().upper() if char.isalnum())[:6]
        return f"{prefix}{self.household.today():%Y%m%d}-{drawn}"

    def taken(self, actor: Actor, reference: str) -> bool:
        """Tell whether a contract of the company has a reference.

        Raises:
            AccessDenied: The actor may not draw up contracts.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            found = tx.search.find(actor.tenant, Wanted(text=reference), frozenset(), after=None, limit=20)
        return any(record.reference == reference for record in found)

    def preview(self, actor: Actor, data: Mapping[str, Any]) -> Preview:
        """Return what a contract will say; nothing is kept.

        Raises:
            EsignError: As :meth:`ContractDesk.draw_up`, whatever of it can be known beforehand.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        complete = own_documents.complete(self.household, actor, data)
        contract = ContractData.parse(complete.data)
        policy_for(self.household, contract)
        numbers = range(len(contract.signatories))
        return Preview(contract=contract, summaries=tuple(order_summary(contract, number) for number in numbers))

    def create(
        self, actor: Actor, data: Mapping[str, Any], *, invite: bool = True, validity: Validity | None = None
    ) -> str:
        """Draw up a contract and invite to it, in one transaction; return its identifier.

        Raises:
            ReferenceTaken: Another contract has its reference.
            ValidityRefused: The validity is not within the bounds.
            EsignError: As :meth:`ContractDesk.draw_up`.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        known = self._known(actor, data)
        if known is not None:
            return known
        with self.household.store.together():
            contract_id = self.contracts.draw_up(actor, data, validity)
            if invite:
                self.contracts.invite(actor, contract_id)
        return contract_id

    def _known(self, actor: Actor, data: Mapping[str, Any]) -> str | None:
        house = self.household
        wanted = Wanted(text=str(data.get("reference", "")))
        with house.store.reading() as tx:
            found = tx.search.find(actor.tenant, wanted, frozenset(), after=None, limit=20)
            for record in found:
                if record.reference != wanted.text:
                    continue
                kept = json.loads(house.contract_contents(tx, record).data)
                if _same(kept, data):
                    return record.id
                raise ReferenceTaken
        return None


def _same(kept: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Tell whether data became a kept contract; its own document was completed then."""
    plain = {name: value for name, value in data.items() if name != "terms"}
    if any(kept.get(name) != value for name, value in plain.items()) or set(kept) != set(data):
        return False
    terms, asked = dict(kept["terms"]), dict(data["terms"])
    one, other = terms.pop("document", None), asked.pop("document", None)
    if terms != asked:
        return False
    return all(one.get(name) == value for name, value in other.items()) if one and other else one == other
