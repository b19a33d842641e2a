"""Answers may come from anybody."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.contracts import ContractData
from esign.contracts.policy_tests import samples
from esign.forms import (
    Answers,
    AnswersMalformed,
    AnswersTooLarge,
    NotComplete,
    Outcome,
    UnknownField,
    check,
    contract_data,
    decide,
    form_definition,
    form_definitions,
    left_over,
    sample_reference,
)
from esign.forms.answers import MAX_ANSWER, MAX_FIELDS, forbidden
from esign.forms.form_tests import case_answers

DAY = date(2026, 11, 20)
FORM = form_definition("electricity-supply", DAY)
JANA = case_answers(FORM, next(case for case in FORM.tests if case.get("name") == "Jana Beispiel"))


def checked(**changes):
    return check(FORM, Answers.parse({**JANA, **changes}, FORM), day=DAY, reference=sample_reference())


def codes(result, field):
    return [finding.code for finding in result.of(field)]


def test_a_field_that_the_form_does_not_have_is_refused():
    with pytest.raises(UnknownField) as caught:
        Answers.parse({"is_admin": "yes"}, FORM)
    assert caught.value.code == "forms.answers.unknown_field"
    assert "is_admin" not in str(caught.value) + str(dict(caught.value.facts))


@pytest.mark.parametrize("value", [1, None, ["x"], {"$ne": ""}, True, b"x"])
def test_an_answer_that_is_not_text_is_refused(value):
    with pytest.raises(AnswersMalformed):
        Answers.parse({"given_name": value}, FORM)


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_answers_that_are_no_mapping_are_refused(data):
    with pytest.raises(AnswersMalformed):
        Answers.parse(data, FORM)


def test_oversized_answers_are_refused():
    with pytest.raises(AnswersTooLarge):
        Answers.parse({"given_name": "x" * (MAX_ANSWER + 1)}, FORM)
    with pytest.raises(AnswersTooLarge):
        Answers.parse({f"f{number}": "x" for number in range(MAX_FIELDS + 1)}, FORM)
    with pytest.raises(AnswersTooLarge):
        Answers.parse({field.name: "x" * MAX_ANSWER for field in FORM.fields}, FORM)


def test_the_same_letters_are_the_same_answer():
    result = checked(family_name=unicodedata.normalize("NFD", "Österreicher-Groß"))
    assert result.values["family_name"] == unicodedata.normalize("NFC", "Österreicher-Groß")


@pytest.mark.parametrize(
    "char",
    ["\0", "\x07", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\u2028", "\ue000", "\ud800", "\n"],
)
def test_hidden_characters_are_named_next_to_the_field(char):
    result = checked(given_name=f"Ja{char}na")
    assert codes(result, "given_name") == ["answer.control"]
    assert "given_name" not in result.values
    assert not result.complete


@pytest.mark.parametrize("value", ["=1+1", "+49", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")', "|calc"])
def test_a_name_that_begins_like_a_formula_is_refused(value):
    assert codes(checked(given_name=value), "given_name") == ["answer.formula"]
    assert codes(checked(previous_supplier=value), "previous_supplier") == ["answer.formula"]


def test_a_telephone_number_may_begin_with_plus():
    assert checked(phone="+49 171 3920001").values["phone"] == "+491713920001"


def test_too_long_is_said_with_the_limit():
    result = checked(given_name="x" * 81)
    assert codes(result, "given_name") == ["answer.too_long"]
    assert "80" in result.of("given_name")[0].text["de"]


def test_an_answer_that_is_not_on_offer_is_refused():
    assert codes(checked(tariff="lichtstrom-frei"), "tariff") == ["answer.not_an_option"]
    assert codes(checked(mandate="on"), "mandate") == ["answer.not_an_option"]
    assert codes(checked(mandate="no"), "mandate") == ["answer.consent"]


def test_answers_to_questions_that_are_not_asked_are_left_aside():
    result = checked(home_street="Geheimweg 1", other_address="no")
    assert result.complete
    assert "home_street" not in result.values
    assert "home_street" not in result.visible


def test_nothing_filled_in_names_every_required_field_once():
    result = check(FORM, Answers({}), day=DAY, reference=sample_reference())
    missing = [finding.field for finding in result.findings]
    assert set(missing) == result.required
    assert len(missing) == len(set(missing))
    decision = decide(FORM, result)
    assert decision.outcome is Outcome.ASK
    assert decision.reasons[0].rule == "not_complete"
    with pytest.raises(NotComplete):
        contract_data(FORM, result, reference="X-1", date=DAY, company={"name": "X"})


def test_the_town_follows_from_the_postal_code():
    result = checked()
    assert result.values["delivery_town"] == "Beispielstadt"
    assert result.derived == {"delivery_town"}


def test_of_several_towns_the_customer_chooses():
    result = checked(delivery_postal_code="00127")
    (finding,) = result.of("delivery_town")
    assert (finding.code, finding.suggestions) == ("town.choose", ("Beispielstadt", "Musterau", "Probeheim"))
    assert checked(delivery_postal_code="00127", delivery_town="musterau").values["delivery_town"] == "Musterau"


def test_the_bank_is_told_next_to_the_iban():
    (finding,) = checked(iban="DE89370400440532013000").of("iban")
    assert (finding.severity, finding.text["de"]) == ("note", "Commerzbank, BIC COBADEFFXXX")


def test_a_bank_without_a_bic_is_told_by_its_name_alone():
    (finding,) = checked(iban="DE27100200300012345678").of("iban")
    assert finding.text == {"de": "Musterbank (Beispiel)", "en": "Musterbank (Beispiel)"}


def test_findings_say_in_both_languages_what_to_do():
    result = checked(delivery_postal_code="0124")
    (finding,) = result.of("delivery_postal_code")
    assert finding.text == {
        "de": "Eine deutsche Postleitzahl hat fünf Ziffern, Ihre hat 4. Bitte ergänzen oder kürzen Sie sie.",
        "en": "A German postal code has five digits, yours has 4. Please correct it.",
    }


def test_a_fact_in_a_message_is_not_looked_into_again():
    (finding,) = checked(email="{limit}@gmial.com").of("email")
    assert finding.suggestions == ("{limit}@gmail.com",)
    assert "{limit}@gmail.com" in finding.text["de"]


def test_a_decision_holds_no_answers():
    for changes in ({}, {"consumption": "20000", "consumption_right": "yes"}, {"given_name": ""}):
        decision = decide(FORM, checked(**changes))
        said = str(decision)
        assert not any(answer in said for answer in ("Beispiel", "1987", "0171", "20000", "DE18"))


def test_the_company_may_bring_any_text_without_being_looked_into():
    company = {"name": "$given_name", "website": "https://x.example"}
    data = contract_data(FORM, checked(), reference="$date", date=DAY, company=company)
    assert (data["company"], data["reference"]) == (company, "$date")


def test_what_the_contract_does_not_say_is_left_over_for_the_company():
    assert left_over(FORM, checked()) == {
        "iban": "DE18100200300000471100",
        "mandate": "yes",
        "occasion": "switch",
        "other_address": "no",
        "own_account": "yes",
        "persons": "2",
    }


ANY_FORM = st.deferred(lambda: st.sampled_from(form_definitions()))
TEXT = st.text(max_size=40)


@st.composite
def anything(draw):
    form = draw(ANY_FORM)
    base = next(case_answers(form, case) for case in form.tests if "contract_like" in case)
    names = st.sampled_from([field.name for field in form.fields])
    pieces = st.one_of(TEXT, st.sampled_from(["yes", "no", "0124", "31.02.2027", "=1+1", "\0", "DE00", "-1"]))
    return form, {**base, **draw(st.dictionaries(names, pieces, max_size=6))}


@settings(deadline=None)
@given(anything(), st.dates(date(2026, 6, 19), date(2030, 1, 1)))
def test_whatever_is_answered_the_form_has_an_answer(drawn, day):
    form, answers = drawn
    result = check(form, Answers.parse(answers, form), day=day, reference=sample_reference())
    decision = decide(form, result)
    assert decision.reasons
    assert all(finding.text["de"] and finding.text["en"] for finding in result.findings)
    assert set(result.values) <= result.visible
    assert not any(forbidden(value, lines=True) for value in result.values.values())
    if decision.outcome is Outcome.ACCEPT:
        assert result.complete
        data = contract_data(
            form, result, reference="X-1", date=day, company={"name": "X", "website": "https://x.example"}
        )
        assert data["signatory"]["email"] == result.values["email"]


@settings(deadline=None)
@given(anything())
def test_checking_what_was_kept_keeps_it(drawn):
    form, answers = drawn
    first = check(form, Answers.parse(answers, form), day=DAY, reference=sample_reference())
    if first.complete:
        again = check(form, Answers.parse(dict(first.values), form), day=DAY, reference=sample_reference())
        assert again.values == first.values
        assert again.computed == first.computed


@settings(max_examples=50, deadline=None)
@given(
    st.integers(100, 10_000),
    st.integers(1, 6),
    st.integers(15, 180),
    st.sampled_from([12, 24]),
)
def test_every_accepted_order_is_contract_data_that_is_accepted(consumption, persons, days, months):
    sample = json.loads(dict(samples())["electricity-jana-beispiel.json"])
    start = (DAY + timedelta(days=days)).isoformat()
    answers = {
        "consumption": str(consumption),
        "persons": str(persons),
        "consumption_right": "yes",
        "early_start": "yes",
    }
    result = checked(**answers, supply_start=start, tariff=f"lichtstrom-fix-{months}")
    assert decide(FORM, result).outcome is Outcome.ACCEPT
    data = contract_data(FORM, result, reference="LW-1", date=DAY, company=sample["company"])
    assert ContractData.parse(data).price.total_cents == int(result.computed["total_cents"])
