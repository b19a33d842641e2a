"""Use cases of consents: a person's page, and what a company tells or looks up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from esign.access import Actor, Permission
from esign.contracts import ContractData
from esign.contracts.consents import Consent, ConsentNotAsked, ConsentText, asked
from esign.engine.consents import keeping
from esign.engine.consents.address import read_token
from esign.engine.consents.refusals import ConsentPageUnknown, ConsentRefused, ConsentUnknown
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState

LONGEST_EVIDENCE = 2000
_AHEAD = timedelta(minutes=5)
_NEVER = (ContractState.DRAWN_UP, ContractState.DECLINED, ContractState.CANCELLED, ContractState.FAILED)
"""States in which nobody is asked for anything; what was given can be revoked all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One consent that a page asks for, and the one that stands, if it was given."""

    text: ConsentText
    given: Consent | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage:
    """What a person's page shows."""

    title: str
    reference: str
    company: str
    open: bool
    """Whether consents can be given; revoking is possible always."""
    consents: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDesk:
    """Gives, revokes and shows consents."""

    household: Household

    def page(self, token: str, *, lang: str) -> ConsentPage:
        """Return a person's page.

        Raises:
            ConsentPageUnknown: There is no such page.
        """
        with self.household.store.reading() as tx:
            record, contract, party = self._found(tx, token)
            known = keeping.of_contract(tx, record.id, party)
            texts = _texts(contract, party, lang)
            kinds = {text.kind for text in texts}
            others = [each for each in known if each.stands and each.text.kind not in kinds]
            return ConsentPage(
                title=record.title,
                reference=record.reference,
                company=record.company,
                open=record.state not in _NEVER,
                consents=(
                    *(Asked(text=text, given=_standing(known, text.kind)) for text in texts),
                    *(Asked(text=each.text, given=each) for each in others),
                ),
            )

    def give(self, token: str, kind: str, ticked: Iterable[str], *, lang: str) -> None:
        """Give one consent: every statement of it was ticked by the person.

        Raises:
            ConsentPageUnknown: There is no such page.
            ConsentNotAsked: It is not asked for there.
            ConsentIncomplete: A statement was not ticked.
            ConsentRefused: The contract has ended.
        """
        with self.household.store.transaction() as tx:
            record, contract, party = self._found(tx, token)
            text = _text(contract, party, kind, lang)
            text.require(ticked)
            if record.state in _NEVER:
                raise ConsentRefused("nobody is asked for consents any more", state=record.state.value)
            if _standing(keeping.of_contract(tx, record.id, party), kind) is None:
                keeping.give(self.household, tx, record.id, party, text)

    def revoke(self, token: str, consent_id: str) -> None:
        """Revoke one consent: one press, no reason, in every state of the contract.

        Raises:
            ConsentPageUnknown: There is no such page.
            ConsentUnknown: There is no such consent of this person.
        """
        with self.household.store.transaction() as tx:
            record, _, party = self._found(tx, token)
            consent = _known(keeping.of_contract(tx, record.id, party), consent_id)
            keeping.revoke(self.household, tx, record.id, consent)

    def of_contract(self, actor: Actor, contract_id: str) -> tuple[Consent, ...]:
        """Return the consents about a contract, oldest first.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            known(tx, actor, contract_id)
            return keeping.of_contract(tx, contract_id)

    def tell(self, actor: Actor, contract_id: str, said: Mapping[str, Any]) -> Consent:
        """Keep a consent that was given elsewhere, with what proves it.

        Args:
            actor: Who tells.
            contract_id: The contract.
            said: ``kind``, ``party``, ``statements`` (the identifiers of all that were ticked), ``given_at`` (instant),
                ``evidence`` (what proves it, such as the number of a record).

        Raises:
            AccessDenied: The actor may not.
            ContractUnknown: There is no such contract.
            ConsentNotAsked: The contract does not ask for it.
            ConsentIncomplete: Not every statement was ticked.
            ConsentRefused: The contract has ended; no such party; the instant lies ahead; nothing proves it.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        at, evidence = _instant(said.get("given_at")), str(said.get("evidence", "")).strip()
        if at is None or at > house.clock.now() + _AHEAD or not 1 <= len(evidence) <= LONGEST_EVIDENCE:
            raise ConsentRefused("instant or evidence is missing or cannot be")
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            if record.state in _NEVER and record.state is not ContractState.DRAWN_UP:
                raise ConsentRefused("the contract has ended", state=record.state.value)
            contract = ContractData.parse(house.contract_contents(tx, record).data)
            party = str(said.get("party", "signatory-1"))
            text = _text(contract, party, str(said.get("kind", "")), contract.lang)
            text.require(str(each) for each in said.get("statements", ()))
            made = keeping.give(
                house, tx, record.id, party, text, channel=keeping.COMPANY, evidence=evidence, given_at=at, by=actor
            )
            return _known(keeping.of_contract(tx, record.id, party), made)

    def tell_revoked(self, actor: Actor, contract_id: str, consent_id: str) -> Consent:
        """Keep that a consent was revoked elsewhere, such as by telephone; twice changes nothing.

        Raises:
            AccessDenied: The actor may not.
            ContractUnknown: There is no such contract.
            ConsentUnknown: There is no such consent about it.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            known(tx, actor, contract_id)
            consent = _known(keeping.of_contract(tx, contract_id), consent_id)
            keeping.revoke(self.household, tx, contract_id, consent, channel=keeping.COMPANY, by=actor)
            return _known(keeping.of_contract(tx, contract_id), consent_id)

    def _found(self, tx: Transaction, token: str) -> tuple[ContractRecord, ContractData, str]:
        named = read_token(tx, token)
        record = tx.contracts.get(named[0]) if named else None
        if named is None or record is None or not tx.safe.holders(record.id):
            raise ConsentPageUnknown("there is no such page")
        contents = self.household.contract_contents(tx, record)
        if named[1] not in {each.name for each in contents.parties}:
            raise ConsentPageUnknown("there is no such page")
        return record, ContractData.parse(contents.data), named[1]


def _texts(contract: ContractData, party: str, lang: str) -> tuple[ConsentText, ...]:
    number = int(party.removeprefix("signatory-")) - 1 if party.removeprefix("signatory-").isdecimal() else -1
    if not 0 <= number < len(contract.signatories):
        raise ConsentRefused("the contract has no such party")
    return asked(contract, number, lang=lang)


def _text(contract: ContractData, party: str, kind: str, lang: str) -> ConsentText:
    for text in _texts(contract, party, lang):
        if text.kind == kind:
            return text
    raise ConsentNotAsked("the contract asks for no such consent", kind=kind[:40])


def _standing(known: tuple[Consent, ...], kind: str) -> Consent | None:
    return next((each for each in reversed(known) if each.stands and each.text.kind == kind), None)


def _known(known: tuple[Consent, ...], consent_id: str) -> Consent:
    for each in known:
        if each.id == consent_id:
            return each
    raise ConsentUnknown("there is no such consent")


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
