"""The dossier: everything about one concluded contract in one file that is verified without us."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

from esign.access import Actor, Permission
from esign.ceremony.attempt import SignedAttempt
from esign.engine.ceremony import attempts, enrol, seal_names
from esign.engine.ceremony.attempts import KeptAttempt
from esign.engine.contents import PartyContents
from esign.engine.evidence.disclosing import Disclosed, DisputeKeys
from esign.engine.evidence.dossier_messages import of_one_invitation
from esign.engine.evidence.heads import LedgerDesk
from esign.engine.formation.keeping import WHOLE
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, ContractState
from esign.engine.refusals import ContractStateRefused, ContractUnknown
from esign.evidence.dossier import prepare_dossier
from esign.evidence.dossier_parts import Dossier, EnrolmentEvidence, PasskeyEvidence
from esign.evidence.dossier_party import SignatoryEvidence
from esign.evidence.kinds import EntryKind
from esign.evidence.ledger_extract import LedgerExtract, NotStampedError, SequencedOpening
from esign.foundation.digests import sha256
from esign.signing import grant

STAMPING_TRIES = 5
"""How often the ledger's head is timestamped anew because entries about the contract were added meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierDesk:
    """Puts dossiers together."""

    household: Household
    ledger: LedgerDesk

    def create(self, actor: Actor, contract_id: str, dispute_keys: Sequence[bytes] = ()) -> bytes:
        """Return the dossier of a concluded contract, sealed and timestamped.

        Args:
            actor: Who takes it.
            contract_id: The contract.
            dispute_keys: The private dispute keys (PEM) of two persons, to disclose the capsule's seed; not kept.

        Raises:
            AccessDenied: The actor may not take evidence.
            ContractUnknown: There is no such contract.
            ContractStateRefused: The contract is not concluded.
            TwoPersonsNeeded: One key alone, or the same twice.
            DisputeKeyRefused: The keys do not open the escrow.
            NoSealDevice: No seal is configured.
        """
        actor.require(Permission.EVIDENCE_READ)
        house = self.household
        self._concluded(actor, contract_id)
        keys = DisputeKeys.read(dispute_keys)
        seal = house.seal()
        dossier, disclosed = self._stamped(contract_id, keys)
        prepared = prepare_dossier(dossier, certificate=seal.certificate, at=house.clock.now())
        with house.store.transaction() as tx:
            if disclosed is not None:
                facts = {"inner_key": disclosed.inner_key, "outer_key": disclosed.outer_key}
                manifest = sha256(prepared.manifest).hex()
                house.record(tx, EntryKind.SEED_DISCLOSED, contract_id, {"manifest": manifest, **facts}, by=actor)
            receipt = house.record(
                tx, EntryKind.DOSSIER_CREATED, contract_id, {"manifest": sha256(prepared.manifest).hex()}, by=actor
            )
        permission = grant(receipt, certificate=seal.certificate, data=prepared.attributes)
        sealed = prepared.sealed(seal.sign(prepared.attributes, permission), seal.chain)
        return sealed.finished(house.timestamps.stamp(sealed.digest).der)

    def _concluded(self, actor: Actor, contract_id: str) -> None:
        """Refuse before the ledger is stamped for it: a refusal leaves nothing behind."""
        with self.household.store.reading() as tx:
            contract = known(tx, actor, contract_id)
        if contract.state is not ContractState.CONCLUDED:
            raise ContractStateRefused("the contract is not concluded", state=contract.state.value)

    def _stamped(self, contract_id: str, keys: DisputeKeys | None) -> tuple[Dossier, Disclosed | None]:
        """Collect the dossier under a head that covers all of it; a worker may add an entry meanwhile: then again."""
        for _ in range(STAMPING_TRIES):
            self.ledger.stamp()
            with contextlib.suppress(NotStampedError), self.household.store.reading() as tx:
                dossier = self._collect(tx, contract_id, keys)
                disclosed = keys.disclose(_signed_attempts(tx, contract_id)[0][1]) if keys else None
                return dossier, disclosed
        raise NotStampedError(contract=contract_id)

    def _collect(self, tx: Transaction, contract_id: str, keys: DisputeKeys | None) -> Dossier:
        house = self.household
        contract = tx.contracts.get(contract_id)
        if contract is None:
            raise ContractUnknown("there is no such contract")
        if contract.state is not ContractState.CONCLUDED:
            raise ContractStateRefused("the contract is not concluded", state=contract.state.value)
        contents = house.contract_contents(tx, contract)
        extract, openings = LedgerExtract.collect(tx.ledger, contract_id)
        signed = _signed_attempts(tx, contract_id)
        first, *others = [
            _evidence(tx, party, kept, attempt, keys)
            for party, (kept, attempt) in zip(contents.parties, signed, strict=True)
        ]
        return Dossier(
            document=house.signed_document(tx, contract),
            **{item.name: getattr(first, item.name) for item in fields(first)},
            policy=attempts.policy_of(house, signed[0][0], contents).source,
            contract=contents.data,
            ledger=extract,
            openings=openings,
            mails=tuple(tx.safe.open(contract_id, "mail", house.documents.get(name)) for name in contents.mails),
            formation=_formation(openings),
            further=tuple(others),
        )


