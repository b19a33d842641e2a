"""A reminder that somebody on the company's side wishes, beside those that go out by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from esign.access import Actor
from esign.engine.ceremony.admission import LIVE
from esign.engine.contracts import turns
from esign.engine.contracts.ending import UNDER_WAY, refuse_if_ended
from esign.engine.contracts.invitations import of_party
from esign.engine.contracts.notices import REMINDER, queue_notice
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, InvitationState
from esign.engine.refusals import AlreadySigned, ContractStateRefused, InvitationExpired, RemindedAlready
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds

PAUSE = timedelta(hours=24)
"""Between two reminders to the same party: who is asked every hour is pressed, not reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """A reminder on its way."""

    party: str
    expires_at: datetime
    """When the invitation ends."""


def remind(house: Household, tx: Transaction, record: ContractRecord, party: str, *, by: Actor) -> Reminded:
    """Remind a party by mail.

    Raises:
        PartyUnknown: The party has no invitation.
        ContractStateRefused: Nobody is invited, or the contract has ended.
        NotYet: Somebody else has to sign first.
        AlreadySigned: The party has signed.
        InvitationExpired: The invitation's time is over.
        RemindedAlready: The party was reminded within the last day.
    """
    refuse_if_ended(record)
    if record.state not in UNDER_WAY:
        raise ContractStateRefused("nobody is invited to this contract", state=record.state.value)
    now = house.clock.now()
    invitation = of_party(tx, record.id, party)
    if invitation.state is InvitationState.SIGNED:
        raise AlreadySigned("the party has signed already")
    if invitation.state not in LIVE or invitation.expires_at <= now:
        raise InvitationExpired("the invitation's time is over")
    turns.require_turn(tx, house.contract_contents(tx, record), record.id, party)
    for entry in reversed(tx.ledger.of_contract(record.id)):
        told = entry.kind is EntryKind.DELIVERY_QUEUED and entry.facts.get("kind") == REMINDER
        if told and entry.facts.get("party") == party and entry.at > now - PAUSE:
            raise RemindedAlready(hours=int(PAUSE.total_seconds() // 3600))
    queue_notice(house, tx, record.id, REMINDER, party=party, expires_at=seconds(invitation.expires_at))
    house.record(tx, EntryKind.INVITATION_REMINDED, record.id, {"party": party}, by=by)
    return Reminded(party=party, expires_at=invitation.expires_at)
