"""Signing in person: the customer stands at the counter, and signs on the customer's own device nevertheless.

The clerk's page shows a link, as a QR code, that binds exactly one further device within ten minutes. It is a hand-over
token like one that a customer's own device makes: who holds it has to identify at the identity provider as the person
of the contract, and with the authenticator that the policy asks for. It tells the clerk nothing: neither the code nor
the session at the identity provider nor any key ever is on the clerk's device. At the simple level nobody identifies,
and the mail alone shows who signs; there nothing is done in person.

Source: docs/ceremony-spec.md section 4 (``handover``), docs/security-model.md (the clerk).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import Actor, Permission
from esign.ceremony.errors import InvitationTooManyDevicesError
from esign.ceremony.limits import HANDOVER_SECONDS, MAX_DEVICES
from esign.ceremony.messages import stored_token_hash
from esign.engine.api.reading import known
from esign.engine.ceremony.admission import LIVE
from esign.engine.contracts import invitations, turns
from esign.engine.contracts.ending import UNDER_WAY, refuse_if_ended, refuse_if_signed
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState, HandoverRecord, InvitationRecord
from esign.engine.refusals import ContractStateRefused, EngineError, InvitationClosed
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.identifiers import new_token
from esign.policy import LegalLevel

MADE_BY = "company"
"""Stands in the place of the device that made a hand-over token."""
CHANNEL = "in_person"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class InPersonDesk:
    """Lets a person who is present begin without a mail."""

    household: Household

    def offered(self, actor: Actor, contract_id: str) -> bool:
        """Tell whether somebody can sign this contract in person.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
        return record.level > LegalLevel.SIMPLE and record.state in (ContractState.DRAWN_UP, *UNDER_WAY)

    def hand_over(self, actor: Actor, contract_id: str, party: str) -> HandedOver:
        """Make a link for exactly one device of a person who is present; an earlier one that bound nobody is over.

        The mailed invitation stays as it is; who was not invited yet is invited without a mail.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            PartyUnknown: The contract has no such party.
            InPersonRefused: The contract's level is simple.
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
            return self._offer(tx, actor, self._invitation(tx, actor, record, party))

    def _invitation(self, tx: Transaction, actor: Actor, record: ContractRecord, party: str) -> InvitationRecord:
        found = turns.invitations(tx, record.id).get(party)
        if found is not None:
            return found
        invitations.make(self.household, tx, record.id, party, by=actor, channel=CHANNEL)
        if record.state is ContractState.DRAWN_UP:
            tx.contracts.update(replace(record, state=ContractState.INVITED))
        return turns.invitations(tx, record.id)[party]

    def _offer(self, tx: Transaction, actor: Actor, invitation: InvitationRecord) -> HandedOver:
        house = self.household
        now = house.clock.now()
        refuse_if_signed(tx, invitation)
        if invitation.state not in LIVE or now >= invitation.expires_at:
            raise InvitationClosed("the invitation has ended", state="closed")
        if len(tx.invitations.devices(invitation.id)) >= MAX_DEVICES:
            raise InvitationTooManyDevicesError("too many devices", limit=MAX_DEVICES)
        for earlier in tx.invitations.handovers(invitation.id):
            if earlier.made_by == MADE_BY and earlier.device_key_id is None and earlier.expires_at > now:
                tx.invitations.update_handover(replace(earlier, expires_at=now))
        token = new_token()
        made = HandoverRecord(
            token_digest=stored_token_hash(token),
            invitation_id=invitation.id,
            made_by=MADE_BY,
            created_at=now,
            expires_at=min(now + timedelta(seconds=HANDOVER_SECONDS), invitation.expires_at),
        )
        tx.invitations.add_handover(made)
        facts = {
            "invitation": invitation.id,
            "party": invitation.party,
            "channel": CHANNEL,
            "expires_at": seconds(made.expires_at),
        }
        house.record(tx, EntryKind.HANDOVER_OFFERED, invitation.contract_id, facts, by=actor)
        link = f"{house.settings.agent_url}/#{token}"
        return HandedOver(link=link, expires_at=made.expires_at, party=invitation.party)
