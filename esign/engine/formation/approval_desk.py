"""The page of who is asked for consent or approval, and what the company does about it.

Source: BGB §§ 107, 108, 182-184; TKG § 54 (3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from esign.access import Actor, Permission
from esign.contracts import ContractData, Form
from esign.contracts.formation import (
    ApprovalDenied,
    ConsentGiven,
    ContractApproved,
    Declaration,
    DeclarationKind,
    Event,
    Formation,
    Pending,
    SummaryApproved,
)
from esign.contracts.formation import words as said
from esign.contracts.formation.approval import WAITING as MINOR
from esign.contracts.formation.approval import grown_up
from esign.engine.clocks import tasks
from esign.engine.clocks.records import TaskKind
from esign.engine.contents import ContractContents
from esign.engine.contracts.ending import UNDER_WAY
from esign.engine.contracts.notices import APPROVAL_DEMAND, APPROVAL_RECEIPT, queue_notice
from esign.engine.formation import approvals, approving, settling
from esign.engine.formation.approvals import (
    APPROVAL,
    CONSENT,
    MOST_ASKED,
    OWN,
    REPRESENTATIVE,
    SUMMARY,
    Person,
    Question,
)
from esign.engine.formation.keeping import current, formation_entries, load, name, tell
from esign.engine.formation.offering import document_of
from esign.engine.formation.refusals import ApprovalPageUnknown, ApprovalRefused
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.digests import sha256

LONGEST_NAME = 160
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_ASKED_BEFORE = (ContractState.DRAWN_UP, *UNDER_WAY)
_APPROVED = {
    CONSENT: said.CONSENT,
    APPROVAL: said.APPROVAL,
    OWN: said.OWN_APPROVAL,
    SUMMARY: said.SUMMARY_APPROVAL,
}
_REFUSED = {CONSENT: said.REFUSAL, APPROVAL: said.REFUSAL, OWN: said.OWN_REFUSAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPage:
    """What the page of a question shows."""

    about: str
    """``consent``, ``approval``, ``own`` (approval after coming of age) or ``summary``: what is declared there."""
    title: str
    reference: str
    company: str
    contact: str
    declarant: str
    """Who signs, or has signed."""
    person: str
    """Who is asked."""
    state: str
    """``open``; ``approved``, ``refused`` by this person; ``over``: nothing can be declared any more."""
    yes: str
    """The exact words of the consent or approval."""
    no: str
    """The exact words of its refusal; empty where nothing has to be said."""
    until: datetime | None
    """Exclusive instant at which silence counts as a refusal (BGB § 108 (2)); None: it does not."""
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDesk:
    """Asks for consents and approvals, and takes the answers in."""

    household: Household

    def ask(self, actor: Actor, contract_id: str, party: str, person: str, email: str) -> str:
        """Ask the legal representative of a minor for consent, or, once the minor has declared, for the approval.

        Who has come of age since is asked in person: name and address are then those of the party.

        Returns:
            The link that the mail carries.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ApprovalRefused: No such party, no name or address, asked too often, or nobody has to consent any more.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            contents = house.contract_contents(tx, record)
            who = Person(name=" ".join(person.split()), email=email.strip())
            if party not in [each.name for each in contents.parties]:
                raise ApprovalRefused("the contract has no such party", reason="party")
            if not 2 <= len(who.name) <= LONGEST_NAME or not _MAIL.fullmatch(who.email):
                raise ApprovalRefused("a name and an address are needed", reason="person")
            about = self._about(tx, record, party)
            if (who.email.casefold() == contents.party(party).email.casefold()) != (about == OWN):
                if about == OWN:
                    raise ApprovalRefused("who has come of age approves in person", reason="of_age")
                raise ApprovalRefused("nobody represents himself or herself", reason="same")
            if len([each for each in approvals.questions(tx, record.id) if each.party == party]) >= MOST_ASKED:
                raise ApprovalRefused("somebody was asked for this party too often", reason="often")
            return approvals.ask(house, tx, record, party, about, who, by=actor)

    def demand(self, actor: Actor, contract_id: str, party: str) -> None:
        """Call on a minor's legal representative, or who came of age, to declare about the approval within two weeks.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ApprovalRefused: The contract does not wait for such an approval, it was demanded already, or who can give
                it was not asked yet.

        Source: BGB § 108 (2).
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            about = self._about(tx, record, party)
            if about == CONSENT or _demanded(tx, record.id, party):
                raise ApprovalRefused("nothing has to be demanded", reason="state")
            question = _newest(tx, record.id, party)
            if (question.about == OWN) != (about == OWN):
                raise ApprovalRefused("who has come of age was not asked yet", reason="of_age")
            words = _words(house, tx, record, said.DEMAND, question)
            facts = {"party": party}
            house.record(tx, EntryKind.FORMATION_DEMANDED, record.id, facts, {"words": words.encode()}, by=actor)
            link = approvals.address_of(house, tx, record.id, question.seq)
            to = {"to": question.person.email, "to_name": question.person.name}
            queue_notice(house, tx, record.id, APPROVAL_DEMAND, party=party, link=link, words=words, **to)

    def page(self, token: str) -> ApprovalPage:
        """Return the page of a question.

        Raises:
            ApprovalPageUnknown: There is no such page.
        """
        house = self.household
        with house.store.reading() as tx:
            record, question = self._found(tx, token)
            contents = house.contract_contents(tx, record)
            stands, about = self._state(tx, record, question)
            found = settling.due(house, tx, record)
            refusable = about != SUMMARY
            company = ContractData.parse(contents.data).company
            return ApprovalPage(
                about=about,
                title=record.title,
                reference=record.reference,
                company=record.company,
                contact=f"{company.email}, {company.phone}",
                declarant=contents.party(question.party).full_name,
                person=question.person.name,
                state=stands,
                yes=_words(house, tx, record, _APPROVED[about], question),
                no=_words(house, tx, record, _REFUSED[about], question) if refusable else "",
                until=found.until if isinstance(found, Pending) else None,
                lang=contents.lang,
            )

    def document(self, token: str) -> tuple[str, bytes]:
        """Return the document that the question is about, as it stands, with its file name.

        Raises:
            ApprovalPageUnknown: There is no such page.
        """
        house = self.household
        with house.store.reading() as tx:
            record, _ = self._found(tx, token)
            contents = house.contract_contents(tx, record)
            return record.file_name, approving.held(house, tx, record, contents)

    def answer(self, token: str, *, approved: bool) -> str:
        """Take an answer in, and return how the question stands then; the same answer twice changes nothing.

        Raises:
            ApprovalPageUnknown: There is no such page.
            ApprovalRefused: It was answered otherwise, or nothing can be declared any more.
        """
        house = self.household
        with house.store.transaction() as tx:
            record, question = self._found(tx, token)
            stands, about = self._state(tx, record, question)
            if stands == ("approved" if approved else "refused"):
                return stands
            if stands != "open" or (about == SUMMARY and not approved):
                raise ApprovalRefused("nothing can be declared here any more", reason="over")
            formation = current(house, tx, record)
            words = _words(house, tx, record, _APPROVED[about] if approved else _REFUSED[about], question)
            document = document_of(house.contract_contents(tx, record))
            made: Event = _event(house, formation, question, about, words, document)
            if not approved and about != CONSENT:
                made = _denial(made)
            kind = EntryKind.FORMATION_DENIED
            if approved:
                kind = EntryKind.FORMATION_CONSENTED if about == CONSENT else EntryKind.FORMATION_APPROVED
            facts = {"party": question.party, "about": about, "question": question.seq}
            told = [made] if approved or about != CONSENT else []  # who may still decline is not bound by a no
            tell(house, tx, record, kind, told, facts, contents={"words": words.encode()})
            if about != SUMMARY:
                to = {"to": question.person.email, "to_name": question.person.name}
                at = seconds(house.clock.now())
                queue_notice(house, tx, record.id, APPROVAL_RECEIPT, party=question.party, words=words, at=at, **to)
            settling.settle(house, tx, record.id)
            after = tx.contracts.get(record.id)
            if after is not None and after.state is not ContractState.PENDING:
                tasks.finish_about(house, tx, record.id, only=TaskKind.APPROVAL)
            return "approved" if approved else "refused"

    def _found(self, tx: Transaction, token: str) -> tuple[ContractRecord, Question]:
        found = approvals.read_token(tx, token)
        record = tx.contracts.get(found[0]) if found else None
        if found is None or record is None or approvals.replaced(tx, record.id, found[1]):
            raise ApprovalPageUnknown("there is no such page")
        over = self._state(tx, record, found[1])[0] != "open"
        if over and self.household.clock.now() >= approvals.shown_until(tx, record.id):
            raise ApprovalPageUnknown("the page was there as long as it was needed")
        return record, found[1]

    def _about(self, tx: Transaction, record: ContractRecord, party: str) -> str:
        """Return what the representative of a party is asked for now.

        Raises:
            ApprovalRefused: Nothing.
        """
        found = settling.due(self.household, tx, record)
        if isinstance(found, Pending) and found.clause == MINOR and party in found.by:
            return OWN if self._grown_up(tx, record, party) else APPROVAL
        if record.state in _ASKED_BEFORE:
            return CONSENT
        raise ApprovalRefused("nobody has to consent any more", reason="state")

    def _grown_up(self, tx: Transaction, record: ContractRecord, party: str) -> bool:
        formation = load(tx, record.id)
        return formation is not None and grown_up(formation, party, self.household.clock.now())

    def _state(self, tx: Transaction, record: ContractRecord, question: Question) -> tuple[str, str]:
        """Return how a question stands, and what would be declared on its page."""
        answers = [
            entry
            for entry in formation_entries(tx, record.id)
            if entry.facts.get("question") == question.seq
            and entry.kind in (EntryKind.FORMATION_CONSENTED, EntryKind.FORMATION_APPROVED, EntryKind.FORMATION_DENIED)
        ]
        if answers:
            last = answers[-1]
            about = str(last.facts.get("about", question.about))
            return ("refused" if last.kind is EntryKind.FORMATION_DENIED else "approved"), about
        found = settling.due(self.household, tx, record)
        if isinstance(found, Pending) and question.party in found.by:
            asked = SUMMARY
            if found.clause == MINOR:
                asked = OWN if self._grown_up(tx, record, question.party) else APPROVAL
            if question.about == asked or (question.about, asked) == (CONSENT, APPROVAL):
                return "open", asked
        if question.about == CONSENT and record.state in _ASKED_BEFORE:
            return "open", CONSENT
        return "over", question.about


def _event(house: Household, formation: Formation, question: Question, about: str, words: str, document: str) -> Event:
    now, evidence = house.clock.now(), f"question:{question.seq}"
    if about == CONSENT:
        return ConsentGiven(id=name(formation, "consent"), evidence=evidence, at=now, declarant=question.party)
    declared = Declaration(
        kind=DeclarationKind.APPROVAL,
        declarant=question.party,
        text_sha256=sha256(words.encode()).hex(),
        document_sha256=document,
        level=None,
        form=Form.TEXT,
        declared_at=now,
        evidence=evidence,
        representative="" if about in (OWN, SUMMARY) else REPRESENTATIVE,
        sent_at=now,
    )
    event = SummaryApproved if about == SUMMARY else ContractApproved
    return event(id=name(formation, "approved"), evidence=evidence, reaches=now, declaration=declared)


def _denial(event: Event) -> ApprovalDenied:
    declared: Declaration = event.declaration  # type: ignore[attr-defined]  # every approval has one
    told = {each: getattr(declared, each) for each in declared.__slots__} | {"kind": DeclarationKind.REJECTION}
    return ApprovalDenied(
        id=event.id, evidence=event.evidence, reaches=declared.declared_at, declaration=Declaration(**told)
    )


def _words(house: Household, tx: Transaction, record: ContractRecord, which: str, question: Question) -> str:
    contents: ContractContents = house.contract_contents(tx, record)
    return said.declared_words(
        ContractData.parse(contents.data),
        which,
        declarant=contents.party(question.party).full_name,
        representative=question.person.name,
    )


def _newest(tx: Transaction, contract_id: str, party: str) -> Question:
    found = [each for each in approvals.questions(tx, contract_id) if each.party == party and each.about != SUMMARY]
    if not found:
        raise ApprovalRefused("nobody is known who represents this party", reason="person")
    return found[-1]


def _demanded(tx: Transaction, contract_id: str, party: str) -> bool:
    return any(
        entry.kind is EntryKind.FORMATION_DEMANDED and entry.facts.get("party") == party
        for entry in formation_entries(tx, contract_id)
    )
