"""The small expression language: exact, without side effects, and closed."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.forms import FormMalformed
from esign.forms.expressions import MAX_DEPTH, Scope, read_expression, true
from esign.forms.operations import EAGER, LAZY
from esign.forms.values import decimal, number, text

TABLES = {"tariffs": {"fix": {"cents": "1390"}}}
VALUES = {"n": "2800", "d": "2027-01-31", "w": "fix", "yes": "yes", "phone.shown": "+49"}


def value(data, **values):
    names = {*VALUES, *values, "missing", "phone"}
    expression = read_expression(data, at="test", names=names, tables=TABLES)
    return expression.evaluate(Scope({**VALUES, **values}, TABLES))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("plain", "plain"),
        ("$n", "2800"),
        ("$missing", None),
        ("$phone.shown", "+49"),
        ({"eq": ["$n", "2800"]}, True),
        ({"eq": [{"int": "$n"}, "2800.0"]}, True),
        ({"eq": ["$missing", "$missing"]}, False),
        ({"ne": ["$missing", "x"]}, True),
        ({"in": ["$w", "flex", "fix"]}, True),
        ({"given": ["$n", "$missing"]}, False),
        ({"not": {"given": "$missing"}}, True),
        ({"all": ["true", {"gt": ["$n", "2799.99"]}]}, True),
        ({"any": ["no", {"lt": ["$missing", "1"]}]}, False),
        ({"lt": ["$d", "2027-02-01"]}, True),
        ({"lt": ["10", "9"]}, False),
        ({"lt": ["abc", "abd"]}, False),
        ({"add": ["0.1", "0.2"]}, Fraction(3, 10)),
        ({"subtract": ["1", "$missing"]}, None),
        ({"divide": ["1", "0"]}, None),
        ({"round": ["2.5", "1"]}, Fraction(3)),
        ({"round": ["-2.5", "1"]}, Fraction(-3)),
        ({"floor": ["8721.33", "100"]}, Fraction(8700)),
        ({"ceil": ["59800", "1000"]}, Fraction(60000)),
        ({"round": ["1", "0"]}, None),
        ({"decimal": ["31.4", "2"]}, "31.40"),
        ({"decimal": [{"divide": ["1", "3"]}, "2"]}, None),
        ({"int": "1.5"}, None),
        ({"add_months": ["$d", "1"]}, date(2027, 2, 28)),
        ({"add_days": ["$d", "1"]}, date(2027, 2, 1)),
        ({"add_days": ["9999-12-31", "1"]}, None),
        ({"add_days": ["$d", "1.5"]}, None),
        ({"years_between": ["2008-02-29", "2026-02-28"]}, Fraction(17)),
        ({"days_between": ["2026-10-28", "2026-11-25"]}, Fraction(28)),
        ({"earliest": ["2027-01-02", "$d"]}, date(2027, 1, 2)),
        ({"latest": ["2027-01-02", "$missing"]}, None),
        ({"join": ["a", "$n", "b"]}, "a2800b"),
        ({"join": ["a", "$missing"]}, None),
        ({"first": ["$missing", "x"]}, "x"),
        ({"if": ["$yes", "a", "b"]}, "a"),
        ({"if": ["no", "a", "b"]}, "b"),
        ({"if": ["no", "a"]}, None),
        ({"lookup": ["tariffs", "$w", "cents"]}, "1390"),
        ({"lookup": ["tariffs", "none", "cents"]}, None),
        ({"starts": ["$w", "x", "fi"]}, True),
    ],
)
def test_value(data, expected):
    assert value(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        "$unknown",
        "$__class__",
        {"eval": "1"},
        {"__import__": ["os"]},
        {"eq": ["a"]},
        {"eq": ["a", "b", "c"]},
        {"if": ["a"]},
        {"lookup": ["nothing", "a", "b"]},
        {"lookup": ["$w", "a", "b"]},
        {"eq": ["a", "b"], "ne": ["a", "b"]},
        {},
        3,
        None,
        ["a"],
    ],
)
def test_anything_else_is_refused_when_the_form_is_read(data):
    with pytest.raises(FormMalformed) as caught:
        value(data)
    assert caught.value.code == "forms.definition"


def test_expressions_do_not_nest_without_end():
    data = "true"
    for _ in range(MAX_DEPTH + 1):
        data = {"not": data}
    with pytest.raises(FormMalformed):
        value(data)


def test_what_is_read_can_be_written_again():
    data = {"if": [{"not": ["$yes"]}, {"join": ["a", "$n"]}, "c"]}
    expression = read_expression(data, at="test", names=set(VALUES), tables=TABLES)
    assert expression.as_data() == data
    assert expression.references() == {"yes", "n"}


amounts = st.decimals("-1000000", "1000000", places=4)


@given(amounts, amounts)
def test_arithmetic_is_exact(left, right):
    assert value({"add": [f"{left:f}", f"{right:f}"]}) == Fraction(left) + Fraction(right)
    assert value({"multiply": [f"{left:f}", f"{right:f}"]}) == Fraction(left) * Fraction(right)


@given(amounts)
def test_rounding_is_commercial(amount):
    rounded = value({"round": [f"{amount:f}", "0.01"]})
    assert rounded == Fraction(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


@given(amounts)
def test_decimal_spelling_reads_back(amount):
    spelled = decimal(Fraction(amount))
    assert number(spelled) == Fraction(amount)
    assert text(Fraction(1, 3)) is None


ANY = st.one_of(st.none(), st.text(max_size=12), st.booleans(), st.dates(), st.fractions(max_denominator=1000))


@given(st.sampled_from(sorted(EAGER)), st.lists(ANY, min_size=4, max_size=4))
def test_no_operation_falls_over(name, arguments):
    operation = EAGER[name]
    operation.function(*arguments[: max(operation.least, min(operation.most, 4))])


@given(st.sampled_from(sorted(LAZY)), st.lists(ANY, min_size=2, max_size=3))
def test_no_lazy_operation_falls_over(name, arguments):
    LAZY[name](iter(arguments))


def test_an_absent_condition_does_not_hold():
    expression = read_expression("$missing", at="test", names={"missing"}, tables={})
    assert not true(expression, Scope({}, {}))
