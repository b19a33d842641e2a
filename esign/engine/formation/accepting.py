"""The company accepts an order, by a clerk or by rule, or turns it down; the contract is there once that has arrived.

The receipt of an order accepts nothing (BGB § 312i (1) No. 3). The acceptance is a declaration of its own, in text
form: exact words, the company's seal on a page of their own, a mail to every customer. The contract is concluded when
it has reached all of them (§ 130 (1)), and only if that was in time (§§ 147, 148).
"""

from __future__ import annotations

from dataclasses import replace

from esign.access import Actor
from esign.contracts import ContractData, Form
from esign.contracts.formation import (
    AcceptanceReceived,
    CompanyAccepted,
    CounterOffered,
    Declaration,
    DeclarationKind,
    Formation,
    state,
)
from esign.contracts.formation.words import ACCEPTANCE as WORDS
from esign.contracts.formation.words import ACCEPTANCE_OF_LATE, declared_words
from esign.contracts.ordering import accepts_by_itself
from esign.documents.notices import Notice, draw_up_notice
from esign.engine.clocks import tasks
from esign.engine.clocks.records import TaskKind
from esign.engine.contents import ContractContents
from esign.engine.contracts.notices import ACCEPTANCE, queue_notice
from esign.engine.formation import events as made
from esign.engine.formation import settling
from esign.engine.formation.declaring import clause_of
from esign.engine.formation.keeping import current, formation_entries, load, name, tell
from esign.engine.formation.offering import document_of
from esign.engine.formation.refusals import FormationRefusal
from esign.engine.household import Household
from esign.engine.notice_sealing import sealed
from esign.engine.ports import Transaction, Work
from esign.engine.records import ContractRecord, ContractState
from esign.engine.refusals import ContractUnknown
from esign.engine.rights.notices import local_instant
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import from_seconds
from esign.foundation.digests import sha256

PAPER = "acceptance"
"""Under this name the sealed acceptance is kept with the contract's key."""
SAID = "words"
"""Name of the commitment to the exact words."""
_TITLE = {"de": "Annahme Ihrer Bestellung", "en": "Acceptance of your order"}
_LABELS = {
    "de": ("Vertrag", "Nummer", "Ihre Bestellung ging ein am", "Angenommen am"),
    "en": ("Contract", "Number", "Your order reached us on", "Accepted on"),
}
_FILE = {"de": "Annahme", "en": "Acceptance"}


def accept(house: Household, tx: Transaction, record: ContractRecord, *, by: Actor | None = None) -> None:
    """Declare the company's acceptance and queue it to every customer.

    Args:
        house: The household.
        tx: The transaction.
        record: The contract; everybody has signed it.
        by: Who accepts for the company; None: the rule that the contract names.

    Raises:
        FormationRefusal: The order cannot be accepted any more.
    """
    formation, now = current(house, tx, record), house.clock.now()
    contents = house.contract_contents(tx, record)
    if (before := accepted_of(formation)) is not None:
        for party in _unreached(formation, before, contents):
            queue_notice(house, tx, record.id, ACCEPTANCE, party=party)
        return
    found = state(formation, now)
    if not settling.ordered(found):
        raise FormationRefusal.by(clause_of(found))
    words = _words(contents, late=isinstance(found, CounterOffered))
    declaration = Declaration(
        kind=DeclarationKind.ACCEPTANCE,
        declarant=made.COMPANY,
        text_sha256=sha256(words.encode()).hex(),
        document_sha256=document_of(contents),
        level=None,
        form=Form.TEXT,
        declared_at=now,
        evidence="clerk" if by is not None else "rule",
        sent_at=now,
    )
    offer = str(getattr(found, "offer", ""))
    event = CompanyAccepted(
        id=name(formation, "accepted"), evidence=declaration.evidence, offer=offer, declaration=declaration
    )
    facts = {"offer": offer, "way": declaration.evidence}
    tell(house, tx, record, EntryKind.FORMATION_ACCEPTED, [event], facts, by=by, contents={SAID: words.encode()})
    tasks.finish_about(house, tx, record.id, by=by, only=TaskKind.ORDER)
    for each in contents.parties:
        queue_notice(house, tx, record.id, ACCEPTANCE, party=each.name)


def accept_by_rule(house: Household, tx: Transaction, record: ContractRecord) -> bool:
    """Accept an order straight through, where the contract says so; tell whether that was done."""
    if not waits_for_rule(house, tx, record):
        return False
    accept(house, tx, record)
    return True


def waits_for_rule(house: Household, tx: Transaction, record: ContractRecord) -> bool:
    """Tell whether an order waits that the company accepts by rule; what came late is a person's affair."""
    if record.state is not ContractState.ORDERED:
        return False
    contract = ContractData.parse(house.contract_contents(tx, record).data)
    formation = current(house, tx, record)
    return (
        accepts_by_itself(contract)
        and accepted_of(formation) is None
        and settling.ordered(state(formation, house.clock.now()))
    )


def waits_for_clerk(house: Household, tx: Transaction, record: ContractRecord) -> bool:
    """Tell whether an order waits for a person's decision."""
    if record.state is not ContractState.ORDERED or waits_for_rule(house, tx, record):
        return False
    return accepted_of(current(house, tx, record)) is None


