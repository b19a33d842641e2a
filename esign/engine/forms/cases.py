"""Cases: what became of the forms that were sent in; those that the rules referred are decided by an employee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from esign.access import Actor, Permission
from esign.engine.contracts.desk import ContractDesk, Drawn
from esign.engine.forms import drafts, refusing, settling
from esign.engine.forms.case_views import CaseDetail, CasePage, CaseReason, CaseView, Corrections
from esign.engine.forms.offers import reference
from esign.engine.forms.records import CaseContents, CaseRecord, CaseState
from esign.engine.forms.refusals import CaseNotComplete, CaseReasonMissing, CaseStateRefused, CaseUnknown
from esign.engine.forms.settling import Submitted
from esign.engine.household import Household
from esign.engine.own import own
from esign.engine.paging import page_by_time
from esign.engine.ports import Transaction
from esign.forms import Answers, check, contract_data, form_definition
from esign.forms.answers import forbidden

MOST_WORDS = 1000
"""Characters of an employee's words to a customer."""
EMPLOYEE = "employee"
"""The rule that speaks where an employee decided."""
_DECIDED = {"de": "Jemand von uns hat das entschieden.", "en": "One of us has decided this."}
_LIST = "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDesk:
    """The company's side. A case of another tenant is as unknown as one that does not exist."""

    household: Household

    def create(self, actor: Actor, form: str, answers: Mapping[str, Any], *, reference: str = "") -> Submitted:
        """Send a form in without any screen: the same way as a customer's, from the check to the invitation.

        Nothing is kept where answers are wrong or missing; the findings say which.

        Args:
            actor: Who sends it in.
            form: The form's name.
            answers: Texts by field name.
            reference: The contract's reference; empty: one is made.

        Raises:
            AccessDenied: The actor may not.
            FormNotOffered: The company offers no such form.
            AnswersRefused: The answers cannot come from this form.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        offer = drafts.offer_of(house, actor.tenant, form)
        judged = settling.judge(house, actor, offer, form, answers, contract_reference=reference)
        if not judged.checked.complete:
            return settling.incomplete(judged)
        with house.store.transaction() as tx:
            record = settling.keep(house, tx, actor, judged, asked=None)
            return settling.submitted(house, record, judged.contents)

    def list(
        self,
        actor: Actor,
        *,
        state: str | None = None,
        form: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> CasePage:
        """Return the tenant's cases, newest first.

        Raises:
            AccessDenied: The actor may not see them.
            CursorRefused: The cursor is not of this list.
            ValueError: There is no such state.
        """
        actor.require(Permission.CASES_READ)
        wanted = CaseState(state) if state is not None else None
        context = (_LIST, actor.tenant, state or "", form or "")
        with self.household.store.reading() as tx:
            rows = partial(tx.cases.page, actor.tenant, state=wanted, form=form)
            found, more = page_by_time(rows, tx.vault, context, after=after, limit=limit)
        return CasePage(cases=tuple(map(CaseView.of, found)), next=more)

    def view(self, actor: Actor, case_id: str) -> CaseView:
        """Return a case without opening anything personal.

        Raises:
            AccessDenied: The actor may not see it.
            CaseUnknown: There is no such case.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            return CaseView.of(_get(tx, actor, case_id))

    def detail(self, actor: Actor, case_id: str) -> CaseDetail:
        """Return everything about a case.

        Raises:
            AccessDenied: The actor may not see it.
            CaseUnknown: There is no such case.
        """
        actor.require(Permission.CASES_READ)
        with self.household.store.reading() as tx:
            record = _get(tx, actor, case_id)
            contents = settling.opened(tx, record)
        waits = record.state is CaseState.REFERRED
        return CaseDetail(
            view=CaseView.of(record),
            day=contents.day,
            answers=contents.answers,
            values=contents.values,
            left_over=contents.left_over,
            reasons=tuple(CaseReason(**{**each, "fields": tuple(each["fields"])}) for each in contents.reasons),
            words=contents.words,
            answer_by=settling.answer_by(self.household, record) if waits else None,
            corrections=Corrections.of(contents),
        )

    def corrections(self, actor: Actor, case_id: str) -> Corrections:
        """Return what a customer corrected of what the company knew.

        Raises:
            AccessDenied: The actor may not see it.
            CaseUnknown: There is no such case.
        """
        return self.detail(actor, case_id).corrections

    def decide(self, actor: Actor, case_id: str, *, accept: bool, reason: str = "") -> CaseView:
        """Decide a case that the rules referred.

        Accepted, it goes on as if the rules had accepted it: the contract is drawn up of the answers, checked again
        today, and its party invited. Refused, the customer is told why by mail.

        Args:
            actor: Who decides.
            case_id: The case.
            accept: Whether it is accepted.
            reason: Words to the customer; needed for a refusal.

        Raises:
            AccessDenied: The actor may not.
            CaseUnknown: There is no such case.
            CaseStateRefused: It does not wait for an employee.
            CaseNotComplete: The answers do not hold any more.
            CaseReasonMissing: No reason, or one that no mail takes.
            ContractsError: No contract can be drawn up of the answers.
        """
        actor.require(Permission.CASES_DECIDE)
        words = _words(reason, needed=not accept)
        house = self.household
        with house.store.reading() as tx:
            record = _waiting(tx, actor, case_id)
            contents = settling.opened(tx, record)
        drawn = self._draw(actor, record, contents) if accept else None
        with house.store.transaction() as tx:
            record = _waiting(tx, actor, case_id)
            contract_id = None
            if drawn is not None:
                contract_id, _ = ContractDesk(household=house).enter(tx, actor, drawn, case=record.id)
            outcome = "accept" if accept else "refuse"
            said = {"rule": EMPLOYEE, "outcome": outcome, "source": "product", "text": _DECIDED, "fields": []}
            contents = replace(contents, outcome=outcome, words=words, reasons=(said, *contents.reasons))
            state = CaseState.ACCEPTED if accept else CaseState.REFUSED
            record = self._settle(tx, actor, record, contents, state, contract_id=contract_id)
        return CaseView.of(record)

    def close(self, actor: Actor, case_id: str, reason: str = "") -> CaseView:
        """Close a case with which nobody goes on; nobody is told.

        Raises:
            AccessDenied: The actor may not.
            CaseUnknown: There is no such case.
            CaseStateRefused: It is decided or closed already.
            CaseReasonMissing: The reason is too long, or holds odd characters.
        """
        actor.require(Permission.CASES_DECIDE)
        words = _words(reason, needed=False)
        with self.household.store.transaction() as tx:
            record = _get(tx, actor, case_id)
            if record.state not in (CaseState.REFERRED, CaseState.ASKED):
                raise CaseStateRefused(state=record.state.value)
            said = {"rule": EMPLOYEE, "outcome": "refuse", "source": "product", "text": _DECIDED, "fields": []}
            contents = settling.opened(tx, record)
            contents = replace(contents, outcome="refuse", words=words, reasons=(said, *contents.reasons))
            return CaseView.of(self._settle(tx, actor, record, contents, CaseState.CLOSED))

    def forget_due(self) -> int:
        """Delete cases whose time is over, with their keys; return how many were."""
        house = self.household
        now = house.clock.now()
        with house.store.reading() as tx:
            due = tx.cases.due(now, 200)
        gone = 0
        for case_id in due:
            with house.store.transaction() as tx:
                record = tx.cases.get(case_id)
                if record is None or record.expires_at is None or record.expires_at > now:
                    continue
                tx.cases.remove(case_id)
                tx.safe.destroy(case_id, settling.HOLDER)
                settling.record_deletion(house, tx, record)
                gone += 1
        return gone

    def _draw(self, actor: Actor, record: CaseRecord, contents: CaseContents) -> Drawn:
        house = self.household
        day = house.today()
        definition = form_definition(record.form, day)
        known = {field.name for field in definition.fields}
        answers = Answers({name: value for name, value in contents.answers.items() if name in known})
        checked = check(definition, answers, day=day, reference=house.reference)
        if not checked.complete:
            wrong = sorted({each.field for each in checked.findings if each.severity == "error" and each.field})
            raise CaseNotComplete(fields=" ".join(wrong))
        offer = drafts.offer_of(house, actor.tenant, record.form)
        wanted = contents.reference or reference(offer, day, record.id)
        data = contract_data(definition, checked, reference=wanted, date=day, company=offer.company)
        return ContractDesk(household=house).prepare(actor, data)

    def _settle(
        self,
        tx: Transaction,
        actor: Actor,
        record: CaseRecord,
        contents: CaseContents,
        state: CaseState,
        *,
        contract_id: str | None = None,
    ) -> CaseRecord:
        house = self.household
        record = replace(
            record,
            state=state,
            changed_at=house.clock.now(),
            expires_at=settling.ends(house, state),
            contract_id=contract_id,
            rules=tuple(reason["rule"] for reason in contents.reasons),
            sealed=tx.safe.seal(record.id, settling.CONTENTS, contents.to_bytes()),
        )
        tx.cases.update(record)
        mail = refusing.by_employee(house, tx, record, contents) if state is CaseState.REFUSED else ""
        settling.explain(house, tx, actor, record, contents, by_rules=False, mail=mail)
        return record


def _get(tx: Transaction, actor: Actor, case_id: str) -> CaseRecord:
    return own(tx.cases.get(case_id), actor, CaseUnknown)


def _waiting(tx: Transaction, actor: Actor, case_id: str) -> CaseRecord:
    record = _get(tx, actor, case_id)
    if record.state is not CaseState.REFERRED:
        raise CaseStateRefused(state=record.state.value)
    return record


def _words(reason: str, *, needed: bool) -> str:
    tidy = reason.replace("\r\n", "\n").strip()
    if (needed and not tidy) or len(tidy) > MOST_WORDS or forbidden(tidy, lines=True):
        raise CaseReasonMissing(limit=MOST_WORDS)
    return tidy
