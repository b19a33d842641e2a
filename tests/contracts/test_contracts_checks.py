"""What no schema can say: label, age, withdrawal, sums, dates."""

from __future__ import annotations

import pytest

from esign.contracts import (
    ContractData,
    LevelTooLow,
    MissingOrderInformation,
    OrderLabelRefused,
    PriceContradiction,
    SignatoryMinor,
    WithdrawalContradiction,
)
from esign.contracts.errors import ContractDataMismatch, ContractTypeUnknown, ContradictoryDates, NotInForce


def _set(data, path: str, value) -> None:
    keys = [int(key) if key.isdigit() else key for key in path.strip("/").split("/")]
    for key in keys[:-1]:
        data = data[key]
    data[keys[-1]] = value


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Bestellen", "refused"),
        ("bestellen", "refused"),
        ("Jetzt unterschreiben", "refused"),
        ("Senden", "refused"),
        ("zahlungspflichtig bestellen und unterschreiben", "refused"),
        ("Zahlungspflichtig bestellen", "not_listed"),
        ("zahlungspflichtig  bestellen", "not_listed"),
        ("zahlungspflichtig\u00a0bestellen", "not_listed"),
        ("order with obligation to pay", "not_listed"),
        ("Antrag verbindlich stellen", "not_listed"),
    ],
)
def test_a_paid_contract_needs_exactly_an_allowed_label(sample, label: str, reason: str) -> None:
    data = sample("electricity")
    data["order"]["label"] = label
    with pytest.raises(OrderLabelRefused) as caught:
        ContractData.parse(data)
    assert (caught.value.code, caught.value.source) == ("contracts.data.order_label", "BGB § 312j (3)")
    assert dict(caught.value.facts) == {"pointer": "/order/label", "reason": reason}


def test_an_unpaid_declaration_may_not_pretend_to_be_an_order(sample) -> None:
    data = sample("cost-approval")
    data["order"]["label"] = "zahlungspflichtig bestellen"
    with pytest.raises(OrderLabelRefused):
        ContractData.parse(data)


@pytest.mark.parametrize(
    ("born", "of_age"),
    [("2008-11-20", True), ("2008-11-21", False), ("2008-11-19", True), ("2020-01-01", False)],
)
def test_the_signatory_is_of_age_from_the_eighteenth_birthday_on(sample, born: str, of_age: bool) -> None:
    data = sample("electricity")
    data["signatory"]["birth_date"] = born
    if of_age:
        assert ContractData.parse(data).signatory.birth_date.isoformat() == born
        return
    with pytest.raises(SignatoryMinor) as caught:
        ContractData.parse(data)
    assert caught.value.code == "contracts.data.minor"
    assert born not in str(caught.value)


def test_who_was_born_on_29_february_is_of_age_on_1_march(sample) -> None:
    from datetime import date

    data = sample("electricity")
    data["signatory"]["birth_date"] = "2008-02-29"
    person = ContractData.parse(data).signatory
    assert not person.of_age(date(2026, 2, 28))
    assert person.of_age(date(2026, 3, 1))


def test_without_a_birth_date_age_is_not_asked(sample) -> None:
    data = sample("electricity")
    del data["signatory"]["birth_date"]
    assert ContractData.parse(data).signatory.birth_date is None


@pytest.mark.parametrize("born", ["2026-11-21", "1899-12-31"])
def test_an_impossible_birth_date_is_refused(sample, born: str) -> None:
    data = sample("electricity")
    data["signatory"]["birth_date"] = born
    with pytest.raises(ContradictoryDates):
        ContractData.parse(data)


@pytest.mark.parametrize(
    ("which", "path", "value", "pointer"),
    [
        ("electricity", "/price/total_cents", 104657, "/price/total_cents"),
        ("electricity", "/price/lines/0/total_cents", 16681, "/price/lines/0/total_cents"),
        ("electricity", "/price/lines/1/unit_cents", "31.43", "/price/lines/1/total_cents"),
        ("electricity", "/price/tax/cents", 16711, "/price/tax/cents"),
        ("electricity", "/price/tax/rate", "7", "/price/tax/cents"),
        ("electricity", "/price/lines/1/id", "base", "/price/lines"),
        ("electricity", "/price/period", "once", "/price/period"),
        ("electricity", "/terms/annual_consumption_kwh", 2801, "/price/lines"),
        ("electricity", "/terms/components/work_net/0/ct", "10.625", "/terms/components/work_net_ct"),
        ("electricity", "/terms/components/base_net_cents", "1200", "/terms/components/base_net_cents"),
        ("electricity", "/terms/instalment/cents", 12000, "/terms/instalment/cents"),
        ("household", "/price/tax/cents", 2291, "/price/tax/cents"),
        ("household", "/price/tax/included", True, "/price/tax/cents"),
        ("household", "/price/lines/0/unit", "month", "/price/lines/0"),
        ("mobile", "/terms/minimum_months", 12, "/price/lines"),
        ("cost", "/terms/shares/fund_cents", 157801, "/terms/shares"),
        ("cost", "/terms/own_cents", 171301, "/terms/own_cents"),
    ],
)
def test_price_data_that_contradicts_itself_is_refused(sample, which, path, value, pointer: str) -> None:
    data = sample(which)
    _set(data, path, value)
    with pytest.raises(PriceContradiction) as caught:
        ContractData.parse(data)
    assert caught.value.code == "contracts.data.price"
    assert caught.value.facts["pointer"] == pointer


