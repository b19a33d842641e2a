"""A definition is read once; what it names must be there."""

from __future__ import annotations

import copy
import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from esign.forms import FormDefinition, FormMalformed, form_definition, form_definitions
from esign.forms.form_tests import case_answers
from esign.forms.messages import messages
from esign.policy import PolicyMalformed, policies_root, read_policy

DATA = read_policy(policies_root() / "forms" / "mobile-plan.yaml")


def changed(edit):
    data = copy.deepcopy(dict(DATA))
    edit(data)
    return data


def field(data, name):
    return next(item for section in data["sections"] for item in section["fields"] if item["name"] == name)


FAULTS = {
    "a condition on a later field": lambda data: field(data, "given_name").update(when={"eq": ["$plan", "x"]}),
    "a name twice": lambda data: field(data, "given_name").update(name="family_name"),
    "a reserved name": lambda data: field(data, "given_name").update(name="today"),
    "an unknown checker": lambda data: field(data, "starts").update(checks=[{"check": "lunar"}]),
    "an unknown argument": lambda data: field(data, "starts").update(checks=[{"check": "not_past", "day": "x"}]),
    "an unknown autocomplete": lambda data: field(data, "given_name").update(autocomplete="cc-number"),
    "a choice without options": lambda data: field(data, "plan").pop("options"),
    "a text with options": lambda data: field(data, "plan").update(kind="line"),
    "a town that follows nothing": lambda data: field(data, "town").update(follows="plan"),
    "an option twice": lambda data: field(data, "sim")["options"][1].update(value="esim"),
    "words for a finding that is not there": lambda data: field(data, "plan").update(
        messages={"iban.moon": {"de": "x", "en": "x"}}
    ),
    "a rule about an unknown field": lambda data: data["rules"][0].update(fields=["moon"]),
    "a rule twice": lambda data: data["decisions"].append(data["decisions"][0]),
    "an unknown reference in the contract": lambda data: data["contract"][0]["set"].update(title="$moon"),
}
MISFITS = {
    "an unknown member": lambda data: data.update(script="x"),
    "an unknown kind": lambda data: field(data, "plan").update(kind="html"),
    "a label in one language": lambda data: field(data, "plan")["label"].pop("en"),
    "an unknown outcome": lambda data: data["decisions"][0].update(outcome="maybe"),
    "no tests": lambda data: data.pop("tests"),
}


@pytest.mark.parametrize("edit", FAULTS.values(), ids=FAULTS)
def test_a_form_that_contradicts_itself_is_refused(edit):
    with pytest.raises(FormMalformed):
        FormDefinition.parse(changed(edit))


@pytest.mark.parametrize("edit", MISFITS.values(), ids=MISFITS)
def test_a_form_that_does_not_fit_the_schema_is_refused(edit):
    with pytest.raises(PolicyMalformed):
        FormDefinition.parse(changed(edit))


def test_the_form_as_it_stands_is_read():
    assert FormDefinition.parse(DATA) == form_definition("mobile-plan", date(2026, 11, 20))


@pytest.mark.parametrize("form", form_definitions(), ids=lambda form: form.name)
def test_what_browsers_fill_in_is_said_once_for_each_purpose(form):
    purposes = [item.autocomplete for item in form.fields if item.autocomplete not in (None, "off", "tel")]
    assert len(purposes) == len(set(purposes))
    assert {"given-name", "family-name", "email", "bday", "postal-code", "address-line1", "address-level2"} <= set(
        purposes
    )


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("form", form_definitions(), ids=lambda form: form.name)
def test_the_schema_of_the_answers_is_a_schema_and_fits_the_form_s_own_tests(form, lang):
    schema = form.answers_schema(lang)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    accepted = [case for case in form.tests if case.get("decides") == "accept"]
    for case in accepted:
        assert list(validator.iter_errors(case_answers(form, case))) == []
    assert not validator.is_valid({**case_answers(form, accepted[0]), "other": "x"})
    assert schema["properties"]["email"]["x-autocomplete"] == "email"


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("form", form_definitions(), ids=lambda form: form.name)
def test_the_description_for_browsers_is_plain_json_in_one_language(form, lang):
    described = form.to_browser(lang)
    assert json.loads(json.dumps(described)) == described
    assert [item["name"] for section in described["sections"] for item in section["fields"]] == [
        item.name for item in form.fields
    ]
    assert set(described["messages"]) == set(messages())
    assert described["title"] == form.title[lang]


def test_the_description_for_browsers_keeps_company_rules_inside():
    described = json.dumps(form_definition("household-insurance", date(2026, 11, 20)).to_browser("de"))
    assert "risk_to_look_at" not in described
    assert "contract_like" not in described
