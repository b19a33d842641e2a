"""The ceremony's one door: every message is verified, answered once, and answered the same way ever after.

1. The token names the invitation; without a valid one nothing is said.
2. The device key that the message names must be bound to the invitation (``hello`` binds it), and have signed it.
3. A message that was answered before gets its answer again; another message under its number is refused.
4. The step decides. What it changes, the entries in the ledger, the message and its answer are one transaction. A
   step with an effect outside (certification authority, timestamps) commits its intent first, then acts, then
   commits the result; asked again in between, it goes on where it stopped.
5. A refusal is kept and recorded like an answer, unless it is only a matter of time (a trust service is silent).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from esign.ceremony.errors import InvitationUnknownError, MessageReplayedError
from esign.ceremony.messages import MESSAGE_TYPES, invitation_hash, peek, read_message
from esign.engine.ceremony import (
    admission,
    attempts,
    conclusion,
    enrol,
    hello,
    intent,
    open_attempt,
    retrieval,
    seal_names,
    signature,
)
from esign.engine.ceremony.admission import Admission
from esign.engine.ceremony.received import Answer, KeptRefusal, Received, Refusal
from esign.engine.contracts import decline, ending, handover
from esign.engine.formation import declaring
from esign.engine.formation.refusals import FormationRefusal
from esign.engine.household import Household
from esign.engine.ports import AlreadyKept, Transaction
from esign.engine.records import InvitationRecord, InvitationState, MessageRecord
from esign.engine.refusals import TooManyMessages
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError

MAX_MESSAGES = 400
"""Kept messages of one device at one invitation: twenty attempts need far fewer."""

MAX_RECORDED_REFUSALS = 50
"""Refusals of unverifiable messages that are recorded for one invitation; later ones are refused without a record."""

REFUSED = 0
"""Status under which a refusal is kept in place of an answer."""

TRANSIENT = (
    "gateway",
    "engine.conclusion.postponed",
    "engine.duty",
    "engine.formation.clock",
    "engine.message",
    "engine.result.not_ready",
    "proof",
    "store",
)
"""Codes (and all that extend them) of refusals that asking again can change; they are not kept."""

FAULTS = (
    "ceremony.answer",
    "ceremony.attempt_record",
    "ceremony.transcript",
    "documents",
    "evidence",
    "pades",
    "policy",
    "settings",
    "signing.permission",
    "signing.seal",
)
"""Codes of faults of our own: once they are mended the same message gets its answer, so they are not kept either."""

RETRIEVALS = ("document", "result")
"""Messages that change nothing but the record that they came; each is answered anew, and gets the same bytes."""

REFUSAL_KINDS = {
    "enrol": EntryKind.ENROLMENT_REFUSED,
    "intent": EntryKind.INTENT_REFUSED,
    "signature": EntryKind.SIGNATURE_REFUSED,
}

Step = Callable[[Transaction], Answer | Refusal | conclusion.Claimed | None]
"""Changes things within a transaction. A claim or None: the change is made, and the answer needs an effect outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyDesk:
    """Answers the agents' messages (docs/ceremony-spec.md, section 4)."""

    household: Household

    def answer(self, message_type: str, token: str | None, body: bytes) -> Answer:
        """Answer a message.

        Args:
            message_type: ``hello``, ``enrol``, ``open``, ``document``, ``intent``, ``signature``, ``result``,
                ``handover`` or ``decline``.
            token: The invitation token that came with the message.
            body: The message, a compact JWS.

        Raises:
            InvitationUnknownError: No such invitation; said whatever else is wrong with the message.
            EsignError: The refusal, with its own code.
        """
        with self.household.store.reading() as tx:
            admitted = admission.find(tx, token)
            if admitted is None or message_type not in MESSAGE_TYPES:
                raise InvitationUnknownError("no such invitation")
            try:
                received = self._receive(tx, message_type, token or "", body, admitted)
                refused = None
            except EsignError as error:
                refused = error
                kept = None
            else:
                kept = self._kept(tx, received)
        if refused is not None:
            self._record_unverified(admitted.invitation, body, refused)
            raise refused
        if kept is not None and kept.status is not None and message_type not in RETRIEVALS:
            return self._answer_again(received, kept)
        return self._decide(received, begun=kept is not None)

    def _decide(self, received: Received, *, begun: bool) -> Answer:
        house, kind = self.household, received.message.type
        try:
            if kind != "hello":
                ending.refuse_if_ended(received.contract)
            if kind == "document":
                return retrieval.document(house, received, self._keep)
            if kind == "result":
                return retrieval.result(house, received)
            if not begun:
                begun_with = self._begin(received, self._step(received))
                if isinstance(begun_with, conclusion.Claimed):
                    return conclusion.carry_out(house, begun_with)
                if begun_with is not None:
                    return begun_with
            if kind == "enrol":
                return enrol.certify(house, received)
            return conclusion.conclude(house, str(received.payload["transcript"]))
        except AlreadyKept:
            return self.answer_again(received)
        except KeptRefusal:
            raise
        except EsignError as error:
            if _is_one_of(error.code, (*TRANSIENT, *FAULTS)):
                raise
            raise self._refuse(received, Refusal.of(error)) from error

    def _step(self, received: Received) -> Step:
        """Return what the message changes; whatever can be computed before the transaction is computed here."""
        house = self.household
        match received.message.type:
            case "hello":
                return lambda tx: hello.greet(house, tx, received)
            case "enrol":
                with house.store.reading() as reading:
                    reviewed = enrol.review(house, reading, received)
                return lambda tx: enrol.request_certificate(house, tx, received, reviewed)
            case "open":
                with house.store.reading() as reading:
                    planned = open_attempt.plan(house, reading, received)
                return lambda tx: open_attempt.open_attempt(house, tx, received, planned)
            case "intent":
                return lambda tx: self._claimed(tx, intent.declare(house, tx, received))
            case "handover":
                return lambda tx: handover.hand_over(house, tx, received)
            case "decline":
                return lambda tx: decline.decline(house, tx, received)
            case _:
                return lambda tx: self._claimed(tx, signature.take_in(house, tx, received))

    def _claimed(
        self, tx: Transaction, taken: Answer | Refusal | attempts.KeptAttempt
    ) -> Answer | Refusal | conclusion.Claimed:
        """Claim the conclusion of what was taken in: between the two nobody else, no worker either, may come."""
        return conclusion.claim(self.household, tx, taken) if isinstance(taken, attempts.KeptAttempt) else taken

    def _begin(self, received: Received, step: Step) -> Answer | conclusion.Claimed | None:
        with self.household.store.transaction() as tx:
            self._keep(tx, received)
            self._refuse_if_ended(tx, received)
            outcome = step(tx)
            if isinstance(outcome, Answer | Refusal):
                self._keep_answer(tx, received, outcome)
        if isinstance(outcome, Refusal):
            raise KeptRefusal(outcome)
        return outcome

    @staticmethod
    def _refuse_if_ended(tx: Transaction, received: Received) -> None:
        """Look again, within the transaction, whether the invitation still stands."""
        invitation = tx.invitations.get(received.invitation.id)
        contract = tx.contracts.get(received.contract.id)
        if invitation is None or contract is None or invitation.state is InvitationState.REVOKED:
            raise InvitationUnknownError("no such invitation")
        if received.message.type != "hello":
            ending.refuse_if_ended(contract)

    def _refuse(self, received: Received, refusal: Refusal) -> EsignError:
        """Keep and record a refusal; return it as an error."""
        message = received.message
        try:
            with self.household.store.transaction() as tx:
                kept = tx.ceremonies.message(received.invitation.id, message.jti)
                if kept is None:
                    self._keep(tx, received)
                elif kept.status is not None:
                    raise AlreadyKept
                self._keep_answer(tx, received, refusal)
                facts = {"type": message.type, "code": refusal.code, "message": message.digest.hex()}
                kind = REFUSAL_KINDS.get(message.type, EntryKind.MESSAGE_REFUSED)
                self.household.record(tx, kind, received.contract.id, facts)
                self._note(tx, received, refusal)
        except AlreadyKept:
            self.answer_again(received)
        return KeptRefusal(refusal)

    def _note(self, tx: Transaction, received: Received, refusal: Refusal) -> None:
        """Write down what a refused declaration means for the contract."""
        message, party = received.message, received.invitation.party
        if message.type not in ("intent", "signature"):
            return
        if refusal.code == FormationRefusal.code:
            facts = {"party": party, "rule": str(refusal.facts.get("rule", "")), "message": message.digest.hex()}
            clause = json.dumps(dict(refusal.facts), ensure_ascii=False, sort_keys=True).encode()
            self.household.record(tx, EntryKind.FORMATION_REFUSED, received.contract.id, facts, {"clause": clause})
        declaring.late(self.household, tx, received.contract, party, message.digest.hex())

    def answer_again(self, received: Received) -> Answer:
        """Answer a message that somebody else has dealt with in the meantime."""
        with self.household.store.reading() as tx:
            kept = self._kept(tx, received)
        if kept is None or kept.status is None:
            return self._decide(received, begun=kept is not None)
        return self._answer_again(received, kept)

    def _answer_again(self, received: Received, kept: MessageRecord) -> Answer:
        with self.household.store.reading() as tx:
            body = tx.safe.open(
                received.contract.id, seal_names.answer(kept.invitation_id, kept.jti), kept.sealed_answer or b""
            )
        if kept.status == REFUSED:
            raise KeptRefusal(Refusal.from_bytes(body))
        return Answer(status=kept.status or 0, media_type="application/json", body=body)

    def _receive(self, tx: Transaction, message_type: str, token: str, body: bytes, admitted: Admission) -> Received:
        invitation = admitted.invitation
        device = admission.bound_device(tx, admitted, peek(body).key_id)
        message = read_message(
            body,
            expected_type=message_type,
            audience=self.household.settings.agent_url,
            invitation=invitation_hash(token),
            device_key=device.public_key if device else None,
        )
        admission.require_owner(admitted, message)
        if device is None:
            admission.refuse_to_bind(tx, admitted, message.device_key_id, self.household.clock.now())
        contract = tx.contracts.get(invitation.contract_id)
        if contract is None:
            raise InvitationUnknownError("no such invitation")
        contents = self.household.contract_contents(tx, contract)
        return Received(
            message=message,
            invitation=invitation,
            contract=contract,
            contents=contents,
            admission=admitted,
            device=device,
        )

    def _kept(self, tx: Transaction, received: Received) -> MessageRecord | None:
        message = received.message
        kept = tx.ceremonies.message(received.invitation.id, message.jti)
        if kept is not None and kept.digest != message.digest:
            raise MessageReplayedError("another message under a number that was used")
        if kept is None and tx.ceremonies.count_messages(received.invitation.id, message.device_key_id) >= MAX_MESSAGES:
            raise TooManyMessages("too many messages", limit=MAX_MESSAGES)
        return kept

    def _keep(self, tx: Transaction, received: Received) -> None:
        message = received.message
        tx.ceremonies.add_message(
            MessageRecord(
                invitation_id=received.invitation.id,
                jti=message.jti,
                type=message.type,
                device_key_id=message.device_key_id,
                digest=message.digest,
                received_at=self.household.clock.now(),
                sealed_message=tx.safe.seal(
                    received.contract.id, seal_names.message(received.invitation.id, message.jti), message.raw
                ),
            )
        )

    @staticmethod
    def _keep_answer(tx: Transaction, received: Received, outcome: Answer | Refusal) -> None:
        refused = isinstance(outcome, Refusal)
        body = outcome.to_bytes() if isinstance(outcome, Refusal) else outcome.body
        tx.ceremonies.answer_message(
            received.invitation.id,
            received.message.jti,
            REFUSED if refused else 200,
            tx.safe.seal(received.contract.id, seal_names.answer(received.invitation.id, received.message.jti), body),
        )

    def _record_unverified(self, invitation: InvitationRecord, body: bytes, error: EsignError) -> None:
        """Record a message that nobody can be held to; only so many, so that nobody can fill the ledger."""
        digest = sha256(body)
        jti = f"unverified-{digest.hex()}"
        with self.household.store.reading() as reading:  # most are one too many: they shall not hold up who writes
            if _is_known(reading, invitation, jti):
                return
        with self.household.store.transaction() as tx:
            if _is_known(tx, invitation, jti):
                return
            seal = tx.safe.seal
            refusal = Refusal.of(error).to_bytes()
            tx.ceremonies.add_message(
                MessageRecord(
                    invitation_id=invitation.id,
                    jti=jti,
                    type="unverified",
                    device_key_id="",
                    digest=digest,
                    received_at=self.household.clock.now(),
                    sealed_message=seal(invitation.contract_id, seal_names.message(invitation.id, jti), b""),
                    status=REFUSED,
                    sealed_answer=seal(invitation.contract_id, seal_names.answer(invitation.id, jti), refusal),
                )
            )
            facts = {"type": "unverified", "code": error.code, "message": digest.hex()}
            self.household.record(tx, EntryKind.MESSAGE_REFUSED, invitation.contract_id, facts)


def _is_known(tx: Transaction, invitation: InvitationRecord, jti: str) -> bool:
    full = tx.ceremonies.count_messages(invitation.id, "") >= MAX_RECORDED_REFUSALS
    return full or tx.ceremonies.message(invitation.id, jti) is not None


def _is_one_of(code: str, prefixes: tuple[str, ...]) -> bool:
    return any(code == prefix or code.startswith(prefix + ".") for prefix in prefixes)
