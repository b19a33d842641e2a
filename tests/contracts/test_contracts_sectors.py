"""The templates of the sectors: goods, digital content, custody, credit, life insurance, courses; contradictions."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from esign.contracts import ContractData
from esign.contracts.duties import information, sector_of
from esign.contracts.errors import ContractDataError
from esign.contracts.form_errors import FormLevelTooLow
from esign.contracts.policy_tests import samples
from esign.contracts.sector_checks import annual_rate
from esign.contracts.text import compose
from esign.contracts.wording import all_wordings

DAY = date(2026, 11, 20)
GOODS, DIGITAL, CUSTODY = "goods-purchase-jana", "digital-content-sophie", "securities-account"
LOAN, DEFERRAL, LIFE, COURSE = "consumer-loan", "payment-deferral", "term-life-insurance", "distance-course"
SIX = {
    GOODS: ("goods", "goods"),
    DIGITAL: ("digital_content", "digital_content"),
    CUSTODY: ("financial_services", "financial_service"),
    DEFERRAL: ("consumer_credit", "consumer_credit"),
    LIFE: ("life_insurance", "life_insurance"),
    COURSE: ("distance_learning", "distance_learning"),
}


def data(begins: str) -> dict[str, Any]:
    (found,) = (content for name, content in samples() if name.startswith(begins))
    return dict(json.loads(found))


def put(value: Any, path: str, new: object) -> None:
    *way, last = path.strip("/").split("/")
    for step in way:
        value = value[int(step)] if isinstance(value, list) else value[step]
    if isinstance(value, list):
        value[int(last)] = new
    else:
        value[last] = new


def refused(begins: str, path: str, new: object) -> ContractDataError:
    changed = data(begins)
    put(changed, path, new)
    with pytest.raises(ContractDataError) as found:
        ContractData.parse(changed)
    return found.value


@pytest.mark.parametrize("begins", SIX)
def test_each_sector_has_a_template_with_duties_instruction_form_and_label(begins: str) -> None:
    """BGB §§ 312d, 312g, 312j; VVG § 7; EGBGB Art. 246a, 246b, 247; FernUSG § 3."""
    contract = ContractData.parse(data(begins))
    sector, kind = SIX[begins]
    assert (sector_of(contract.type, DAY).name, contract.withdrawal.kind) == (sector, kind)
    assert contract.paid and contract.order_label == "zahlungspflichtig bestellen"
    text, told = compose(contract), information(contract)
    assert text.instruction and text.form is not None and contract.withdrawal.function_url in str(text.instruction)
    assert told is not None and all(item.sections for group in told.lists for item in group.items)
    assert "zahlungspflichtig" in " ".join(text.declarations[0].paragraphs)
    assert not any("wurde gelesen" in each or "erhalten und" in each for each in text.declarations[0].paragraphs)


def test_every_template_instructs_with_the_words_of_its_sector() -> None:
    policies = {policy["id"]: policy for _, policy in all_wordings("contracts")}
    sectors = {each["sector"]: each for _, policy in all_wordings("duties") for each in policy.get("sectors", ())}
    for name, policy in policies.items():
        for kind in policy["types"] if name != "own-document" and policy["withdrawal_kinds"] else ():
            sector = sectors[sector_of(kind, DAY).name]
            assert policy["withdrawal_instruction"] == sector["instruction"], name


@pytest.mark.parametrize(
    ("begins", "path", "new", "code", "pointer"),
    [
        (GOODS, "/price/total_cents", 102701, "contracts.data.price", "/price/total_cents"),
        (GOODS, "/price/period", "month", "contracts.data.price", "/price/period"),
        (GOODS, "/terms/delivery/latest", "2026-11-19", "contracts.data.dates", "/terms/delivery/latest"),
        (GOODS, "/terms/delivery/kind", "single", "contracts.data.schema", "/terms/delivery"),
        (GOODS, "/type", "B2C-004", "contracts.data.type", "/type"),
        (DIGITAL, "/terms/provided_on", "2027-01-14", "contracts.data.dates", "/terms/provided_on"),
        (DIGITAL, "/price/tax/included", False, "contracts.data.price", "/price/tax/cents"),
        (CUSTODY, "/price/lines/0/quantity", 2, "contracts.data.price", "/price/lines/0/total_cents"),
        (CUSTODY, "/terms/starts", "2026-11-01", "contracts.data.dates", "/terms/starts"),
        (LOAN, "/terms/annual_rate", "6.05", "contracts.data.price", "/terms/annual_rate"),
        (LOAN, "/terms/borrowing_rate", "5.00", "contracts.data.price", "/terms/borrowing_rate"),
        (LOAN, "/terms/instalments/cents", 15189, "contracts.data.price", "/terms/instalments"),
        (LOAN, "/terms/net_cents", 400000, "contracts.data.price", "/terms/net_cents"),
        (DEFERRAL, "/terms/borrowing_rate", "1.00", "contracts.data.price", "/terms/borrowing_rate"),
        (DEFERRAL, "/terms/annual_rate", "0.50", "contracts.data.price", "/terms/annual_rate"),
        (LIFE, "/terms/premium_due", "2026-12-19", "contracts.data.dates", "/terms/premium_due"),
        (LIFE, "/terms/ends", "2027-02-01", "contracts.data.dates", "/terms/ends"),
        (LIFE, "/terms/acquisition_costs_cents", 14000, "contracts.data.price", "/terms/acquisition_costs_cents"),
        (LIFE, "/withdrawal/period_days", 14, "contracts.data.withdrawal", "/withdrawal/period_days"),
        (COURSE, "/terms/course_months", 14, "contracts.data.price", "/price/lines"),
        (COURSE, "/terms/licence", "keine", "contracts.data.schema", "/terms/licence"),
        (COURSE, "/withdrawal/period_days", 30, "contracts.data.withdrawal", "/withdrawal/period_days"),
        (COURSE, "/withdrawal/kind", "goods", "contracts.data.withdrawal", "/withdrawal/kind"),
        (GOODS, "/order/label", "Jetzt bestellen", "contracts.data.order_label", "/order/label"),
        (DEFERRAL, "/signatory/birth_date", "2010-01-01", "contracts.data.minor", "/signatory/birth_date"),
        (GOODS, "/linked_contracts/0/reference", "rb-2026-01873", "contracts.data.schema", "/linked_contracts"),
    ],
)
def test_data_that_contradicts_itself_is_refused_with_its_place(
    begins: str, path: str, new: object, code: str, pointer: str
) -> None:
    found = refused(begins, path, new)
    assert (found.code, found.facts["pointer"]) == (code, pointer)


def test_a_loan_below_the_qualified_level_is_refused_with_clause_and_consequence() -> None:
    """BGB § 492 (1), 494; the cautious reading since 2026-11-20."""
    loan = data(LOAN)
    assert ContractData.parse(loan).level.word == "qualified"
    for level in ("simple", "advanced"):
        with pytest.raises(FormLevelTooLow) as found:
            ContractData.parse({**loan, "level": level})
        assert found.value.code == "contracts.form.level"
        assert found.value.facts["clause"] == "§ 492(1) BGB n.F."
        assert found.value.facts["consequence_de"] == "nichtig/geheilt"
        assert found.value.facts["needed"] == "qualified"


def test_a_life_is_insured_by_its_own_holder_alone() -> None:
    """VVG § 150 (2): another person's life needs that person's written consent."""
    life = data(LIFE)
    other = {**life["signatory"], "given_name": "Ayşe", "email": "ayse@post.example"}
    power = {"name": "Ayşe Yılmaz", "power": "Vollmacht", "dated": "2026-01-01"}
    for changed, pointer in (
        ({**life, "further_signatories": [other]}, "/further_signatories"),
        ({**life, "signatory": {**life["signatory"], "represents": power}}, "/signatory/represents"),
    ):
        with pytest.raises(ContractDataError) as found:
            ContractData.parse(changed)
        assert (found.value.code, found.value.facts["pointer"]) == ("contracts.data.signatories", pointer)


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        ({"kind": "single"}, "die Waren in Besitz genommen haben bzw. hat"),
        ({"kind": "separate", "deliveries": 3}, "die letzte Ware in Besitz genommen haben bzw. hat"),
        ({"kind": "parts", "deliveries": 2}, "die letzte Teilsendung oder das letzte Stück in Besitz genommen"),
    ],
)
def test_the_instruction_names_the_start_for_the_way_of_delivery(delivery: dict[str, Any], words: str) -> None:
    """EGBGB Anlage 1, design note 1 b-d; BGB § 356 (2) No. 1."""
    goods = data(GOODS)
    place = {name: goods["terms"]["delivery"][name] for name in ("street", "postal_code", "town", "latest")}
    goods["terms"]["delivery"] = {**place, **delivery}
    said = [text for section in compose(ContractData.parse(goods)).instruction for text in section.paragraphs]
    assert words in said[1]


@pytest.mark.parametrize(
    ("change", "said", "unsaid"),
    [
        ({"return_carrier_cents": 3900}, "nicht paketversandfähiger Waren in Höhe von", "Wir tragen die Kosten"),
        ({"return_carrier_cents": None}, "Sie tragen die unmittelbaren Kosten der Rücksendung der Waren.", "39,00"),
        ({"return_costs": "trader"}, "Wir tragen die Kosten der Rücksendung der Waren.", "Sie tragen"),
    ],
)
def test_the_instruction_says_who_pays_for_sending_back(change: dict[str, Any], said: str, unsaid: str) -> None:
    """EGBGB Anlage 1, design note 5 b; Art. 246a § 1 (2) No. 2."""
    goods = data(GOODS)
    goods["terms"] = {name: value for name, value in {**goods["terms"], **change}.items() if value is not None}
    text = " ".join(text for section in compose(ContractData.parse(goods)).instruction for text in section.paragraphs)
    assert said in text
    assert unsaid not in text


def _items(contract: ContractData) -> dict[str, str]:
    told = information(contract)
    assert told is not None
    return {
        item.duty.key: " ".join(text for section in item.sections for text in section.paragraphs)
        for group in told.lists
        for item in group.items
    }


def test_goods_without_a_right_say_so_by_clause_and_carry_no_instruction() -> None:
    """BGB § 312g (2) No. 1; EGBGB Art. 246a § 1 (3) No. 1."""
    goods = data(GOODS)
    goods["withdrawal"] = {"right": False, "reason": "exception", "exception": "CUSTOM_GOODS"}
    contract = ContractData.parse(goods)
    assert compose(contract).instruction == () and compose(contract).form is None
    items = _items(contract)
    assert "BGB § 312g (2) Nr. 1" in items["distance-contracts/3.1"]
    assert "distance-contracts/2.1" not in items


@pytest.mark.parametrize(
    ("begins", "withdrawal", "pointer"),
    [
        (GOODS, {"right": False, "reason": "exception", "exception": "BECAUSE"}, "/withdrawal/exception"),
        (GOODS, {"right": False, "reason": "exception", "exception": "SHORT_TERM"}, "/withdrawal/exception"),
        (COURSE, {"right": False, "reason": "exception", "exception": "CUSTOM_GOODS"}, "/withdrawal/exception"),
        (COURSE, {"right": False, "reason": "no_paid_consumer_contract"}, "/withdrawal/right"),
        (GOODS, {"right": False, "reason": "exception"}, "/withdrawal"),
    ],
)
def test_no_right_is_taken_away_without_an_exception_of_the_law(
    begins: str, withdrawal: dict[str, Any], pointer: str
) -> None:
    changed = {**data(begins), "withdrawal": withdrawal}
    with pytest.raises(ContractDataError) as found:
        ContractData.parse(changed)
    assert found.value.facts["pointer"] == pointer


@pytest.mark.parametrize(
    ("early", "words"),
    [("hygiene", "§ 312g"), ("mixable", "vermischt"), ("media", "Versiegelung")],
)
def test_what_ends_the_right_early_is_told_beforehand(early: str, words: str) -> None:
    """EGBGB Art. 246a § 1 (3) No. 2; BGB § 312g (2) Nos. 3, 4, 6."""
    goods = data(GOODS)
    goods["terms"]["early_loss"] = early
    said = _items(ContractData.parse(goods))["distance-contracts/3.2"]
    assert "erlischt" in said and (words in said or early == "hygiene")
    assert "distance-contracts/3.2" not in _items(ContractData.parse(data(GOODS)))


def test_digital_content_tells_how_the_right_is_lost_and_the_order_says_nothing_of_it() -> None:
    """BGB § 356 (6) No. 2: consent and acknowledgement are apart from the order."""
    contract = ContractData.parse(data(DIGITAL))
    assert "Ihr Widerrufsrecht verlieren" in _items(contract)["distance-contracts/3.2"]
    assert contract.consents == ("digital-content",)
    assert "Widerrufsrecht" not in " ".join(compose(contract).declarations[0].paragraphs)


def test_the_annual_rate_is_that_of_the_directives_formula() -> None:
    """PAngV, annex to § 16: twelve instalments at one per cent a month are 12.68 per cent a year."""
    assert annual_rate(100_000, {"count": 12, "cents": 8885, "last_cents": 8884}) == Decimal("12.68")
    assert annual_rate(90_000, {"count": 3, "cents": 30_000, "last_cents": 30_000}) == Decimal("0.00")


def test_a_linked_contract_is_named_in_the_instruction() -> None:
    """EGBGB Art. 247 § 12 (1); BGB § 358."""

    def said(begins: str) -> str:
        return str(compose(ContractData.parse(data(begins))).instruction)

    assert "mit dem Vertrag RB-2026-01873 verbunden" in said(DEFERRAL)
    assert "verbunden" not in said(LOAN)


def test_a_business_that_buys_has_no_right_and_is_told_less() -> None:
    goods = data(GOODS)
    goods["signatory"]["consumer"] = False
    goods["withdrawal"] = {"right": False, "reason": "not_a_consumer"}
    contract = ContractData.parse(goods)
    assert compose(contract).instruction == ()
    assert set(_items(contract)) == {f"electronic-commerce/c.{number}" for number in range(1, 6)}
