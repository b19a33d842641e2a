"""What happened to a contract, from the ledger: kinds, parties, times, who on the company's side; nothing personal.

The ledger names neither customers nor employees. Whose name a page shows beside an entry comes from the contract or the
account, and goes with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from esign.engine.accounts.rows import open_person
from esign.engine.contracts.notices import REMINDER
from esign.engine.ports import Transaction
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind

SHOWN = frozenset(
    {
        EntryKind.CONTRACT_DRAWN_UP,
        EntryKind.CONTRACT_DECLINED,
        EntryKind.CONTRACT_CANCELLED,
        EntryKind.CONTRACT_EXPIRED,
        EntryKind.CONTRACT_PARTLY_SIGNED,
        EntryKind.CONTRACT_ORDERED,
        EntryKind.CONTRACT_PENDING,
        EntryKind.CONTRACT_CONCLUDED,
        EntryKind.CONTRACT_FAILED,
        EntryKind.CONTRACT_ERASED,
        EntryKind.CONTRACT_VALIDITY_CHANGED,
        EntryKind.CONTRACT_RENEWED,
        EntryKind.INVITATION_MADE,
        EntryKind.INVITATION_REVOKED,
        EntryKind.DEVICE_BOUND,
        EntryKind.HANDOVER_OFFERED,
        EntryKind.ENROLMENT_GRANTED,
        EntryKind.ENROLMENT_REFUSED,
        EntryKind.ATTEMPT_OPENED,
        EntryKind.ATTEMPT_EXPIRED,
        EntryKind.ATTEMPT_LOCKED,
        EntryKind.DOCUMENT_FETCHED,
        EntryKind.INTENT_DECLARED,
        EntryKind.INTENT_WRONG_CODE,
        EntryKind.SIGNATURE_EMBEDDED,
        EntryKind.SIGNATURE_REFUSED,
        EntryKind.RELEASE_FAILED,
        EntryKind.FORMATION_REFUSED,
        EntryKind.FORMATION_LATE,
        EntryKind.FORMATION_REVOKED,
        EntryKind.FORMATION_CONSENTED,
        EntryKind.FORMATION_ACCEPTED,
        EntryKind.FORMATION_ACCEPTANCE_RECEIVED,
        EntryKind.FORMATION_ASKED,
        EntryKind.FORMATION_APPROVED,
        EntryKind.FORMATION_DENIED,
        EntryKind.FORMATION_DEMANDED,
        EntryKind.CONFIRMATION_RECEIPT_SENT,
        EntryKind.CONFIRMATION_CONTRACT_SENT,
        EntryKind.CONFIRMATION_RESENT,
        EntryKind.CONFIRMATION_FAILED,
        EntryKind.DUTY_DELIVERED,
        EntryKind.CONSENT_GIVEN,
        EntryKind.CONSENT_REVOKED,
        EntryKind.DELIVERY_DONE,
        EntryKind.DELIVERY_FAILED,
        EntryKind.DOSSIER_CREATED,
        EntryKind.SEED_DISCLOSED,
    }
)
"""What people at a desk want to see; the ledger holds every step between."""

_SAID = ("kind", "cause", "code", "channel", "replaces", "replaced_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened to a contract."""

    seq: int
    at: datetime
    kind: str
    party: str
    """``signatory-1`` …, ``company``; empty where it is about nobody in particular."""
    by: str
    """Kind and name of who on the company's side did it; empty: nobody there."""
    who: str
    """The name of that account's holder today; empty: unknown, or no account."""
    facts: Mapping[str, str]
    """``kind`` of a delivery, ``cause``, ``code`` and the like."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """Names of the words for it, the most telling first."""
        plain = self.kind.replace(".", "_")
        return (*(f"{plain}_{self.facts[name]}" for name in _SAID[:4] if name in self.facts), plain)


def timeline(tx: Transaction, tenant: str, entries: Sequence[Entry]) -> tuple[Happening, ...]:
    """Return what happened, oldest first, from the ledger's entries about a contract."""
    parties: dict[str, str] = {}
    names: dict[str, str] = {}
    found = []
    for entry in entries:
        if entry.kind not in SHOWN:
            continue
        by = entry.facts.get("by")
        by = by if isinstance(by, str) else ""
        if by not in names:
            names[by] = _name(tx, tenant, by)
        found.append(
            Happening(
                seq=entry.seq,
                at=entry.at,
                kind=entry.kind.value,
                party=_party(tx, entry, parties),
                by=by,
                who=names[by],
                facts={name: str(entry.facts[name]) for name in _SAID if isinstance(entry.facts.get(name), str)},
            )
        )
    return tuple(found)


def reminders(entries: Sequence[Entry]) -> Mapping[str, tuple[datetime, ...]]:
    """Return when each party was reminded."""
    found: dict[str, list[datetime]] = {}
    for entry in entries:
        party = entry.facts.get("party")
        if entry.kind is EntryKind.DELIVERY_QUEUED and entry.facts.get("kind") == REMINDER and isinstance(party, str):
            found.setdefault(party, []).append(entry.at)
    return {party: tuple(instants) for party, instants in found.items()}


def _party(tx: Transaction, entry: Entry, known: dict[str, str]) -> str:
    named = entry.facts.get("party")
    if isinstance(named, str) and named:
        return named
    tau = entry.facts.get("tau")
    invitation = entry.facts.get("invitation")
    key = invitation if isinstance(invitation, str) else f"tau:{tau}" if isinstance(tau, str) else ""
    if key and key not in known:
        if not isinstance(invitation, str):
            attempt = tx.ceremonies.attempt(str(tau))
            invitation = attempt.invitation_id if attempt else ""
        record = tx.invitations.get(invitation)
        known[key] = record.party if record is not None else ""
    return known.get(key, "")


def _name(tx: Transaction, tenant: str, by: str) -> str:
    kind, _, identifier = by.partition(":")
    account = tx.accounts.get(identifier) if kind == "account" else None
    return open_person(tx, account).name if account is not None and account.tenant == tenant else ""
