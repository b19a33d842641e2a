"""The invitation's life: made, sent anew, cancelled. Each step and what it queues are one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import Actor
from esign.ceremony.messages import stored_token_hash
from esign.engine.ceremony import seal_names
from esign.engine.contracts.ending import UNDER_WAY, close, close_all, refuse_if_ended, refuse_if_signed
from esign.engine.contracts.notices import CANCELLATION, INFORMATION, queue_notice
from esign.engine.contracts.validity import ValidityOver, expires_at, with_next_reminder
from esign.engine.deliveries import INVITATION, invitation_payload
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState, InvitationRecord, InvitationState
from esign.engine.refusals import ContractExpired, ContractStateRefused, ContractUnknown, PartyUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.identifiers import new_id, new_token

REVIVAL = timedelta(days=30)
"""How long after its end an expired contract can go on with a new invitation; later it is drawn up anew."""
OVER = "over"
"""Channel of an invitation whose turn came when the contract's time was over: it ends at once, and nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation that was made; the link is the only place where its token stands."""

    link: str
    expires_at: datetime
    party: str = "signatory-1"
    further: tuple[Invited, ...] = ()
    """Those who were invited at the same time, where the order is free."""


def make(
    house: Household,
    tx: Transaction,
    contract_id: str,
    party: str,
    *,
    replaces: str = "",
    by: Actor | None = None,
    channel: str = "email",
) -> Invited:
    """Make an invitation and queue its mail.

    Args:
        house: The household.
        tx: The transaction.
        contract_id: The contract.
        party: ``signatory-1``, …
        replaces: Identifier of the invitation that this one takes the place of.
        by: Who invites; None: it was the party's turn.
        channel: How the link reaches the party: ``email``; otherwise no mail is sent: ``company`` hands it on,
            ``in_person`` the party is present.

    Raises:
        ValidityOver: The contract's or the offer's last day is over.
    """
    now, settings = house.clock.now(), house.settings
    record = tx.contracts.get(contract_id)
    if record is None:
        raise ContractUnknown("there is no such contract")
    token = new_token()
    invitation = InvitationRecord(
        id=new_id(),
        contract_id=contract_id,
        party=party,
        token_digest=stored_token_hash(token),
        state=InvitationState.WAITING,
        created_at=now,
        expires_at=now if channel == OVER else expires_at(settings, record, now),
    )
    invitation = with_next_reminder(settings, record, invitation, now)
    tx.invitations.add(invitation)
    facts = {"invitation": invitation.id, "party": party, "expires_at": seconds(invitation.expires_at)}
    facts |= {"replaces": replaces} if replaces else {}
    facts |= {} if channel == "email" else {"channel": channel}
    house.record(tx, EntryKind.INVITATION_MADE, contract_id, facts, by=by)
    if channel != OVER:
        offering.offered(house, tx, record, invitation.expires_at, by=by)
    link = f"{house.settings.agent_url}/#{token}"
    if channel != "email":
        if channel == "company" and house.contract_contents(tx, record).information:
            queue_notice(house, tx, contract_id, INFORMATION, party=party)
        return Invited(link=link, expires_at=invitation.expires_at, party=party)
    payload = invitation_payload(link=link, expires_at=invitation.expires_at, party=party)
    sealed = tx.safe.seal(contract_id, seal_names.delivery(INVITATION), payload)
    tx.outbox.add(contract_id, INVITATION, sealed, now)
    queued = {"kind": INVITATION, "channel": "email", "party": party}
    house.record(tx, EntryKind.DELIVERY_QUEUED, contract_id, queued)
    return Invited(link=link, expires_at=invitation.expires_at, party=party)


def make_in_turn(house: Household, tx: Transaction, contract_id: str, party: str) -> None:
    """Invite the party whose turn has come; where the contract's time is over by now, let the contract expire."""
    try:
        make(house, tx, contract_id, party)
    except ValidityOver:
        make(house, tx, contract_id, party, channel=OVER)


def revoke(house: Household, tx: Transaction, invitation: InvitationRecord, *, cause: str) -> None:
    """Take an invitation back: its tokens are unknown from now on, its devices have lost their right.

    Raises:
        AlreadySigned: The party has signed.
    """
    refuse_if_signed(tx, invitation)
    close(house, tx, invitation, InvitationState.REVOKED, cause=cause)
    facts = {"invitation": invitation.id, "party": invitation.party, "cause": cause}
    house.record(tx, EntryKind.INVITATION_REVOKED, invitation.contract_id, facts)


