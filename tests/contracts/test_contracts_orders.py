"""Whose declaration is the offer: what the data may say, what the words become, which terms follow."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from esign.contracts import ContractData
from esign.contracts.declaration import declaration_text
from esign.contracts.errors import OfferRefused
from esign.contracts.formation import Side, terms_of
from esign.contracts.formation.words import ACCEPTANCE, APPROVAL, CONSENT, DEMAND, REFUSAL, declared_words
from esign.contracts.ordering import acceptance_days, accepts_by_itself
from esign.contracts.policy_tests import samples, words
from esign.contracts.text import compose


def data(begins: str = "electricity", **offer: Any) -> dict[str, Any]:
    found = json.loads(next(content for name, content in samples() if name.startswith(begins)))
    return {**found, "offer": {**found["offer"], **offer}}


def test_an_order_says_that_it_is_an_offer_and_for_how_long() -> None:
    order = ContractData.parse(data(by="customer"))
    assert "Diese Bestellung ist mein Angebot" in declaration_text(order)
    assert "nehme das Angebot" not in declaration_text(order)
    said = words(compose(order))
    assert "Dieses Dokument ist noch kein Angebot von uns." in said and "verbindliches Angebot" not in said
    assert "das ist noch keine Annahme" in said and "innerhalb von 5\xa0Tagen" in said
    terms = terms_of(order)
    assert (terms.offer_by, terms.accept_until, terms.answer_days) == (Side.CUSTOMER, None, 5)


def test_what_the_company_offers_reads_as_before() -> None:
    offered = ContractData.parse(data())
    assert declaration_text(offered) == declaration_text(ContractData.parse(data(by="trader")))
    assert "nehme das Angebot" in declaration_text(offered)
    terms = terms_of(offered)
    assert (terms.offer_by, terms.accept_until) == (Side.TRADER, date(2026, 12, 31))


@pytest.mark.parametrize(("wished", "by_itself"), [("", False), ("clerk", False), ("automatic", True)])
def test_who_accepts_says_the_contract_else_its_template(wished: str, by_itself: bool) -> None:
    order = ContractData.parse(data(by="customer", **({"acceptance": wished} if wished else {})))
    assert (accepts_by_itself(order), acceptance_days(order)) == (by_itself, 5)


@pytest.mark.parametrize(
    ("begins", "changes", "offer", "rule"),
    [
        ("household", {}, {"by": "customer"}, "choice"),
        ("electricity", {"company_signature": "seal"}, {"by": "customer"}, "seal"),
        ("electricity", {}, {"acceptance": "clerk"}, "trader"),
        ("electricity", {}, {"summary_later": "Am Telefon"}, "summary"),
    ],
)
def test_an_offer_that_does_not_fit_is_refused(
    begins: str, changes: dict[str, Any], offer: dict[str, str], rule: str
) -> None:
    with pytest.raises(OfferRefused) as refused:
        ContractData.parse({**data(begins, **offer), **changes})
    assert refused.value.facts["rule"] == rule


def test_declarations_outside_the_document_have_exact_words() -> None:
    order = ContractData.parse(data(by="customer"))
    names = {"declarant": "Jana Beispiel", "representative": "Erika Beispiel"}
    accepted = declared_words(order, ACCEPTANCE, names="Jana Beispiel", document="ab" * 32)
    assert accepted.startswith("Wir, Lichtwerk Beispiel Energie GmbH, nehmen das Angebot an") and "ab" * 32 in accepted
    assert "willige" in declared_words(order, CONSENT, **names)
    assert "genehmige als gesetzliche Vertretung" in declared_words(order, APPROVAL, **names)
    assert "nicht zu" in declared_words(order, REFUSAL, **names)
    assert "§ 108 Absatz 2 BGB" in declared_words(order, DEMAND, **names)
