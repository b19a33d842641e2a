"""A customer's form: begun, filled in bit by bit, on another device, sent in once; and gone when its time is over."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from esign.engine.forms import mails as form_mails
from esign.engine.forms.desk import BEGUN_AT_ONCE, MOST_LINKS
from esign.engine.forms.refusals import (
    DraftSent,
    DraftUnknown,
    FormNotOffered,
    FormsBusy,
    MailAddressRefused,
    TooManyLinks,
)
from esign.evidence.entry import Entry
from esign.evidence.errors import ErasedError
from esign.forms import AnswersTooLarge, UnknownField
from tests.actors import COMPANY
from tests.form_answers import ACCEPTED, answers_of

FORMS = sorted(ACCEPTED)
OUTCOMES = [
    *((form, None, {}, "accept", "accepted") for form in FORMS),
    ("electricity-supply", "too much for a household", {}, "refer", "referred"),
    ("electricity-supply", "gas meter", {}, "refuse", "refused"),
    ("household-insurance", "advice wanted", {}, "refer", "referred"),
    ("household-insurance", "holiday home", {}, "refuse", "refused"),
    ("mobile-plan", "somebody else's number", {}, "ask", "asked"),
    ("mobile-plan", None, {"own_account": "no", "account_holder": "Max Muster"}, "refer", "referred"),
    ("cost-approval", "old prescription", {}, "ask", "asked"),
    ("cost-approval", "Annika Österreicher for him", {"power_dated": "04.05.2010"}, "refer", "referred"),
]


def begun(world: Any, form: str = "mobile-plan") -> str:
    return str(world.application.forms.begin("default", form).token)


def entries(world: Any, *kinds: str) -> list[Entry]:
    with world.application.contracts.household.store.reading() as tx:
        found = [Entry.parse(stored.data) for stored in tx.ledger.read()]
    return [entry for entry in found if not kinds or entry.kind.value in kinds]


def contracts(world: Any) -> int:
    return len(world.application.contracts.list(COMPANY))


def test_the_company_offers_its_forms_and_no_other(world: Any) -> None:
    forms = world.application.forms
    assert [each.name for each in forms.offered("default")] == FORMS
    assert all(each.company and each.title["de"] and each.title["en"] for each in forms.offered("default"))
    with pytest.raises(FormNotOffered):
        forms.begin("default", "no-such-form")


def test_what_is_filled_in_is_kept_plausible_or_not(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    assert forms.read(token).answers == {}
    forms.save(token, {"postal_code": "0078", "given_name": " Sophie "})
    assert forms.read(token).answers == {"postal_code": "0078", "given_name": "Sophie"}
    found = forms.check(token, {"postal_code": "0078"})
    assert any(each.field == "postal_code" and each.severity == "error" for each in found.findings)
    with pytest.raises(UnknownField):
        forms.save(token, {"iban_of_others": "x"})
    with pytest.raises(AnswersTooLarge):
        forms.save(token, {"given_name": "x" * 5000})
    assert forms.read(token).answers == {"postal_code": "0078", "given_name": "Sophie"}


@pytest.mark.parametrize(("form", "case", "changes", "outcome", "state"), OUTCOMES)
def test_each_form_ends_as_its_rules_say_and_the_ledger_says_why(
    world: Any, form: str, case: str | None, changes: dict[str, str], outcome: str, state: str
) -> None:
    application = world.application
    token = begun(world, form)
    answers = answers_of(form, case, **changes)
    sent = application.forms.submit(token, answers)
    assert (sent.outcome, sent.case_id is not None) == (outcome, True), (sent.reasons, sent.findings)
    assert sent.reasons and all(text["de"] and text["en"] for text, _ in sent.reasons)
    assert (sent.contract_id is not None, contracts(world)) == ((True, 1) if outcome == "accept" else (False, 0))
    assert (sent.answer_by is not None) == (outcome == "refer")
    case_view = application.cases.view(COMPANY, sent.case_id)
    assert (case_view.state, case_view.contract_id) == (state, sent.contract_id)
    (entry,) = entries(world, f"case.{state}")
    assert entry.facts["case"] == sent.case_id and entry.facts["decided"] == "rules"
    assert [entry.facts[f"rule_{number}"] for number in range(1, len(case_view.rules) + 1)] == list(case_view.rules)
    assert entry.contract == sent.contract_id
    whole = b"".join(each.canonical() for each in entries(world))
    for value in ("given_name", "family_name", "email"):
        assert answers[value].encode() not in whole, "no personal data in the ledger"
    assert application.delivery.deliver_due() == (1 if outcome in ("accept", "refuse") else 0)
    assert application.ledger.verify().intact


def test_an_accepted_form_invites_its_customer_by_itself(world: Any) -> None:
    application = world.application
    sent = application.forms.submit(begun(world), answers_of("mobile-plan"))
    assert application.delivery.deliver_due() == 1
    assert world.post.message()["To"] == "sophie.mueller-luedenscheidt@post.example"
    assert world.link().startswith(world.settings.agent_url)
    made = [entry for entry in entries(world) if entry.contract == sent.contract_id]
    kinds = [entry.kind.value for entry in made]
    assert [kinds.index(each) for each in ("contract.drawn_up", "formation.begun", "invitation.made")] == [0, 1, 2]
    assert kinds.index("formation.offered") < kinds.index("delivery.queued")
    assert {entry.facts["by"] for entry in made if "by" in entry.facts} == {"system:system"}


@pytest.mark.parametrize("form", ["mobile-plan", "electricity-supply"])
def test_a_form_that_is_sent_in_again_and_again_makes_one_contract(world: Any, form: str) -> None:
    forms = world.application.forms
    token, answers = begun(world, form), answers_of(form)
    first = forms.submit(token, answers)
    assert forms.submit(token, answers) == first
    assert forms.submit(token, {}) == first, "whatever comes later, it is sent in"
    world.start()
    assert world.application.forms.submit(token, answers).contract_id == first.contract_id
    assert world.application.forms.outcome("default", form, token).contract_id == first.contract_id
    assert contracts(world) == 1 and len(entries(world, "case.accepted")) == 1
    for refused in (forms.read, forms.resume_link):
        with pytest.raises(DraftSent):
            refused(token)
    with pytest.raises(DraftSent):
        forms.save(token, answers)


def test_two_presses_at_the_same_moment_make_one_contract(world: Any) -> None:
    forms = world.application.forms
    token, answers = begun(world), answers_of("mobile-plan")
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: forms.submit(token, answers), range(4)))
    assert len({each.contract_id for each in sent}) == 1 and contracts(world) == 1
    assert len(entries(world, "case.accepted", "invitation.made")) == 2


def test_wrong_answers_are_kept_and_named_and_no_case_comes_of_them(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    sent = forms.submit(token, answers_of("mobile-plan", postal_code="0078"))
    assert (sent.outcome, sent.case_id, sent.contract_id) == ("ask", None, None)
    assert any(each.field == "postal_code" for each in sent.findings)
    assert forms.read(token).answers["postal_code"] == "0078"
    assert entries(world) == [] and world.application.cases.list(COMPANY).cases == ()
    assert forms.submit(token, answers_of("mobile-plan")).outcome == "accept"


def test_who_is_asked_answers_and_the_same_case_goes_on(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    asked = forms.submit(token, answers_of("mobile-plan", "somebody else's number"))
    assert forms.read(token).answers["own_number"] == "no"
    again = forms.submit(token, answers_of("mobile-plan", "somebody else's number"))
    assert again.case_id == asked.case_id
    accepted = forms.submit(token, answers_of("mobile-plan"))
    assert (accepted.outcome, accepted.case_id) == ("accept", asked.case_id)
    assert [entry.kind.value for entry in entries(world) if entry.kind.value.startswith("case.")] == [
        "case.asked",
        "case.asked",
        "case.accepted",
    ]


def test_a_contract_that_its_own_rules_refuse_waits_for_an_employee(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from esign.contracts import ContractDataError
    from esign.engine.contracts.desk import ContractDesk

    def refuse(*arguments: object) -> None:
        raise ContractDataError("no such thing")

    monkeypatch.setattr(ContractDesk, "prepare", refuse)
    sent = world.application.forms.submit(begun(world), answers_of("mobile-plan"))
    assert (sent.outcome, contracts(world)) == ("refer", 0)
    (entry,) = entries(world, "case.referred")
    assert entry.facts["rule_1"] == "contract_refused"


def test_a_form_that_the_law_refuses_is_told_with_clause_and_consequence_where_the_customer_is(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BGB §§ 125, 311b: no contract comes of it; the page of the form says why."""
    from esign.contracts.form_requirement import check_form
    from esign.engine.contracts.desk import ContractDesk
    from esign.policy import LegalLevel

    def refuse(*arguments: object) -> None:
        check_form("GEN-003", world.application.contracts.household.today(), offered=LegalLevel.QUALIFIED)

    monkeypatch.setattr(ContractDesk, "prepare", refuse)
    sent = world.application.forms.submit(begun(world), answers_of("mobile-plan"))
    assert (sent.outcome, contracts(world)) == ("refer", 0)
    told = sent.reasons[0].text
    assert "§ 311b(1) BGB" in told["de"] and "nichtig" in told["de"] and "void" in told["en"]


