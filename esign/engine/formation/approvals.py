"""Consent and approval by somebody who does not sign: a minor's legal representative, a customer after the summary.

Who is asked gets a link by mail. It names the ledger's entry of the question and proves itself by a keyed digest, so
that nothing has to be kept for it; name and address of the person stand sealed in that entry. What is answered there
is a declaration in text form, with exact words.

Source: BGB §§ 107, 108, 126b, 182-184; TKG § 54 (3).
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from esign.access import Actor
from esign.contracts import ContractData
from esign.contracts.formation import Formation, Pending
from esign.contracts.formation.approval import WAITING as MINOR
from esign.contracts.formation.approval import grown_up
from esign.contracts.ordering import SUMMARY_FIRST
from esign.engine.contracts.notices import (
    APPROVAL_REQUEST,
    CONSENT_REQUEST,
    OWN_APPROVAL_REQUEST,
    SUMMARY_REQUEST,
    queue_notice,
)
from esign.engine.formation.keeping import current, formation_entries
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.evidence.kinds import EntryKind
from esign.foundation.encoding import b64url

CONSENT, APPROVAL, OWN, SUMMARY = "consent", "approval", "own", "summary"
"""What somebody is asked for."""
REPRESENTATIVE = "legal-representative"
"""In the record of a declaration: who declares for a minor."""
ASKED = "asked"
"""Name of the commitment to name and address of who is asked."""
SHOWN = timedelta(days=30)
"""How long a page is shown once nothing can be declared there any more. Engineering decision."""
MOST_ASKED = 10
"""How often somebody is asked for one party by hand: each time a mail goes to an address that a person typed."""
_PURPOSE = "approval/page"
_ADDRESS = re.compile(r"([A-Za-z0-9_-]{8,64})\.([0-9]{1,18})\.([A-Za-z0-9_-]{43})\Z", re.ASCII)
_MAILS = {
    CONSENT: CONSENT_REQUEST,
    APPROVAL: APPROVAL_REQUEST,
    OWN: OWN_APPROVAL_REQUEST,
    SUMMARY: SUMMARY_REQUEST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is asked."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question that somebody was asked by mail."""

    seq: int
    """Place of its entry in the ledger."""
    about: str
    """:data:`CONSENT`, :data:`APPROVAL`, :data:`OWN` (of who has come of age since) or :data:`SUMMARY`."""
    party: str
    person: Person


def ask(
    house: Household,
    tx: Transaction,
    record: ContractRecord,
    party: str,
    about: str,
    person: Person,
    *,
    by: Actor | None = None,
) -> str:
    """Write a question down, queue its mail, and return the link to its page."""
    said = json.dumps({"name": person.name, "email": person.email}, ensure_ascii=False, sort_keys=True).encode()
    facts = {"party": party, "about": about}
    receipt = house.record(tx, EntryKind.FORMATION_ASKED, record.id, facts, {ASKED: said}, by=by)
    link = address_of(house, tx, record.id, receipt.sequence)
    queue_notice(house, tx, record.id, _MAILS[about], party=party, to=person.email, to_name=person.name, link=link)
    return link


def ask_all(house: Household, tx: Transaction, record: ContractRecord, found: Pending) -> None:
    """Ask everybody for whom a contract waits: who represents a minor, or the customer who gets the summary late.

    Who has come of age since is asked in person.
    """
    contents = house.contract_contents(tx, record)
    formation = current(house, tx, record)
    for name in found.by:
        party = contents.party(name)
        own = Person(name=party.full_name, email=party.email)
        if found.clause != MINOR:
            ask(house, tx, record, name, SUMMARY, own)
        elif grown_up(formation, name, house.clock.now()):
            ask(house, tx, record, name, OWN, own)
        elif (person := representative_of(tx, record.id, name)) is not None:
            ask(house, tx, record, name, APPROVAL, person)


def can_come(tx: Transaction, record: ContractRecord, formation: Formation, found: Pending, data: bytes) -> bool:
    """Tell whether the approval that a contract would wait for can come: somebody is known who can be asked.

    A minor's declaration is taken in without consent only where the company knows who represents the minor; a
    declaration without the contract summary only where the contract says that the summary comes later.
    """
    if found.clause == MINOR:
        return all(representative_of(tx, record.id, name) is not None for name in found.by)
    return formation.terms.contract_type in SUMMARY_FIRST and bool(ContractData.parse(data).summary_later)


def representative_of(tx: Transaction, contract_id: str, party: str) -> Person | None:
    """Return who was named last as a party's legal representative; None: nobody."""
    found = [each for each in questions(tx, contract_id) if each.party == party and each.about != SUMMARY]
    return found[-1].person if found else None


def questions(tx: Transaction, contract_id: str) -> tuple[Question, ...]:
    """Return the questions about a contract, oldest first; none once it is erased."""
    found = []
    for entry in formation_entries(tx, contract_id):
        if entry.kind is not EntryKind.FORMATION_ASKED:
            continue
        for opening in tx.ledger.openings(entry.seq):
            if opening.name == ASKED:
                said: dict[str, Any] = json.loads(opening.content)
                person = Person(name=said["name"], email=said["email"])
                about, party = str(entry.facts["about"]), str(entry.facts["party"])
                found.append(Question(seq=entry.seq, about=about, party=party, person=person))
    return tuple(found)


def replaced(tx: Transaction, contract_id: str, question: Question) -> bool:
    """Tell whether somebody at another address was asked for the same since: the first address was a wrong one."""
    return any(
        each.seq > question.seq
        and each.party == question.party
        and (each.about == SUMMARY) == (question.about == SUMMARY)
        and each.person.email.casefold() != question.person.email.casefold()
        for each in questions(tx, contract_id)
    )


def shown_until(tx: Transaction, contract_id: str) -> datetime:
    """Return the instant from which the page of a question is not shown any more that is not open."""
    return max(entry.at for entry in formation_entries(tx, contract_id)) + SHOWN


def address_of(house: Household, tx: Transaction, contract_id: str, seq: int) -> str:
    """Return the link to the page of a question."""
    return f"{house.settings.web_url}/zustimmung/{contract_id}.{seq}.{_digest(tx, contract_id, seq)}"


def read_token(tx: Transaction, token: str) -> tuple[str, Question] | None:
    """Return contract and question of a link that is one of ours; None for every other."""
    found = _ADDRESS.match(token[:200])
    if found is None:
        return None
    contract_id, seq = found[1], int(found[2])
    if not hmac.compare_digest(_digest(tx, contract_id, seq), found[3]):
        return None
    return next(((contract_id, each) for each in questions(tx, contract_id) if each.seq == seq), None)


def _digest(tx: Transaction, contract_id: str, seq: int) -> str:
    return b64url(tx.vault.index(_PURPOSE, str(seq).encode(), contract_id))
