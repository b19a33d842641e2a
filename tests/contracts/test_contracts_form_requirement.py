"""Form first: two columns, chosen by the contract's date; what needs paper or a notary is refused with its clause."""

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from esign.cli.program import run
from esign.contracts.form_errors import FormExcluded, FormLevelTooLow, FormNotInForce, FormTypeUnknown
from esign.contracts.form_policy_tests import form_faults
from esign.contracts.form_requirement import Form, check_form, form_required, form_requirements
from esign.contracts.wording import all_wordings
from esign.policy import LegalLevel, policies_root

DAY = date(2026, 11, 22)
SCHEMA = json.loads((policies_root().parent / "docs" / "schemas" / "form-required.schema.json").read_text("utf-8"))


def test_the_table_has_the_91_rows_of_the_law_sheet_and_two_of_ours():
    rows = form_requirements()
    assert len({row.type for row in rows if row.origin == "law sheet D.3"}) == 91
    assert [row.type for row in rows if row.origin == "ours"] == ["FIN-001", "MED-007"]


def test_every_test_case_of_the_table_holds():
    assert list(form_faults()) == []


def test_forms_are_distributed_as_in_the_sheet():
    count = {form: sum(row.form is form and row.origin != "ours" for row in form_requirements()) for form in Form}
    assert count == {Form.NONE: 22, Form.TEXT: 29, Form.ELECTRONIC: 28, Form.PAPER: 8, Form.NOTARY: 4}


@pytest.mark.parametrize("offered", list(LegalLevel))
@pytest.mark.parametrize("row", [row for row in form_requirements() if not row.electronic], ids=lambda row: row.type)
def test_a_type_that_needs_paper_or_a_notary_is_refused_with_clause_and_consequence(row, offered):
    with pytest.raises(FormExcluded) as refused:
        check_form(row.type, DAY, offered=offered)
    assert refused.value.facts["clause"] == row.source
    assert refused.value.facts["consequence"] == row.consequence["en"] != ""
    assert refused.value.facts["consequence_de"] == row.consequence["de"] != ""


@pytest.mark.parametrize("offered", [LegalLevel.SIMPLE, LegalLevel.ADVANCED])
def test_a_fixed_term_of_employment_needs_a_qualified_signature_tzbfg_14_4(offered):
    with pytest.raises(FormLevelTooLow) as refused:
        check_form("EMP-004", DAY, offered=offered)
    assert refused.value.facts["needed"] == "qualified"
    assert check_form("EMP-004", DAY, offered=LegalLevel.QUALIFIED).form is Form.ELECTRONIC


def test_textform_needs_no_signature_so_that_any_level_does():
    for level in LegalLevel:
        assert check_form("NRG-001", DAY, offered=level).minimum_level == "none"


def test_the_contracts_date_chooses_the_row_not_today():
    assert form_required("CRD-001", date(2026, 11, 19)).minimum_level == "qualified"
    with pytest.raises(FormNotInForce) as refused:
        form_required("CRD-001", date(2026, 11, 20))
    assert refused.value.facts["replaced_by"] == "CRD-002"


def test_consumer_credit_since_2026_11_20_stays_qualified_until_the_law_has_been_read():
    row = form_required("CRD-002", DAY)
    assert (row.minimum_level, row.mark) == ("qualified", "to be confirmed")


def test_an_unknown_type_is_refused_and_not_taken_as_free_of_form():
    with pytest.raises(FormTypeUnknown):
        check_form("XYZ-001", DAY, offered=LegalLevel.QUALIFIED)


@pytest.mark.parametrize("row", form_requirements(), ids=lambda row: row.type)
def test_the_command_prints_an_object_of_its_schema_for_every_type(row, capsys):
    day = row.valid_from or row.valid_to or DAY
    assert run(["form-required", row.type.lower(), "--date", day.isoformat(), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(told)
    assert (told["type"], told["form"], told["minimum_level"]) == (row.type, row.form.value, row.minimum_level)
    assert run(["form-required", row.type, "--date", day.isoformat()]) == 0
    assert row.source in capsys.readouterr().out


def test_the_command_refuses_an_unknown_type_in_one_line(capsys):
    assert run(["form-required", "NOPE-1"]) == 1
    assert capsys.readouterr().err == (
        "error: no form requirement is known for this type (contracts.form.unknown_type)\n"
    )


@pytest.mark.parametrize(
    ("contract_type", "level"),
    [
        (contract_type, LegalLevel.parse(policy["minimum_level"]))
        for _, policy in all_wordings("contracts")
        for contract_type in policy["types"]
    ],
)
def test_every_template_asks_for_a_level_that_satisfies_the_form_of_its_type(contract_type, level):
    assert check_form(contract_type, DAY, offered=level).electronic
