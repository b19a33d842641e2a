"""Duties before the order: what applies, that everything is answered; an incomplete contract is not offered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from esign.contracts import ContractData
from esign.contracts.duties import (
    InformationIncomplete,
    InformationUnknown,
    Place,
    Subject,
    above_button,
    duties,
    duties_of,
    information,
    sector_of,
    sectors,
)
from esign.contracts.duties.citations import Citation, citations
from esign.contracts.policy_tests import samples
from esign.contracts.wording import all_wordings, contract_wording
from esign.policy import policies_root

DAY = date(2026, 11, 20)
TEN = {
    "goods",
    "services",
    "digital_content",
    "energy",
    "telecom",
    "insurance",
    "life_insurance",
    "financial_services",
    "consumer_credit",
    "distance_learning",
}


def sample(name: str) -> dict[str, Any]:
    return dict(json.loads(dict(samples())[name]))


def contract_name(name: str) -> str:
    return str(sample(name)["template"])


def own(**changed: Any) -> Mapping[str, Any]:
    data = sample("mobile-plan-sophie-mueller-luedenscheidt.json")
    document = {"upload": "A" * 22, "name": "Bedingungen", "pages": 2, "sha256": "0" * 64}
    order = {"what": "Ein Kurs", "other_costs": "keine", "duration": "einmalig", "minimum": "keine"}
    data |= {"template": "own-document", "type": "B2C-002", "terms": {"document": document, "order": order}}
    return data | changed


def test_a_source_names_the_places_that_a_paragraph_answers() -> None:
    found = citations("EnWG § 20a (2), § 41 (1) Nos. 9, 11-12; EGBGB Art. 246a § 1 (1) No. 10; BGB § 312h")
    assert {(each.law, each.section, each.part, each.number) for each in found} == {
        ("EnWG", "20a", "2", ""),
        ("EnWG", "41", "1", "9"),
        ("EnWG", "41", "1", "11"),
        ("EnWG", "41", "1", "12"),
        ("EGBGB Art. 246a", "1", "1", "10"),
    }
    assert citations("TKG §§ 54 (3) No. 6, 57 (4)") >= {Citation(law="TKG", section="54", part="3", number="6")}
    assert citations("product") == frozenset()


def test_all_ten_sectors_have_duties_a_rule_of_withdrawal_and_an_instruction() -> None:
    known = {each.name: each for each in sectors(DAY)}
    assert known.keys() >= TEN
    rules = {path.stem for path in (policies_root() / "withdrawal").glob("*.yaml")}
    lists = {policy["id"] for _, policy in all_wordings("duties")}
    for name in TEN:
        assert known[name].withdrawal in rules, name
        assert known[name].duties, name
        assert set(known[name].duties) <= lists, name


def test_a_type_that_no_sector_knows_is_told_what_a_service_is_told() -> None:
    assert sector_of("GEN-015", DAY).name == "services"


def test_every_sample_of_a_paid_consumer_contract_is_complete_and_each_item_has_its_clause() -> None:
    told = {name: information(ContractData.parse(data)) for name, data in samples()}
    assert {name for name, each in told.items() if each is None} == {
        "cost-approval-karl-heinz-oesterreicher.json",
        "representative-cost-approval-oesterreicher.json",
    }
    for each in told.values():
        for group in each.lists if each else ():
            assert all(item.sections and item.duty.clause and item.duty.mark for item in group.items)


def test_the_telecom_summary_and_the_insurance_sheet_are_documents_of_their_own() -> None:
    kinds = {
        contract_name(name): found.sheet.kind
        for name, data in samples()
        if (found := information(ContractData.parse(data))) is not None and found.sheet is not None
    }
    assert kinds == {
        "mobile-plan": "contract_summary",
        "household-insurance": "product_information",
        "term-life-insurance": "product_information",
        "consumer-credit": "credit_information",
        "payment-deferral": "credit_information",
    }


def test_a_telecom_contract_without_a_summary_cannot_be_offered() -> None:
    contract = ContractData.parse(own(type="TEL-001"))
    with pytest.raises(InformationIncomplete) as refused:
        information(contract)
    assert refused.value.code == "contracts.data.information"
    assert refused.value.facts["items"] == "telecommunications/summary"
    assert refused.value.facts["clauses"] == "TKG § 54 (3)"


def test_a_companys_own_pages_are_named_as_what_says_the_rest() -> None:
    told = information(ContractData.parse(own()))
    assert told is not None
    items = {item.duty.key: item for group in told.lists for item in group.items}
    assert "„Bedingungen“" in items["distance-contracts/10"].sections[0].paragraphs[0]
    answered = own(information={"distance-contracts/10": "Zahlung per Rechnung.", "distance-contracts/12": "Garantie."})
    more = information(ContractData.parse(answered))
    assert more is not None
    items = {item.duty.key: item for group in more.lists for item in group.items}
    assert items["distance-contracts/10"].sections[0].paragraphs == ("Zahlung per Rechnung.",)
    assert items["distance-contracts/12"].sections[0].paragraphs == ("Garantie.",)


def test_an_answer_to_an_item_that_does_not_apply_is_refused() -> None:
    contract = ContractData.parse(own(information={"insurance/4": "Hauptgeschäft"}))
    with pytest.raises(InformationUnknown) as refused:
        information(contract)
    assert refused.value.facts["items"] == "insurance/4"


def test_items_missing_from_goods_are_named_with_their_clauses() -> None:
    subject = Subject(sector=sector_of("B2C-001", DAY), flags=frozenset({"consumer", "paid", "withdrawal"}))
    found = {duty.key: duty for each in duties(subject, DAY) for duty in each.duties}
    assert found["distance-contracts/11.notice"].mark == "to be confirmed"
    assert Place.BEFORE_BUTTON in found["distance-contracts/11.notice"].where
    assert "distance-contracts/16" not in found  # a deposit applies where there is one


@pytest.mark.parametrize("name", sorted(name for name, _ in samples()))
def test_what_must_stand_above_the_button_stands_in_the_summary(name: str) -> None:
    """BGB § 312j (2): the template's summary has a line for each item that the duties put there."""
    contract = ContractData.parse(dict(samples())[name])
    lines = contract_wording(contract.template, contract.date)["summary"]["lines"]
    shown = {number for line in lines for number in line["items"]}
    general = {key.partition("/")[2] for key in above_button(contract) if key.startswith("distance-contracts/")}
    assert general <= shown
    apart = ("household-insurance", "term-life-insurance", "securities-account", "consumer-credit", "payment-deferral")
    assert bool(general) == bool(contract.paid and contract.template not in apart)


def test_a_business_is_told_how_the_contract_comes_about_and_nothing_else() -> None:
    data = dict(own(withdrawal={"right": False, "reason": "not_a_consumer"}, type="GEN-015"))
    data["signatory"] = {**data["signatory"], "consumer": False}
    assert [each.name for each in duties_of(ContractData.parse(data))] == ["electronic-commerce"]
