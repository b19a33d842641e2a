"""Signing in person: the customer stands at the counter, and signs on the own device or on one of the company.

1. *The own device* (recommended): the clerk's page shows a link, as a QR code, that binds exactly one further device
   within ten minutes. It is a hand-over token like one that a customer's own device makes: who holds it has to identify
   at the identity provider as the person of the contract, and with the authenticator that the policy asks for. It
   tells the clerk nothing: neither code nor session at the identity provider nor any key ever is on the clerk's device.
2. *A device of the company*: the link binds one device that says itself that it is the company's, within five minutes.
   Keys are made for this ceremony alone and kept nowhere, the person logs in at the identity provider anew, no passkey
   verifies anybody, and request, certificate, transcript and signature say whose device it was. It is under a signature
   policy of its own, which says how much such a signature is worth; where that is less than the contract needs, or a
   contract has several signatories (a dossier holds one policy), it is refused.

At the simple level nobody identifies, and the mail alone shows who signs; there nothing is done in person.

Source: docs/ceremony-spec.md section 4 (``handover``), docs/security-model.md (the clerk).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from esign.access import Actor, Permission
from esign.ceremony.limits import COMPANY_DEVICE_SECONDS, HANDOVER_SECONDS
from esign.engine.contracts import invitations, turns
from esign.engine.contracts.ending import UNDER_WAY, refuse_if_ended
from esign.engine.contracts.handover import make_handover
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import (
    COMPANY,
    COMPANY_DEVICE,
    ContractRecord,
    ContractState,
    InvitationRecord,
)
from esign.engine.refusals import CompanyDeviceRefused, ContractStateRefused, EngineError
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.policy import LegalLevel

CHANNEL = "in_person"
COMPANY_DEVICE_CHANNEL = "company_device"
IN_PERSON_MARK = "in-person."
"""Stands before the token in a link for a device of the company, so that its agent keeps nothing from the beginning."""


class InPersonRefused(EngineError):
    """At this level the mail alone shows who signs: nothing can be handed over at the counter."""

    code = "engine.in_person.level"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A link for the device of a person who is present; shown once."""

    link: str
    expires_at: datetime
    """Until when it may bind a device."""
    party: str
    lang: str = "de"
    """The contract's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """In which ways somebody can sign a contract in person."""

    own_device: bool
    company_device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InPersonDesk:
    """Lets a person who is present begin without a mail."""

    household: Household

    def offered(self, actor: Actor, contract_id: str) -> Offered:
        """Tell in which ways somebody can sign this contract in person.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            own = record.level > LegalLevel.SIMPLE and record.state in (ContractState.DRAWN_UP, *UNDER_WAY)
            return Offered(own_device=own, company_device=own and self._company_device_admitted(tx, record))

    def hand_over(self, actor: Actor, contract_id: str, party: str, *, company_device: bool = False) -> HandedOver:
        """Make a link for exactly one device of a person who is present; an earlier one that bound nobody is over.

        The mailed invitation stays as it is; who was not invited yet is invited without a mail.

        Args:
            actor: Who hands over; stands in the ledger.
            contract_id: The contract.
            party: Who is present.
            company_device: Whether it is a device of the company that is handed over, not the person's own.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            PartyUnknown: The contract has no such party.
            InPersonRefused: The contract's level is simple.
            CompanyDeviceRefused: No device of the company is admitted for this contract.
            NotYet: Somebody else has to sign first.
            ContractStateRefused: The contract has ended.
            AlreadySigned: The party has signed.
            InvitationClosed: The invitation's time is over: send a new one first.
            InvitationTooManyDevicesError: Five devices are bound already.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            if record.level <= LegalLevel.SIMPLE:
                raise InPersonRefused(level=record.level.word)
            refuse_if_ended(record)
            if record.state not in (ContractState.DRAWN_UP, *UNDER_WAY):
                raise ContractStateRefused("the contract has ended", state=record.state.value)
            contents = house.contract_contents(tx, record)
            turns.party_of(contents, party)
            turns.require_turn(tx, contents, record.id, party)
            if company_device and not self._company_device_admitted(tx, record):
                raise CompanyDeviceRefused("no device of the company is admitted for this contract")
            offered = self._offer(tx, actor, self._invitation(tx, actor, record, party), company_device=company_device)
            return replace(offered, lang=contents.lang)

    def _company_device_admitted(self, tx: Transaction, record: ContractRecord) -> bool:
        try:
            self.household.company_device_policy(record)
        except CompanyDeviceRefused:
            return False
        return len(self.household.contract_contents(tx, record).parties) == 1

    def _invitation(self, tx: Transaction, actor: Actor, record: ContractRecord, party: str) -> InvitationRecord:
        found = turns.invitations(tx, record.id).get(party)
        if found is not None:
            return found
        invitations.make(self.household, tx, record.id, party, by=actor, channel=CHANNEL)
        if record.state is ContractState.DRAWN_UP:
            tx.contracts.update(replace(record, state=ContractState.INVITED))
        return turns.invitations(tx, record.id)[party]

    def _offer(
        self, tx: Transaction, actor: Actor, invitation: InvitationRecord, *, company_device: bool
    ) -> HandedOver:
        house = self.household
        made, token = make_handover(
            house,
            tx,
            invitation,
            made_by=COMPANY_DEVICE if company_device else COMPANY,
            life=COMPANY_DEVICE_SECONDS if company_device else HANDOVER_SECONDS,
            replaces=(COMPANY, COMPANY_DEVICE),
        )
        facts = {
            "invitation": invitation.id,
            "party": invitation.party,
            "channel": COMPANY_DEVICE_CHANNEL if company_device else CHANNEL,
            "expires_at": seconds(made.expires_at),
        }
        house.record(tx, EntryKind.HANDOVER_OFFERED, invitation.contract_id, facts, by=actor)
        link = f"{house.settings.agent_url}/#{IN_PERSON_MARK if company_device else ''}{token}"
        return HandedOver(link=link, expires_at=made.expires_at, party=invitation.party)
