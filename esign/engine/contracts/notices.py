"""Mails that tell somebody what happened, beside invitations and signed copies."""

from __future__ import annotations

import json
from typing import Any

from esign.engine.ceremony import seal_names
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind

CERTIFICATE_NOTICE = "certificate_notice"
"""To the party: a certificate was issued in your name."""

CANCELLATION = "cancellation"
"""To a party: the contract was cancelled, or somebody else declined it."""

DECLINE_NOTICE = "decline_notice"
"""To the company: a party declined."""

DECLINE_RECEIPT = "decline_receipt"
"""To the party: you declined."""

YOUR_TURN = "your_turn"
"""To a party that was invited early: everybody before has signed, the link of the invitation opens the document now."""

REMINDER = "reminder"
"""To a party that has not signed: the invitation ends soon."""

LATENESS = "lateness"
"""To a party: what you declared came when the offer was over (BGB § 149)."""

ORDER_RECEIPT = "order_receipt"
"""To a party: we have received your order. It accepts nothing (BGB § 312i (1) No. 3)."""

ACCEPTANCE = "acceptance"
"""To a party: we accept your order; the declaration is enclosed (BGB §§ 130, 147, 148)."""

ORDER_DECLINED = "order_declined"
"""To a party: we do not accept your order, or nobody approved the contract; there is none."""

ORDER_LAPSED = "order_lapsed"
"""To a party: your order was not accepted in time; it binds you no longer (BGB § 146)."""

LATE_OFFER = "late_offer"
"""To a party: your declaration came when our offer was over; it counts as your new offer (BGB § 150 (1))."""

CONSENT_REQUEST = "consent_request"
"""To a minor's legal representative: may the contract be concluded? (BGB § 107)"""

APPROVAL_REQUEST = "approval_request"
"""To a minor's legal representative: is the contract approved? (BGB § 108 (1))"""

OWN_APPROVAL_REQUEST = "own_approval_request"
"""To who has come of age since: is the contract approved? (BGB § 108 (3))"""

APPROVAL_DEMAND = "approval_demand"
"""To a minor's legal representative: the demand that lets two weeks run (BGB § 108 (2))."""

APPROVAL_RECEIPT = "approval_receipt"
"""To who consented, approved or refused: what was declared."""

SUMMARY_REQUEST = "summary_request"
"""To a customer: the contract summary, and the way to approve the contract (TKG § 54 (3))."""

INFORMATION = "information"
"""To a party whose invitation is handed over without a mail: what has to be told before the declaration, attached."""

CONSENT_RECEIPT = "consent_receipt"
"""To a party: a consent was given, or revoked; with its words."""

COMPANY = "company"
"""The word for the company where a mail's recipient is a party."""


def queue_notice(
    house: Household,
    tx: Transaction,
    contract_id: str,
    kind: str,
    *,
    party: str,
    about: str = "",
    **words: str | int,
) -> None:
    """Queue a notice in the transaction of what it tells.

    Args:
        house: The household.
        tx: The transaction.
        contract_id: The contract.
        kind: One of this file's kinds.
        party: To whom: ``signatory-1`` … or ``company``.
        about: Whom the mail speaks of, where that is another party than the recipient.
        words: What the mail says beside the contract's own words: ``expires_at`` (seconds), ``reason``.
    """
    payload = json.dumps({"party": about or party, **words}).encode()
    sealed = tx.safe.seal(contract_id, seal_names.delivery(kind), payload)
    tx.outbox.add(contract_id, kind, sealed, house.clock.now())
    facts = {"kind": kind, "channel": "email", "party": party}
    house.record(tx, EntryKind.DELIVERY_QUEUED, contract_id, facts)


def company(data: bytes) -> dict[str, Any]:
    """Return the company in canonical contract data."""
    found: dict[str, Any] = json.loads(data)["company"]
    return found