@pytest.mark.parametrize(
    ("which", "path", "value"),
    [
        ("electricity", "/offer/accept_until", "2026-11-19"),
        ("electricity", "/terms/supply_start", "2026-11-19"),
        ("electricity", "/terms/instalment/first_due", "2027-01-31"),
        ("electricity", "/terms/price_guarantee_until", "2027-01-31"),
        ("household", "/terms/ends", "2028-02-02"),
        ("household", "/terms/begins", "2026-11-01"),
        ("mobile", "/terms/starts", "2026-11-01"),
        ("cost", "/terms/prescription/date", "2026-11-21"),
        ("cost", "/terms/valid_until", "2026-11-19"),
    ],
)
def test_dates_that_cannot_all_be_right_are_refused(sample, which: str, path: str, value: str) -> None:
    data = sample(which)
    _set(data, path, value)
    with pytest.raises(ContradictoryDates) as caught:
        ContractData.parse(data)
    assert caught.value.code == "contracts.data.dates"


@pytest.mark.parametrize(
    ("which", "withdrawal", "pointer"),
    [
        ("electricity", {"right": False, "reason": "no_paid_consumer_contract"}, "/withdrawal/right"),
        (
            "electricity",
            {"right": True, "kind": "insurance", "period_days": 14, "function_url": "https://a.example/w"},
            "/withdrawal/kind",
        ),
        (
            "cost",
            {"right": True, "kind": "service", "period_days": 14, "function_url": "https://a.example/w"},
            "/withdrawal/right",
        ),
        ("cost", {"right": False, "reason": "not_a_consumer"}, "/withdrawal/reason"),
    ],
)
def test_the_right_of_withdrawal_is_what_the_law_gives(sample, which: str, withdrawal, pointer: str) -> None:
    data = sample(which)
    data["withdrawal"] = withdrawal
    with pytest.raises(WithdrawalContradiction) as caught:
        ContractData.parse(data)
    assert caught.value.facts["pointer"] == pointer


def test_the_withdrawal_function_must_be_named(sample) -> None:
    data = sample("electricity")
    del data["withdrawal"]["function_url"]
    with pytest.raises(ContractDataMismatch) as caught:
        ContractData.parse(data)
    assert caught.value.facts["pointer"] == "/withdrawal"


def test_a_company_as_customer_has_no_right_of_withdrawal(sample) -> None:
    data = sample("mobile")
    data["signatory"]["consumer"] = False
    data["withdrawal"] = {"right": False, "reason": "not_a_consumer"}
    assert ContractData.parse(data).withdrawal.right is False


def test_the_type_belongs_to_the_template(sample) -> None:
    data = sample("electricity")
    data["type"] = "TEL-001"
    with pytest.raises(ContractTypeUnknown) as caught:
        ContractData.parse(data)
    assert caught.value.code == "contracts.data.type"


def test_health_data_is_not_declared_at_the_simple_level(sample) -> None:
    data = sample("cost")
    data["level"] = "simple"
    with pytest.raises(LevelTooLow) as caught:
        ContractData.parse(data)
    assert dict(caught.value.facts) == {"pointer": "/level", "minimum": "advanced"}


def test_an_application_to_a_health_fund_is_never_paid(sample) -> None:
    data = sample("cost")
    data["paid"] = True
    data["order"]["label"] = "zahlungspflichtig bestellen"
    data["offer"] = {"accept_until": "2026-12-01"}
    with pytest.raises((ContractDataMismatch, WithdrawalContradiction)):
        ContractData.parse(data)


def test_a_missing_price_line_is_missing_order_information(sample) -> None:
    data = sample("mobile")
    data["price"]["lines"][0]["id"] = "fee"
    with pytest.raises(MissingOrderInformation) as caught:
        ContractData.parse(data)
    assert caught.value.source == "BGB § 312j (2)"


def test_a_date_before_every_wording_is_refused(sample) -> None:
    data = sample("electricity")
    data["date"] = "2026-06-18"
    with pytest.raises(NotInForce) as caught:
        ContractData.parse(data)
    assert caught.value.code == "contracts.wording.not_in_force"