# Another device


def test_another_device_goes_on_by_a_link_that_works_once(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    forms.save(token, {"given_name": "Sophie"})
    link = forms.resume_link(token, "sophie@post.example")
    assert link.link.startswith(f"{world.settings.web_url}/formulare/weiter#") and len(link.qr) > 20
    assert world.application.delivery.deliver_due() == 1
    assert link.link in world.post.text() and "Sophie" not in world.post.text()
    secret = link.link.partition("#")[2]
    other = forms.resume("default", secret)
    assert other.token != token and forms.read(other.token).answers == {"given_name": "Sophie"}
    assert forms.read(token).answers == {"given_name": "Sophie"}, "the first device goes on as well"
    for used in (secret, token, other.token, "", "x" * 43):
        with pytest.raises(DraftUnknown):
            forms.resume("default", used)
    with pytest.raises(DraftUnknown):
        forms.read(secret)


def test_a_newer_link_and_time_end_a_link(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    first = forms.resume_link(token).link.partition("#")[2]
    second = forms.resume_link(token).link.partition("#")[2]
    with pytest.raises(DraftUnknown):
        forms.resume("default", first)
    world.clock.offset += timedelta(minutes=31)
    with pytest.raises(DraftUnknown):
        forms.resume("default", second)


@pytest.mark.parametrize("address", ["", "x", "a@b", "a@b.de\nBcc: c@d.de", "a@b.de,c@d.de", "a" * 200 + "@b.de"])
def test_no_mail_goes_to_what_is_no_address(world: Any, address: str) -> None:
    with pytest.raises(MailAddressRefused):
        world.application.forms.resume_link(begun(world), address)
    assert world.application.delivery.deliver_due() == 0


def test_a_draft_sends_only_so_many_mails(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    for _ in range(MOST_LINKS):
        forms.resume_link(token, "sophie@post.example")
    with pytest.raises(TooManyLinks):
        forms.resume_link(token, "sophie@post.example")


def test_a_form_is_no_way_to_flood_somebodys_mailbox(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links and invitations to one address are counted together, however many drafts a stranger begins."""
    monkeypatch.setattr(form_mails, "TO_ONE", 3)
    forms, victim = world.application.forms, "Sophie@post.example"
    for _ in range(3):
        forms.resume_link(begun(world), victim)
    token = begun(world)
    with pytest.raises(FormsBusy):
        forms.resume_link(token, victim.replace("S", "s"))
    assert forms.resume_link(token).link and forms.resume_link(token, "other@post.example").link
    assert world.application.delivery.deliver_due() == 4
    answers = {**answers_of("mobile-plan"), "email": victim}
    before = contracts(world)
    with pytest.raises(FormsBusy):
        forms.submit(token, answers)
    assert contracts(world) == before and world.application.delivery.deliver_due() == 0
    kept = b"".join(path.read_bytes() for path in world.settings.state_dir.glob("*") if path.is_file())
    assert b"post.example" not in kept


def test_a_mail_about_a_draft_that_is_gone_is_not_sent(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    forms.resume_link(token, "sophie@post.example")
    forms.discard(token)
    assert world.application.delivery.deliver_due() == 0 and world.post.mails == []


def test_another_forms_token_opens_nothing_else(world: Any) -> None:
    forms = world.application.forms
    one, other = begun(world), begun(world, "electricity-supply")
    forms.save(one, {"given_name": "Sophie"})
    assert forms.read(other).form == "electricity-supply" and forms.read(other).answers == {}


def test_only_so_many_forms_are_begun_at_a_time(world: Any) -> None:
    forms = world.application.forms
    with pytest.raises(FormsBusy):
        for _ in range(BEGUN_AT_ONCE * 3):
            world.application.forms.household.rates.take("forms/default", capacity=BEGUN_AT_ONCE, per_second=0.001)
            if not forms.household.rates.take("forms/default", capacity=BEGUN_AT_ONCE, per_second=0.001).allowed:
                forms.begin("default", "mobile-plan")


# The end


def state_of(world: Any, draft_id: str) -> tuple[bool, tuple[str, ...]]:
    with world.application.contracts.household.store.reading() as tx:
        return tx.drafts.get(draft_id) is not None, tx.safe.holders(draft_id)


def draft_of(world: Any, token: str) -> Any:
    from esign.engine.forms import drafts

    house = world.application.forms.household
    with house.store.reading() as tx:
        return drafts.find(house, tx, token, sent=True)


def test_an_expired_draft_is_gone_with_its_key_and_nothing_can_be_rebuilt(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    forms.save(token, {"given_name": "Unwiederbringlich"})
    record = draft_of(world, token)
    assert b"Unwiederbringlich" not in record.sealed
    world.clock.offset += timedelta(days=13)
    assert forms.forget_due() == 0
    forms.save(token, {"given_name": "Unwiederbringlich"})
    world.clock.offset += timedelta(days=14, seconds=1)
    with pytest.raises(DraftUnknown):
        forms.read(token)
    assert forms.forget_due() == 1 and forms.forget_due() == 0
    assert state_of(world, record.id) == (False, ())
    with world.application.contracts.household.store.reading() as tx, pytest.raises(ErasedError):
        tx.safe.open(record.id, "draft", record.sealed)
    (entry,) = entries(world, "form.expired")
    assert entry.facts["draft"] == record.id


def test_a_discarded_draft_is_gone_at_once(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    record = draft_of(world, token)
    forms.discard(token)
    assert state_of(world, record.id) == (False, ())
    with pytest.raises(DraftUnknown):
        forms.read(token)
    with pytest.raises(DraftUnknown):
        forms.submit(token, answers_of("mobile-plan"))


def test_what_was_sent_in_lies_in_the_case_alone(world: Any) -> None:
    forms = world.application.forms
    token = begun(world)
    record = draft_of(world, token)
    forms.submit(token, answers_of("mobile-plan"))
    assert state_of(world, record.id) == (True, ()) and draft_of(world, token).sealed == b""
    world.clock.offset += timedelta(days=1, seconds=1)
    with pytest.raises(DraftUnknown):
        forms.outcome("default", "mobile-plan", token)
    assert forms.forget_due() == 1 and state_of(world, record.id) == (False, ())
    assert entries(world, "form.expired") == [], "it was sent in, not given up"


# Crashes


class Crash(Exception):
    """The process ends here."""


BEATS = (
    ("esign.store.contracts", "SqlContracts", "add"),
    ("esign.store.contracts", "SqlInvitations", "add"),
    ("esign.store.outbox", "SqlOutbox", "add"),
    ("esign.store.forms", "SqlCases", "add"),
    ("esign.store.forms", "SqlDrafts", "update"),
    ("esign.store.blobs", "FolderBlobs", "put"),
)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "holder", "method"), BEATS, ids=[f"{each[1]}.{each[2]}" for each in BEATS])
def test_a_crash_at_any_beat_leaves_all_or_nothing_and_the_next_try_ends_it(
    world: Any, monkeypatch: pytest.MonkeyPatch, module: str, holder: str, method: str, after: bool
) -> None:
    import importlib

    kind = getattr(importlib.import_module(module), holder)
    honest = getattr(kind, method)

    def crash(*arguments: Any, **options: Any) -> Any:
        if after:
            honest(*arguments, **options)
        raise Crash

    token, answers = begun(world), answers_of("mobile-plan")
    with monkeypatch.context() as patch:
        patch.setattr(kind, method, crash)
        with pytest.raises(Crash):
            world.application.forms.submit(token, answers)
    world.start()
    assert contracts(world) == 0 and world.application.cases.list(COMPANY).cases == () and entries(world) == []
    assert world.application.delivery.deliver_due() == 0
    sent = world.application.forms.submit(token, answers)
    assert sent.outcome == "accept" and contracts(world) == 1
    assert world.application.delivery.deliver_due() == 1 and world.application.ledger.verify().intact


def test_an_answer_that_was_lost_after_the_commit_is_given_again(world: Any) -> None:
    token, answers = begun(world), answers_of("mobile-plan")
    lost = world.application.forms.submit(token, answers)
    world.start()
    assert world.application.forms.submit(token, answers).contract_id == lost.contract_id
    assert world.application.delivery.deliver_due() == 1 and contracts(world) == 1


def test_references_are_the_companys_and_differ(world: Any) -> None:
    for _ in range(2):
        world.application.forms.submit(begun(world), answers_of("mobile-plan"))
    found = {each.reference for each in world.application.contracts.list(COMPANY)}
    assert len(found) == 2 and all(re.fullmatch(r"SANDBOX-[0-9]{8}-[A-Z0-9]{6,10}", each) for each in found)
