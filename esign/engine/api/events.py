"""Events: what is told outside of the ledger's entries; identifiers and kinds, nothing personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind

EVENT_KINDS = (
    EntryKind.CONTRACT_DRAWN_UP,
    EntryKind.INVITATION_MADE,
    EntryKind.INVITATION_REVOKED,
    EntryKind.DEVICE_BOUND,
    EntryKind.DOCUMENT_FETCHED,
    EntryKind.ATTEMPT_LOCKED,
    EntryKind.CONTRACT_PARTLY_SIGNED,
    EntryKind.CONTRACT_ORDERED,
    EntryKind.CONTRACT_PENDING,
    EntryKind.CONTRACT_CONCLUDED,
    EntryKind.CONTRACT_DECLINED,
    EntryKind.CONTRACT_CANCELLED,
    EntryKind.CONTRACT_EXPIRED,
    EntryKind.CONTRACT_FAILED,
    EntryKind.DELIVERY_DONE,
    EntryKind.DELIVERY_FAILED,
    EntryKind.DOSSIER_CREATED,
    EntryKind.CASE_ACCEPTED,
    EntryKind.CASE_REFUSED,
    EntryKind.CASE_REFERRED,
    EntryKind.CASE_ASKED,
    EntryKind.CASE_CLOSED,
    EntryKind.FORM_CORRECTED,
    EntryKind.CONTRACT_VALIDITY_CHANGED,
    EntryKind.CONTRACT_RENEWED,
    EntryKind.BULK_FINISHED,
    EntryKind.BULK_CANCELLED,
    EntryKind.SEAL_BATCH_FINISHED,
    EntryKind.RIGHT_WITHDRAWAL_RECEIVED,
    EntryKind.RIGHT_TERMINATION_RECEIVED,
    EntryKind.RIGHT_MATCHED,
    EntryKind.RIGHT_UNMATCHED,
    EntryKind.RIGHT_ACKNOWLEDGED,
    EntryKind.RIGHT_SETTLED,
    EntryKind.PERFORMANCE_RECORDED,
    EntryKind.PERFORMANCE_CORRECTED,
    EntryKind.DUTY_DELIVERED,
    EntryKind.CONSENT_GIVEN,
    EntryKind.CONSENT_REVOKED,
    EntryKind.CLOCK_OFFER_LAPSED,
    EntryKind.CLOCK_WITHDRAWAL_ENDED,
)
"""What is told. The ledger holds more; a backend system needs no more."""

_OF_DECLARATIONS = frozenset(
    {
        EntryKind.RIGHT_WITHDRAWAL_RECEIVED,
        EntryKind.RIGHT_TERMINATION_RECEIVED,
        EntryKind.RIGHT_UNMATCHED,
        EntryKind.RIGHT_ACKNOWLEDGED,
        EntryKind.RIGHT_SETTLED,
    }
)
"""Entries that stand under the declaration's own name."""

TEST = "webhook.test"
"""Kind of the event that tests a webhook; it stands in no ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    id: str
    """From the hash of the ledger entry: the same event has the same name everywhere and for ever."""
    kind: str
    at: datetime
    contract_id: str | None
    party: str | None
    case_id: str | None
    bulk_id: str | None
    """A run of many contracts at once."""
    batch_id: str | None
    """A batch of documents that were sealed."""
    declaration_id: str | None
    """A withdrawal or termination."""
    seq: int
    """Place in the ledger; never shown, others' business can be counted by it."""

    @classmethod
    def of(cls, entry: Entry) -> Event:
        """Return the event of a ledger entry."""
        party, case, bulk, batch = (entry.facts.get(name) for name in ("party", "case", "bulk", "seal_batch"))
        own = entry.kind in _OF_DECLARATIONS
        declaration = entry.contract if own else entry.facts.get("declaration")
        return cls(
            id=f"evt_{entry.hash.hex()[:32]}",
            kind=entry.kind.value,
            at=entry.at,
            contract_id=None if own else entry.contract,
            party=party if isinstance(party, str) and party else None,
            case_id=case if isinstance(case, str) and case else None,
            bulk_id=bulk if isinstance(bulk, str) and bulk else None,
            batch_id=batch if isinstance(batch, str) and batch else None,
            declaration_id=declaration if isinstance(declaration, str) and declaration else None,
            seq=entry.seq,
        )
