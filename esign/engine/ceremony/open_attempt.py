"""``open``: a new attempt; the document is prepared, the code sealed, the transcript fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.ceremony.answers import answer_open
from esign.ceremony.attempt import open_attempt as start
from esign.ceremony.capsule import CapsuleSecrets, code_commitment, derive_secrets, seal_escrow
from esign.ceremony.errors import InvitationTooManyAttemptsError
from esign.ceremony.limits import MAX_ATTEMPTS, RESERVED_ATTEMPTS, SEED_BYTES
from esign.ceremony.records import to_record
from esign.ceremony.transcript import (
    AttachedFile,
    Revision,
    Transcript,
    TranscriptDeclaration,
    TranscriptDocument,
    TranscriptOrder,
    TranscriptPolicy,
    TranscriptSignatory,
    TranscriptStatement,
)
from esign.documents import signature_appearance
from esign.engine.ceremony import enrol, seal_names
from esign.engine.ceremony.attempts import end_superseded
from esign.engine.ceremony.received import Answer, Received
from esign.engine.contents import AttemptContents, RevisionContents
from esign.engine.contracts import turns
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptRecord, AttemptState, InvitationState
from esign.engine.refusals import (
    AttemptConcluding,
    CertificateUnknown,
    InvitationClosed,
    InvitationExpired,
    MessageInProgress,
)
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.digests import sha256
from esign.foundation.encoding import from_b64url
from esign.pades import PreparedDocument, prepare
from esign.policy import LegalLevel, SignaturePolicy
from esign.signing import KeyHolding, require_level, statement_held_by

CERTIFICATE_RESERVE = timedelta(minutes=2)
"""An attempt ends that long before its certificate does: the signature must be timestamped while that is valid."""

SHORTEST = timedelta(minutes=1)
"""An attempt that could not live that long is not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """The key that will sign, and what is known about it."""

    certificate: bytes
    chain: tuple[bytes, ...]
    certificate_id: str
    """Hexadecimal; empty at the simple level, where the company's seal carries the declaration."""
    until: datetime | None
    """When an attempt with this key ends at the latest."""
    capsule_key: bytes
    passkey: bytes
    identified_by: str
    holding: KeyHolding


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything about a new attempt that could be computed before the transaction."""

    key: SigningKey
    policy: SignaturePolicy
    prepared: PreparedDocument
    revisions: tuple[RevisionContents, ...]
    """Of the file on which the document was prepared."""
    secrets: CapsuleSecrets
    seed: bytes
    issued_at: datetime
    expires_at: datetime


def plan(house: Household, tx: Transaction, received: Received) -> Plan:
    """Choose the key, determine the level, and prepare the document.

    Raises:
        CertificateUnknown: The certificate was not issued to this device for this invitation, or ends too soon.
        InvitationExpired: The invitation ends within a minute.
        LevelNotReached: The key does not reach the level that the contract needs.
    """
    now = house.clock.now()
    contents = received.contents
    policy = received.policy(house)
    key = _key(house, tx, received, now)
    require_level(key.holding, policy, received.contract.level)
    party = received.party
    turns.require_turn(tx, contents, received.contract.id, party.name)
    current = house.current_file(tx, received.contract, contents)
    left, bottom, right, top = (float(number) for number in party.box)
    sealed_by = received.contract.company if received.contract.level is LegalLevel.SIMPLE else None
    appearance = signature_appearance(
        name=party.full_name,
        level=received.contract.level,
        sandbox=house.settings.sandbox,
        lang=contents.lang,
        size_points=(right - left, top - bottom),
        sealed_by=sealed_by,
        acts_for=party.acts_for,
    )
    prepared = prepare(
        current,
        field=party.field,
        page=party.page,
        box=(left, bottom, right, top),
        appearance=appearance,
        name=sealed_by or party.full_name,
        reason=reason(received.contract.level, contents.lang, party.acts_for),
        claimed_at=now,
    )
    if now + SHORTEST > received.invitation.expires_at:
        raise InvitationExpired("the invitation's time is over, or as good as over")
    ends = now + timedelta(seconds=house.settings.attempt_seconds)  # what is begun in time may be ended (BGB § 150 (1))
    seed = house.random(SEED_BYTES)
    return Plan(
        key=key,
        policy=policy,
        prepared=prepared,
        revisions=contents.revisions,
        secrets=derive_secrets(seed),
        seed=seed,
        issued_at=now,
        expires_at=min(ends, key.until) if key.until else ends,
    )


def open_attempt(house: Household, tx: Transaction, received: Received, planned: Plan) -> Answer:
    """Start the attempt: supersede the one before, fix the transcript, seal the code.

    Raises:
        InvitationClosed: The invitation has ended.
        InvitationExpired: Its time is over.
        InvitationTooManyAttemptsError: Twenty attempts were made.
        AttemptConcluding: An attempt of this invitation has its signature already.
    """
    invitation = tx.invitations.get(received.invitation.id) or received.invitation
    if invitation.state not in (InvitationState.WAITING, InvitationState.OPEN):
        raise InvitationClosed("the invitation has ended", state=invitation.state.value)
    if house.clock.now() >= invitation.expires_at:
        raise InvitationExpired("the invitation's time is over")
    made = tx.ceremonies.attempts(invitation.id)
    reserved = _reserved(tx, invitation.id, made, but=received.message.device_key_id)
    if invitation.attempts + reserved >= MAX_ATTEMPTS:
        raise InvitationTooManyAttemptsError("too many attempts", limit=MAX_ATTEMPTS - reserved)
    for earlier in made:
        if earlier.state in (AttemptState.CONCLUDING, AttemptState.SIGNED):
            raise AttemptConcluding("the signature is made already")
        if earlier.state.live:
            end_superseded(house, tx, earlier)
    _require_base(house, tx, received, planned)
    invitation = replace(invitation, state=InvitationState.OPEN, attempts=invitation.attempts + 1)
    tx.invitations.update(invitation)
    transcript = _transcript(house, received, planned, invitation.attempts)
    contract_id = received.contract.id
    attempt = start(
        transcript,
        seed=planned.seed,
        capsule_key=planned.key.capsule_key,
        passkey=planned.key.passkey or None,
        escrow=seal_escrow(planned.seed, tau=transcript.tau, dispute_keys=house.dispute_keys),
    )
    written, tau, capsule = transcript.canonical(), attempt.tau, attempt.capsule
    contents = AttemptContents(
        attempt=to_record(attempt),
        certificate=planned.key.certificate,
        chain=planned.key.chain,
        agent_manifest=house.agent_manifest,
        prepared=house.documents.put(tx.safe.seal(contract_id, "prepared", planned.prepared.data)),
        policy_source=planned.policy.source if received.admission.company_device else b"",
    )
    tx.ceremonies.add_attempt(
        AttemptRecord(
            tau=tau.hex(),
            invitation_id=invitation.id,
            number=invitation.attempts,
            device_key_id=received.message.device_key_id,
            certificate_id=planned.key.certificate_id,
            state=AttemptState.OPEN,
            opened_at=planned.issued_at,
            expires_at=planned.expires_at,
            sealed=tx.safe.seal(contract_id, seal_names.attempt(tau.hex()), contents.to_bytes()),
        )
    )
    house.record(
        tx,
        EntryKind.ATTEMPT_OPENED,
        contract_id,
        {
            "invitation": invitation.id,
            "attempt": invitation.attempts,
            "tau": tau.hex(),
            "capsule": capsule.digest.hex(),
            "device": received.message.device_key_id,
            "certificate": planned.key.certificate_id,
            "message": received.message.digest.hex(),
        },
        {"transcript": written},
    )
    return Answer.of(
        answer_open(
            transcript=written,
            declaration=received.party.declaration,
            policy=planned.policy.source,
            summary=received.party.summary,
            capsule=capsule,
        )
    )


def _reserved(tx: Transaction, invitation_id: str, made: Sequence[AttemptRecord], *, but: str) -> int:
    """Return how many attempts are left to the invitation's other devices, so that none can use up what is theirs."""
    others = {device.key_id: RESERVED_ATTEMPTS for device in tx.invitations.devices(invitation_id)}
    others.pop(but, None)
    for attempt in made:
        if others.get(attempt.device_key_id):
            others[attempt.device_key_id] -= 1
    return sum(others.values())


