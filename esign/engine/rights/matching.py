"""Which contract a declaration concerns, and what follows: looked for by the worker, in silence.

A contract is found by its reference, or by the address together with the day of the contract. What is ambiguous is
left to a clerk. Nobody outside learns whether one was found, except whoever reads the mailbox of one of its parties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from esign.access.people import address_key
from esign.contracts.rights import Judged, Right, Term, Verdict, judge, ordinary_ending, refund_due
from esign.engine.clocks import planning
from esign.engine.company import search
from esign.engine.company.records import Wanted
from esign.engine.contents import ContractContents
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.engine.rights.facts import facts_of, right_of
from esign.engine.rights.records import CONTENTS, DeclarationContents, DeclarationRecord, DeclarationState
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import rfc3339

CLERK = "clerk"
_MOST_WORDS = 24
_MOST_CONTRACTS = 50
_WORD = re.compile(r"[A-Za-z0-9ÄÖÜäöüß][A-Za-z0-9ÄÖÜäöüß._/-]{2,63}")
_GERMAN = re.compile(r"\b([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})\b")
_ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A contract, and how it was found."""

    record: ContractRecord
    by: str


def opened(tx: Transaction, record: DeclarationRecord) -> DeclarationContents:
    """Open what a declaration says."""
    return DeclarationContents.from_bytes(tx.safe.open(record.id, CONTENTS, record.sealed))


def settle_once(house: Household, declaration_id: str) -> None:
    """Look for the contract of a declaration and judge it; what is judged already stays as it is."""
    with house.store.transaction() as tx:
        record = tx.declarations.get(declaration_id)
        if record is None or record.state is not DeclarationState.RECEIVED:
            return
        contents = opened(tx, record)
        attach(house, tx, record, contents, find(tx, record.tenant, contents))


def attach(
    house: Household,
    tx: Transaction,
    record: DeclarationRecord,
    contents: DeclarationContents,
    match: Match | None,
) -> DeclarationRecord:
    """Write down which contract a declaration concerns, the verdict, and the date of the task that follows."""
    facts: dict[str, object] = {"declaration": record.id, "right": record.right.value}
    contract_id = None
    if match is None:
        judged = judge(None, sent_at=contents.sent(record.received_at), received_at=record.received_at)
    else:
        contract_id = match.record.id
        contract = house.contract_contents(tx, match.record)
        judged = _judged(house, tx, record, contents, match.record, contract)
        contents = _known(contents, record, match, contract)
        facts |= {"by": match.by, "by_party": contents.by_party}
    verdict = judged.verdict if record.right is Right.WITHDRAWAL else None
    # Who withdraws gets back what was paid; whoever terminates is told the end within a week at the latest.
    due = judged.refund_due or refund_due(record.received_at)
    contents = replace(
        contents,
        rule=judged.rule,
        exercisable_until=rfc3339(judged.exercisable_until) if judged.exercisable_until else "",
    )
    record = replace(
        record,
        state=DeclarationState.REPEATED if record.same_as else DeclarationState.OPEN,
        contract_id=contract_id,
        verdict=verdict,
        due_on=due.isoformat(),
        sealed=tx.safe.seal(record.id, CONTENTS, contents.to_bytes()),
    )
    tx.declarations.update(record)
    planning.plan_declaration(house, tx, record)
    if verdict is not None:
        facts |= {"verdict": verdict.value, "due_on": due.isoformat(), "rule": judged.rule}
    elif contents.ends:
        facts["ends"] = contents.ends
    if contract_id is None:
        house.record(tx, EntryKind.RIGHT_UNMATCHED, record.id, facts)
    else:
        said = json.dumps({"received_at": rfc3339(record.received_at), "values": contents.values}, ensure_ascii=False)
        house.record(tx, EntryKind.RIGHT_MATCHED, contract_id, facts, {"declaration": said.encode()})
    return record