def _evidence(
    tx: Transaction, party: PartyContents, kept: KeptAttempt, signed: SignedAttempt, keys: DisputeKeys | None
) -> SignatoryEvidence:
    """Return everything about one signatory; with the seed, if the dispute keys are there."""
    return SignatoryEvidence(
        transcript=signed.transcript.canonical(),
        declaration=party.declaration,
        summary=party.summary,
        capsule=signed.capsule,
        certificate=signed.certificate,
        chain=kept.contents.chain,
        enrolment=_enrolment(tx, kept),
        messages=of_one_invitation(
            [
                tx.safe.open(
                    kept.contract_id, seal_names.message(message.invitation_id, message.jti), message.sealed_message
                )
                for message in tx.ceremonies.messages(kept.record.invitation_id)
                if message.device_key_id == kept.record.device_key_id
            ],
            signed.transcript.client_nonce,
        ),
        user_verification=signed.declaration.user_verification,
        agent_manifest=kept.contents.agent_manifest,
        seed=keys.disclose(signed).seed if keys else None,
    )


def _formation(openings: Sequence[SequencedOpening]) -> bytes | None:
    """Return how the contract came about, as the ledger committed to it; None for contracts from before."""
    found = [each.opening.content for each in openings if each.opening.name == WHOLE]
    return found[0] if found else None


def _signed_attempts(tx: Transaction, contract_id: str) -> list[tuple[KeptAttempt, SignedAttempt]]:
    """Return the attempts that were signed, in the order of the contract's parties."""
    found: dict[str, tuple[KeptAttempt, SignedAttempt]] = {}
    for invitation in tx.invitations.of_contract(contract_id):
        for record in tx.ceremonies.attempts(invitation.id):
            if record.state is AttemptState.SIGNED:
                kept = attempts.opened(tx, record)
                if isinstance(kept.attempt, SignedAttempt):
                    found[invitation.party] = (kept, kept.attempt)
    if not found:
        raise ContractStateRefused("no attempt of the contract was signed")
    return [found[party] for party in sorted(found)]


def _enrolment(tx: Transaction, kept: KeptAttempt) -> EnrolmentEvidence | None:
    record = tx.ceremonies.certified(kept.record.invitation_id, kept.record.certificate_id)
    if record is None or record.sealed is None:
        return None
    enrolment = enrol.opened(tx, kept.contract_id, record)
    provider = json.loads(enrolment.provider)
    return EnrolmentEvidence(
        request=enrolment.request,
        capsule_key=enrolment.capsule_key,
        device_key=enrolment.device_key,
        passkey=PasskeyEvidence(
            credential_id=enrolment.passkey_id,
            public_key=enrolment.passkey_key,
            algorithm=enrolment.passkey_algorithm,
            prf=enrolment.passkey_prf,
        )
        if enrolment.passkey_key
        else None,
        id_token=enrolment.id_token,
        issuer=provider["issuer"],
        jwks=enrol.key_set(provider["jwks"]),
        audience=enrolment.audience,
    )
