"""Clocks: what becomes due is done once, whatever happens to workers, databases and clocks in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from esign.access import ALLOWED, AccessDenied, Actor, ActorKind, Role
from esign.contracts.rights import Owed, Right
from esign.contracts.rights.performance import PerformanceRefused, Statement
from esign.engine.clocks import acting
from esign.engine.clocks.records import Act, ActState, TaskKind
from esign.engine.clocks.refusals import CalendarUnknown, TaskRefused, TaskUnknown
from esign.engine.refusals import ContractStateRefused, ContractUnknown
from esign.engine.rights.refusals import DeclarationIncomplete, PerformanceUnknown
from esign.gateways.errors import MailUnavailable
from tests.actors import COMPANY
from tests.company.people import colleague
from tests.engine.test_engine_forms import entries
from tests.engine.test_engine_rights import JANA, STRANGER, concluded, declare, said

BERLIN = ZoneInfo("Europe/Berlin")
CLERK = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=ALLOWED[Role.CLERK])
AGENT = replace(CLERK, permissions=ALLOWED[Role.AGENT])
STRANGE = replace(CLERK, tenant="other")


def settled(world: Any) -> None:
    """Let the clocks go round until nothing is left to do."""
    for _ in range(20):
        if not world.application.clocks.run_due():
            return
    raise AssertionError("the clocks find no rest")


def act_of(world: Any, act: Act, subject: str) -> Any:
    with world.application.contracts.household.store.reading() as tx:
        return tx.clocks.of(act, subject)


def until(world: Any, contract: str) -> datetime:
    deadline = world.application.performance.period(CLERK, contract).deadline
    assert deadline is not None and deadline.exercisable_until is not None
    return deadline.exercisable_until


def at(world: Any, instant: datetime) -> None:
    world.clock.offset += instant - world.clock.now()


def test_the_period_follows_the_facts_and_every_day_has_its_clause(world: Any) -> None:
    """BGB §§ 355 (2), 356 (3): the instruction starts the period; what was wrong with it takes that back."""
    contract = concluded(world)
    first = world.application.performance.period(CLERK, contract)
    assert first.right and first.answer is not None and first.answer["state"] == "started"
    assert all(step["clause"] and step["mark"] for step in first.answer["steps"])
    day = world.clock.now().astimezone(BERLIN).date()
    assert date.fromisoformat(first.answer["nominal_end"]) == day + timedelta(days=14)
    made = world.application.performance.record(
        CLERK, contract, {"event": "instruction_received", "at": day.isoformat(), "complete": False}
    )
    doubted = world.application.performance.period(CLERK, contract).answer
    assert doubted is not None and (doubted["state"], doubted["ends_by"]) == ("not_started", "cap")
    assert world.application.performance.correct(CLERK, contract, made.id).corrected_at is not None
    assert world.application.performance.period(CLERK, contract).answer == first.answer
    kinds = [entry.kind.value for entry in entries(world) if entry.kind.value.startswith("performance.")]
    assert kinds == ["performance.recorded", "performance.corrected"]
    world.application.performance.correct(CLERK, contract, made.id)
    assert len(entries(world, "performance.corrected")) == 1


def test_what_is_stated_is_sealed_and_in_the_ledger_only_committed_to(world: Any) -> None:
    contract = concluded(world)
    said_so = {"event": "fully_performed", "at": "2026-11-20", "note": "Frau Geheimnis war da"}
    made = world.application.performance.record(CLERK, contract, said_so)
    (entry,) = entries(world, "performance.recorded")
    assert entry.facts["event"] == "fully_performed" and "statement" in entry.commitments
    with world.application.contracts.household.store.reading() as tx:
        assert b"Geheimnis" not in tx.performances.get(made.id).sealed
    assert b"Geheimnis" not in b"".join(each.canonical() for each in entries(world))


def test_the_laender_of_both_sides_come_from_the_data_and_a_later_statement_goes_before(world: Any) -> None:
    """BGB § 193: holidays of both places united; an unknown place is every place."""
    sample = world.sample("electricity-supply")
    data = {"signatory": {**sample["signatory"], "land": "SN"}, "company": {**sample["company"], "land": "BE"}}
    contract = concluded(world, **data)
    assert world.application.performance.period(CLERK, contract).answer["places"] == ["SN", "BE"]
    stated = {"event": "places_known", "at": "2026-11-22", "consumer": "BY:Augsburg"}
    world.application.performance.record(CLERK, contract, stated)
    assert world.application.performance.period(CLERK, contract).answer["places"] == ["BY:Augsburg", "BE"]
    other = concluded(world, reference="LW-2026-1")
    assert len(world.application.performance.period(CLERK, other).answer["places"]) == 16


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"event": "goods_stolen", "at": "2026-11-20"}, "event"),
        ({"event": "goods_received", "at": "2026-02-30"}, "at"),
        ({"event": "goods_received", "at": "2026-11-20T10:00:00"}, "at"),
        ({"event": "goods_received", "at": "2199-01-01"}, "at"),
        ({"event": "goods_received", "at": "2026-11-20", "note": "x" * 501}, "note"),
        ({"event": "delivery_agreed", "at": "2026-11-20", "delivery": "never"}, "delivery"),
        ({"event": "delivery_agreed", "at": "2026-11-20", "deliveries": 0}, "deliveries"),
        ({"event": "places_known", "at": "2026-11-20"}, "consumer"),
        ({"event": "places_known", "at": "2026-11-20", "trader": "XX"}, "trader"),
    ],
)
def test_what_cannot_have_happened_is_refused_with_its_place(written: dict[str, Any], place: str) -> None:
    with pytest.raises(PerformanceRefused) as refused:
        Statement.parse(written, now=datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert refused.value.facts["place"] == place


def test_performance_is_of_concluded_contracts_of_the_own_company_by_who_may(world: Any) -> None:
    drawn_up = str(world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply")))
    said_so = {"event": "fully_performed", "at": "2026-11-20"}
    desk, contract = world.application.performance, concluded(world, reference="LW-2")
    before = len(entries(world))
    for actor, target, refusal in (
        (CLERK, drawn_up, ContractStateRefused),
        (STRANGE, contract, ContractUnknown),
        (AGENT, contract, AccessDenied),
    ):
        with pytest.raises(refusal):
            desk.record(actor, target, said_so)
    with pytest.raises(PerformanceUnknown):
        desk.correct(CLERK, contract, "nothing")
    assert len(entries(world)) == before


def test_the_end_of_the_period_is_noted_once_also_after_downtime_and_by_two_workers(world: Any) -> None:
    contract = concluded(world)
    end = until(world, contract)
    settled(world)
    row = act_of(world, Act.WITHDRAWAL_ENDS, contract)
    assert (row.state, row.due_at) == (ActState.WAITING, end)
    at(world, end - timedelta(seconds=5))
    settled(world)
    assert not entries(world, "clock.withdrawal_ended")
    at(world, end + timedelta(days=40))  # nobody worked for weeks
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: world.application.clocks.run_due(), range(4)))
    (entry,) = entries(world, "clock.withdrawal_ended")
    assert (entry.contract, entry.facts["rule"], entry.facts["ends_by"]) == (contract, "energy/2", "period")
    settled(world)
    assert len(entries(world, "clock.withdrawal_ended")) == 1


def test_a_kill_in_between_undoes_the_act_and_it_is_done_later_and_holds_up_no_other(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = concluded(world), concluded(world, reference="LW-3")
    settled(world)
    at(world, max(until(world, first), until(world, second)) + timedelta(hours=1))
    whole = acting.ACTS[Act.WITHDRAWAL_ENDS]

    def killed(house: Any, tx: Any, act: Any) -> Any:
        outcome = whole(house, tx, act)
        if act.subject == first:
            raise RuntimeError("the power went")
        return outcome

    monkeypatch.setattr(acting, "ACTS", acting.ACTS)
    monkeypatch.setitem(acting.ACTS, Act.WITHDRAWAL_ENDS, killed)  # type: ignore[arg-type]
    settled(world)
    assert [entry.contract for entry in entries(world, "clock.withdrawal_ended")] == [second]
    assert act_of(world, Act.WITHDRAWAL_ENDS, first).attempts == 1
    monkeypatch.setitem(acting.ACTS, Act.WITHDRAWAL_ENDS, whole)  # type: ignore[arg-type]
    world.clock.offset += timedelta(minutes=2)
    settled(world)
    assert sorted(entry.contract for entry in entries(world, "clock.withdrawal_ended")) == sorted([first, second])


def test_a_clock_that_ran_ahead_notes_the_end_again_in_its_time(world: Any) -> None:
    contract = concluded(world)
    end = until(world, contract)
    settled(world)
    right = world.clock.offset
    at(world, end + timedelta(days=300))
    settled(world)
    assert len(entries(world, "clock.withdrawal_ended")) == 1
    world.clock.offset = right  # the clock jumps back
    settled(world)
    assert act_of(world, Act.WITHDRAWAL_ENDS, contract).state is ActState.WAITING
    declared = declare(world)
    world.application.delivery.deliver_due()
    assert world.application.declarations.detail(CLERK, declared.id).view.verdict == "in_time"
    at(world, end + timedelta(seconds=1))
    settled(world)
    assert len(entries(world, "clock.withdrawal_ended")) == 2


def test_facts_that_change_move_the_end_and_open_it_again(world: Any) -> None:
    contract = concluded(world)
    settled(world)
    at(world, until(world, contract) + timedelta(hours=1))
    settled(world)
    assert len(entries(world, "clock.withdrawal_ended")) == 1
    doubt = {"event": "instruction_received", "at": "2026-11-22", "complete": False}
    world.application.performance.record(CLERK, contract, doubt)
    settled(world)
    row = act_of(world, Act.WITHDRAWAL_ENDS, contract)
    assert row.state is ActState.WAITING and row.due_at == until(world, contract) > world.clock.now()


def test_an_offer_that_nobody_accepts_lapses_by_itself(world: Any) -> None:
    """BGB §§ 146, 148, 193."""
    today = world.clock.now().astimezone(BERLIN).date()
    until_day = today + timedelta(days=3)
    contract, _ = world.invite(date=today.isoformat(), offer={"accept_until": until_day.isoformat()})
    settled(world)
    due = act_of(world, Act.OFFER_LAPSES, contract).due_at
    assert due.astimezone(BERLIN).date() > until_day
    at(world, due + timedelta(seconds=1))
    settled(world)
    assert world.application.contracts.view(COMPANY, contract).state == "expired"
    assert len(entries(world, "clock.offer_lapsed")) == len(entries(world, "contract.expired")) == 1
    settled(world)
    assert len(entries(world, "clock.offer_lapsed")) == 1


def test_who_had_the_information_late_is_reminded_once_on_the_first_day(world: Any) -> None:
    """EGBGB Art. 246b § 2 (2); law.md B62, vector F01."""
    contract = concluded(world, "securities-account")
    early = concluded(world, "securities-account", reference="BD-EARLY")
    for event in ("instruction_received", "documents_received"):
        day = (world.clock.now() - timedelta(days=3)).astimezone(BERLIN).date().isoformat()
        world.application.performance.record(CLERK, early, {"event": event, "at": day, "names_function": True})
    settled(world)
    assert act_of(world, Act.REMIND_OF_RIGHT, early) is None
    due = act_of(world, Act.REMIND_OF_RIGHT, contract).due_at.astimezone(BERLIN)
    assert (due.date(), due.hour) == (world.clock.now().astimezone(BERLIN).date() + timedelta(days=1), 8)
    at(world, due + timedelta(minutes=1))
    settled(world)
    world.application.delivery.deliver_due()
    assert "Erinnerung an Ihr Widerrufsrecht" in world.post.subject() and "/vertrag-widerrufen" in world.post.text()
    (entry,) = entries(world, "clock.reminded_of_right")
    assert entry.facts["in_window"] is True
    settled(world)
    assert len(entries(world, "clock.reminded_of_right")) == 1


def test_a_reminder_after_long_downtime_goes_out_and_a_clerk_is_told(world: Any) -> None:
    concluded(world, "securities-account")
    world.clock.offset += timedelta(days=9)
    settled(world)
    (entry,) = entries(world, "clock.reminded_of_right")
    assert entry.facts["in_window"] is False
    assert [task.kind for task in world.application.tasks.list(CLERK).tasks] == [TaskKind.REMINDER]


def test_a_withdrawal_is_one_task_with_its_day_and_done_with_a_note_it_is_settled(world: Any) -> None:
    """BGB § 357 (1): 14 days from receipt."""
    contract = concluded(world)
    declared = declare(world)
    declare(world, press="again")  # the same once more: no task of its own
    world.application.delivery.deliver_due()
    (task,) = world.application.tasks.list(CLERK).tasks
    day = declared.received_at.astimezone(BERLIN).date()
    assert (task.kind, task.due_on, task.contract_id) == (TaskKind.WITHDRAWAL, day + timedelta(days=14), contract)
    settled(world)
    assert len(world.application.tasks.list(CLERK).tasks) == 1
    for actor, refusal in ((AGENT, AccessDenied), (STRANGE, TaskUnknown)):
        with pytest.raises(refusal):
            world.application.tasks.done(actor, task.id, "Erstattet.")
    done = world.application.tasks.done(CLERK, task.id, "Erstattet.")
    assert (done.state.value, done.words, done.done_by) == ("done", "Erstattet.", "account:clerk")
    assert world.application.declarations.detail(CLERK, declared.id).view.state.value == "settled"
    with pytest.raises(TaskRefused):
        world.application.tasks.done(CLERK, task.id, "Noch einmal.")
    assert len(entries(world, "task.done")) == len(entries(world, "right.settled")) == 1
    settled(world)
    assert act_of(world, Act.TASK_OVERDUE, task.id) in (None,) or (
        act_of(world, Act.TASK_OVERDUE, task.id).state is not ActState.WAITING
    )


def test_a_refund_that_is_late_is_told_once(world: Any) -> None:
    concluded(world)
    declare(world)
    world.application.delivery.deliver_due()
    (task,) = world.application.tasks.list(CLERK).tasks
    settled(world)
    over = datetime.combine(task.due_on + timedelta(days=1), datetime.min.time(), BERLIN)
    at(world, over - timedelta(seconds=30))
    settled(world)
    assert not entries(world, "clock.task_overdue")
    at(world, over + timedelta(seconds=1))
    settled(world)
    (entry,) = entries(world, "clock.task_overdue")
    assert entry.facts["due_on"] == task.due_on.isoformat()
    assert world.application.tasks.list(CLERK).tasks[0].overdue


def test_an_acknowledgement_that_does_not_go_out_is_a_task_and_ends_when_it_does(world: Any) -> None:
    """BGB § 356a (4)."""
    declare(world, STRANGER)
    world.post.failure = MailUnavailable()
    world.application.delivery.deliver_due()
    settled(world)
    world.clock.offset += timedelta(minutes=16)
    settled(world)
    kinds = {task.kind for task in world.application.tasks.list(CLERK).tasks}
    assert TaskKind.ACKNOWLEDGEMENT in kinds and len(entries(world, "clock.acknowledgement_missing")) == 1
    world.post.failure = None
    world.clock.offset += timedelta(hours=1)
    assert world.application.delivery.deliver_due() == 1
    settled(world)
    assert TaskKind.ACKNOWLEDGEMENT not in {task.kind for task in world.application.tasks.list(CLERK).tasks}


def test_compensation_only_where_its_conditions_are_evidenced(world: Any) -> None:
    """BGB § 357a (2)."""
    contract = concluded(world)
    perform = world.application.performance
    start = world.clock.now()
    declared_at = start + timedelta(days=5)

    def owed() -> Any:
        (task,) = world.application.tasks.list(CLERK, kind=TaskKind.WITHDRAWAL).tasks
        return world.application.tasks.detail(CLERK, task.id)

    at(world, declared_at)
    declare(world)
    world.application.delivery.deliver_due()
    begun = (start + timedelta(days=1)).astimezone(BERLIN).isoformat()
    perform.record(CLERK, contract, {"event": "performance_begun", "at": begun})
    detail = owed()
    assert detail.compensation.owed is Owed.NOTHING and detail.refund_clause
    assert [(each.id, each.met) for each in detail.compensation.conditions] == [
        ("demanded", False),
        ("instructed", True),
    ]
    demanded = perform.record(
        CLERK, contract, {"event": "early_start_requested", "at": start.astimezone(BERLIN).isoformat()}
    )
    found = owed().compensation
    assert (found.owed, found.days) == (Owed.SHARE, 5)
    perform.correct(CLERK, contract, demanded.id)
    assert owed().compensation.owed is Owed.NOTHING


def test_a_withdrawal_by_letter_counts_from_its_postmark_and_is_acknowledged_the_same(world: Any) -> None:
    """BGB § 355 (1) sentence 5, (3) sentence 2; law.md vector T03."""
    contract = concluded(world)
    end = until(world, contract).astimezone(BERLIN)
    last = (end - timedelta(seconds=1)).date()
    at(world, end + timedelta(days=4, hours=12))
    came = world.clock.now().astimezone(BERLIN).date()
    letter = {"channel": "letter", "sent": last.isoformat(), "received": came.isoformat(), **JANA}
    declared = world.application.entering.enter(CLERK, Right.WITHDRAWAL, letter)
    world.application.delivery.deliver_due()
    found = world.application.declarations.detail(CLERK, declared)
    assert (found.view.verdict, found.view.contract_id) == ("in_time", contract)
    assert found.view.due_on == came + timedelta(days=14)
    text = world.post.text()
    assert "per Brief" in text and f"{came:%d.%m.%Y}" in text and f"{last:%d.%m.%Y}" in text and "00:00:00" not in text
    late = {**letter, "sent": (last + timedelta(days=1)).isoformat(), "contract": "LW-2026-004711 (zu spät)"}
    second = world.application.entering.enter(CLERK, Right.WITHDRAWAL, late)
    world.application.delivery.deliver_due()
    assert world.application.declarations.detail(CLERK, second).view.verdict == "late"
    (first, _) = entries(world, "right.withdrawal_received")
    assert first.facts["channel"] == "letter" and first.facts["by"] == "account:clerk"


def test_a_letter_without_an_address_is_acknowledged_on_paper_by_a_task(world: Any) -> None:
    day = world.clock.now().astimezone(BERLIN).date().isoformat()
    partly = {"channel": "letter", "received": day, "name": "Jana Beispiel", "contract": "den Teil mit dem Zähler"}
    declared = world.application.entering.enter(CLERK, Right.WITHDRAWAL, partly)
    assert world.application.delivery.deliver_due() == 0
    pdf = world.application.declarations.acknowledgement(CLERK, declared)
    assert "den Teil mit dem Zähler" in said(pdf) and "per Brief" in said(pdf)
    found = {task.kind: task for task in world.application.tasks.list(CLERK).tasks}
    assert set(found) == {TaskKind.WITHDRAWAL, TaskKind.ACKNOWLEDGEMENT}
    world.application.tasks.done(CLERK, found[TaskKind.ACKNOWLEDGEMENT].id, "Zur Post gegeben.")
    assert world.application.declarations.detail(CLERK, declared).view.acknowledged_at is not None
    (entry,) = entries(world, "right.acknowledged")
    assert entry.facts["channel"] == "by_hand"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": " ", "contract": ""}, "name contract"),
        ({"email": "nobody"}, "email"),
        ({"received": "2026-13-01"}, "received"),
        ({"received": "2199-01-01"}, "received"),
        ({"sent": "2199-01-01"}, "sent"),
        ({"channel": "function"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_what_a_clerk_cannot_have_received_is_asked_again_and_nothing_is_kept(
    world: Any, change: dict[str, str], fields: str
) -> None:
    day = world.clock.now().astimezone(BERLIN).date().isoformat()
    with pytest.raises(DeclarationIncomplete) as refused:
        world.application.entering.enter(
            CLERK, Right.WITHDRAWAL, {"channel": "phone", "received": day, **JANA, **change}
        )
    assert refused.value.facts["fields"] == fields
    assert not entries(world, "right.withdrawal_received")


def test_the_calendar_names_nobody_and_ends_with_its_link_or_the_account(world: Any) -> None:
    concluded(world)
    declare(world)
    world.application.delivery.deliver_due()
    settled(world)
    person = colleague(world, Role.CLERK, email="calendar@example.org")
    desk = world.application.calendars
    link = desk.make(person.actor)
    data = desk.feed(link.secret, "de")
    assert data == desk.file(person.actor, "de") or data  # the same things, stamped at another instant
    calendar = icalendar.Calendar.from_ical(data)
    found = sorted(str(event["summary"]) for event in calendar.walk("VEVENT"))
    assert found == [
        "SANDBOX: Widerruf: prüfen und erstatten – LW-2026-004711",
        "SANDBOX: Widerrufsfrist endet – LW-2026-004711",
    ]
    assert not any(word in data.decode().lower() for word in ("jana", "beispiel", "post.example"))
    (task,) = world.application.tasks.list(CLERK).tasks
    event = next(event for event in calendar.walk("VEVENT") if "erstatten" in str(event["summary"]))
    assert event.decoded("dtstart") == task.due_on
    with pytest.raises(CalendarUnknown):
        desk.revoke(replace(person.actor, id="somebody"), link.view.id)
    desk.revoke(person.actor, link.view.id)
    for secret in (link.secret, "guess"):
        with pytest.raises(CalendarUnknown):
            desk.feed(secret, "de")
    other = desk.make(person.actor)
    world.application.accounts.lock(COMPANY, person.id)
    with pytest.raises(CalendarUnknown):
        desk.feed(other.secret, "de")
