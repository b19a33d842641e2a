"""``decline``: a party says no; the contract ends, and the company is told."""

from __future__ import annotations

from dataclasses import replace

from esign.ceremony.answers import answer_decline
from esign.engine.ceremony.admission import LIVE
from esign.engine.ceremony.received import Answer, Received
from esign.engine.contracts.ending import close_all, refuse_if_signed
from esign.engine.contracts.notices import CANCELLATION, COMPANY, DECLINE_NOTICE, DECLINE_RECEIPT, queue_notice
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractState
from esign.engine.refusals import InvitationClosed
from esign.evidence.kinds import EntryKind


def decline(house: Household, tx: Transaction, received: Received) -> Answer:
    """Take the refusal in: every invitation is closed, live attempts end, mails go to everybody concerned.

    Raises:
        AlreadySigned: The party has signed, or a signature is being concluded.
        InvitationClosed: The invitation has ended.
    """
    invitation = tx.invitations.get(received.invitation.id) or received.invitation
    contract = tx.contracts.get(received.contract.id) or received.contract
    refuse_if_signed(tx, invitation)
    if invitation.state not in LIVE or house.clock.now() >= invitation.expires_at:
        raise InvitationClosed("the invitation has ended", state="closed")
    reason = str(received.payload["reason"])
    others = [item.party for item in tx.invitations.of_contract(contract.id) if item.id != invitation.id]
    close_all(house, tx, contract.id, cause="declined")
    tx.contracts.update(replace(contract, state=ContractState.DECLINED))
    house.record(
        tx,
        EntryKind.CONTRACT_DECLINED,
        contract.id,
        {
            "invitation": invitation.id,
            "party": invitation.party,
            "device": received.message.device_key_id,
            "message": received.message.digest.hex(),
        },
        {"reason": reason.encode()},
    )
    offering.rejected(house, tx, contract, invitation.party)
    queue_notice(house, tx, contract.id, DECLINE_NOTICE, party=COMPANY, about=invitation.party, reason=reason)
    queue_notice(house, tx, contract.id, DECLINE_RECEIPT, party=invitation.party)
    for party in others:
        queue_notice(house, tx, contract.id, CANCELLATION, party=party)
    return Answer.of(answer_decline())