def _require_base(house: Household, tx: Transaction, received: Received, planned: Plan) -> None:
    """Refuse where somebody else has signed since the document was prepared; the same message then gets a new one.

    Raises:
        MessageInProgress: The file is another one than the document was prepared on.
        InvitationUnknownError: The contract is gone.
    """
    record = tx.contracts.get(received.contract.id)
    if record is None or house.contract_contents(tx, record).revisions != planned.revisions:
        raise MessageInProgress("somebody else has signed in the meantime")


def reason(level: LegalLevel, lang: str, acts_for: str) -> str:
    """Return the words that stand as reason in the signature dictionary; for whom a representative acts is added."""
    reasons = {
        "de": ("Erklärung im Rubbelfeld, vom Unternehmen gesiegelt", "Willenserklärung im Rubbelfeld"),
        "en": ("Declaration by scratch field, sealed by the company", "Declaration of intent by scratch field"),
    }
    words = reasons[lang][0 if level is LegalLevel.SIMPLE else 1]
    return f"{words}, {acts_for}" if acts_for else words


def _key(house: Household, tx: Transaction, received: Received, now: datetime) -> SigningKey:
    if received.contract.level is LegalLevel.SIMPLE:
        seal = house.seal()
        return SigningKey(
            certificate=seal.certificate,
            chain=tuple(seal.chain),
            certificate_id="",
            until=None,
            capsule_key=from_b64url(received.payload.get("capsule_key", "")),
            passkey=b"",
            identified_by="email-address",
            holding=KeyHolding(certified=False, identity_bound=False, user_verified=False),
        )
    record = tx.ceremonies.certified(received.invitation.id, str(received.payload.get("certificate", "")))
    if record is None or record.device_key_id != received.message.device_key_id or record.sealed is None:
        raise CertificateUnknown("the certificate was not issued to this device for this invitation")
    if record.certificate_until is None or now + CERTIFICATE_RESERVE + SHORTEST > record.certificate_until:
        raise CertificateUnknown("the certificate ends too soon; enrol again")
    enrolment = enrol.opened(tx, received.contract.id, record)
    return SigningKey(
        certificate=enrolment.certificate,
        chain=enrolment.chain,
        certificate_id=record.certificate_id or "",
        until=record.certificate_until - CERTIFICATE_RESERVE,
        capsule_key=enrolment.capsule_key,
        passkey=enrolment.passkey_key,
        identified_by=house.settings.idp_issuer,
        holding=KeyHolding(
            certified=True,
            identity_bound=True,
            user_verified=bool(enrolment.passkey_key),
            company_device=received.admission.company_device,
        ),
    )


