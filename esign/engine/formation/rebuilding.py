"""The formation of a contract from before formations were written down, from what the ledger says of it."""

from __future__ import annotations

from collections.abc import Iterator

from esign.contracts import ContractData
from esign.contracts.formation import Event, Formation, OfferReceived, Terms, terms_of
from esign.engine.contents import ContractContents
from esign.engine.formation import events as made
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import from_seconds


def rebuilt(tx: Transaction, record: ContractRecord, contents: ContractContents) -> Formation:
    """Return the formation that the ledger's entries about a contract tell.

    Raises:
        FormError: The law of the contract's date does not let it be declared electronically.
    """
    terms = terms_of(ContractData.parse(contents.data))
    formation = Formation(terms=terms)
    for event in _told(tx, terms, contents, tx.ledger.of_contract(record.id)):
        following = formation.after(event)
        formation = following if isinstance(following, Formation) else formation
    return formation


def _told(tx: Transaction, terms: Terms, contents: ContractContents, entries: tuple[Entry, ...]) -> Iterator[Event]:
    document = contents.revisions[0].sha256.hex()
    opened: dict[str, str] = {}
    offered = False
    for entry in entries:
        evidence = f"ledger:{entry.seq}"
        invitation = tx.invitations.get(str(entry.facts.get("invitation", "")))
        party = str(entry.facts.get("party", "")) or (invitation.party if invitation else "")
        if entry.kind is EntryKind.INVITATION_MADE:
            if not offered:
                yield made.offer(terms, made.OFFER, entry.at, document=document, evidence=evidence)
            offered = True
            until = entry.facts.get("expires_at")
            if not terms.one_sided and isinstance(until, int) and from_seconds(until) > entry.at:
                yield made.period(f"period-{entry.seq}", made.OFFER, entry.at, from_seconds(until), evidence=evidence)
        elif entry.kind is EntryKind.DEVICE_BOUND and not terms.one_sided and party:
            yield OfferReceived(id=f"received-{entry.seq}", evidence=evidence, at=entry.at, of=made.OFFER, by=party)
        elif entry.kind is EntryKind.ATTEMPT_OPENED:
            opened[str(entry.facts.get("tau"))] = party
        elif entry.kind is EntryKind.DOCUMENT_FETCHED and terms.summary_first:
            who = opened.get(str(entry.facts.get("tau")), "")
            if who:
                yield made.summary(f"summary-{entry.seq}", who, entry.at, document=document, evidence=evidence)
        elif entry.kind is EntryKind.INTENT_DECLARED:
            who, tau = opened.get(str(entry.facts.get("tau")), ""), str(entry.facts.get("tau"))
            if who:
                label = contents.label
                yield made.press(terms, tau, who, entry.at, label=label, document=document, evidence=evidence)
        elif entry.kind is EntryKind.SIGNATURE_EMBEDDED and party:
            tau = str(entry.facts.get("tau"))
            yield from made.declaration(
                terms,
                tau,
                party,
                entry.at,
                text=contents.party(party).declaration,
                document=document,
                level=terms.agreed_level,
                label=contents.label,
            )
        elif entry.kind is EntryKind.CONTRACT_DECLINED and offered and party and not terms.one_sided:
            yield made.rejection(f"rejected-{entry.seq}", party, made.OFFER, entry.at, document=document)
