"""What arrives on the way to a consent or approval, and the document that it is about."""

from __future__ import annotations

from esign.contracts.formation import ApprovalDemanded, SummaryReceived
from esign.engine.contents import ContractContents
from esign.engine.formation import settling
from esign.engine.formation.keeping import current, name, tell
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.kinds import EntryKind


def held(house: Household, tx: Transaction, record: ContractRecord, contents: ContractContents) -> bytes:
    """Return the document that somebody consents to or approves: with the signatures, once everybody has signed."""
    signed = record.state in (*settling.WAITING, ContractState.CONCLUDED)
    return house.signed_document(tx, record) if signed else house.draft(tx, record, contents)


def demand_arrived(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Note that the demand reached the representative: the two weeks run from here (BGB § 108 (2))."""
    formation = current(house, tx, record)
    if any(isinstance(each, ApprovalDemanded) and each.declarant == party for each in formation.events):
        return
    event = ApprovalDemanded(id=name(formation, "demanded"), evidence="way:smtp", at=house.clock.now(), declarant=party)
    tell(house, tx, record, EntryKind.FORMATION_DEMANDED, [event], {"party": party, "way": "smtp"})


def summary_came(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Note that the contract summary reached a customer by the mail that asks for the approval (TKG § 54 (3))."""
    formation = current(house, tx, record)
    if any(isinstance(each, SummaryReceived) and each.by == party for each in formation.events):
        return
    contents = house.contract_contents(tx, record)
    digest = next((each.sha256.hex() for each in contents.information if each.kind == "contract_summary"), "")
    if not digest:
        return
    event = SummaryReceived(
        id=name(formation, "summary"), evidence="way:smtp", at=house.clock.now(), by=party, summary_sha256=digest
    )
    tell(house, tx, record, EntryKind.FORMATION_SUMMARY_RECEIVED, [event], {"party": party})
