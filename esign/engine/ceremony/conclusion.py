"""The conclusion: from a declaration and a signature to a released document (PAdES B-LT, the last one B-LTA).

1. Claim, in the transaction that takes the declaration or signature in: nobody else concludes this attempt for a
   while. At the simple level the permission to use the seal is
   recorded here; its receipt mints the permission.
2. Effect, outside any transaction: the seal signs (simple level only); signature timestamp; security store with
   everything that verification needs. After the last signatory the company's seal, where the contract has one
   (permission from the ledger again), and one document timestamp over everything.
3. Release check on the finished bytes: independent verification, byte ranges as each customer saw them, our
   attributes, the level determined again from the file; every earlier signature is judged again. A difference fails
   the contract; nothing is released.
4. Result: document, states, ledger, the next invitation and the mails to be sent are one transaction. The attempts of
   the other parties end, since the file that they were prepared on is not the current one any more.

Asked again after a crash, it begins at 1 with the same declaration and signature; the one that commits first stays.

Source: ETSI EN 319 142-1 (B-LT, B-LTA); docs/ceremony-spec.md section 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from esign.ceremony.answers import answer_signed
from esign.ceremony.attempt import DeclaredAttempt, SignedAttempt, sign, supersede
from esign.engine.ceremony import attempts, finishing, landing
from esign.engine.ceremony.attempts import KeptAttempt
from esign.engine.ceremony.received import Answer
from esign.engine.contracts import turns
from esign.engine.contracts.ending import close_all
from esign.engine.contracts.notices import CANCELLATION, queue_notice
from esign.engine.formation import declaring
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, ContractState, InvitationState
from esign.engine.refusals import AttemptUnknown, ConclusionPostponed, MessageInProgress, ReleaseRefused
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.pades import PreparedDocument
from esign.policy import LegalLevel, SignaturePolicy
from esign.signing import Permission, grant
from esign.validation import ReleaseExpectation, check_release

CLAIM = timedelta(seconds=60)
"""How long a conclusion may take before somebody else takes it up."""

FINAL = ("engine.formation.refused", "gateway.revocation.revoked", "pades", "signing.permission")
"""Codes (and all that extend them) of errors that trying again cannot change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An attempt that nobody else concludes for a while, and what its conclusion needs."""

    kept: KeptAttempt
    permission: Permission | None
    field: str
    """Name of the party's signature field."""
    policy: SignaturePolicy
    earlier: tuple[ReleaseExpectation, ...]
    """What each signature that stands in the file already must be."""
    seal: finishing.SealPlace | None
    """Where the company's seal belongs, if it is its turn behind this signature."""
    last: bool
    """Whether nobody else has to sign."""


def conclude(house: Household, tau: str) -> Answer:
    """Conclude an attempt whose declaration and signature are complete, or say that it is concluded.

    Raises:
        MessageInProgress: Somebody else is concluding it.
        ConclusionPostponed: A trust service did not answer; nothing is lost, it is tried again.
        ReleaseRefused: The finished document did not pass the release check; the contract has failed.
    """
    with house.store.transaction() as tx:
        claimed = claim(house, tx, attempts.load(tx, tau))
    return carry_out(house, claimed)


def carry_out(house: Household, claimed: Claimed | Answer) -> Answer:
    """Conclude an attempt that was claimed, once the claim is committed.

    Raises:
        MessageInProgress: Somebody else has taken it over.
        ConclusionPostponed: A trust service did not answer; nothing is lost, it is tried again.
        ReleaseRefused: The finished document did not pass the release check; the contract has failed.
    """
    if isinstance(claimed, Answer):
        return claimed
    try:
        prepared = _prepared(house, claimed)
        signed = _signed(house, claimed)
        _judge(house, claimed, signed)
        finished = finishing.finish(house, prepared, signed, claimed.kept.contents.chain)
        own = finishing.expectation(signed, claimed.field, policy=claimed.policy)
        expected = (*claimed.earlier, own)
        if claimed.seal is not None:
            finished, sealed = finishing.seal(house, finished, claimed.seal)
            expected = (*expected, sealed)
        if claimed.last:
            finished = finishing.archive(house, finished)
            expected = (*expected[:-1], replace(expected[-1], timestamped=True))
    except MessageInProgress:
        raise
    except EsignError as error:
        if any(error.code == code or error.code.startswith(f"{code}.") for code in FINAL):
            _fail(house, claimed.kept, error.code)
            raise ReleaseRefused("the document cannot be finished", cause=error.code) from error
        _give_back(house, claimed.kept)
        raise ConclusionPostponed("a trust service did not answer as it must", cause=error.code) from error
    report = check_release(
        finished.data, expected=expected[-1], earlier=expected[:-1], trust=house.trust, at=house.clock.now()
    )
    if not report.passed:
        kinds = ".".join(sorted({finding.kind for finding in report.findings}))[:200]
        _fail(house, claimed.kept, ReleaseRefused.code, findings=kinds)
        raise ReleaseRefused("the release check refused the document")
    return landing.land(house, claimed.kept, signed, finished, last=claimed.last)


