"""Cases: sent in without a screen, decided by rules or by an employee, within the company's own walls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from esign.access import ALLOWED, AccessDenied, Actor, ActorKind, Permission, Role, system
from esign.engine.forms.refusals import (
    CaseNotComplete,
    CaseReasonMissing,
    CaseStateRefused,
    CaseUnknown,
    FormNotOffered,
)
from esign.evidence.errors import ErasedError
from esign.forms import UnknownField
from tests.actors import COMPANY
from tests.engine.test_engine_forms import contracts, entries
from tests.form_answers import answers_of

CLERK = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=ALLOWED[Role.CLERK])
STRANGER = system("other")
REFERRED = ("electricity-supply", "too much for a household")


def referred(world: Any) -> str:
    sent = world.application.cases.create(COMPANY, REFERRED[0], answers_of(*REFERRED))
    assert sent.outcome == "refer"
    return str(sent.case_id)


def actor(*permissions: Permission) -> Actor:
    return Actor(tenant="default", kind=ActorKind.API_KEY, id="key", permissions=frozenset(permissions))


def test_a_backend_system_sends_answers_in_and_the_customer_is_invited(world: Any) -> None:
    application = world.application
    sent = application.cases.create(COMPANY, "mobile-plan", answers_of("mobile-plan"), reference="ORDER 4711")
    assert sent.outcome == "accept"
    assert application.contracts.view(COMPANY, sent.contract_id).reference == "ORDER 4711"
    assert application.contracts.view(COMPANY, sent.contract_id).state == "invited"
    detail = application.cases.detail(COMPANY, sent.case_id)
    assert detail.answers["given_name"] == "Sophie" and detail.values["iban"] == "DE27100200300012345678"
    assert "iban" in detail.left_over, "what the contract does not say stays with the case"


def test_wrong_answers_make_no_case(world: Any) -> None:
    cases = world.application.cases
    sent = cases.create(COMPANY, "mobile-plan", answers_of("mobile-plan", postal_code="0078"))
    assert (sent.outcome, sent.case_id) == ("ask", None) and sent.findings
    with pytest.raises(UnknownField):
        cases.create(COMPANY, "mobile-plan", {"unknown": "x"})
    with pytest.raises(FormNotOffered):
        cases.create(COMPANY, "no-such-form", {})
    assert cases.list(COMPANY).cases == () and entries(world) == []


def test_an_employee_accepts_and_it_goes_on_as_if_the_rules_had(world: Any) -> None:
    application = world.application
    case_id = referred(world)
    assert application.delivery.deliver_due() == 0
    assert application.cases.detail(CLERK, case_id).answer_by is not None
    view = application.cases.decide(CLERK, case_id, accept=True)
    assert (view.state, view.rules[0]) == ("accepted", "employee")
    assert application.contracts.view(COMPANY, view.contract_id).state == "invited"
    assert application.delivery.deliver_due() == 1
    (entry,) = entries(world, "case.accepted")
    assert (entry.facts["by"], entry.facts["decided"]) == ("account:clerk", "employee")
    for accept in (True, False):
        with pytest.raises(CaseStateRefused):
            application.cases.decide(CLERK, case_id, accept=accept, reason="zweimal")
    assert contracts(world) == 1


def test_an_employee_refuses_with_a_reason_and_the_customer_is_told(world: Any) -> None:
    application = world.application
    case_id = referred(world)
    for reason in ("", "  ", "x" * 1001, "a\0b", "a\u202eb"):
        with pytest.raises(CaseReasonMissing):
            application.cases.decide(CLERK, case_id, accept=False, reason=reason)
    view = application.cases.decide(CLERK, case_id, accept=False, reason="Der Anschluss ist zu groß.\n{link}")
    assert (view.state, view.contract_id) == ("refused", None)
    assert application.delivery.deliver_due() == 1
    assert world.post.message()["To"] == "jana.beispiel@post.example"
    assert "Der Anschluss ist zu groß.\n{link}" in world.post.text().replace("\r\n", "\n")
    assert "Jana Beispiel" in world.post.text() and "SANDBOX" in world.post.subject()
    whole = b"".join(each.canonical() for each in entries(world))
    assert "groß".encode() not in whole and b"jana" not in whole.lower()
    assert [entry.facts["kind"] for entry in entries(world, "delivery.done")] == ["case_refusal"]


REFUSED = ("household-insurance", "holiday home")


def test_whom_the_rules_refuse_is_told_by_mail_and_the_mail_does_not_say_why(world: Any) -> None:
    application = world.application
    token = application.forms.begin("default", REFUSED[0]).token
    sent = application.forms.submit(token, answers_of(*REFUSED))
    assert sent.outcome == "refuse" and sent.reasons
    assert application.forms.submit(token, answers_of(*REFUSED)).case_id == sent.case_id  # twice: one mail
    assert application.delivery.deliver_due() == 1 and application.delivery.deliver_due() == 0
    text = " ".join(world.post.text().split())
    given = application.cases.detail(COMPANY, sent.case_id)
    assert world.post.message()["To"] == given.values["email"]
    assert given.values["family_name"] in text and sent.case_id in text and "SANDBOX" in world.post.subject()
    assert "Ein Vertrag ist nicht zustande gekommen" in text and "No contract has come about" in text
    for reason in given.reasons:
        for words in (*reason.text.values(), reason.rule, reason.source):
            assert words not in text, "the reason is for the customer's screen"
    private = [answer for name, answer in given.answers.items() if "name" not in name and len(answer) > 3]
    assert private and not [answer for answer in private if f" {answer} " in text]
    (entry,) = entries(world, "case.refused")
    assert (entry.facts["decided"], entry.facts["mail"]) == ("rules", "queued")
    (done,) = entries(world, "delivery.done")
    assert (done.facts["kind"], done.facts["case"]) == ("case_refused_by_rules", sent.case_id)
    assert given.values["email"].encode() not in b"".join(each.canonical() for each in entries(world))


def test_a_refusal_by_rules_is_no_way_to_flood_a_mailbox_and_stands_all_the_same(world: Any) -> None:
    application = world.application
    for _ in range(22):
        assert application.cases.create(COMPANY, REFUSED[0], answers_of(*REFUSED)).outcome == "refuse"
    assert [entry.facts["mail"] for entry in entries(world, "case.refused")] == ["queued"] * 20 + ["held_back"] * 2
    assert sum(1 for _ in range(22) if application.delivery.deliver_due()) and len(world.post.mails) == 20


def test_a_refusal_and_its_mail_are_one(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from esign.engine.forms import settling

    application = world.application
    token = application.forms.begin("default", REFUSED[0]).token

    def crash(*arguments: Any, **more: Any) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patch:
        patch.setattr(settling, "explain", crash)
        with pytest.raises(RuntimeError):
            application.forms.submit(token, answers_of(*REFUSED))
    assert application.cases.list(COMPANY).cases == () and application.delivery.deliver_due() == 0
    assert application.forms.submit(token, answers_of(*REFUSED)).outcome == "refuse"
    assert application.delivery.deliver_due() == 1


def test_a_mail_that_waits_is_never_sent_of_a_case_that_is_gone(world: Any) -> None:
    application = world.application
    sent = application.cases.create(COMPANY, *(REFUSED[0], answers_of(*REFUSED)))
    world.clock.offset += timedelta(days=91)
    assert application.cases.forget_due() == 1
    assert application.delivery.deliver_due() == 0 and world.post.mails == []
    (failed,) = entries(world, "delivery.failed")
    assert failed.facts["case"] == sent.case_id


def test_what_does_not_hold_any_more_is_not_accepted(world: Any) -> None:
    case_id = referred(world)
    world.clock.offset += timedelta(days=200)
    with pytest.raises(CaseNotComplete):
        world.application.cases.decide(CLERK, case_id, accept=True)
    assert world.application.cases.view(CLERK, case_id).state == "referred"
    assert world.application.cases.close(CLERK, case_id, "zu spät").state == "closed"


def test_who_sent_it_in_learns_what_the_employee_decided(world: Any) -> None:
    application = world.application
    token = application.forms.begin("default", REFERRED[0]).token
    sent = application.forms.submit(token, answers_of(*REFERRED))
    application.cases.decide(CLERK, sent.case_id, accept=False, reason="Leider nein.")
    told = application.forms.outcome("default", REFERRED[0], token)
    assert (told.outcome, told.reasons[0].text["de"]) == ("refuse", "Leider nein.")


def test_nobody_sees_or_decides_another_companys_case(world: Any) -> None:
    cases = world.application.cases
    case_id = referred(world)
    for found in (case_id, "no-such-case", ""):
        for use in (
            lambda each: cases.view(STRANGER, each),
            lambda each: cases.detail(STRANGER, each),
            lambda each: cases.corrections(STRANGER, each),
            lambda each: cases.close(STRANGER, each),
            lambda each: cases.decide(STRANGER, each, accept=False, reason="x"),
        ):
            with pytest.raises(CaseUnknown):
                use(found)
    assert cases.list(STRANGER).cases == ()
    assert cases.view(COMPANY, case_id).state == "referred"


def test_every_use_case_asks_for_its_permission(world: Any) -> None:
    application = world.application
    case_id = referred(world)
    reads, decides = Permission.CASES_READ, Permission.CASES_DECIDE
    writes = Permission.CONTRACTS_WRITE
    uses = {
        lambda who: application.cases.create(who, "mobile-plan", {}): writes,
        lambda who: application.cases.list(who): reads,
        lambda who: application.cases.view(who, case_id): reads,
        lambda who: application.cases.detail(who, case_id): reads,
        lambda who: application.cases.corrections(who, case_id): reads,
        lambda who: application.cases.close(who, case_id): decides,
        lambda who: application.cases.decide(who, case_id, accept=False, reason="x"): decides,
        lambda who: application.prefill.token(who, "mobile-plan", "K-1"): writes,
    }
    for use, needed in uses.items():
        with pytest.raises(AccessDenied):
            use(actor(*(set(Permission) - {needed})))
    assert application.cases.view(COMPANY, case_id).state == "referred"


def test_cases_are_listed_in_pages_by_state_and_form(world: Any) -> None:
    cases = world.application.cases
    made = [referred(world) for _ in range(3)]
    other = cases.create(COMPANY, "household-insurance", answers_of("household-insurance", "holiday home")).case_id
    first = cases.list(COMPANY, state="referred", limit=2)
    second = cases.list(COMPANY, state="referred", limit=2, after=first.next)
    assert [each.id for each in (*first.cases, *second.cases)] == made[::-1] and second.next is None
    assert [each.id for each in cases.list(COMPANY, form="household-insurance").cases] == [other]
    with pytest.raises(ValueError):
        cases.list(COMPANY, state="lost")


def test_a_refused_case_is_deleted_on_time_with_its_key(world: Any) -> None:
    application = world.application
    sent = application.cases.create(COMPANY, "household-insurance", answers_of("household-insurance", "holiday home"))
    waiting = referred(world)
    accepted = application.cases.create(COMPANY, "mobile-plan", answers_of("mobile-plan")).case_id
    with application.contracts.household.store.reading() as tx:
        record = tx.cases.get(sent.case_id)
    world.clock.offset += timedelta(days=90, seconds=1)
    assert application.cases.forget_due() == 1 and application.cases.forget_due() == 0
    with pytest.raises(CaseUnknown):
        application.cases.view(COMPANY, sent.case_id)
    with application.contracts.household.store.reading() as tx, pytest.raises(ErasedError):
        tx.safe.open(sent.case_id, "case", record.sealed)
    assert {each.id for each in application.cases.list(COMPANY).cases} == {waiting, accepted}
    assert len(entries(world, "case.deleted")) == 1