def send_anew(house: Household, tx: Transaction, record: ContractRecord, party: str, *, by: Actor) -> Invited:
    """Replace a party's invitation by a new one; a contract that expired goes on with it, if that is still possible.

    Raises:
        ContractStateRefused: Nobody is invited, or the contract has ended.
        ContractDeclined: A party declined it.
        ContractCancelled: The company cancelled it.
        ContractExpired: Its time is over, and it cannot go on.
        PartyUnknown: The party has no invitation.
        AlreadySigned: The party has signed.
    """
    refuse_if_ended(record)
    if record.state is ContractState.EXPIRED:
        return _revive(house, tx, record, party, by=by)
    if record.state not in UNDER_WAY:
        raise ContractStateRefused("nobody is invited to this contract", state=record.state.value)
    invitation = of_party(tx, record.id, party)
    revoke(house, tx, invitation, cause="sent_anew")
    return make(house, tx, record.id, party, replaces=invitation.id, by=by)


def _revive(house: Household, tx: Transaction, record: ContractRecord, party: str, *, by: Actor) -> Invited:
    """Let an expired contract go on: whoever was invited is invited anew, since everybody's invitation has ended.

    Once somebody has signed it stays at its end: who has signed was told so.

    Raises:
        PartyUnknown: The party has no invitation.
        ContractExpired: Somebody had signed, or the time was over too long ago.
    """
    asked = of_party(tx, record.id, party)
    known = tx.invitations.of_contract(record.id)
    if any(each.state is InvitationState.SIGNED for each in known):
        raise ContractExpired("somebody had signed, and was told that the contract has ended", reason="signed")
    if house.clock.now() >= max(each.expires_at for each in known) + REVIVAL:
        raise ContractExpired("the time was over too long ago", reason="too_long_ago", days=REVIVAL.days)
    tx.contracts.update(replace(record, state=ContractState.INVITED))
    made = {}
    for each in known:
        revoke(house, tx, each, cause="sent_anew")
        made[each.party] = make(house, tx, record.id, each.party, replaces=each.id, by=by)
    return replace(made.pop(asked.party), further=tuple(made.values()))


def cancel(house: Household, tx: Transaction, record: ContractRecord, reason: str, *, by: Actor) -> None:
    """End a contract on the company's word: invitations are closed, everybody who was invited is told.

    Raises:
        ContractStateRefused: The contract is concluded or has failed.
        ContractDeclined: A party declined it.
        ContractCancelled: It was cancelled already.
        AlreadySigned: A signature is being concluded.
    """
    refuse_if_ended(record)
    if record.state not in (ContractState.DRAWN_UP, *UNDER_WAY):
        raise ContractStateRefused("the contract has ended", state=record.state.value)
    told = tx.invitations.of_contract(record.id)
    close_all(house, tx, record.id, cause="cancelled")
    tx.contracts.update(replace(record, state=ContractState.CANCELLED))
    facts = {"cause": "company"}
    house.record(tx, EntryKind.CONTRACT_CANCELLED, record.id, facts, {"reason": reason.encode()}, by=by)
    offering.revoked(house, tx, record, cause="company", by=by)
    for invitation in told:
        queue_notice(house, tx, record.id, CANCELLATION, party=invitation.party, reason=reason)


def replace_contract(
    house: Household, tx: Transaction, record: ContractRecord, *, new: str, cause: str, by: Actor
) -> None:
    """Put another contract in a contract's place: all its invitations are taken back.

    Raises:
        ContractStateRefused: The contract has ended.
        AlreadySigned: Somebody has signed.
    """
    refuse_if_ended(record)
    for invitation in tx.invitations.of_contract(record.id):
        revoke(house, tx, invitation, cause=cause)
    if record.state not in (ContractState.DRAWN_UP, ContractState.INVITED):
        raise ContractStateRefused("the contract has ended", state=record.state.value)
    tx.contracts.update(replace(record, state=ContractState.CANCELLED))
    house.record(tx, EntryKind.CONTRACT_CANCELLED, record.id, {"cause": cause, "replaced_by": new}, by=by)
    offering.revoked(house, tx, record, cause=cause, by=by)


def of_party(tx: Transaction, contract_id: str, party: str) -> InvitationRecord:
    """Return the invitation of a party that stands.

    Raises:
        PartyUnknown: There is none.
    """
    for invitation in tx.invitations.of_contract(contract_id):
        if invitation.party == party:
            return invitation
    raise PartyUnknown("the party has no invitation")
