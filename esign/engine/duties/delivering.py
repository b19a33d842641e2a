"""Delivered before the declaration: by the invitation's mail, and with the document that the device fetches.

A delivery is logged once for each party, file and channel, with the digest of the file as a commitment. Without one for
each file no declaration is taken in.
"""

from __future__ import annotations

from collections.abc import Mapping

from esign.engine.contents import ContractContents, InformationContents
from esign.engine.duties.refusals import InformationNotDelivered
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.evidence.kinds import EntryKind

EMAIL = "email"
"""Attached to a mail that a mail server of the recipient took: a durable medium (BGB § 126b)."""
CEREMONY = "ceremony"
"""Attached to the document that the party's device fetched; the page offers the files for saving."""
SUMMARY = "contract_summary"


def delivered(
    house: Household,
    tx: Transaction,
    record: ContractRecord,
    contents: ContractContents,
    party: str,
    channel: str,
    *,
    device: str = "",
    mail: bytes = b"",
) -> None:
    """Log that a party has the files.

    Args:
        house: The household.
        tx: The transaction of what delivered them.
        record: The contract.
        contents: What it says.
        party: Who has them.
        channel: :data:`EMAIL` or :data:`CEREMONY`.
        device: Key id of the device that fetched them.
        mail: SHA-256 of the mail that carried them.
    """
    known = _logged(tx, record.id, party)
    for each in told_before(contents):
        if channel in known.get(each.kind, frozenset()):
            continue
        said = {"kind": each.kind, "party": party, "channel": channel} | ({"device": device} if device else {})
        committed = {"document": each.sha256} | ({"mail": mail} if mail else {})
        house.record(tx, EntryKind.DUTY_DELIVERED, record.id, said, committed)
        if each.kind == SUMMARY and channel == EMAIL:
            offering.summary_arrived(house, tx, record, party, each.sha256.hex())


def told_before(contents: ContractContents) -> tuple[InformationContents, ...]:
    """Return the files that are delivered before the declaration: all, but a contract summary that comes later.

    Source: TKG § 54 (3).
    """
    later = offering.summary_later(contents)
    return tuple(each for each in contents.information if not (later and each.kind == SUMMARY))


def mailed(house: Household, tx: Transaction, record: ContractRecord, party: str, mail: bytes) -> None:
    """Log that a mail server took the mail to which the files are attached; ``mail`` is the digest of its bytes."""
    contents = house.contract_contents(tx, record)
    delivered(house, tx, record, contents, party, EMAIL, mail=mail)


def fetched(house: Household, tx: Transaction, record: ContractRecord, party: str, device: str) -> None:
    """Log that a party's device has the document to which the files are attached."""
    delivered(house, tx, record, house.contract_contents(tx, record), party, CEREMONY, device=device)


def require_delivered(tx: Transaction, record: ContractRecord, contents: ContractContents, party: str) -> None:
    """Refuse a declaration before everything that has to be told was delivered.

    Raises:
        InformationNotDelivered: A file has not been delivered; the facts name its kind.
    """
    known = _logged(tx, record.id, party) if contents.information else {}
    for each in told_before(contents):
        if each.kind not in known:
            raise InformationNotDelivered("the information before the declaration was not delivered", kind=each.kind)


def _logged(tx: Transaction, contract_id: str, party: str) -> Mapping[str, frozenset[str]]:
    """Return the channels by which a party got each kind of file."""
    found: dict[str, frozenset[str]] = {}
    for entry in tx.ledger.of_contract(contract_id):
        if entry.kind is EntryKind.DUTY_DELIVERED and entry.facts.get("party") == party:
            kind = str(entry.facts["kind"])
            found[kind] = found.get(kind, frozenset()) | {str(entry.facts["channel"])}
    return found
