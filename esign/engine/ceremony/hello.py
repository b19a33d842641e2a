"""``hello``: a device introduces itself; the invitation says what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from esign.ceremony.answers import Greeting, OfferedEnrolment, OidcIdentification, answer_hello
from esign.ceremony.limits import ENROLMENT_SECONDS
from esign.engine.api.journeys import way_back_of
from esign.engine.ceremony import admission
from esign.engine.ceremony.received import Answer, Received
from esign.engine.contracts import ending, turns
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import DeviceRecord, EnrolmentRecord, InvitationRecord, InvitationState
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.encoding import from_b64url
from esign.foundation.identifiers import new_id
from esign.policy import LegalLevel

_TOLD: Final[Mapping[InvitationState, Literal["waiting", "open", "signed", "closed"]]] = {
    InvitationState.WAITING: "waiting",
    InvitationState.OPEN: "open",
    InvitationState.SIGNED: "signed",
    InvitationState.CLOSED: "closed",
    InvitationState.REVOKED: "closed",
}


def greet(house: Household, tx: Transaction, received: Received) -> Answer:
    """Bind the device if it is new, offer an enrolment if one is needed, and say what is to be signed.

    Raises:
        EsignError: The token does not bind this device (:func:`esign.engine.ceremony.admission.refuse_to_bind`).
    """
    now = house.clock.now()
    ending.expire(house, tx, received.invitation.id)
    invitation = tx.invitations.get(received.invitation.id) or received.invitation
    # another window of the same device may have bound it a moment ago
    bound = received.device or admission.bound_device(tx, received.admission, received.message.device_key_id)
    device = bound or _bind(house, tx, received, invitation, now)
    party = received.party
    level = received.contract.level
    live = invitation.state in (InvitationState.WAITING, InvitationState.OPEN)
    if live:
        offering.arrived(house, tx, received.contract, party.name, way="device")
    waits = live and not turns.is_turn(tx, received.contents, received.contract.id, party.name)
    enrolment = _offer(house, tx, invitation, device, now) if live and not waits and level > LegalLevel.SIMPLE else None
    policy = received.policy(house)
    settings = house.settings
    identification = None
    if level > LegalLevel.SIMPLE:
        identification = OidcIdentification(issuer=settings.idp_issuer, client_id=settings.idp_client_id)
    return Answer.of(
        answer_hello(
            Greeting(
                state="not_yet" if waits else _TOLD[invitation.state],
                server_time=seconds(now),
                sandbox=settings.sandbox,
                contract_id=received.contract.id,
                title=received.contract.title,
                company=received.contract.company,
                reference=received.contract.reference,
                given_name=party.given_name,
                family_name=party.family_name,
                role=party.role,
                represents=party.represents,
                level="simple" if level is LegalLevel.SIMPLE else "advanced",
                user_verification=policy.user_verification,
                identification=identification,
                enrolment=enrolment,
                expires_at=seconds(invitation.expires_at),
                way_back="" if received.admission.company_device else way_back_of(house, tx, invitation),
                company_device=received.admission.company_device,
            )
        )
    )


def _bind(
    house: Household, tx: Transaction, received: Received, invitation: InvitationRecord, now: datetime
) -> DeviceRecord:
    device = admission.bind(
        tx,
        received.admission,
        key_id=received.message.device_key_id,
        public_key=from_b64url(received.payload["device_key"]),
        now=now,
    )
    facts = {"invitation": invitation.id, "device": device.key_id, "message": received.message.digest.hex()}
    if received.admission.handover is not None:
        facts["handed_over_by"] = received.admission.handover.made_by
    house.record(tx, EntryKind.DEVICE_BOUND, invitation.contract_id, facts)
    return device


def _offer(
    house: Household, tx: Transaction, invitation: InvitationRecord, device: DeviceRecord, now: datetime
) -> OfferedEnrolment:
    record = EnrolmentRecord(
        id=new_id(),
        invitation_id=invitation.id,
        device_key_id=device.key_id,
        nonce=house.random(32),
        expires_at=now + timedelta(seconds=ENROLMENT_SECONDS),
    )
    tx.ceremonies.add_enrolment(record)
    return OfferedEnrolment(id=record.id, nonce=record.nonce, expires_at=seconds(record.expires_at))
