"""The forms and the messages prove themselves by the test cases that they carry."""

from __future__ import annotations

import json
from datetime import date

import pytest

from esign.contracts import ContractData
from esign.contracts.policy_tests import samples
from esign.forms import FormUnknown, check_forms, form_definition, form_definitions
from esign.forms.form_tests import differences

SAMPLES = {name: json.loads(data) for name, data in samples()}
FORMS = ("cost-approval", "electricity-supply", "household-insurance", "mobile-plan")


def test_every_test_case_of_every_form_holds():
    assert check_forms(SAMPLES, ContractData.parse) == ()


def test_there_is_one_form_for_each_contract_template():
    assert tuple(form.name for form in form_definitions()) == FORMS
    assert {form.template for form in form_definitions()} == set(FORMS)


def test_every_sample_contract_comes_of_a_form():
    reproduced = {
        case["contract_like"] for form in form_definitions() for case in form.tests if "contract_like" in case
    }
    assert reproduced == set(SAMPLES)


def test_every_form_accepts_asks_and_refers_or_refuses_somewhere_in_its_tests():
    for form in form_definitions():
        decided = {case["decides"] for case in form.tests if "decides" in case}
        assert {"accept", "ask"} <= decided
        assert {rule.outcome.word for rule in form.decisions} & {"refer", "refuse"}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_chosen_by_the_day(name):
    assert form_definition(name, date(2026, 6, 19)).version == 1
    with pytest.raises(FormUnknown) as caught:
        form_definition(name, date(2026, 6, 18))
    assert caught.value.code == "forms.unknown"


def test_an_unknown_form_is_refused():
    with pytest.raises(FormUnknown):
        form_definition("gas-supply", date(2026, 11, 20))


def test_differences_are_named_by_their_place():
    assert list(differences({"a": 1, "b": [1]}, {"a": 2, "b": [1, 2], "c": 3})) == ["/a", "/b", "/c (missing)"]
    assert list(differences({"x": {"phone": "+49 171 3920001"}}, {"x": {"phone": "0171 3920001"}})) == []
