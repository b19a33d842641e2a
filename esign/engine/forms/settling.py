"""A form that was sent in becomes a case: checked, decided, and, where the rules say so, a contract on its way.

1. Checking, deciding and typesetting hold no transaction.
2. One transaction then keeps the case with its explanation in the ledger, and for what is accepted the contract, its
   invitation and the mail in the outbox: after a crash either all of it is there, or nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from esign.access import Actor, system
from esign.contracts import ContractsError
from esign.contracts.form_errors import FormError
from esign.engine.consents import from_forms
from esign.engine.contracts.desk import ContractDesk, Drawn
from esign.engine.forms import refusing
from esign.engine.forms.offers import reference
from esign.engine.forms.ports import Offer
from esign.engine.forms.records import CaseContents, CaseRecord, CaseState
from esign.engine.forms.texts import MESSAGES, OUTCOMES, STATES
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.forms import (
    Answers,
    Checked,
    Decision,
    Finding,
    FormDefinition,
    Outcome,
    check,
    contract_data,
    decide,
    form_definition,
    left_over,
)
from esign.foundation.canonical import canonical
from esign.foundation.digests import labelled
from esign.foundation.identifiers import new_id

CONTENTS = "case"
"""Under which name a case's contents are sealed."""
HOLDER = "company"
_RULES = 20
_LINE = 200
_KINDS = {
    CaseState.ACCEPTED: EntryKind.CASE_ACCEPTED,
    CaseState.REFUSED: EntryKind.CASE_REFUSED,
    CaseState.REFERRED: EntryKind.CASE_REFERRED,
    CaseState.ASKED: EntryKind.CASE_ASKED,
    CaseState.CLOSED: EntryKind.CASE_CLOSED,
}

NOT_DRAWN = "contract_refused"
"""The rule that speaks where a contract could not be drawn up of what the form's rules accepted."""
_NOT_DRAWN = {
    "de": "Aus diesen Angaben lässt sich der Vertrag nicht von selbst aufsetzen; das macht jemand von uns.",
    "en": "The contract cannot be drawn up by itself from these answers; one of us will look at it.",
}


_OTHER_FORM = {
    "de": "Das Gesetz verlangt dafür eine andere Form ({clause}; sonst: {consequence_de}). Jemand von uns meldet sich.",
    "en": "The law asks for another form of this ({clause}; else: {consequence}). One of us will get in touch.",
}


class SentReason(NamedTuple):
    """Why it was decided so, in words by language, and the fields that it is about."""

    text: Mapping[str, str]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What became of a form that was sent in."""

    outcome: str
    """``accept``, ``ask``, ``refuse`` or ``refer``."""
    reasons: tuple[SentReason, ...]
    contract_id: str | None
    message: Mapping[str, str]
    """What happens now, by language."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the answers, next to its field."""
    case_id: str | None = None
    answer_by: date | None = None
    """The day by which an employee answers, where one has to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A form that was checked and decided, and drawn up where it is accepted; nothing is kept yet."""

    case_id: str
    definition: FormDefinition
    checked: Checked
    decision: Decision
    contents: CaseContents
    drawn: Drawn | None

    @property
    def state(self) -> CaseState:
        """The state of the case that comes of it."""
        return STATES[self.decision.outcome]


