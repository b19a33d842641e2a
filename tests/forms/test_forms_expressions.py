"""The small expression language: exact, without side effects, and closed."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.forms import FormMalformed
from esign.forms.expressions import MAX_DEPTH, Scope, read_expression, true
from esign.forms.operations import EAGER, LAZY
from esign.forms.values import decimal, number, text

TABLE = json.loads(Path(__file__).with_name("expressions.json").read_text("utf-8"))
TABLES, VALUES = TABLE["tables"], TABLE["values"]


def value(data, **values):
    names = {*VALUES, *values, "missing", "phone"}
    expression = read_expression(data, at="test", names=names, tables=TABLES)
    return expression.evaluate(Scope({**VALUES, **values}, TABLES))


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: str(row["expression"]))
def test_table(row):
    found = value(row["expression"])
    assert (found if isinstance(found, bool) else text(found)) == row["is"]


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


@settings(deadline=None)
@given(amounts, amounts)
def test_arithmetic_is_exact(left, right):
    assert value({"add": [f"{left:f}", f"{right:f}"]}) == Fraction(left) + Fraction(right)
    assert value({"multiply": [f"{left:f}", f"{right:f}"]}) == Fraction(left) * Fraction(right)


@settings(deadline=None)
@given(amounts)
def test_rounding_is_commercial(amount):
    rounded = value({"round": [f"{amount:f}", "0.01"]})
    assert rounded == Fraction(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


@settings(deadline=None)
@given(amounts)
def test_decimal_spelling_reads_back(amount):
    spelled = decimal(Fraction(amount))
    assert number(spelled) == Fraction(amount)
    assert text(Fraction(1, 3)) is None


ANY = st.one_of(st.none(), st.text(max_size=12), st.booleans(), st.dates(), st.fractions(max_denominator=1000))


@settings(deadline=None)
@given(st.sampled_from(sorted(EAGER)), st.lists(ANY, min_size=4, max_size=4))
def test_no_operation_falls_over(name, arguments):
    operation = EAGER[name]
    operation.function(*arguments[: max(operation.least, min(operation.most, 4))])


@settings(deadline=None)
@given(st.sampled_from(sorted(LAZY)), st.lists(ANY, min_size=2, max_size=3))
def test_no_lazy_operation_falls_over(name, arguments):
    LAZY[name](iter(arguments))


def test_an_absent_condition_does_not_hold():
    expression = read_expression("$missing", at="test", names={"missing"}, tables={})
    assert not true(expression, Scope({}, {}))
