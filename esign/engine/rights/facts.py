"""What is evidenced about a contract's period for withdrawal; what is not is read to the consumer's benefit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from esign.contracts.deadlines import (
    DeadlineError,
    WithdrawalDeadline,
    WithdrawalFacts,
    withdrawal_deadline,
    withdrawal_rule,
)
from esign.contracts.rights.performance import Statement, withdrawal_facts
from esign.engine.consents import keeping as consents
from esign.engine.contents import ContractContents
from esign.engine.duties.delivering import EMAIL
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.engine.rights.performance_records import SEALED, PerformanceContents
from esign.engine.rights.places import places_of
from esign.evidence.kinds import EntryKind

_WITH_COPY = {"financial_service": "documents_received", "consumer_credit": "copy_received"}
"""Kinds of contracts to what the signed copy is there besides."""


def facts_of(
    house: Household, tx: Transaction, contract: ContractRecord, contents: ContractContents
) -> dict[str, Any] | None:
    """Return the facts of a concluded contract; None where nothing can be withdrawn from, or not yet.

    Source: BGB §§ 355–356a; EGBGB Art. 246a § 1 (2).
    """
    data: Mapping[str, Any] = json.loads(contents.data)
    right = data["withdrawal"]
    if contract.concluded_at is None or not right["right"]:
        return None
    return withdrawal_facts(
        kind=right["kind"],
        concluded=_instant(contract.concluded_at),
        known=_known(tx, contract, right),
        stated=statements(tx, contract.id),
        places=places_of(data, house.reference),
        flags=_flags(data),
        delivery=_delivery(data),
    )


def right_of(contents: ContractContents) -> Mapping[str, Any]:
    """Return what a contract's data say about withdrawal."""
    right: Mapping[str, Any] = json.loads(contents.data)["withdrawal"]
    return right


def deadline_of(
    house: Household, tx: Transaction, contract: ContractRecord, contents: ContractContents
) -> WithdrawalDeadline | None:
    """Return a contract's period for withdrawal; None where there is none, or it cannot be calculated."""
    facts = facts_of(house, tx, contract, contents)
    if facts is None:
        return None
    try:
        return withdrawal_deadline(WithdrawalFacts.parse(facts))
    except DeadlineError:  # what cannot be calculated is for a person, and nobody loses a right by it
        return None


def statements(tx: Transaction, contract_id: str) -> tuple[Statement, ...]:
    """Return what was stated about a contract's performance and not corrected, oldest first."""
    return tuple(
        PerformanceContents.from_bytes(tx.safe.open(contract_id, SEALED, record.sealed)).statement
        for record in tx.performances.of_contract(contract_id)
        if record.corrected_at is None
    )


def informed_at(tx: Transaction, contract: ContractRecord, contents: ContractContents) -> datetime | None:
    """Return since when every party had the information beforehand on a durable medium; None: that is not evidenced.

    Source: EGBGB Art. 246b § 2 (1), (2).
    """
    wanted = {(party.name, file.kind) for party in contents.parties for file in contents.information}
    for entry in tx.ledger.of_contract(contract.id):
        if entry.kind is not EntryKind.DUTY_DELIVERED or entry.facts.get("channel") != EMAIL:
            continue
        wanted.discard((str(entry.facts.get("party")), str(entry.facts.get("kind"))))
        if not wanted:
            return entry.at
    return None


def refund_clause(facts: WithdrawalFacts) -> str:
    """Return the clause of the period for the refund."""
    return withdrawal_rule(facts.kind, facts.concluded.day).refund_clause.source


def _known(tx: Transaction, contract: ContractRecord, right: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return what the installation evidenced itself.

    The instruction stands in the confirmation that was delivered with the signed copy (BGB § 312f). The signed copy is
    also the terms of a financial service (§ 356 (3) sentence 2) and the copy of a loan (§ 356b (1)); an insurance
    policy it is not. Consents that stand are taken from their own record; a confirmation of before a consent does not
    record it (§ 312f (3)) and takes no right away.
    """
    given = tuple(consents.events(tx, contract.id))
    with_copy = _WITH_COPY.get(str(right.get("kind", "")), "")
    sent = {EntryKind.DELIVERY_DONE: "instruction_received", EntryKind.CONFIRMATION_CONTRACT_SENT: "confirmation_sent"}
    for entry in tx.ledger.of_contract(contract.id):
        if entry.kind is EntryKind.DELIVERY_DONE and entry.facts.get("kind") != "signed_copy":
            continue
        event = sent.pop(entry.kind, "")
        if event == "instruction_received":
            names = bool(right.get("function_url"))
            yield {"event": event, "at": _instant(entry.at), "names_function": names}
            if with_copy:
                yield {"event": with_copy, "at": _instant(entry.at)}
        elif event and not any(at > entry.at for _, at in given):
            yield {"event": event, "at": _instant(entry.at)}
    for name, at in given:
        yield {"event": name, "at": _instant(at)}


def _flags(data: Mapping[str, Any]) -> dict[str, bool]:
    """Return what decides whether the right can end early (BGB § 312g (2) Nos. 3, 4, 6)."""
    early = data["terms"].get("early_loss", "")
    return {"paid": bool(data["paid"]), "sealed": early in ("hygiene", "media"), "mixable": early == "mixable"}


def _delivery(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the goods of a purchase come, as its data agree on it (BGB § 356 (2) No. 1)."""
    agreed = data["terms"].get("delivery")
    if data["withdrawal"].get("kind") != "goods" or not isinstance(agreed, Mapping):
        return {}
    counted = {"deliveries": agreed["deliveries"]} if "deliveries" in agreed else {}
    return {"delivery": agreed["kind"], **counted}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
