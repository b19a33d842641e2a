"""Contracts on own documents that cost something: the desk, the page template and the interface, one button."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from esign.access import Role, system
from esign.contracts import ContractData, order_summary
from esign.contracts.errors import ContractDataError, ContractDataMismatch
from tests.api.conftest import Api
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.company.test_company_contracts import PERSON, carried, contract_at
from tests.documents.own_documents import contract as own_contract
from tests.documents.own_documents import description, unpaid
from tests.documents.pdf_making import made
from web.company.costs import cents_of, costs_of

PAID = "zahlungspflichtig bestellen"
DOCUMENT = {"upload": "0123456789", "name": "Vertrag", "pages": 2, "sha256": "0" * 64}
ORDER = {
    "paid": "yes",
    "order_what": "Kurs Rückenschule, zehn Abende",
    "order_other_costs": "keine",
    "order_duration": "einmalig",
    "order_minimum": "keine",
    "withdrawal_url": "https://www.kurse.example/widerruf",
    "tax_rate": "19",
}
FORM = {"title": "Kursvertrag", "type": "B2C-002", "level": "advanced", "lang": "de", "count": "1", **PERSON}


def data_of(form: dict[str, str], *, consumer: bool = True) -> dict[str, Any]:
    members, terms = costs_of({**ORDER, **form}, consumer=consumer, lang="de")
    data = own_contract(DOCUMENT, type="B2C-002")
    data.pop("price"), data.pop("personalised_price")
    data["signatory"]["consumer"] = consumer
    return {**data, **members, "terms": {"document": DOCUMENT, **terms}}


def lines(form: dict[str, str]) -> dict[str, str]:
    summary = order_summary(ContractData.parse(data_of(form)))
    assert summary.label == PAID
    return {line.label: line.value.replace("\u00a0", " ") for line in summary.lines}


def test_what_is_paid_stands_above_the_button_in_each_way_of_paying() -> None:
    assert lines({"price_once": "119,00"})["Gesamtpreis"] == "119,00 €"
    assert "Kosten im Monat" not in lines({"price_once": "119,00"})
    monthly = lines({"price_recurring": "14,99", "price_once": "29,99", "once_label": "Einrichtung"})
    assert monthly["Gesamtpreis"] == "14,99 € im Monat"
    assert monthly["Einmalig dazu"] == "29,99 € (Einrichtung)"
    yearly = lines({"price_recurring": "1.200,00", "price_period": "year"})
    assert (yearly["Gesamtpreis"], yearly["Kosten im Monat"]) == ("1.200,00 € im Jahr", "100,00 €")
    term = lines({"price_recurring": "14,99", "minimum_months": "24", "price_once": "19,99"})
    assert (term["Gesamtpreis"], term["Kosten im Monat"]) == ("379,75 € für die Mindestlaufzeit", "14,99 €")
    assert "Einmalig dazu" not in term
    assert term["Weitere Kosten"] == "keine" and term["Widerruf"].startswith("14 Tage")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"paid": ""}, "/paid"),
        ({}, ""),
        ({"price_once": "zwölf"}, "/price/price_once"),
        ({"price_once": "-1"}, "/price/price_once"),
        ({"price_once": "1,999"}, "/price/price_once"),
        ({"price_once": "9", "minimum_months": "121"}, "/terms/order/minimum"),
        ({"price_once": "9", "order_what": ""}, "/terms/order"),
        ({"price_once": "9", "withdrawal_url": ""}, "/withdrawal"),
        ({"price_once": "9", "withdrawal_url": "javascript:alert(1)"}, "/withdrawal/function_url"),
    ],
)
def test_what_is_missing_or_no_amount_is_refused_with_its_place(changes: dict[str, str], pointer: str) -> None:
    with pytest.raises(ContractDataError) as caught:
        ContractData.parse(data_of(changes))
    assert caught.value.facts["pointer"] == pointer


def test_amounts_are_read_as_people_write_them() -> None:
    read = {text: cents_of(text, "") for text in ("9", "12,5", "14.99", "1.299,00 €", "1 299", "")}
    assert list(read.values()) == [900, 1250, 1499, 129900, 129900, 0]
    with pytest.raises(ContractDataMismatch):
        cents_of("1.29.9", "")


def test_no_paid_contract_has_a_button_that_does_not_say_so() -> None:
    good = data_of({"price_once": "9"})
    for change, code in (
        ({"order": {"label": "Erklärung verbindlich abgeben"}}, "contracts.data.order_label"),
        ({"paid": False, "order": {"label": "Erklärung verbindlich abgeben"}}, "contracts.data"),
        ({"paid": False}, "contracts.data.order_label"),
        ({"withdrawal": {"right": False, "reason": "no_paid_consumer_contract"}}, "contracts.data.withdrawal"),
    ):
        with pytest.raises(ContractDataError) as caught:
            ContractData.parse({**good, **change})
        assert caught.value.code.startswith(code)
    quiet = unpaid(DOCUMENT)
    with pytest.raises(ContractDataError) as caught:
        ContractData.parse({**quiet, "price": good["price"]})
    assert (caught.value.code, caught.value.facts["pointer"]) == ("contracts.data.price", "/paid")
    business = ContractData.parse(data_of({"price_once": "9"}, consumer=False))
    assert (business.order_label, business.withdrawal.right) == (PAID, False)


def test_by_desk_template_and_interface_the_customer_orders_with_obligation_to_pay(world: Any) -> None:
    world.settings = world.settings.with_changes(api_rate=10_000, api_burst=10_000)
    world.start()
    world.invite()
    clerk = Browser(world, colleague(world, Role.CLERK, Role.LEGAL, email="clerk@example.org"))
    file = (io.BytesIO(made(pages=1)), "kurs.pdf")
    address = clerk.post("/company/create/upload", {"file": file}, content_type="multipart/form-data").headers[
        "Location"
    ]
    page = clerk.get(address).text
    assert "zu einer Zahlung" in page and "/widerruf" in page
    until = world.clock.now().date() + timedelta(days=38)
    form = {**FORM, **ORDER, "price_once": "119,00", "accept_until": f"{until}", "do": "check"}
    refused = clerk.post(address, {**form, "accept_until": ""})
    assert refused.status_code == 422 and 'value="119,00"' in refused.text
    checked = clerk.post(address, form)
    assert checked.status_code == 200 and f"<strong>{PAID}</strong>" in checked.text
    assert "119,00" in checked.text and "Erklärung verbindlich abgeben" not in checked.text
    wrong = clerk.post(address, {**carried(checked.text), "valid_days": "900", "do": "send"})
    assert wrong.status_code == 422 and 'value="900"' in wrong.text
    sent = contract_at(clerk.post(address, {**carried(wrong.text), "valid_days": "5", "reminders": "2", "do": "send"}))
    data: Any = world.application.reading.data(system("default"), sent)
    assert (data["paid"], data["order"]["label"], data["price"]["total_cents"]) == (True, PAID, 11900)
    shown = clerk.get(f"/company/contracts/{sent}").text
    assert "Frist und Erinnerungen ändern" in shown and "Nächste" in shown
    world.application.delivery.deliver_due()
    world.signatory(world.link()).run()
    assert world.application.contracts.view(system("default"), sent).state == "concluded"

    templates = world.application.templates
    template = templates.create(system("default"), description(), made(pages=2)).id
    values = {"v.fee": "1.299,00", "v.start": "2027-01-01", "v.mail": "ja"}
    path = f"/company/templates/{template}/contract"
    assert 'name="paid"' in clerk.get(path).text
    by_template = clerk.post(path, {**form, **values, "version": "1"})
    assert by_template.status_code == 200 and f"<strong>{PAID}</strong>" in by_template.text
    contract = contract_at(clerk.post(path, {**carried(by_template.text), "later": "yes", "do": "send"}))
    assert world.application.reading.data(system("default"), contract)["paid"] is True

    backend = Api(world).backend()
    document = {"page_template": template, "values": {"fee": 129900, "start": "2027-01-01", "mail": "ja"}}
    body = {**data, "reference": "API-1", "terms": {**data["terms"], "document": document}}
    made_by_api = backend.post("/contracts", {"data": body})
    assert made_by_api.status_code == 201, made_by_api.text
    dumped = json.loads(json.dumps(body))
    dumped["order"]["label"], dumped["reference"] = "Erklärung verbindlich abgeben", "API-2"
    assert backend.post("/contracts", {"data": dumped}).json()["code"] == "contracts.data.order_label"
