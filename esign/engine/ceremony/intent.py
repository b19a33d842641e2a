"""``intent``: the declaration of intent is judged, and the signed attributes are released."""

from __future__ import annotations

from esign.ceremony.answers import answer_intent
from esign.ceremony.attempt import OpenAttempt
from esign.ceremony.attempt import declare as take_up
from esign.ceremony.errors import IntentAlreadyDeclaredError, IntentForeignTranscriptError
from esign.ceremony.judgement import Locked, WrongCode, judge_intent
from esign.engine.ceremony import attempts
from esign.engine.ceremony.received import Answer, Received, Refusal
from esign.engine.ceremony.signature import require_alone
from esign.engine.duties import delivering
from esign.engine.formation import confirming, declaring
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState
from esign.evidence.kinds import EntryKind
from esign.pades import CeremonyEvidence, Statement, signed_attributes
from esign.policy import LegalLevel


def declare(house: Household, tx: Transaction, received: Received) -> Answer | Refusal | attempts.KeptAttempt:
    """Judge the intent and keep what follows from it.

    Returns:
        The released attributes; a refusal that was counted; or, at the simple level, the attempt: the declaration is
        complete, the company's seal is to carry it, and its conclusion is to be claimed in the same transaction.

    Raises:
        IntentError: Refused and not counted.
        InformationNotDelivered: What has to be told before was not delivered yet.
        UserVerificationError: The passkey's statement is not good.
    """
    now = house.clock.now()
    record = tx.ceremonies.attempt(str(received.payload["transcript"]))
    if record is None or record.invitation_id != received.invitation.id:
        raise IntentForeignTranscriptError("no such attempt of this invitation")
    kept = attempts.opened(tx, record)
    require_alone(tx, received, kept)
    delivering.require_delivered(tx, received.contract, received.contents, received.party.name)
    judged = judge_intent(kept.attempt, received.message, now)
    facts: dict[str, object] = {"tau": record.tau, "attempt": record.number, "message": received.message.digest.hex()}
    if isinstance(judged, WrongCode | Locked):
        state = AttemptState.LOCKED if isinstance(judged, Locked) else record.state
        attempts.save(tx, kept, state=state, attempt=judged.attempt)
        counted = {**facts, "wrong_codes": judged.attempt.wrong_codes}
        house.record(tx, EntryKind.INTENT_WRONG_CODE, kept.contract_id, counted)
        if isinstance(judged, Locked):
            house.record(tx, EntryKind.ATTEMPT_LOCKED, kept.contract_id, facts)
        return Refusal.of(judged.refusal())
    declaration, offer = judged.declaration, kept.attempt
    if not isinstance(offer, OpenAttempt):
        raise IntentAlreadyDeclaredError("the attempt is not open")
    transcript = offer.transcript
    level = LegalLevel.parse(transcript.statement.level)
    label, party = transcript.order.label, received.party
    declaring.check(house, tx, received.contract, party, record.tau, label=label, level=level)
    verification = declaration.user_verification
    attributes = signed_attributes(
        document_digest=transcript.document.sha256,
        certificate=kept.contents.certificate,
        policy_oid=transcript.policy.oid,
        policy_digest=transcript.policy.sha256,
        evidence=CeremonyEvidence(
            transcript=declaration.tau,
            capsule=offer.capsule.digest,
            proof=declaration.proof,
            statement=Statement(
                level=level.value,
                held_by=transcript.statement.held_by,
                identified_by=transcript.statement.identified_by,
                trust=transcript.statement.trust,
            ),
            user_verification=verification.digest if verification else None,
        ),
    )
    simple = transcript.statement.level == "simple"
    taken = attempts.save(
        tx,
        kept,
        state=AttemptState.CONCLUDING if simple else AttemptState.DECLARED,
        attempt=take_up(offer, declaration, attributes=attributes),
    )
    house.record(
        tx,
        EntryKind.INTENT_DECLARED,
        kept.contract_id,
        {
            **facts,
            "proof": declaration.proof.hex(),
            "clock_skew": declaration.clock_skew,
            "user_verification": transcript.user_verification,
        },
        {"attributes": attributes},
    )
    declaring.ordered(house, tx, received.contract, party.name, record.tau, label=label, at=now)
    if simple:
        confirming.order_arrived(house, tx, received.contract, party.name)
    return taken if simple else Answer.of(answer_intent(attributes=attributes))
