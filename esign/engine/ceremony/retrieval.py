"""``document`` and ``result``: the prepared and the finished document, for the devices of the invitation only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from esign.engine.ceremony import attempts
from esign.engine.ceremony.received import PDF, Answer, Received
from esign.engine.duties import delivering
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractState, InvitationState
from esign.engine.refusals import AttemptUnknown, ResultNotReady
from esign.evidence.kinds import EntryKind


def document(house: Household, received: Received, keep: Callable[[Transaction, Received], None]) -> Answer:
    """Return the prepared document of an attempt; that this device fetched it is recorded once, with its message.

    Raises:
        AttemptUnknown: No such attempt of this device.
    """
    tau = str(received.payload["transcript"])
    with house.store.reading() as tx:
        kept = _own(tx_attempt=attempts.load(tx, tau), received=received)
        data = tx.safe.open(kept.contract_id, "prepared", house.documents.get(kept.contents.prepared))
    if not kept.contents.fetched:
        with house.store.transaction() as tx:
            again = attempts.load(tx, tau)
            if not again.contents.fetched:
                keep(tx, received)
                attempts.save(
                    tx,
                    again,
                    state=again.record.state,
                    contents=replace(again.contents, fetched=True),
                    concluding_until=again.record.concluding_until,
                )
                facts = {
                    "tau": tau,
                    "attempt": again.record.number,
                    "device": received.message.device_key_id,
                    "message": received.message.digest.hex(),
                }
                house.record(tx, EntryKind.DOCUMENT_FETCHED, again.contract_id, facts)
                party, device = received.invitation.party, received.message.device_key_id
                offering.document_arrived(house, tx, received.contract, party)
                delivering.fetched(house, tx, received.contract, party, device)
    return Answer(status=200, media_type=PDF, body=data)


def result(house: Household, received: Received) -> Answer:
    """Return the finished document; while others have still to sign, the file as it stands with the own signature.

    Raises:
        AttemptUnknown: The message names an attempt of another invitation.
        ResultNotReady: The party has not signed, or the contract has failed.
    """
    with house.store.reading() as tx:
        tau = received.payload.get("transcript")
        if tau is not None:
            record = tx.ceremonies.attempt(str(tau))
            if record is None or record.invitation_id != received.invitation.id:
                raise AttemptUnknown("no such attempt of this invitation")
        contract = tx.contracts.get(received.contract.id)
        if contract is None:
            raise ResultNotReady("there is no signed document yet")
        if contract.state is ContractState.PARTLY_SIGNED and _has_signed(tx, received):
            contents = house.contract_contents(tx, contract)
            return Answer(status=200, media_type=PDF, body=house.current_file(tx, contract, contents))
        if contract.state not in (ContractState.CONCLUDED, ContractState.ORDERED, ContractState.PENDING):
            raise ResultNotReady("there is no signed document yet")
        return Answer(status=200, media_type=PDF, body=house.signed_document(tx, contract))


def _has_signed(tx: Transaction, received: Received) -> bool:
    invitation = tx.invitations.get(received.invitation.id)
    return invitation is not None and invitation.state is InvitationState.SIGNED


def _own(*, tx_attempt: attempts.KeptAttempt, received: Received) -> attempts.KeptAttempt:
    record = tx_attempt.record
    if record.invitation_id != received.invitation.id or record.device_key_id != received.message.device_key_id:
        raise AttemptUnknown("no such attempt of this device")
    return tx_attempt
