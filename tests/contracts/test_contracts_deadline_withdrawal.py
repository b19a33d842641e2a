"""How long a customer can withdraw: for every kind of contract, with missing, late and incomplete information."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from esign.cli.program import run
from esign.contracts.deadlines import (
    LAENDER,
    DeadlineDataRefused,
    EndsBy,
    NoRuleInForce,
    PeriodOutOfRange,
    State,
    Timeliness,
    WithdrawalFacts,
    withdrawal_answer,
    withdrawal_deadline,
)
from esign.contracts.deadlines.policy_tests import deadline_faults
from esign.contracts.deadlines.rules import withdrawal_rules
from esign.policy import policies_root

SCHEMAS = policies_root().parent / "docs" / "schemas"
ANSWER = Draft202012Validator(json.loads((SCHEMAS / "deadline-withdrawal.schema.json").read_text("utf-8")))
KINDS = sorted({rule.kind for rule in withdrawal_rules()})


def event(name, at, **more):
    return {"event": name, "at": at, **more}


def instructed(at):
    return event("instruction_received", at, names_function=True)


def facts(kind, *events, consumer="BE", trader="BE", **more):
    return {
        "v": "esign-withdrawal/1",
        "kind": kind,
        "places": {"consumer": consumer, "trader": trader},
        "events": list(events),
        **more,
    }


def deadline(*args, **kwargs):
    return withdrawal_deadline(WithdrawalFacts.parse(facts(*args, **kwargs)))


def test_every_test_case_of_the_rules_holds():
    assert list(deadline_faults()) == []


def test_every_rule_has_a_clause_and_a_mark_on_every_part():
    for rule in withdrawal_rules():
        clauses = [rule.period_clause, rule.refund_clause, rule.declaration_clause]
        clauses += [item.clause for item in (*rule.start, *rule.early_expiry)]
        clauses.append(rule.cap.clause if rule.cap else rule.no_cap)
        assert all(clause.source and clause.mark in ("verified", "to be confirmed") for clause in clauses)


ENERGY = ("energy", event("concluded", "2026-11-22"), instructed("2026-11-22"))


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        ("2026-12-07T22:59:50+00:00", Timeliness.IN_TIME),  # T01, ten seconds before midnight in Berlin
        ("2026-12-07T22:59:59.999999+00:00", Timeliness.IN_TIME),
        ("2026-12-07T23:00:00+00:00", Timeliness.LATE),
        ("2026-12-07T23:59:00+01:00", Timeliness.IN_TIME),
        ("2026-12-08T07:00:00+01:00", Timeliness.LATE),
        ("2026-11-22T00:00:00+01:00", Timeliness.IN_TIME),
    ],
)
def test_dispatch_before_the_exclusive_instant_is_in_time(sent, verdict):
    assert deadline(*ENERGY, consumer="NW", trader="NW").timeliness(datetime.fromisoformat(sent)) is verdict


def test_a_letter_is_in_time_by_its_postmark_and_the_refund_runs_from_receipt():  # T03, T04
    found = deadline(*ENERGY, consumer="NW", trader="NW")
    assert found.timeliness(datetime(2026, 12, 7, 15, tzinfo=UTC)) is Timeliness.IN_TIME
    assert found.refund_due(datetime(2026, 12, 11, 9, tzinfo=UTC)) == date(2026, 12, 25)  # a holiday: not shifted


def test_an_event_late_in_the_evening_utc_belongs_to_the_next_day_in_berlin():  # T05
    found = deadline("service", event("concluded", "2026-11-30T23:30:00Z"), instructed("2026-11-30T23:30:00Z"))
    assert (found.start, found.end.shifted_end) == (date(2026, 12, 1), date(2026, 12, 15))
    assert found.end.expires_at == datetime(2026, 12, 15, 23, tzinfo=UTC)


def test_the_right_exists_before_the_period_has_started():  # T09
    before = deadline("goods", event("concluded", "2026-12-01"), instructed("2026-12-01"))
    assert (before.state, before.ends_by, before.exercisable_until) == (State.NOT_STARTED, EndsBy.OPEN, None)
    assert before.timeliness(datetime(2026, 12, 2, 12, tzinfo=UTC)) is Timeliness.IN_TIME


CONSENTS = (event("early_start_requested", "2026-11-02"), event("loss_acknowledged", "2026-11-02"))


def test_a_running_subscription_keeps_the_right_in_spite_of_both_consents():  # T10
    begun = event("performance_begun", "2026-11-02")
    found = deadline("service", event("concluded", "2026-11-02"), instructed("2026-11-02"), *CONSENTS, begun)
    assert found.timeliness(datetime(2026, 11, 14, 12, tzinfo=UTC)) is Timeliness.IN_TIME
    assert found.lapsed_at is None


def test_an_e_book_keeps_the_right_without_the_confirmation_of_312f():  # T11
    begun = event("performance_begun", "2026-11-02")
    start = ("digital_content", event("concluded", "2026-11-02"), instructed("2026-11-02"), *CONSENTS, begun)
    assert deadline(*start).ends_by is EndsBy.PERIOD
    assert deadline(*start, event("confirmation_sent", "2026-11-02")).ends_by is EndsBy.PERFORMANCE


def test_an_instruction_without_the_function_does_not_start_the_period():  # T12
    found = deadline(
        "energy", event("concluded", "2026-11-22"), event("instruction_received", "2026-11-22"), consumer="NW"
    )
    assert (found.state, found.ends_by, found.end.nominal_end) == (State.NOT_STARTED, EndsBy.CAP, date(2027, 12, 6))
    assert "instruction_without_function" in [step.name for step in found.open_points]
    offline = deadline(
        "energy",
        event("concluded", "2026-11-22"),
        event("instruction_received", "2026-11-22"),
        facts={"online_interface": False},
    )
    assert offline.end.nominal_end == date(2026, 12, 6)


def test_the_day_of_the_conclusion_chooses_the_law():
    old = deadline("insurance", event("concluded", "2026-06-18"))
    new = deadline("insurance", event("concluded", "2026-06-19"), instructed("2026-06-19"))
    assert (old.rule.version, old.ends_by) == ("1", EndsBy.OPEN)
    assert (new.rule.version, new.ends_by, new.end.nominal_end) == ("2", EndsBy.CAP, date(2027, 7, 3))
    with pytest.raises(NoRuleInForce):
        deadline("goods", event("concluded", "2014-01-01"))


def test_an_instruction_after_the_latest_end_of_insurance_does_not_bring_the_latest_end_back():
    late = deadline(
        "insurance",
        event("concluded", "2026-07-01"),
        event("documents_received", "2026-07-01"),
        instructed("2028-01-10"),
    )
    assert (late.ends_by, late.end.nominal_end) == (EndsBy.PERIOD, date(2028, 1, 24))


def test_off_premises_the_consent_is_needed_on_a_durable_medium():
    done = event("fully_performed", "2026-11-05")
    given_ = ("service", event("concluded", "2026-11-02"), instructed("2026-11-02"), *CONSENTS, done)
    assert deadline(*given_).ends_by is EndsBy.PERFORMANCE
    assert deadline(*given_, facts={"off_premises": True}).ends_by is EndsBy.PERIOD
    durable = event("early_start_on_durable_medium", "2026-11-02")
    assert deadline(*given_, durable, facts={"off_premises": True}).ends_by is EndsBy.PERFORMANCE


def test_a_consent_given_after_the_work_began_takes_nothing_away():
    found = deadline(
        "service",
        event("concluded", "2026-11-02"),
        instructed("2026-11-02"),
        event("performance_begun", "2026-11-03"),
        event("early_start_requested", "2026-11-04"),
        event("loss_acknowledged", "2026-11-04"),
        event("fully_performed", "2026-11-05"),
    )
    assert found.ends_by is EndsBy.PERIOD


def test_a_lapse_by_performance_is_an_instant_and_later_withdrawals_are_told_apart_from_late_ones():
    found = deadline(
        "service",
        event("concluded", "2026-11-02"),
        instructed("2026-11-02"),
        *CONSENTS,
        event("fully_performed", "2026-11-05T12:00:00+01:00"),
    )
    assert found.exercisable_until == datetime(2026, 11, 5, 11, tzinfo=UTC)
    assert found.timeliness(datetime(2026, 11, 5, 10, 59, tzinfo=UTC)) is Timeliness.IN_TIME
    assert found.timeliness(datetime(2026, 11, 5, 11, tzinfo=UTC)) is Timeliness.LAPSED
    assert found.timeliness(datetime(2026, 12, 5, tzinfo=UTC)) is Timeliness.LATE


def test_an_exception_of_312g_2_means_no_right_with_its_clause():
    found = deadline("goods", event("concluded", "2026-11-02"), exception="CUSTOM_GOODS")
    assert (found.state, found.end, found.steps[0].clause.source) == (State.NO_RIGHT, None, "BGB § 312g (2) No. 1")
    assert found.timeliness(datetime(2026, 11, 3, tzinfo=UTC)) is Timeliness.NO_RIGHT


def test_an_unknown_place_counts_the_holidays_of_all_laender():
    data = facts(
        "goods", event("concluded", "2026-11-01"), instructed("2026-11-01"), event("goods_received", "2026-11-04")
    )
    del data["places"]["trader"]
    found = withdrawal_deadline(WithdrawalFacts.parse(data))
    assert found.end.shifted_end == date(2026, 11, 19)  # Buß- und Bettag, in Saxony only
    assert "place_unknown" in [step.name for step in found.steps]


FULL = {
    "goods": ["goods_received"],
    "insurance": ["documents_received"],
    "life_insurance": ["documents_received"],
    "financial_service": ["documents_received"],
    "consumer_credit": ["copy_received"],
    "real_estate_credit": ["copy_received"],
    "telecom": ["contract_approved"],
}


def full(kind, start, offsets, consumer, trader):
    names = ["concluded", *FULL.get(kind, ())]
    days = [start + timedelta(days=offset) for offset in (0, *offsets)]
    events = [event(name, day.isoformat()) for name, day in zip(names, days, strict=False)]
    return facts(kind, *events, instructed(days[-1].isoformat()), consumer=consumer, trader=trader)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.dates(date(2026, 6, 19), date(2040, 1, 1)),
    st.tuples(st.integers(0, 300), st.integers(0, 600)),
    st.integers(0, 60),
    st.sampled_from(LAENDER),
    st.sampled_from(LAENDER),
)
def test_properties_of_every_kind(kind, start, offsets, later, consumer, trader):
    found = withdrawal_deadline(WithdrawalFacts.parse(full(kind, start, offsets, consumer, trader)))
    ANSWER.validate(withdrawal_answer(found))
    assert found.state is State.STARTED
    assert found.facts.calendar.is_working_day(found.end.shifted_end)
    days = 30 if kind == "life_insurance" else 14
    if found.ends_by is EndsBy.PERIOD:
        assert found.end.nominal_end == found.start + timedelta(days=days)
    else:
        assert found.ends_by is EndsBy.CAP and found.end.nominal_end < found.start + timedelta(days=days)
    moved = (offsets[0], offsets[1] + later)
    after = withdrawal_deadline(WithdrawalFacts.parse(full(kind, start, moved, consumer, trader)))
    assert after.end.expires_at >= found.end.expires_at
    assert all(step.clause.source for step in found.steps)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.permutations(range(4)), st.dates(date(2026, 6, 19), date(2030, 1, 1)))
def test_the_order_in_which_events_come_in_changes_nothing(kind, order, day):
    data = full(kind, day, (3, 5), "BY", "SN")
    events = data["events"]
    shuffled = [events[index] for index in order if index < len(events)]
    first, second = (
        withdrawal_answer(withdrawal_deadline(WithdrawalFacts.parse(data | {"events": items})))
        for items in (events, shuffled)
    )
    assert first == second


@pytest.mark.parametrize(
    "changed",
    [
        {"v": "esign-withdrawal/2"},
        {"kind": "marriage"},
        {"events": []},
        {"events": [event("goods_received", "2026-11-01")]},
        {"events": [event("concluded", "2026-11-01"), event("concluded", "2026-11-02")]},
        {"events": [event("concluded", "2026-02-30")]},
        {"events": [event("concluded", "2026-11-01T12:00:00")]},
        {"events": [event("concluded", "2026-11-01T25:00:00Z")]},
        {"events": [event("concluded", "20261101")]},
        {"deliveries": 0},
        {"extra": 1},
        {"exception": "NONSENSE"},
        {"places": {"consumer": "XX"}},
    ],
)
def test_facts_that_are_malformed_or_contradict_themselves_are_refused(changed):
    data = facts("goods", event("concluded", "2026-11-01")) | changed
    with pytest.raises(DeadlineDataRefused):
        withdrawal_deadline(WithdrawalFacts.parse(data))


@pytest.mark.parametrize("data", [b"", b"[1]", b"\xff", b'{"v": 1, "v": 2}', b"[" * 100_000, b" " * 1_000_001, b"null"])
def test_what_is_no_json_object_is_refused(data):
    with pytest.raises(DeadlineDataRefused):
        WithdrawalFacts.parse(data)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1990-12-31", "2199-12-31"])
def test_events_beyond_the_known_years_are_refused(at):
    with pytest.raises((PeriodOutOfRange, NoRuleInForce)):
        deadline("goods", event("concluded", at), event("goods_received", at))


def test_a_withdrawal_without_time_zone_is_not_judged():
    with pytest.raises(PeriodOutOfRange):
        deadline(*ENERGY).timeliness(datetime(2026, 12, 7, 12))


def test_the_command_prints_the_object_of_its_schema_and_plain_lines(tmp_path, capsys):
    file = tmp_path / "contract.json"
    file.write_text(json.dumps(facts(*ENERGY, consumer="NW", trader="NW")), "utf-8")
    assert run(["deadline", "withdrawal", "--contract", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    ANSWER.validate(told)
    assert (told["nominal_end"], told["shifted_end"], told["expires_at"]) == (
        "2026-12-06",
        "2026-12-07",
        "2026-12-07T23:00:00Z",
    )
    assert run(["deadline", "withdrawal", "--contract", str(file)]) == 0
    assert "2026-12-06  passed_over (sunday)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("concluded", "instructed", "end"),
    [
        ("2028-10-29T02:30:00+02:00", "2028-10-29T02:30:00+01:00", "2028-11-13T23:00:00Z"),  # 2:30 twice on one day
        (
            "2028-03-26T01:59:59+01:00",
            "2028-03-26T03:00:00+02:00",
            "2028-04-10T22:00:00Z",
        ),  # a second later it is three
        ("2028-03-25T23:59:59+01:00", "2028-03-26T00:00:00+01:00", "2028-04-10T22:00:00Z"),
    ],
)
def test_the_command_in_the_nights_of_both_changes_of_the_hour(concluded, instructed, end, tmp_path, capsys):
    events = [
        {"event": "concluded", "at": concluded},
        {"event": "instruction_received", "at": instructed, "names_function": True},
    ]
    places = {"consumer": "BE", "trader": "BE"}
    file = tmp_path / "contract.json"
    stated = {"v": "esign-withdrawal/1", "kind": "service", "places": places, "events": events}
    file.write_text(json.dumps(stated), "utf-8")
    assert run(["deadline", "withdrawal", "--contract", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["start"], told["expires_at"]) == (instructed[:10], end)


def test_the_command_refuses_a_missing_file_and_broken_facts_in_one_line(tmp_path, capsys):
    assert run(["deadline", "withdrawal", "--contract", str(tmp_path / "none.json"), "--json"]) == 1
    assert capsys.readouterr().err.endswith("(cli.file_unreadable)\n")
    broken = tmp_path / "broken.json"
    broken.write_text("{}", "utf-8")
    assert run(["deadline", "withdrawal", "--contract", str(broken), "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.endswith("(contracts.deadline.data)\n")


def test_the_schema_of_the_facts_in_docs_is_the_one_that_is_checked():
    inside = policies_root().parent / "esign" / "contracts" / "schema" / "withdrawal-facts.schema.json"
    assert (SCHEMAS / "withdrawal-facts.schema.json").read_bytes() == inside.read_bytes()
