"""The conclusion: from a declaration and a signature to a released document (PAdES B-LTA).

1. Claim: nobody else concludes this attempt for a while. At the simple level the permission to use the seal is
   recorded here; its receipt mints the permission.
2. Effect, outside any transaction: the seal signs (simple level only); signature timestamp; security store with
   everything that verification needs; document timestamp.
3. Release check on the finished bytes: independent verification, byte range as the customer saw it, our attributes,
   the level determined again from the file. A difference fails the contract; nothing is released.
4. Result: document, states, ledger and the mail to be sent are one transaction.

Asked again after a crash, it begins at 1 with the same declaration and signature; the one that commits first stays.

Source: ETSI EN 319 142-1 (B-LTA); docs/ceremony-spec.md section 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from esign.ceremony.answers import answer_signed
from esign.ceremony.attempt import DeclaredAttempt, SignedAttempt, sign, supersede
from esign.engine import attempts
from esign.engine.attempts import KeptAttempt
from esign.engine.deliveries import SIGNED_COPY, signed_copy_payload
from esign.engine.household import Household
from esign.engine.received import Answer
from esign.engine.records import AttemptState, ContractState, InvitationState
from esign.engine.refusals import AttemptUnknown, ConclusionPostponed, MessageInProgress, ReleaseRefused
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.pades import (
    PreparedDocument,
    add_document_security_store,
    embed,
    prepare_document_timestamp,
    read_signed_attributes,
    signed_data,
)
from esign.policy import LegalLevel
from esign.signing import Permission, grant
from esign.validation import ReleaseExpectation, check_release

CLAIM = timedelta(seconds=60)
"""How long a conclusion may take before somebody else takes it up."""

FINAL = ("gateway.revocation.revoked",)
"""Codes of errors that trying again cannot change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claimed:
    kept: KeptAttempt
    permission: Permission | None
    prepared: PreparedDocument


def conclude(house: Household, tau: str) -> Answer:
    """Conclude an attempt whose declaration and signature are complete, or say that it is concluded.

    Raises:
        MessageInProgress: Somebody else is concluding it.
        ConclusionPostponed: A trust service did not answer; nothing is lost, it is tried again.
        ReleaseRefused: The finished document did not pass the release check; the contract has failed.
    """
    claimed = _claim(house, tau)
    if isinstance(claimed, Answer):
        return claimed
    try:
        signed = _signed(house, claimed)
        document = _finish(house, claimed.prepared, claimed.kept, signed)
    except EsignError as error:
        if error.code in FINAL:
            _fail(house, claimed.kept, error.code)
            raise ReleaseRefused("the certificate was revoked", cause=error.code) from error
        _give_back(house, claimed.kept)
        raise ConclusionPostponed("a trust service did not answer as it must", cause=error.code) from error
    report = check_release(document, expected=_expectation(claimed, signed), trust=house.trust, at=house.clock.now())
    if not report.passed:
        kinds = ".".join(sorted({finding.kind for finding in report.findings}))[:200]
        _fail(house, claimed.kept, ReleaseRefused.code, findings=kinds)
        raise ReleaseRefused("the release check refused the document")
    return _conclude(house, claimed.kept, signed, document)


def _claim(house: Household, tau: str) -> _Claimed | Answer:
    now = house.clock.now()
    with house.store.transaction() as tx:
        kept = attempts.load(tx, tau)
        contract = tx.contracts.get(kept.contract_id)
        if contract is None:
            raise AttemptUnknown("the attempt's contract is gone")
        if kept.record.state is AttemptState.SIGNED:
            return Answer.of(answer_signed(document_digest=sha256(house.signed_document(tx, contract))))
        if kept.record.state is AttemptState.FAILED:
            raise ReleaseRefused("the release check refused the document")
        if kept.record.state is not AttemptState.CONCLUDING:
            raise AttemptUnknown("the attempt is not being concluded", state=kept.record.state.value)
        if kept.record.concluding_until is not None and now < kept.record.concluding_until:
            raise MessageInProgress("the attempt is being concluded")
        permission = None
        if isinstance(kept.attempt, DeclaredAttempt):
            receipt = house.record(
                tx,
                EntryKind.PERMISSION_GRANTED,
                kept.contract_id,
                {
                    "tau": tau,
                    "key": sha256(kept.contents.certificate).hex(),
                    "digest": sha256(kept.attempt.attributes).hex(),
                },
            )
            permission = grant(receipt, certificate=kept.contents.certificate, data=kept.attempt.attributes)
        kept = attempts.save(tx, kept, state=AttemptState.CONCLUDING, concluding_until=now + CLAIM)
        data = tx.safe.open(kept.contract_id, "prepared", house.documents.get(kept.contents.prepared))
        document = kept.attempt.transcript.document
        prepared = PreparedDocument(
            data=data,
            byte_range=document.byte_range,
            digest=document.sha256,
            field=house.contract_contents(tx, contract).field,
        )
    return _Claimed(kept=kept, permission=permission, prepared=prepared)