def claim(house: Household, tx: Transaction, kept: KeptAttempt) -> Claimed | Answer:
    """Claim the conclusion of an attempt; the claim holds once the transaction has committed.

    Returns:
        The claim, or the answer where the attempt is concluded already.

    Raises:
        MessageInProgress: Somebody else is concluding it.
        ReleaseRefused: It has failed.
        AttemptUnknown: It is not being concluded, or its contract is gone.
    """
    now = house.clock.now()
    contract = tx.contracts.get(kept.contract_id)
    invitation = tx.invitations.get(kept.record.invitation_id)
    if contract is None or invitation is None:
        raise AttemptUnknown("the attempt's contract is gone")
    if kept.record.state is AttemptState.SIGNED:
        return Answer.of(answer_signed(document_digest=kept.contents.finished))
    if kept.record.state is AttemptState.FAILED:
        raise ReleaseRefused("the release check refused the document")
    if kept.record.state is not AttemptState.CONCLUDING:
        raise AttemptUnknown("the attempt is not being concluded", state=kept.record.state.value)
    if kept.record.concluding_until is not None and now < kept.record.concluding_until:
        raise MessageInProgress("the attempt is being concluded")
    contents = house.contract_contents(tx, contract)
    permission = None
    if isinstance(kept.attempt, DeclaredAttempt):
        facts = {
            "tau": kept.record.tau,
            "key": sha256(kept.contents.certificate).hex(),
            "digest": sha256(kept.attempt.attributes).hex(),
        }
        receipt = house.record(tx, EntryKind.PERMISSION_GRANTED, kept.contract_id, facts)
        permission = grant(receipt, certificate=kept.contents.certificate, data=kept.attempt.attributes)
    kept = attempts.save(tx, kept, state=AttemptState.CONCLUDING, concluding_until=now + CLAIM)
    party = turns.party_of(contents, invitation.party)
    last = turns.remaining(tx, contents, contract.id) == (party.name,)
    return Claimed(
        kept=kept,
        permission=permission,
        field=party.field,
        policy=attempts.policy_of(house, kept, contents),
        earlier=finishing.signatures_so_far(house, tx, contents, contract.id),
        seal=finishing.seal_place(contract, contents) if last else None,
        last=last,
    )


def _judge(house: Household, claimed: Claimed, signed: SignedAttempt) -> None:
    """Ask the law before anything is put into the file: what would conclude nothing is not finished.

    Raises:
        FormationRefusal: The declaration has no effect.
    """
    kept = claimed.kept
    with house.store.transaction() as tx:
        contract = tx.contracts.get(kept.contract_id)
        invitation = tx.invitations.get(kept.record.invitation_id)
        if contract is None or invitation is None:
            raise AttemptUnknown("the attempt's contract is gone")
        party = turns.party_of(house.contract_contents(tx, contract), invitation.party)
        level = LegalLevel.parse(signed.transcript.statement.level)
        declaring.judged(house, tx, contract, party, kept.record.tau, level)


def _prepared(house: Household, claimed: Claimed) -> PreparedDocument:
    kept = claimed.kept
    with house.store.reading() as tx:
        data = tx.safe.open(kept.contract_id, "prepared", house.documents.get(kept.contents.prepared))
    document = kept.attempt.transcript.document
    return PreparedDocument(data=data, byte_range=document.byte_range, digest=document.sha256, field=claimed.field)


def _signed(house: Household, claimed: Claimed) -> SignedAttempt:
    attempt = claimed.kept.attempt
    if isinstance(attempt, SignedAttempt):
        return attempt
    if not isinstance(attempt, DeclaredAttempt) or claimed.permission is None:
        raise AttemptUnknown("the attempt has no declaration")
    seal = house.seal()
    value = seal.sign(attempt.attributes, claimed.permission)
    signed = sign(attempt, signature=value, certificate=seal.certificate, now=house.clock.now())
    _keep_signature(house, claimed.kept, signed)
    return signed


def _keep_signature(house: Household, kept: KeptAttempt, signed: SignedAttempt) -> None:
    """Keep what the seal signed: no second permission is needed if a trust service is silent now, and the seed goes.

    Raises:
        MessageInProgress: Somebody else has taken the conclusion over.
    """
    until = kept.record.concluding_until
    with house.store.transaction() as tx:
        again = attempts.load(tx, kept.record.tau)
        if again.record.state is not AttemptState.CONCLUDING or again.record.concluding_until != until:
            raise MessageInProgress("the attempt is being concluded")
        attempts.save(tx, again, state=AttemptState.CONCLUDING, attempt=signed, concluding_until=until)


def _give_back(house: Household, kept: KeptAttempt) -> None:
    with house.store.transaction() as tx:
        again = attempts.load(tx, kept.record.tau)
        if again.record.concluding_until == kept.record.concluding_until:
            attempts.save(tx, again, state=AttemptState.CONCLUDING)


def _fail(house: Household, kept: KeptAttempt, code: str, findings: str = "") -> None:
    """Fail closed: attempt, invitations and contract end; nothing was released."""
    with house.store.transaction() as tx:
        again = attempts.load(tx, kept.record.tau)
        contract = tx.contracts.get(kept.contract_id)
        invitation = tx.invitations.get(kept.record.invitation_id)
        if again.record.state is not AttemptState.CONCLUDING or contract is None or invitation is None:
            return
        ended = again.attempt
        if isinstance(ended, DeclaredAttempt):  # the seal never signed: the live seed goes all the same
            ended = supersede(ended, house.clock.now())
        attempts.save(tx, again, state=AttemptState.FAILED, attempt=ended)
        others = [each for each in tx.invitations.of_contract(contract.id) if each.id != invitation.id]
        close_all(house, tx, contract.id, cause="failed")
        tx.contracts.update(replace(contract, state=ContractState.FAILED))
        tx.invitations.update(replace(invitation, state=InvitationState.CLOSED))
        facts = {"tau": kept.record.tau, "code": code, "findings": findings}
        house.record(tx, EntryKind.RELEASE_FAILED, contract.id, facts)
        house.record(tx, EntryKind.CONTRACT_FAILED, contract.id, {"code": code})
        for other in others:
            queue_notice(house, tx, contract.id, CANCELLATION, party=other.party)
