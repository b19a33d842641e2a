"""``handover``: a bound device makes a token for exactly one further device, and a QR code of its link."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from datetime import timedelta

import segno

from esign.ceremony.answers import answer_handover
from esign.ceremony.errors import InvitationTooManyDevicesError
from esign.ceremony.limits import HANDOVER_SECONDS, MAX_DEVICES
from esign.ceremony.messages import stored_token_hash
from esign.engine.ceremony.admission import LIVE
from esign.engine.ceremony.received import Answer, Received
from esign.engine.contracts.ending import refuse_if_signed
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import HandoverRecord, InvitationRecord
from esign.engine.refusals import InvitationClosed
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.identifiers import new_token


def hand_over(house: Household, tx: Transaction, received: Received) -> Answer:
    """Make a hand-over token; an earlier one that bound nobody yet is over.

    Raises:
        AlreadySigned: The party has signed.
        InvitationClosed: The invitation has ended.
        InvitationTooManyDevicesError: Five devices are bound already.
    """
    invitation = tx.invitations.get(received.invitation.id) or received.invitation
    made, token = make_handover(house, tx, invitation, made_by=received.message.device_key_id)
    facts = {
        "invitation": invitation.id,
        "device": made.made_by,
        "message": received.message.digest.hex(),
        "expires_at": seconds(made.expires_at),
    }
    house.record(tx, EntryKind.HANDOVER_OFFERED, invitation.contract_id, facts)
    link = f"{house.settings.agent_url}/#{token}"
    return Answer.of(answer_handover(token=token, link=link, expires_at=seconds(made.expires_at), qr=qr_code(link)))


def qr_code(text: str) -> tuple[tuple[int, ...], ...]:
    """Return the QR code of a text as rows of modules, 1 is dark, without quiet zone.

    Source: ISO/IEC 18004 (error correction level M).
    """
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return tuple(tuple(int(module) for module in row) for row in code.matrix)


def make_handover(
    house: Household,
    tx: Transaction,
    invitation: InvitationRecord,
    *,
    made_by: str,
    life: int = HANDOVER_SECONDS,
    replaces: Container[str] | None = None,
) -> tuple[HandoverRecord, str]:
    """Make a token for one further device; earlier ones that bound nobody yet are over.

    Args:
        house: What everything is done with.
        tx: The transaction.
        invitation: Whose token it is.
        made_by: Which device or side makes it.
        life: Seconds.
        replaces: Only earlier ones that these have made are over; None: all.

    Returns:
        The record, and the token.

    Raises:
        AlreadySigned: The party has signed.
        InvitationClosed: The invitation has ended.
        InvitationTooManyDevicesError: Five devices are bound already.
    """
    now = house.clock.now()
    refuse_if_signed(tx, invitation)
    if invitation.state not in LIVE or now >= invitation.expires_at:
        raise InvitationClosed("the invitation has ended", state="closed")
    if len(tx.invitations.devices(invitation.id)) >= MAX_DEVICES:
        raise InvitationTooManyDevicesError("too many devices", limit=MAX_DEVICES)
    for earlier in tx.invitations.handovers(invitation.id):
        unused = earlier.device_key_id is None and earlier.expires_at > now
        if unused and (replaces is None or earlier.made_by in replaces):
            tx.invitations.update_handover(replace(earlier, expires_at=now))
    token = new_token()
    made = HandoverRecord(
        token_digest=stored_token_hash(token),
        invitation_id=invitation.id,
        made_by=made_by,
        created_at=now,
        expires_at=min(now + timedelta(seconds=life), invitation.expires_at),
    )
    tx.invitations.add_handover(made)
    return made, token
