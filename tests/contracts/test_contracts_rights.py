"""The two functions as rules: labels, exactly the prescribed fields, the verdict as a value, the day of the end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.contracts.errors import NotInForce
from esign.contracts.rights import (
    Right,
    Term,
    Verdict,
    function,
    judge,
    ordinary_ending,
    read,
    refund_due,
    right_faults,
    tidy,
)

TODAY = date(2026, 11, 22)
WITHDRAWAL, TERMINATION = function(Right.WITHDRAWAL, TODAY), function(Right.TERMINATION, TODAY)
JANA = {"name": "Jana Beispiel", "contract": "LW-2026-004711", "email": "jana.beispiel@post.example"}


def facts(concluded: str, instructed: str | None = None, **more: object) -> dict[str, object]:
    events = [{"event": "concluded", "at": concluded}]
    if instructed:
        events.append({"event": "instruction_received", "at": instructed, "names_function": True})  # type: ignore[dict-item]
    places = {"consumer": "BE", "trader": "BE"}
    return {"v": "esign-withdrawal/1", "kind": "energy", "places": places, "events": events, **more}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def judged(sent: str, known: dict[str, object] | None) -> Verdict:
    return judge(known, sent_at=at(sent), received_at=at(sent)).verdict


def test_the_policies_prove_themselves() -> None:
    assert list(right_faults()) == []


def test_the_labels_are_those_of_the_statutes() -> None:
    """BGB § 356a (1), (3); § 312k (2) sentences 2 and 4."""
    assert [WITHDRAWAL.label(step, "de") for step in ("open", "confirm")] == [
        "Vertrag widerrufen",
        "Widerruf bestätigen",
    ]
    assert [TERMINATION.label(step, "de") for step in ("open", "confirm")] == [
        "Verträge hier kündigen",
        "jetzt kündigen",
    ]
    for known in (WITHDRAWAL, TERMINATION):
        for step in ("open", "confirm"):
            for lang in ("de", "en"):
                label = known.label(step, lang)
                assert known.allows(step, label, lang=lang) and not known.refuses(step, label)
                assert not known.allows(step, f"{label}!", lang=lang)


def test_the_withdrawal_function_asks_for_exactly_three_things() -> None:
    """BGB § 356a (2): name, contract or part of it, means of communication; no reason."""
    assert [field.name for field in WITHDRAWAL.fields] == ["name", "contract", "email"]
    assert all(field.required and not field.required_with for field in WITHDRAWAL.fields)


def test_the_termination_function_asks_for_what_the_statute_lists() -> None:
    """BGB § 312k (2) sentence 3 No. 1 a to e; the day is optional (§ 312k (5)), the reason only where extraordinary."""
    assert [field.name for field in TERMINATION.fields] == ["how", "reason", "name", "contract", "wished", "email"]
    assert read(TERMINATION, {**JANA, "how": "ordinary"}).missing == ()
    assert read(TERMINATION, {**JANA, "how": "extraordinary"}).missing == ("reason",)


def test_there_was_no_withdrawal_function_before_the_day_of_the_law() -> None:
    with pytest.raises(NotInForce):
        function(Right.WITHDRAWAL, date(2026, 6, 18))
    assert function(Right.WITHDRAWAL, date(2026, 6, 19)).version == "1"


def test_what_the_function_does_not_ask_is_not_looked_at() -> None:
    found = read(WITHDRAWAL, {**JANA, "reason": "weil", "how": "extraordinary", "birth_date": "1987-03-14"})
    assert found.declaration is not None and found.declaration.reason == "" and set(found.values) == set(JANA)


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("a\r\nBcc: x@y.example", "a Bcc: x@y.example"),
        ("a\u2028b\u2029c\vd\0e", "a b c de"),
        ("\u202eanaJ\u202c", "anaJ"),
        ("Jana\u200b\ufeff  Beispiel ", "Jana Beispiel"),
        ("Mu\u0308ller", "Müller"),
        ("\ud800x", "?x"),
    ],
)
def test_no_text_adds_a_line_or_deceives_a_reader(typed: str, seen: str) -> None:
    assert tidy(typed) == seen


@given(st.text(max_size=300))
def test_a_tidy_text_stays_as_it_is_and_has_one_line(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once and len(once.splitlines()) <= 1


@given(st.dictionaries(st.sampled_from(["name", "contract", "email", "how", "wished", "x"]), st.text(max_size=400)))
def test_whatever_is_typed_is_read_or_asked_for_again(typed: dict[str, str]) -> None:
    for known in (WITHDRAWAL, TERMINATION):
        found = read(known, typed)
        assert (found.declaration is None) == bool(found.missing)


@pytest.mark.parametrize("wished", ["2027-01-31", "31.1.2027", "31.01.2027"])
def test_a_day_is_understood_as_people_write_it(wished: str) -> None:
    found = read(TERMINATION, {**JANA, "how": "ordinary", "wished": wished})
    assert found.declaration is not None and found.declaration.wished == date(2027, 1, 31)


# The period ends on Monday 2026-12-07 (W03): contract on Sunday 2026-11-22.
KNOWN = facts("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z")


def test_until_the_last_second_in_berlin_a_withdrawal_is_in_time() -> None:
    """BGB §§ 188 (1), 193, 355 (1) sentence 5, 356a (5); law.md T01."""
    assert judged("2026-12-07T23:59:59+01:00", KNOWN) is Verdict.IN_TIME
    assert judged("2026-12-07T22:59:59.999999+00:00", KNOWN) is Verdict.IN_TIME
    assert judged("2026-12-08T00:00:00+01:00", KNOWN) is Verdict.LATE


def test_daylight_saving_moves_the_instant_and_no_day() -> None:
    """The period begins in winter time and ends in summer time, and the other way round."""
    spring = facts("2027-03-15T11:00:00Z", "2027-03-15T11:00:00Z")  # ends Monday 2027-03-29, Easter Monday: the 30th
    assert judged("2027-03-30T23:59:59+02:00", spring) is Verdict.IN_TIME
    assert judged("2027-03-30T22:00:00+00:00", spring) is Verdict.LATE
    autumn = facts("2026-10-12T11:00:00Z", "2026-10-12T11:00:00Z")  # ends Monday 2026-10-26
    assert judged("2026-10-26T22:59:59+00:00", autumn) is Verdict.IN_TIME
    assert judged("2026-10-26T23:00:00+00:00", autumn) is Verdict.LATE


def test_what_is_not_known_is_unclear_and_never_a_refusal() -> None:
    sent = at("2026-12-01T10:00:00+01:00")
    for known in (None, facts("2026-11-22T10:00:00Z", kind="unheard_of"), {"v": "?"}):
        verdict = judge(known, sent_at=sent, received_at=sent)
        assert (verdict.verdict, verdict.refund_due) == (Verdict.UNCLEAR, date(2026, 12, 15))


def test_without_an_instruction_nobody_is_late_within_a_year() -> None:
    """BGB § 356 (3) sentence 1, (4): 12 months and 14 days."""
    assert judged("2027-12-06T23:59:59+01:00", facts("2026-11-22T10:00:00Z")) is Verdict.IN_TIME
    assert judged("2027-12-07T00:00:00+01:00", facts("2026-11-22T10:00:00Z")) is Verdict.LATE


@pytest.mark.parametrize(
    ("kind", "days"), [("energy", 14), ("service", 14), ("insurance", 30), ("financial_service", 30)]
)
def test_the_refund_runs_from_receipt_and_is_not_shifted(kind: str, days: int) -> None:
    """BGB §§ 355 (3) sentence 2, 357 (1), 357b (1); VVG § 9 (1)."""
    received = at("2026-12-05T23:30:00+01:00")
    found = judge(facts("2026-12-01T10:00:00Z", kind=kind), sent_at=received, received_at=received)
    assert found.refund_due == date(2026, 12, 5) + timedelta(days=days)
    assert refund_due(at("2026-12-05T23:30:00Z")) == date(2026, 12, 20), "half past eleven in London is the sixth here"


def test_notice_periods_end_on_a_sunday_too() -> None:
    """BGB § 193 does not apply to notice periods; law.md K01: received on Saturday 31.10., ends on 30.11.2026."""
    term = Term(template="mobile-plan", begins=date(2024, 12, 1), minimum_months=24, first_end=None, notice_months=1)
    found = ordinary_ending(term, received=date(2026, 10, 31), wished=None, concluded=TODAY)
    assert found is not None and (found.day, found.rule) == (date(2026, 11, 30), "telecommunications")
    late = ordinary_ending(term, received=date(2026, 11, 1), wished=None, concluded=TODAY)
    assert late is not None and late.day == date(2026, 12, 1)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 60),
    st.integers(0, 12),
    st.integers(0, 4000),
    st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["mobile-plan", "household-insurance", "unheard-of"]),
)
def test_no_contract_ends_before_its_notice_or_its_first_term(
    begins: date, months: int, notice: int, after: int, wished: date | None, template: str
) -> None:
    """And a later receipt never means an earlier end."""
    term = Term(template=template, begins=begins, minimum_months=months, first_end=None, notice_months=notice)
    received = begins + timedelta(days=after)
    found = ordinary_ending(term, received=received, wished=wished, concluded=TODAY)
    later = ordinary_ending(term, received=received + timedelta(days=1), wished=wished, concluded=TODAY)
    assert found is not None and later is not None
    assert received < found.earliest <= found.day <= later.day
    assert wished is None or found.day >= min(wished, found.day)