def find(tx: Transaction, tenant: str, contents: DeclarationContents) -> Match | None:
    """Return the one contract that a declaration names; None where there is none, or more than one."""
    text = contents.values["contract"]
    named = {record.id: record for word in _words(text) for record in _with_reference(tx, tenant, word)}
    if len(named) == 1:
        return Match(record=next(iter(named.values())), by="reference")
    days = frozenset(_days(text))
    if not days:
        return None
    dated = [record for record in of_mailbox(tx, tenant, contents) if days & _days_of(tx, record)]
    return Match(record=dated[0], by="date") if len(dated) == 1 else None


def of_mailbox(tx: Transaction, tenant: str, contents: DeclarationContents) -> tuple[ContractRecord, ...]:
    """Return the contracts of which the declared address is a party's."""
    tokens = search.tokens(tx.vault, tenant, {search.fold(contents.values["email"])})
    return tx.search.find(tenant, Wanted(), tokens, after=None, limit=_MOST_CONTRACTS)


def with_reference(tx: Transaction, tenant: str, reference: str) -> tuple[ContractRecord, ...]:
    """Return the tenant's contracts with exactly this reference."""
    return tuple(_with_reference(tx, tenant, reference.strip()))


def _with_reference(tx: Transaction, tenant: str, reference: str) -> Iterator[ContractRecord]:
    found = tx.search.find(tenant, Wanted(text=reference), frozenset(), after=None, limit=_MOST_CONTRACTS)
    alike = [record for record in found if record.reference.casefold() == reference.casefold()]
    # Drawn up anew, a contract keeps its reference: the one that came about is meant.
    concluded = [record for record in alike if record.state is ContractState.CONCLUDED]
    yield from concluded or alike


def _words(text: str) -> tuple[str, ...]:
    whole = [text] if len(text) <= 64 else []
    return tuple(dict.fromkeys([*whole, *_WORD.findall(text)]))[:_MOST_WORDS]


def _days(text: str) -> Iterator[date]:
    for found in (*_GERMAN.finditer(text), *_ISO.finditer(text)):
        parts = [int(part) for part in found.groups()]
        year, month, day = parts if parts[0] > 31 else reversed(parts)
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _days_of(tx: Transaction, record: ContractRecord) -> frozenset[date]:
    instants = [record.created_at, *([record.concluded_at] if record.concluded_at else [])]
    return frozenset(instant.astimezone(BERLIN).date() for instant in instants)


def _known(
    contents: DeclarationContents, record: DeclarationRecord, match: Match, contract: ContractContents
) -> DeclarationContents:
    address = address_key(contents.values["email"])
    own = any(address_key(party.email) == address for party in contract.parties)
    name = search.words(contents.values["name"])
    named = any(name and name >= search.words(party.full_name) for party in contract.parties)
    ends = ""
    if record.right is Right.TERMINATION and contents.values["how"] == "ordinary":
        ends = _ends(contents, record, match.record, json.loads(contract.data))
    return replace(contents, matched_by=match.by, by_party=own or named, own_mailbox=own, ends=ends)


def _ends(
    contents: DeclarationContents, record: DeclarationRecord, contract: ContractRecord, data: Mapping[str, Any]
) -> str:
    term = Term.of(contract.template, data.get("terms", {}))
    if term is None or contract.concluded_at is None:
        return ""
    wished = contents.values["wished"]
    ending = ordinary_ending(
        term,
        received=record.received_at.astimezone(BERLIN).date(),
        wished=date.fromisoformat(wished) if wished else None,
        concluded=contract.concluded_at.astimezone(BERLIN).date(),
    )
    return "" if ending is None else ending.day.isoformat()


def _judged(
    house: Household,
    tx: Transaction,
    record: DeclarationRecord,
    declared: DeclarationContents,
    contract: ContractRecord,
    contents: ContractContents,
) -> Judged:
    if record.right is Right.WITHDRAWAL and not right_of(contents)["right"]:
        return Judged(verdict=Verdict.NO_RIGHT, refund_due=None, exercisable_until=None, rule="")
    facts = facts_of(house, tx, contract, contents) if record.right is Right.WITHDRAWAL else None
    return judge(facts, sent_at=declared.sent(record.received_at), received_at=record.received_at)