def arrived(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Note that the acceptance reached a customer, whose mail server took it; the last one concludes.

    Source: BGB §§ 130 (1), 312i (1) sentence 2.
    """
    formation = current(house, tx, record)
    accepted = accepted_of(formation)
    if accepted is None or party not in _unreached(formation, accepted, house.contract_contents(tx, record)):
        return
    at = max(house.clock.now(), accepted.declaration.declared_at)
    event = AcceptanceReceived(
        id=name(formation, "received"), evidence="way:smtp", at=at, of=accepted.id, by=party, recognisable=True
    )
    facts = {"party": party, "way": "smtp"}
    tell(house, tx, record, EntryKind.FORMATION_ACCEPTANCE_RECEIVED, [event], facts)
    settling.settle(house, tx, record.id)


def failed(house: Household, tx: Transaction, work: Work) -> None:
    """Hand an acceptance that could not be delivered to a clerk: without it there is no contract."""
    record = tx.contracts.get(work.contract_id)
    if work.kind != ACCEPTANCE or record is None or record.state is not ContractState.ORDERED:
        return
    day = house.today().isoformat()
    tasks.ensure(house, tx, TaskKind.ACCEPTANCE, record.id, tenant=record.tenant, contract_id=record.id, due_on=day)


def enclosure(house: Household, contract_id: str) -> tuple[tuple[str, str, bytes], ...]:
    """Return the acceptance with the company's seal; the first one made is the one that is sent, however often."""
    with house.store.reading() as tx:
        record, contents, notice = _notice(house, tx, contract_id)
        if contents.acceptance:
            pdf = tx.safe.open(contract_id, PAPER, house.documents.get(contents.acceptance))
            return ((_file(record, contents), "application/pdf", pdf),)
    pdf, how = sealed(house, record.id, record.company, contents.lang, draw_up_notice(notice))
    if how == "none":
        pdf = draw_up_notice(replace(notice, sealed=False)).pdf
    with house.store.transaction() as tx:
        record, contents, _ = _notice(house, tx, contract_id)
        if contents.acceptance:
            pdf = tx.safe.open(contract_id, PAPER, house.documents.get(contents.acceptance))
        else:
            kept = replace(contents, acceptance=house.documents.put(tx.safe.seal(contract_id, PAPER, pdf)))
            tx.contracts.update(replace(record, sealed=tx.safe.seal(contract_id, "contract", kept.to_bytes())))
    return ((_file(record, contents), "application/pdf", pdf),)


def words_of(tx: Transaction, contract_id: str) -> str:
    """Return the exact words of the acceptance, as the ledger committed to them; empty where there is none."""
    for entry in formation_entries(tx, contract_id):
        if entry.kind is EntryKind.FORMATION_ACCEPTED:
            for opening in tx.ledger.openings(entry.seq):
                if opening.name == SAID:
                    return opening.content.decode()
    return ""


def _notice(house: Household, tx: Transaction, contract_id: str) -> tuple[ContractRecord, ContractContents, Notice]:
    record = tx.contracts.get(contract_id)
    formation = load(tx, contract_id)
    accepted = accepted_of(formation) if formation is not None else None
    if record is None or accepted is None:
        raise ContractUnknown("there is no acceptance")
    contents = house.contract_contents(tx, record)
    company = ContractData.parse(contents.data).company
    at = accepted.declaration.declared_at
    labels = _LABELS[contents.lang]
    ordered_at = [
        entry.facts.get("received_at")
        for entry in formation_entries(tx, contract_id)
        if entry.kind is EntryKind.FORMATION_DECLARED
    ]
    ordered = [from_seconds(each) for each in ordered_at if isinstance(each, int)]
    rows = [(labels[0], record.title), (labels[1], record.reference)]
    rows += [(labels[2], local_instant(max(ordered), contents.lang))] if ordered else []
    return (
        record,
        contents,
        Notice(
            lang=contents.lang,
            company=company.name,
            company_lines=(company.address.line, company.email, company.phone),
            title=_TITLE[contents.lang],
            number=record.reference,
            paragraphs=(words_of(tx, contract_id),),
            rows=(*rows, (labels[3], local_instant(at, contents.lang))),
            closing=(),
            at=at,
            sealed=True,
            sandbox=house.settings.sandbox,
        ),
    )


def _words(contents: ContractContents, *, late: bool) -> str:
    names = ", ".join(party.full_name for party in contents.parties)
    contract = ContractData.parse(contents.data)
    return declared_words(contract, ACCEPTANCE_OF_LATE if late else WORDS, names=names, document=document_of(contents))


def _file(record: ContractRecord, contents: ContractContents) -> str:
    return f"{_FILE[contents.lang]}-{record.file_name}"


def accepted_of(formation: Formation) -> CompanyAccepted | None:
    """Return the company's acceptance; None: it has not accepted."""
    return next((each for each in formation.events if isinstance(each, CompanyAccepted)), None)


def _unreached(formation: Formation, accepted: CompanyAccepted, contents: ContractContents) -> tuple[str, ...]:
    there = {each.by for each in formation.events if isinstance(each, AcceptanceReceived) and each.of == accepted.id}
    return tuple(party.name for party in contents.parties if party.name not in there)
