"""The door: what is not exactly contract data is refused, and the refusal never repeats a value."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.contracts import (
    ContractData,
    ContractDataError,
    ContractDataMalformed,
    ContractDataMismatch,
    ContractDataTooLarge,
    ForbiddenText,
)
from esign.contracts.policy_tests import samples
from esign.foundation.canonical import parse_canonical
from esign.policy import LegalLevel

SAMPLES = dict(samples())


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_is_accepted_and_its_canonical_bytes_parse_to_the_same_contract(name: str) -> None:
    contract = ContractData.parse(SAMPLES[name])
    again = ContractData.parse(contract.canonical())
    assert again == contract
    assert again.canonical() == contract.canonical()
    assert parse_canonical(contract.canonical()) == json.loads(SAMPLES[name])


def test_there_are_the_samples_of_the_demo() -> None:
    parsed = [ContractData.parse(data) for data in SAMPLES.values()]
    assert [(c.signatory.name, c.type, c.level, c.signatory.birth_date) for c in parsed] == [
        ("Karl-Heinz Österreicher", "CRD-002", LegalLevel.QUALIFIED, date(1948, 12, 24)),
        ("Karl-Heinz Österreicher", "MED-007", LegalLevel.ADVANCED, date(1948, 12, 24)),
        ("Sophie Müller-Lüdenscheidt", "B2C-003", LegalLevel.SIMPLE, date(1995, 6, 21)),
        ("Sophie Müller-Lüdenscheidt", "EDU-001", LegalLevel.SIMPLE, date(1995, 6, 21)),
        ("Jana Beispiel", "NRG-001", LegalLevel.ADVANCED, date(1987, 3, 14)),
        ("Jana Beispiel", "B2C-001", LegalLevel.SIMPLE, date(1987, 3, 14)),
        ("Mehmet Yılmaz-Groß", "INS-001", LegalLevel.ADVANCED, date(1979, 11, 2)),
        ("Sophie Müller-Lüdenscheidt", "TEL-001", LegalLevel.SIMPLE, date(1995, 6, 21)),
        ("Jana Beispiel", "NRG-001", LegalLevel.ADVANCED, date(1987, 3, 14)),
        ("Jana Beispiel", "CRD-006", LegalLevel.ADVANCED, date(1987, 3, 14)),
        ("Annika Österreicher", "MED-007", LegalLevel.ADVANCED, date(1977, 8, 9)),
        ("Mehmet Yılmaz-Groß", "FIN-001", LegalLevel.ADVANCED, date(1979, 11, 2)),
        ("Mehmet Yılmaz-Groß", "INS-002", LegalLevel.ADVANCED, date(1979, 11, 2)),
        ("Mira Sommerfeld", "NRG-001", LegalLevel.ADVANCED, date(1990, 5, 8)),
    ]
    assert [person.name for person in parsed[-1].further_signatories] == ["David Sommerfeld"]
    assert parsed[-1].company_signature == "seal"


def test_values_come_out_typed_and_cannot_be_changed(sample) -> None:
    contract = ContractData.parse(sample("electricity"))
    assert contract.date == date(2026, 11, 20)
    assert contract.price.lines[1].unit_cents == Decimal("31.42")
    assert contract.signatory.address.line == "Lindenallee 12, 00124 Beispielstadt"
    with pytest.raises(TypeError):
        contract.terms["tariff"] = "other"
    with pytest.raises(TypeError):
        contract.terms["delivery_point"]["town"] = "elsewhere"
    assert isinstance(contract.terms["components"]["work_net"], tuple)


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (b"", ContractDataMalformed, "contracts.data.json"),
        (b"null", ContractDataMalformed, "contracts.data.json"),
        (b"[]", ContractDataMalformed, "contracts.data.json"),
        (b"\xff\xfe{}", ContractDataMalformed, "contracts.data.json"),
        (b'{"v": 1, "v": 1}', ContractDataMalformed, "contracts.data.json"),
        (b'{"v": 1.5}', ContractDataMalformed, "contracts.data.json"),
        (b'{"v": NaN}', ContractDataMalformed, "contracts.data.json"),
        (b'{"v": 1e400}', ContractDataMalformed, "contracts.data.json"),
        (b'{"v": "\\ud800"}', ContractDataMalformed, "contracts.data.json"),
        (b"[" * 100_000, ContractDataTooLarge, "contracts.data.too_large"),
        (b'{"a":' * 20 + b"1" + b"}" * 20, ContractDataTooLarge, "contracts.data.too_large"),
        (b'{"v": "' + b"x" * 200_000 + b'"}', ContractDataTooLarge, "contracts.data.too_large"),
        (b"{}", ContractDataMismatch, "contracts.data.schema"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, bytes) else None,
)
def test_bytes_that_are_no_contract_data_are_refused(data: bytes, error: type, code: str) -> None:
    with pytest.raises(error) as caught:
        ContractData.parse(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("v",), "esign-contract/2", "/v"),
        (("template",), "loan", "/template"),
        (("lang",), "fr", "/lang"),
        (("level",), "strong", "/level"),
        (("date",), "2026-02-30", "/date"),
        (("date",), "20261120", "/date"),
        (("paid",), "true", "/paid"),
        (("signatory", "email"), "nobody", "/signatory/email"),
        (("signatory", "given_name"), "", "/signatory/given_name"),
        (("signatory", "given_name"), "x" * 81, "/signatory/given_name"),
        (("company", "website"), "javascript:alert(1)", "/company/website"),
        (("withdrawal", "function_url"), "http://evil.example/", "/withdrawal/function_url"),
        (("withdrawal", "period_days"), 13, "/withdrawal/period_days"),
        (("price", "currency"), "USD", "/price/currency"),
        (("price", "total_cents"), "104656", "/price/total_cents"),
        (("price", "total_cents"), -1, "/price/total_cents"),
        (("price", "lines", 0, "unit_cents"), "13,90", "/price/lines/0/unit_cents"),
        (("price", "lines"), [], "/price/lines"),
        (("terms", "annual_consumption_kwh"), 0, "/terms/annual_consumption_kwh"),
        (("terms", "notice_months"), 3, "/terms/notice_months"),
        (("terms", "delivery_point", "market_location"), "12345", "/terms/delivery_point/market_location"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place_and_without_the_value(sample, path, value, pointer: str) -> None:
    data = sample("electricity")
    target = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(ContractDataMismatch) as caught:
        ContractData.parse(data)
    assert caught.value.facts["pointer"] == pointer
    said = f"{caught.value} {dict(caught.value.facts)}"
    assert len(str(value)) < 4 or str(value) not in said


@pytest.mark.parametrize("key", ["company", "signatory", "order", "offer", "price", "terms", "withdrawal", "paid"])
def test_a_missing_member_is_refused(sample, key: str) -> None:
    data = sample("electricity")
    del data[key]
    with pytest.raises(ContractDataMismatch) as caught:
        ContractData.parse(data)
    assert caught.value.facts["pointer"] == ""


@pytest.mark.parametrize(
    "place", [(), ("company",), ("signatory",), ("price",), ("terms",), ("withdrawal",), ("offer",)]
)
def test_an_unknown_member_is_refused_and_not_named(sample, place) -> None:
    data = sample("electricity")
    target = data
    for key in place:
        target = target[key]
    target["jana_secret"] = 1
    with pytest.raises(ContractDataMismatch) as caught:
        ContractData.parse(data)
    assert caught.value.facts["pointer"] == "".join(f"/{key}" for key in place)
    assert "jana_secret" not in f"{caught.value} {dict(caught.value.facts)}"


@pytest.mark.parametrize(
    "text",
    [
        "Jana\u202eleipsieB",
        "Jana\u200bB",
        "Jana\x00",
        "Jana\nB",
        "Jana\u2028B",
        "Ja\u0308na",
        " Jana",
        "Jana ",
        "Jana\ue000",
        "Jana\ufeff",
        "Jana\u2003B",
    ],
)
def test_deceptive_or_unprintable_characters_are_refused(sample, text: str) -> None:
    data = sample("electricity")
    data["signatory"]["given_name"] = text
    with pytest.raises(ForbiddenText) as caught:
        ContractData.parse(data)
    assert caught.value.facts["pointer"] == "/signatory/given_name"
    assert "Jana" not in f"{caught.value} {dict(caught.value.facts)}"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
    )
)
@settings(max_examples=150, deadline=None)
def test_no_json_value_ever_escapes_as_another_error(value) -> None:
    with pytest.raises(ContractDataError):
        ContractData.parse(value)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_ever_escape_as_another_error(data: bytes) -> None:
    with pytest.raises(ContractDataError):
        ContractData.parse(data)


def _leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, (*path, number))
    else:
        yield path


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_changed_leaf_is_refused_or_parsed_but_never_crashes(name: str, data) -> None:
    contract = copy.deepcopy(json.loads(SAMPLES[name]))
    path = data.draw(st.sampled_from(list(_leaves(contract))))
    new = data.draw(st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.just("2026-02-29"))
    target = contract
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    try:
        parsed = ContractData.parse(contract)
    except ContractDataError:
        return
    except Exception as error:
        assert type(error).__name__ == "NotInForce"  # a date before any wording
        return
    assert json.loads(parsed.canonical()) == contract
