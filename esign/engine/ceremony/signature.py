"""``signature``: the signatory's signature over the released attributes comes in."""

from __future__ import annotations

from esign.ceremony.attempt import sign
from esign.ceremony.errors import SignatureForeignTranscriptError
from esign.ceremony.judgement import judge_signature
from esign.engine.ceremony import attempts
from esign.engine.ceremony.received import Received
from esign.engine.contracts import turns
from esign.engine.formation import confirming, declaring
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState
from esign.engine.refusals import MessageInProgress
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.policy import LegalLevel


def take_in(house: Household, tx: Transaction, received: Received) -> attempts.KeptAttempt:
    """Verify the signature and keep it; from now on the attempt is being concluded.

    Returns:
        The attempt, whose conclusion is to be claimed in the same transaction.

    Raises:
        SignatureError: Not a signature by the certified key over the released attributes, or too late.
        MessageInProgress: Another party's signature is being put into the file.
    """
    now = house.clock.now()
    record = tx.ceremonies.attempt(str(received.payload["transcript"]))
    if record is None or record.invitation_id != received.invitation.id:
        raise SignatureForeignTranscriptError("no such attempt of this invitation")
    kept = attempts.opened(tx, record)
    require_alone(tx, received, kept)
    certificate = kept.contents.certificate
    value = judge_signature(kept.attempt, received.message, now, certificate=certificate)
    signed = sign(kept.attempt, signature=value, certificate=certificate, now=now)  # type: ignore[arg-type]  # the state that the judgement asked for
    transcript = signed.transcript
    level = LegalLevel.parse(transcript.statement.level)
    label = transcript.order.label
    declaring.check(house, tx, received.contract, received.party, record.tau, label=label, level=level)
    taken = attempts.save(tx, kept, state=AttemptState.CONCLUDING, attempt=signed)
    house.record(
        tx,
        EntryKind.SIGNATURE_RECEIVED,
        kept.contract_id,
        {
            "tau": record.tau,
            "attempt": record.number,
            "message": received.message.digest.hex(),
            "signature": sha256(value).hex(),
        },
    )
    confirming.order_arrived(house, tx, received.contract, received.party.name)
    return taken


def require_alone(tx: Transaction, received: Received, kept: attempts.KeptAttempt) -> None:
    """Let only one party's signature into the file at a time.

    Raises:
        MessageInProgress: Another party's signature is being put into the file; the message may come again.
    """
    if turns.somebody_concludes(tx, kept.contract_id, but=received.invitation.id):
        raise MessageInProgress("another party's signature is being put into the file")