def judge(
    house: Household,
    actor: Actor,
    offer: Offer,
    form: str,
    given: Mapping[str, Any],
    *,
    case_id: str | None = None,
    contract_reference: str = "",
) -> Judged:
    """Check answers again, decide about them, and draw the contract up where the rules accept.

    Args:
        house: The household.
        actor: In whose name a contract is drawn up.
        offer: The company's offer of the form.
        form: The form's name.
        given: The answers.
        case_id: The case that this is about; None: a new one.
        contract_reference: The contract's reference; empty: one is made.

    Raises:
        AnswersRefused: The answers cannot come from this form.
        FormUnknown: No such form is in force today.
    """
    day = house.today()
    definition = form_definition(form, day)
    answers = Answers.parse(given, definition)
    checked = check(definition, answers, day=day, reference=house.reference)
    decision = decide(definition, checked)
    name = case_id or new_id()
    reasons = _reasons(decision)
    outcome, drawn = decision.outcome, None
    if outcome is Outcome.ACCEPT:
        try:
            wanted = contract_reference or reference(offer, day, name)
            data = contract_data(definition, checked, reference=wanted, date=day, company=offer.company)
            drawn = ContractDesk(household=house).prepare(actor, data)
        except ContractsError as refused:  # the rules let through what the contract's own rules do not
            decision = Decision(outcome=Outcome.REFER, reasons=decision.reasons)
            said = {
                "rule": NOT_DRAWN,
                "outcome": "refer",
                "source": refused.code,
                "text": _not_drawn(refused),
                "fields": [],
            }
            reasons = (said, *reasons)
    contents = CaseContents(
        day=day.isoformat(),
        answers=dict(answers),
        values=dict(checked.values),
        left_over=left_over(definition, checked),
        outcome=decision.outcome.word,
        reasons=reasons,
        salt=secrets.token_bytes(32),
        reference=contract_reference,
    )
    return Judged(
        case_id=name, definition=definition, checked=checked, decision=decision, contents=contents, drawn=drawn
    )


def keep(house: Household, tx: Transaction, actor: Actor, judged: Judged, *, asked: CaseRecord | None) -> CaseRecord:
    """Keep a case, and with it the contract and the invitation where it is accepted.

    Args:
        house: The household.
        tx: The transaction.
        actor: In whose name.
        judged: What is to be kept.
        asked: The case as it stands, where the customer had been asked before.
    """
    now = house.clock.now()
    contents, state = judged.contents, judged.state
    contract_id = None
    if judged.drawn is not None:
        contract_id, _ = ContractDesk(household=house).enter(tx, actor, judged.drawn, case=judged.case_id)
        contract, definition, checked = judged.drawn.contract, judged.definition, judged.checked
        from_forms.keep(house, tx, contract_id, contract, definition, checked, case=judged.case_id)
    if asked is None:
        tx.safe.new_key(judged.case_id, (HOLDER,))
    record = CaseRecord(
        id=judged.case_id,
        tenant=actor.tenant,
        form=judged.definition.name,
        version=judged.definition.version,
        state=state,
        created_at=now if asked is None else asked.created_at,
        changed_at=now,
        expires_at=ends(house, state),
        contract_id=contract_id,
        rules=tuple(reason["rule"] for reason in contents.reasons),
        corrected=bool(contents.corrections),
        sealed=tx.safe.seal(judged.case_id, CONTENTS, contents.to_bytes()),
    )
    if asked is None:
        tx.cases.add(record)
    else:
        tx.cases.update(record)
    mail = refusing.by_rules(house, tx, record, contents) if state is CaseState.REFUSED else ""
    explain(house, tx, actor, record, contents, by_rules=True, mail=mail)
    if record.corrected:
        facts = {"case": record.id, "fields": len(contents.corrections), "form": record.form}
        house.record(tx, EntryKind.FORM_CORRECTED, None, facts, by=actor)
    return record


def explain(
    house: Household,
    tx: Transaction,
    actor: Actor,
    record: CaseRecord,
    contents: CaseContents,
    *,
    by_rules: bool,
    mail: str = "",
) -> None:
    """Say in the ledger what was decided and by which rules; of the words a salted digest.

    Args:
        house: The household.
        tx: The transaction.
        actor: In whose name.
        record: The case.
        contents: What it holds.
        by_rules: Whether rules decided, or an employee.
        mail: What became of the mail that tells a refusal; empty: none is due.
    """
    said = canonical({"outcome": contents.outcome, "reasons": list(contents.reasons), "words": contents.words})
    facts: dict[str, object] = {
        "case": record.id,
        "form": record.form,
        "version": record.version,
        "decided": "rules" if by_rules else "employee",
        "rules": len(record.rules),
        "words": labelled("case/decision", contents.salt, said).hex(),
    }
    if mail:
        facts["mail"] = mail
    facts |= {f"rule_{number}": rule for number, rule in enumerate(record.rules[:_RULES], 1)}
    house.record(tx, _KINDS[record.state], record.contract_id, facts, by=actor)


