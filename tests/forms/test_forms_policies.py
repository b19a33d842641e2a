"""The forms and the messages prove themselves by the test cases that they carry."""

from __future__ import annotations

import copy
import json
from datetime import date

import pytest

from esign.contracts import ContractData
from esign.contracts.policy_tests import samples
from esign.forms import FormDefinition, FormUnknown, check_forms, form_definition, form_definitions
from esign.forms.form_tests import _form_faults, differences
from esign.policy import policies_root, read_policy

SAMPLES = {name: json.loads(data) for name, data in samples()}
FORMS = ("cost-approval", "electricity-supply", "household-insurance", "mobile-plan")


def test_every_test_case_of_every_form_holds():
    assert check_forms(SAMPLES, ContractData.parse) == ()


def test_there_is_one_form_for_each_contract_template():
    assert tuple(form.name for form in form_definitions()) == FORMS
    assert {form.template for form in form_definitions()} == set(FORMS)


def test_every_form_makes_the_sample_contracts_of_its_template():
    reproduced = {
        case["contract_like"] for form in form_definitions() for case in form.tests if "contract_like" in case
    }
    templates = {form.template for form in form_definitions()}
    assert templates >= {"electricity-supply", "household-insurance", "mobile-plan", "cost-approval"}
    assert reproduced <= set(SAMPLES)
    assert {SAMPLES[name]["template"] for name in reproduced} == templates


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


def test_a_test_case_that_does_not_hold_is_named():
    data = copy.deepcopy(dict(read_policy(policies_root() / "forms" / "mobile-plan.yaml")))
    case = data["tests"][2]
    case["computes"]["total_cents"] = "1"
    case["decides"] = "refuse"
    case["finds"]["town"] = ["town.differs"]
    case["hidden"] = ["town"]
    case["answers"]["sim"] = "card"
    faults = list(_form_faults(FormDefinition.parse(data), SAMPLES, ContractData.parse))
    assert [(fault.case, fault.what) for fault in faults if fault.case == 3] == [
        (3, "town finds []"),
        (3, "town is visible"),
        (3, "total_cents is 37975"),
        (3, "decides accept because ['ordinary_order']"),
        (3, "contract data differs from the sample at /terms/sim"),
    ]


def test_the_latest_version_in_force_is_chosen(tmp_path):
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "schema.json").write_bytes((policies_root() / "forms" / "schema.json").read_bytes())
    text = (policies_root() / "forms" / "mobile-plan.yaml").read_text("utf-8")
    later = text.replace("version: 1\nvalid_from: 2026-06-19", "version: 2\nvalid_from: 2027-01-01")
    (folder / "mobile-plan.yaml").write_text(
        text.replace("valid_from:", "valid_to: 2027-06-30\nvalid_from:", 1), "utf-8"
    )
    (folder / "mobile-plan-2.yaml").write_text(later, "utf-8")
    versions = [form_definition("mobile-plan", date(2026, 12, 31), tmp_path).version]
    versions.append(form_definition("mobile-plan", date(2027, 1, 1), tmp_path).version)
    versions.append(form_definition("mobile-plan", date(2027, 7, 1), tmp_path).version)
    assert versions == [1, 2, 2]
