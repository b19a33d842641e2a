"""A party's signature lands in the contract's file: states, ledger, the next party, the mails – in one transaction."""

from __future__ import annotations

from dataclasses import replace

from esign.ceremony.answers import answer_signed
from esign.ceremony.attempt import SignedAttempt
from esign.ceremony.errors import SignatureSupersededError
from esign.engine.ceremony import attempts
from esign.engine.ceremony.attempts import KeptAttempt
from esign.engine.ceremony.finishing import Finished
from esign.engine.ceremony.received import Answer
from esign.engine.contents import ContractContents
from esign.engine.contracts import invitations, turns
from esign.engine.contracts.notices import YOUR_TURN, queue_notice
from esign.engine.formation import declaring, settling
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, ContractRecord, ContractState, InvitationState
from esign.engine.refusals import AttemptUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.digests import sha256
from esign.policy import LegalLevel


def land(house: Household, kept: KeptAttempt, signed: SignedAttempt, finished: Finished, *, last: bool) -> Answer:
    """Keep the file with the new signature, and go on: to the next party, or to the end.

    Raises:
        SignatureSupersededError: The file is another one than the signature was made on.
    """
    digest = sha256(finished.data)
    with house.store.transaction() as tx:
        again = attempts.load(tx, kept.record.tau)
        contract = tx.contracts.get(kept.contract_id)
        invitation = tx.invitations.get(kept.record.invitation_id)
        if contract is None or invitation is None:
            raise AttemptUnknown("the attempt's contract is gone")
        if again.record.state is AttemptState.SIGNED:
            return Answer.of(answer_signed(document_digest=again.contents.finished))
        contents = house.contract_contents(tx, contract)
        if again.record.state is not AttemptState.CONCLUDING or not attempts.base_is_current(again, contents):
            raise SignatureSupersededError("somebody else has signed in the meantime")
        done = replace(again.contents, finished=digest)
        attempts.save(tx, again, state=AttemptState.SIGNED, attempt=signed, contents=done)
        tx.invitations.update(replace(invitation, state=InvitationState.SIGNED))
        attempts.end_others(house, tx, contract.id, but=invitation.id)
        facts = {"tau": kept.record.tau, "attempt": kept.record.number, "party": invitation.party}
        house.record(tx, EntryKind.SIGNATURE_EMBEDDED, contract.id, facts, {"document": digest})
        house.record(tx, EntryKind.RELEASE_PASSED, contract.id, {**facts, "level": contract.level.word})
        party = turns.party_of(contents, invitation.party)
        level = LegalLevel.parse(signed.transcript.statement.level)
        declaring.declared(house, tx, contract, party, kept.record.tau, level)
        if last:
            _complete(house, tx, contract, contents, finished, facts)
        else:
            _go_on(house, tx, contract, contents, finished, facts)
    return Answer.of(answer_signed(document_digest=digest))


def _complete(
    house: Household,
    tx: Transaction,
    contract: ContractRecord,
    contents: ContractContents,
    finished: Finished,
    facts: dict[str, object],
) -> None:
    """Everybody has signed: the file is kept, and the law says what it is: a contract, an order, or one that waits.

    Raises:
        FormationRefusal: Nothing has come about, whatever was signed.
    """
    contents = replace(contents, signed=house.documents.put(tx.safe.seal(contract.id, "signed", finished.data)))
    contract = replace(contract, sealed=tx.safe.seal(contract.id, "contract", contents.to_bytes()))
    tx.contracts.update(contract)
    settling.signed_by_all(house, tx, contract, facts)


def _go_on(
    house: Household,
    tx: Transaction,
    contract: ContractRecord,
    contents: ContractContents,
    finished: Finished,
    facts: dict[str, object],
) -> None:
    """Somebody has still to sign: the file is the new base, and whose turn it is now is invited or told."""
    contents = replace(
        contents,
        file=house.documents.put(tx.safe.seal(contract.id, "file", finished.data)),
        revisions=(*contents.revisions, *finished.added),
    )
    tx.contracts.update(
        replace(
            contract,
            state=ContractState.PARTLY_SIGNED,
            sealed=tx.safe.seal(contract.id, "contract", contents.to_bytes()),
        )
    )
    house.record(tx, EntryKind.CONTRACT_PARTLY_SIGNED, contract.id, facts)
    waiting = turns.remaining(tx, contents, contract.id)
    known = turns.invitations(tx, contract.id)
    for name in turns.uninvited(tx, contents, contract.id):
        invitations.make_in_turn(house, tx, contract.id, name)
    if contents.order == turns.GIVEN and waiting[0] in known:
        until = seconds(known[waiting[0]].expires_at)
        queue_notice(house, tx, contract.id, YOUR_TURN, party=waiting[0], expires_at=until)
