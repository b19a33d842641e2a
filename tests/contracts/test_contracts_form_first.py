"""Form first: contract data of a type that the law keeps away from screens, or above the level offered, is refused."""

from __future__ import annotations

import pytest

from esign.contracts import ContractData, Form
from esign.contracts.form_errors import FormExcluded, FormLevelTooLow, FormNotInForce, FormTypeUnknown
from esign.contracts.form_requirement import form_requirements

EXCLUDED = [row for row in form_requirements() if row.form in (Form.PAPER, Form.NOTARY)]


@pytest.mark.parametrize("row", EXCLUDED, ids=lambda row: row.type)
def test_no_contract_is_read_whose_type_needs_paper_or_a_notary_bgb_125(sample, row) -> None:
    with pytest.raises(FormExcluded) as refused:
        ContractData.parse({**sample("electricity"), "type": row.type, "level": "qualified"})
    assert refused.value.code == "contracts.form.excluded"
    assert refused.value.facts["clause"] == row.source
    assert refused.value.facts["consequence"] and refused.value.facts["consequence_de"]


def test_a_level_below_the_form_of_the_type_is_refused_with_clause_and_consequence_tzbfg_14_4(sample) -> None:
    with pytest.raises(FormLevelTooLow) as refused:
        ContractData.parse({**sample("electricity"), "type": "EMP-004", "level": "advanced"})
    assert refused.value.code == "contracts.form.level"
    assert (refused.value.facts["needed"], refused.value.facts["offered"]) == ("qualified", "advanced")
    assert refused.value.facts["clause"] and refused.value.facts["consequence_de"]


def test_a_type_that_nobody_has_decided_about_is_refused_and_not_taken_as_free_of_form(sample) -> None:
    with pytest.raises(FormTypeUnknown):
        ContractData.parse({**sample("electricity"), "type": "XYZ-001"})


def test_the_contracts_date_chooses_the_form(sample) -> None:
    with pytest.raises(FormNotInForce) as refused:
        ContractData.parse({**sample("electricity"), "type": "CRD-001", "level": "qualified"})
    assert refused.value.facts["replaced_by"] == "CRD-002"
