"""Who may speak for an invitation: one token, one device.

1. A token is hashed first and looked up among the invitations' tokens and the hand-over tokens, always both: the path
   is the same for a malformed, an unknown and a replaced one.
2. The invitation's token binds the first device that greets; a hand-over token binds one further device.
3. A bound device works with the token that bound it, and with no other.
4. A token that was handed over for a device of the company binds none that says it is the signatory's, nor the reverse.

Source: docs/ceremony-spec.md section 4, ``hello`` and ``handover``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from esign.ceremony.errors import (
    HandoverBoundDeviceError,
    HandoverDeviceOwnerError,
    HandoverExpiredError,
    HandoverUsedError,
    InvitationBoundError,
    InvitationTooManyDevicesError,
)
from esign.ceremony.limits import MAX_DEVICES
from esign.ceremony.messages import Message, stored_token_hash
from esign.engine.ports import Transaction
from esign.engine.records import COMPANY_DEVICE, DeviceRecord, HandoverRecord, InvitationRecord, InvitationState
from esign.engine.refusals import InvitationClosed
from esign.foundation.encoding import EncodingError, from_b64url

LIVE = (InvitationState.WAITING, InvitationState.OPEN)
"""States in which an invitation can still end with a signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A token that is one of ours: its invitation, and the hand-over that it is, if it is one."""

    invitation: InvitationRecord
    token_digest: bytes
    handover: HandoverRecord | None

    @property
    def company_device(self) -> bool:
        """Whether the token was handed over for a device of the company, and for no other."""
        return self.handover is not None and self.handover.made_by == COMPANY_DEVICE


def find(tx: Transaction, token: str | None) -> Admission | None:
    """Return what a token admits to; None for every token that is not one of ours, after the same steps."""
    well_formed = _is_token(token)
    digest = stored_token_hash(token if token and well_formed else "")
    own, handover = tx.invitations.by_token(digest), tx.invitations.handover(digest)
    handed = tx.invitations.get(handover.invitation_id if handover else "")  # looked up in any case
    invitation = handed or own
    if not well_formed or invitation is None or invitation.state is InvitationState.REVOKED:
        return None
    return Admission(invitation=invitation, token_digest=digest, handover=handover)


def bound_device(tx: Transaction, admission: Admission, key_id: str) -> DeviceRecord | None:
    """Return the device of a key id, if this very token bound it."""
    for device in tx.invitations.devices(admission.invitation.id):
        if device.key_id == key_id and device.token_digest == admission.token_digest:
            return device
    return None


def refuse_to_bind(tx: Transaction, admission: Admission, key_id: str, now: datetime) -> None:
    """Refuse a device that may not be bound by this token.

    Raises:
        InvitationClosed: The invitation has ended.
        HandoverBoundDeviceError: Another token of the invitation bound this device.
        HandoverUsedError: The hand-over token bound another device.
        HandoverExpiredError: Its time is over.
        InvitationBoundError: The invitation's token bound another device.
        InvitationTooManyDevicesError: Five devices are bound already.
    """
    invitation, handover = admission.invitation, admission.handover
    if invitation.state not in LIVE or now >= invitation.expires_at:
        state = InvitationState.CLOSED if invitation.state in LIVE else invitation.state
        raise InvitationClosed("the invitation has ended", state=state.value)
    devices = tx.invitations.devices(invitation.id)
    if any(device.key_id == key_id for device in devices):
        raise HandoverBoundDeviceError("another token bound this device")
    if handover is not None and handover.device_key_id is not None:
        raise HandoverUsedError("the hand-over token bound another device")
    if handover is not None and now >= handover.expires_at:
        raise HandoverExpiredError("the hand-over token's time is over")
    if any(device.token_digest == admission.token_digest for device in devices):
        raise InvitationBoundError("the invitation is bound to another device")
    if len(devices) >= MAX_DEVICES:
        raise InvitationTooManyDevicesError("too many devices", limit=MAX_DEVICES)


def require_owner(admission: Admission, message: Message) -> None:
    """Refuse an agent that greets as what its token is not for: a device of the company, or the signatory's own.

    Raises:
        HandoverDeviceOwnerError: The link and the agent do not say the same; nothing is bound, no token is spent.
    """
    if message.type == "hello" and (message.payload.get("device") == "company") != admission.company_device:
        raise HandoverDeviceOwnerError("link and agent differ about whose device it is")


def bind(tx: Transaction, admission: Admission, *, key_id: str, public_key: bytes, now: datetime) -> DeviceRecord:
    """Bind a device by a token; the token is spent with it.

    Raises:
        EsignError: As :func:`refuse_to_bind`, looked at again within the transaction.
    """
    current = replace(
        admission,
        invitation=tx.invitations.get(admission.invitation.id) or admission.invitation,
        handover=tx.invitations.handover(admission.token_digest),
    )
    refuse_to_bind(tx, current, key_id, now)
    device = DeviceRecord(
        invitation_id=current.invitation.id,
        key_id=key_id,
        public_key=public_key,
        bound_at=now,
        token_digest=current.token_digest,
    )
    tx.invitations.bind(device)
    if current.handover is not None:
        tx.invitations.update_handover(replace(current.handover, device_key_id=key_id))
    return device


def _is_token(token: str | None) -> bool:
    try:
        return len(from_b64url(token or "")) == 32
    except EncodingError:
        return False