def _signed(house: Household, claimed: _Claimed) -> SignedAttempt:
    attempt = claimed.kept.attempt
    if isinstance(attempt, SignedAttempt):
        return attempt
    if not isinstance(attempt, DeclaredAttempt) or claimed.permission is None:
        raise AttemptUnknown("the attempt has no declaration")
    seal = house.devices.for_seal()
    value = seal.sign(attempt.attributes, claimed.permission)
    return sign(attempt, signature=value, certificate=seal.certificate, now=house.clock.now())


def _finish(house: Household, prepared: PreparedDocument, kept: KeptAttempt, signed: SignedAttempt) -> bytes:
    chain = kept.contents.chain
    stamp = house.timestamps.stamp(sha256(signed.signature))
    cms = signed_data(
        attributes=signed.attributes,
        signature=signed.signature,
        certificate=signed.certificate,
        chain=chain,
        signature_timestamp=stamp.der,
    )
    document = embed(prepared, cms)
    path = (signed.certificate, *chain)
    authority = house.timestamp_path(stamp)
    revocation = [house.revocation.collect(path), house.revocation.collect(authority)]
    document = add_document_security_store(
        document,
        certificates=tuple(dict.fromkeys((*path, *authority))),
        crls=tuple(dict.fromkeys(crl for data in revocation for crl in data.crls)),
        ocsp_responses=tuple(dict.fromkeys(ocsp for data in revocation for ocsp in data.ocsp_responses)),
    )
    archived = prepare_document_timestamp(document)
    return embed(archived, house.timestamps.stamp(archived.digest).der)


def _expectation(claimed: _Claimed, signed: SignedAttempt) -> ReleaseExpectation:
    return ReleaseExpectation(
        field=claimed.prepared.field,
        byte_range=claimed.prepared.byte_range,
        document_digest=claimed.prepared.digest,
        attributes=signed.attributes,
        evidence=read_signed_attributes(signed.attributes).evidence,
        certificate=signed.certificate,
        level=LegalLevel.parse(signed.transcript.statement.level).value,
    )


def _give_back(house: Household, kept: KeptAttempt) -> None:
    with house.store.transaction() as tx:
        again = attempts.load(tx, kept.record.tau)
        if again.record.concluding_until == kept.record.concluding_until:
            attempts.save(tx, again, state=AttemptState.CONCLUDING)


def _fail(house: Household, kept: KeptAttempt, code: str, findings: str = "") -> None:
    """Fail closed: attempt, invitation and contract end; nothing was released."""
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
        tx.contracts.update(replace(contract, state=ContractState.FAILED))
        tx.invitations.update(replace(invitation, state=InvitationState.CLOSED))
        facts = {"tau": kept.record.tau, "code": code, "findings": findings}
        house.record(tx, EntryKind.RELEASE_FAILED, contract.id, facts)
        house.record(tx, EntryKind.CONTRACT_FAILED, contract.id, {"code": code})


def _conclude(house: Household, kept: KeptAttempt, signed: SignedAttempt, document: bytes) -> Answer:
    now = house.clock.now()
    tau = kept.record.tau
    digest = sha256(document)
    with house.store.transaction() as tx:
        again = attempts.load(tx, tau)
        contract = tx.contracts.get(kept.contract_id)
        invitation = tx.invitations.get(kept.record.invitation_id)
        if contract is None or invitation is None:
            raise AttemptUnknown("the attempt's contract is gone")
        if again.record.state is AttemptState.SIGNED:
            return Answer.of(answer_signed(document_digest=sha256(house.signed_document(tx, contract))))
        attempts.save(tx, again, state=AttemptState.SIGNED, attempt=signed)
        contents = house.contract_contents(tx, contract)
        contents = replace(contents, signed=house.documents.put(tx.safe.seal(contract.id, "signed", document)))
        tx.contracts.update(
            replace(
                contract,
                state=ContractState.CONCLUDED,
                concluded_at=now,
                sealed=tx.safe.seal(contract.id, "contract", contents.to_bytes()),
            )
        )
        tx.invitations.update(replace(invitation, state=InvitationState.SIGNED))
        facts = {"tau": tau, "attempt": kept.record.number}
        house.record(tx, EntryKind.SIGNATURE_EMBEDDED, contract.id, facts, {"document": digest})
        house.record(tx, EntryKind.RELEASE_PASSED, contract.id, {**facts, "level": contract.level.word})
        house.record(tx, EntryKind.CONTRACT_CONCLUDED, contract.id, {**facts, "level": contract.level.word})
        payload = tx.safe.seal(contract.id, "delivery", signed_copy_payload())
        tx.outbox.add(contract.id, SIGNED_COPY, payload, now)
        house.record(tx, EntryKind.DELIVERY_QUEUED, contract.id, {"kind": SIGNED_COPY, "channel": "email"})
    return Answer.of(answer_signed(document_digest=digest))
