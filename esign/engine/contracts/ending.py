"""How a contract ends without a signature: declined by a party, cancelled or replaced by the company, or expired."""

from __future__ import annotations

from dataclasses import replace

from esign.engine.ceremony.admission import LIVE
from esign.engine.ceremony.attempts import end_superseded
from esign.engine.contracts.notices import CANCELLATION, queue_notice
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, ContractRecord, ContractState, InvitationRecord, InvitationState
from esign.engine.refusals import AlreadySigned, ContractCancelled, ContractDeclined
from esign.evidence.kinds import EntryKind

UNDER_WAY = (ContractState.INVITED, ContractState.PARTLY_SIGNED)
"""States of a contract whose parties are invited and have not all signed."""


def refuse_if_ended(contract: ContractRecord) -> None:
    """Refuse whatever would lead a declined or cancelled contract on.

    Raises:
        ContractDeclined: A party declined.
        ContractCancelled: The company cancelled or replaced it.
    """
    if contract.state is ContractState.DECLINED:
        raise ContractDeclined("the contract was declined")
    if contract.state is ContractState.CANCELLED:
        raise ContractCancelled("the contract was cancelled")


def refuse_if_signed(tx: Transaction, invitation: InvitationRecord) -> None:
    """Refuse what may only be done before the party has signed.

    Raises:
        AlreadySigned: The signature is made, or being concluded.
    """
    made = (AttemptState.CONCLUDING, AttemptState.SIGNED)
    signed = invitation.state is InvitationState.SIGNED
    if signed or any(attempt.state in made for attempt in tx.ceremonies.attempts(invitation.id)):
        raise AlreadySigned("the party has signed already")


def close(
    house: Household, tx: Transaction, invitation: InvitationRecord, state: InvitationState, *, cause: str
) -> InvitationRecord:
    """Close an invitation: its live attempts end and their seeds go.

    Raises:
        AlreadySigned: A signature is being concluded.
    """
    for attempt in tx.ceremonies.attempts(invitation.id):
        if attempt.state is AttemptState.CONCLUDING:
            raise AlreadySigned("a signature is being concluded")
        if attempt.state.live:
            end_superseded(house, tx, attempt, cause=cause)
    closed = replace(invitation, state=state)
    tx.invitations.update(closed)
    return closed


def close_all(house: Household, tx: Transaction, contract_id: str, *, cause: str) -> tuple[InvitationRecord, ...]:
    """Close every live invitation of a contract, and return those that were live.

    Raises:
        AlreadySigned: A signature is being concluded.
    """
    closed = []
    for invitation in tx.invitations.of_contract(contract_id):
        if invitation.state in LIVE:
            closed.append(close(house, tx, invitation, InvitationState.CLOSED, cause=cause))
        elif any(item.state is AttemptState.CONCLUDING for item in tx.ceremonies.attempts(invitation.id)):
            raise AlreadySigned("a signature is being concluded")
    return tuple(closed)


def expire(house: Household, tx: Transaction, invitation_id: str) -> bool:
    """End the contract of an invitation whose time is over, and tell whoever else was invited; tell whether it ended.

    A signature that was made in time is still put into the file, and an attempt that was begun in time may come to its
    end, as a new offer (BGB § 150 (1)): until then the contract does not end.
    """
    invitation = tx.invitations.get(invitation_id)
    contract = tx.contracts.get(invitation.contract_id) if invitation else None
    if invitation is None or contract is None or contract.state not in UNDER_WAY or invitation.state not in LIVE:
        return False
    if house.clock.now() < invitation.expires_at:
        return False
    everybody = tx.invitations.of_contract(contract.id)
    now, tried = house.clock.now(), [a for each in everybody for a in tx.ceremonies.attempts(each.id)]
    if any(a.state is AttemptState.CONCLUDING or (a.state.live and now < a.expires_at) for a in tried):
        return False
    close_all(house, tx, contract.id, cause="expired")
    tx.contracts.update(replace(contract, state=ContractState.EXPIRED))
    facts = {"invitation": invitation.id, "party": invitation.party}
    house.record(tx, EntryKind.CONTRACT_EXPIRED, contract.id, facts)
    offering.lapsed(house, tx, contract)
    for other in everybody:
        if other.id != invitation.id:
            queue_notice(house, tx, contract.id, CANCELLATION, party=other.party, reason="")
    return True
