"""The closed list of what a ledger entry can say. A kind is never given another meaning, and none is taken away."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """What happened."""

    # The contract
    CONTRACT_DRAWN_UP = "contract.drawn_up"
    CONTRACT_DECLINED = "contract.declined"
    CONTRACT_CANCELLED = "contract.cancelled"
    CONTRACT_EXPIRED = "contract.expired"
    CONTRACT_PARTLY_SIGNED = "contract.partly_signed"
    CONTRACT_CONCLUDED = "contract.concluded"
    CONTRACT_FAILED = "contract.failed"
    CONTRACT_ERASED = "contract.erased"
    CONTRACT_VALIDITY_CHANGED = "contract.validity_changed"
    CONTRACT_RENEWED = "contract.renewed"
    # The way to the signatory
    INVITATION_MADE = "invitation.made"
    INVITATION_SENT = "invitation.sent"
    INVITATION_REVOKED = "invitation.revoked"
    INVITATION_REMINDED = "invitation.reminded"
    DEVICE_BOUND = "device.bound"
    HANDOVER_OFFERED = "handover.offered"
    ENROLMENT_REQUESTED = "enrolment.requested"
    ENROLMENT_GRANTED = "enrolment.granted"
    ENROLMENT_REFUSED = "enrolment.refused"
    # The ceremony
    ATTEMPT_OPENED = "attempt.opened"
    ATTEMPT_SUPERSEDED = "attempt.superseded"
    ATTEMPT_EXPIRED = "attempt.expired"
    ATTEMPT_LOCKED = "attempt.locked"
    DOCUMENT_FETCHED = "document.fetched"
    INTENT_DECLARED = "intent.declared"
    INTENT_WRONG_CODE = "intent.wrong_code"
    INTENT_REFUSED = "intent.refused"
    MESSAGE_REFUSED = "message.refused"
    # The signature
    PERMISSION_GRANTED = "permission.granted"
    SIGNATURE_RECEIVED = "signature.received"
    SIGNATURE_REFUSED = "signature.refused"
    SIGNATURE_EMBEDDED = "signature.embedded"
    RELEASE_PASSED = "release.passed"
    RELEASE_FAILED = "release.failed"
    # What leaves the house
    DELIVERY_QUEUED = "delivery.queued"
    DELIVERY_DONE = "delivery.done"
    DELIVERY_FAILED = "delivery.failed"
    # The interface for backend systems
    KEY_MADE = "key.made"
    KEY_REVOKED = "key.revoked"
    WEBHOOK_MADE = "webhook.made"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated"  # noqa: S105 - the name of an event, no secret
    WEBHOOK_DISABLED = "webhook.disabled"
    RETURN_ADDRESS_ADDED = "return_address.added"
    RETURN_ADDRESS_REMOVED = "return_address.removed"
    # Accounts of the company's side
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_LINK_SENT = "account.link_sent"
    ACCOUNT_SET_UP = "account.set_up"
    ACCOUNT_ROLES_CHANGED = "account.roles_changed"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_UNLOCKED = "account.unlocked"
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_WAY_ADDED = "account.way_added"
    ACCOUNT_WAY_REMOVED = "account.way_removed"
    ACCOUNT_LOGGED_IN = "account.logged_in"
    ACCOUNT_LOGIN_REFUSED = "account.login_refused"
    ACCOUNT_CONFIRMED = "account.confirmed"
    ACCOUNT_LOGGED_OUT = "account.logged_out"
    # A company's own documents
    UPLOAD_ACCEPTED = "upload.accepted"
    UPLOAD_REFUSED = "upload.refused"
    UPLOAD_DISCARDED = "upload.discarded"
    UPLOAD_EXPIRED = "upload.expired"
    TEMPLATE_MADE = "template.made"
    TEMPLATE_VERSION_MADE = "template.version_made"
    TEMPLATE_ARCHIVED = "template.archived"
    TEMPLATE_RESTORED = "template.restored"
    # Forms and what becomes of them
    FORM_PREFILLED = "form.prefilled"
    FORM_CORRECTED = "form.corrected"
    FORM_EXPIRED = "form.expired"
    FORM_TOKEN_MADE = "form.token_made"  # noqa: S105 - the name of an event, no secret
    CASE_ACCEPTED = "case.accepted"
    CASE_REFUSED = "case.refused"
    CASE_REFERRED = "case.referred"
    CASE_ASKED = "case.asked"
    CASE_CLOSED = "case.closed"
    CASE_DELETED = "case.deleted"
    # Many contracts at once
    BULK_CHECKED = "bulk.checked"
    BULK_STARTED = "bulk.started"
    BULK_FINISHED = "bulk.finished"
    BULK_CANCELLED = "bulk.cancelled"
    # The evidence itself
    HEAD_TIMESTAMPED = "head.timestamped"
    CLOCK_CORRECTED = "clock.corrected"
    DOSSIER_CREATED = "dossier.created"
    SEED_ESCROWED = "seed.escrowed"
    SEED_DISCLOSED = "seed.disclosed"