def record_deletion(house: Household, tx: Transaction, record: CaseRecord) -> None:
    """Say in the ledger that a case was deleted because its time was over."""
    facts = {"case": record.id, "form": record.form, "state": record.state.value}
    house.record(tx, EntryKind.CASE_DELETED, None, facts, by=system(record.tenant))


def ends(house: Household, state: CaseState) -> datetime | None:
    """Return when a case of a state is deleted; None: it is kept."""
    settings, now = house.settings, house.clock.now()
    if state is CaseState.ASKED:
        return now + timedelta(days=settings.draft_days)
    if state in (CaseState.REFUSED, CaseState.CLOSED):
        return now + timedelta(days=settings.case_days)
    return None


def opened(tx: Transaction, record: CaseRecord) -> CaseContents:
    """Open what a case holds."""
    return CaseContents.from_bytes(tx.safe.open(record.id, CONTENTS, record.sealed))


def submitted(house: Household, record: CaseRecord, contents: CaseContents) -> Submitted:
    """Return what a customer is told about a case."""
    outcome = OUTCOMES[record.state]
    winning = [reason for reason in contents.reasons if reason["outcome"] == outcome.word] or list(contents.reasons)
    reasons = tuple(SentReason(reason["text"], tuple(reason["fields"])) for reason in winning)
    if contents.words:
        reasons = (SentReason({"de": contents.words, "en": contents.words}, ()),)
    return Submitted(
        outcome=outcome.word,
        reasons=reasons,
        contract_id=record.contract_id,
        message=MESSAGES[outcome],
        case_id=record.id,
        answer_by=answer_by(house, record) if record.state is CaseState.REFERRED else None,
    )


def answer_by(house: Household, record: CaseRecord) -> date:
    """Return the day by which an employee answers: working days from Monday to Friday, holidays not counted."""
    day, left = record.changed_at.astimezone(BERLIN).date(), house.settings.case_answer_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def incomplete(judged: Judged) -> Submitted:
    """Return what a customer is told whose answers are wrong or missing; no case comes of that."""
    reasons = tuple(SentReason(dict(reason.text), reason.fields) for reason in judged.decision.reasons)
    return Submitted(
        outcome=Outcome.ASK.word,
        reasons=reasons,
        contract_id=None,
        message=MESSAGES[Outcome.ASK],
        findings=judged.checked.findings,
    )


def with_corrections(house: Household, judged: Judged, prefilled: Mapping[str, str], **known: Any) -> Judged:
    """Return a case that says what the customer corrected of what the company knew.

    Args:
        house: The household.
        judged: The case.
        prefilled: What the company's data filled in.
        known: ``source`` and ``customer`` of the data.
    """
    definition, checked = judged.definition, judged.checked
    before = check(definition, Answers(prefilled), day=checked.day, reference=house.reference)
    found = {
        name: [before.values.get(name, old), checked.values.get(name, "")]
        for name, old in prefilled.items()
        if name in checked.visible and before.values.get(name, old) != checked.values.get(name, "")
    }
    contents = replace(judged.contents, prefilled=dict(prefilled), corrections=found, **known)
    return replace(judged, contents=contents)


def _reasons(decision: Decision) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "rule": reason.rule,
            "outcome": reason.outcome.word,
            "source": reason.source,
            "text": dict(reason.text),
            "fields": list(reason.fields),
        }
        for reason in decision.reasons
    )


def _not_drawn(refused: ContractsError) -> Mapping[str, str]:
    """Return why no contract was drawn up; what the law's form excludes with its clause and consequence."""
    if not isinstance(refused, FormError) or not refused.facts.get("clause"):
        return _NOT_DRAWN
    told = {name: str(value) for name, value in refused.facts.items()}
    return {
        lang: text.format_map({"consequence": "", "consequence_de": "", **told}) for lang, text in _OTHER_FORM.items()
    }