def _transcript(house: Household, received: Received, planned: Plan, attempt: int) -> Transcript:
    contents, party, key, prepared = received.contents, received.party, planned.key, planned.prepared
    return Transcript(
        ceremony=received.invitation.id,
        contract=received.contract.id,
        attempt=attempt,
        audience=house.settings.agent_url,
        agent=house.agent_digest,
        document=TranscriptDocument(
            sha256=prepared.digest,
            byte_range=prepared.byte_range,
            length=len(prepared.data),
            name=received.contract.file_name,
            revisions=tuple(
                Revision(kind=each.kind, length=each.length, sha256=each.sha256) for each in planned.revisions
            ),
            attachments=tuple(
                AttachedFile(name=name, sha256=bytes.fromhex(digest)) for name, digest in contents.attachments.items()
            ),
        ),
        declaration=TranscriptDeclaration(
            lang="en" if contents.lang == "en" else "de", sha256=sha256(party.declaration.encode())
        ),
        order=TranscriptOrder(label=contents.label, summary=sha256(party.summary)),
        signatory=TranscriptSignatory(
            name=party.full_name,
            role=party.role,
            represents=party.represents,
            certificate=bytes.fromhex(key.certificate_id) or None,
            capsule_key=sha256(key.capsule_key),
            device_key=bytes.fromhex(received.message.device_key_id),
            passkey=sha256(key.passkey) if key.passkey else None,
        ),
        statement=TranscriptStatement(
            level="simple" if received.contract.level is LegalLevel.SIMPLE else "advanced",
            held_by=statement_held_by(key.holding),
            identified_by=key.identified_by,
            trust="sandbox" if house.settings.sandbox else "configured",
        ),
        policy=TranscriptPolicy(oid=planned.policy.oid, sha256=planned.policy.digest),
        code_commitment=code_commitment(planned.secrets.nonce, planned.secrets.code),
        user_verification="passkey" if key.passkey else "none",
        issued_at=seconds(planned.issued_at),
        expires_at=seconds(planned.expires_at),
        client_nonce=bytes.fromhex(received.payload["client_nonce"]),
        server_nonce=house.random(32),
    )
