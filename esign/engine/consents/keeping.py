"""Consents in the ledger: one entry for each that is given, one for each that is revoked."""

from __future__ import annotations

from datetime import datetime

from esign.access import Actor
from esign.contracts.consents import Consent, ConsentText, effects, read_consent
from esign.contracts.consents.consent import consent_record
from esign.engine.contracts.notices import CONSENT_RECEIPT, queue_notice
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.identifiers import new_id

SAID = "consent"
"""Name of the commitment to the words."""
PAGE, FORM, COMPANY = "page", "form", "company"
"""Channels."""


def of_contract(tx: Transaction, contract_id: str, party: str = "") -> tuple[Consent, ...]:
    """Return the consents about a contract, oldest first, those that were revoked among them; none once it is erased.

    Args:
        tx: The transaction.
        contract_id: The contract.
        party: Whose; empty: everybody's.
    """
    entries = [each for each in tx.ledger.of_contract(contract_id) if each.kind.value.startswith("consent.")]
    revoked = {str(each.facts["consent"]): each.at for each in entries if each.kind is EntryKind.CONSENT_REVOKED}
    found = []
    for entry in entries:
        if entry.kind is not EntryKind.CONSENT_GIVEN or party not in ("", entry.facts["party"]):
            continue
        said = [each.content for each in tx.ledger.openings(entry.seq) if each.name == SAID]
        consent_id = str(entry.facts["consent"])
        if said:
            found.append(
                read_consent(
                    said[0],
                    consent_id=consent_id,
                    party=str(entry.facts["party"]),
                    channel=str(entry.facts["channel"]),
                    given_at=_told(entry.facts.get("given_at"), entry.at),
                    revoked_at=revoked.get(consent_id),
                )
            )
    return tuple(found)


def events(tx: Transaction, contract_id: str) -> tuple[tuple[str, datetime], ...]:
    """Return what the computation of the period for withdrawal takes from the consents that stand."""
    return effects(of_contract(tx, contract_id))


def give(
    house: Household,
    tx: Transaction,
    contract_id: str,
    party: str,
    text: ConsentText,
    *,
    channel: str = PAGE,
    evidence: str = "",
    given_at: datetime | None = None,
    by: Actor | None = None,
) -> str:
    """Write a consent down and queue the mail that confirms it; one of the same words that stands is given again.

    Returns:
        The consent's identifier.
    """
    for known in of_contract(tx, contract_id, party):
        if known.stands and known.text.digest == text.digest:
            return known.id
    consent_id = new_id()
    facts: dict[str, object] = {
        "consent": consent_id,
        "kind": text.kind,
        "version": text.version,
        "party": party,
        "channel": channel,
        "lang": text.lang,
    }
    if given_at is not None:
        facts["given_at"] = seconds(given_at)
    said = {SAID: consent_record(text, evidence), "words": text.canonical()}
    house.record(tx, EntryKind.CONSENT_GIVEN, contract_id, facts, said, by=by)
    queue_notice(house, tx, contract_id, CONSENT_RECEIPT, party=party, consent=consent_id)
    return consent_id


def revoke(
    house: Household,
    tx: Transaction,
    contract_id: str,
    consent: Consent,
    *,
    channel: str = PAGE,
    by: Actor | None = None,
) -> None:
    """Write down that a consent was revoked, and queue the mail that confirms it; twice changes nothing.

    Source: GDPR Art. 7 (3).
    """
    if not consent.stands:
        return
    facts: dict[str, object] = {"consent": consent.id, "kind": consent.text.kind, "party": consent.party}
    house.record(tx, EntryKind.CONSENT_REVOKED, contract_id, {**facts, "channel": channel}, by=by)
    queue_notice(house, tx, contract_id, CONSENT_RECEIPT, party=consent.party, consent=consent.id, revoked=1)


def _told(given_at: object, entry_at: datetime) -> datetime:
    return datetime.fromtimestamp(given_at, tz=entry_at.tzinfo) if isinstance(given_at, int) else entry_at
