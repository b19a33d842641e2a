"""The policies are whole: labels, retention, consents, wordings, each with its clause; nothing unlawful is allowed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esign.contracts import ContractData, OrderButtons, buttons, policy_tests
from esign.contracts.buttons import lawful
from esign.contracts.duties import sectors
from esign.contracts.policy_tests import check_policies, samples
from esign.contracts.retention import RetentionClassUnknown, longest, retention_period
from esign.contracts.rules import read_rules, rules_record, rules_used
from esign.contracts.wording import all_wordings
from esign.policy import policies_root

DAY = date(2026, 11, 20)
CLASSES = ["books", "voucher", "customs", "letter", "private_building_invoice", "consent", "identification"]


@pytest.mark.parametrize("label", ["Jetzt abschließen", "Senden", "Vertrag annehmen", "Bestellen", "Sign now", "Order"])
def test_no_policy_can_allow_a_label_that_names_no_payment(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """BGB § 312j (3): an illegal label cannot be configured."""
    assert not lawful(label, frozenset())
    policy = {"paid": [{"lang": "de", "label": label}], "unpaid": [], "refused": []}
    monkeypatch.setattr(buttons, "wording", lambda *_: policy)
    assert OrderButtons.on(DAY).paid == frozenset()


def test_a_label_that_a_court_refused_is_never_allowed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    label = "zahlungspflichtig bestellen und unterschreiben"
    policy = {"paid": [{"lang": "de", "label": label}], "unpaid": [], "refused": [{"label": label}], "tests": []}
    monkeypatch.setattr(buttons, "wording", lambda *_: policy)
    assert OrderButtons.on(DAY).paid == frozenset()
    known = ((policies_root() / "wording" / "x.yaml", policy),)
    monkeypatch.setattr(policy_tests, "all_wordings", lambda folder: known if folder == "wording" else ())
    assert [fault.what for fault in policy_tests._unlawful_labels()] == [
        f"the label „{label}“ cannot stand on an order button (BGB § 312j (3))"
    ]


def test_every_policy_holds_with_its_own_cases() -> None:
    assert check_policies() == ()


def test_every_wording_that_the_law_prescribes_stands_in_german_and_english() -> None:
    for path, policy in all_wordings("wording"):
        if policy["kind"] in ("conclusion", "form", "instruction"):
            assert set(policy["texts"]) == {"de", "en"}, path.name


def test_what_the_sectors_name_is_there() -> None:
    consents = {policy["id"] for _, policy in all_wordings("consents")}
    rules = {path.stem for path in (policies_root() / "withdrawal").glob("*.yaml")}
    for sector in sectors(DAY):
        assert set(sector.consents) <= consents, sector.name
        assert sector.retention, sector.name
        for name in sector.retention:
            assert retention_period(name, DAY, regulated=sector.regulated).years >= 6
        assert sector.withdrawal in (*rules, ""), sector.name


@pytest.mark.parametrize("name", sorted(name for name, _ in samples()))
def test_the_rules_of_a_contract_are_those_of_its_date_and_can_be_frozen(name: str) -> None:
    contract = ContractData.parse(dict(samples())[name])
    used = rules_used(contract)
    assert read_rules(rules_record(used)) == used
    assert read_rules(b"") == ()
    names = [each.name for each in used]
    assert names == sorted(set(names))
    assert {"wording/order-buttons", f"contracts/{contract.template}", "duties/sectors"} <= set(names)
    assert any(each.startswith("form-requirements/") for each in names)
    assert any(each.startswith("withdrawal/") for each in names) == contract.withdrawal.right


@given(st.sampled_from(CLASSES), st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.booleans())
def test_nothing_is_destroyed_before_its_years_are_over(name: str, event: date, regulated: bool) -> None:
    found = retention_period(name, event, regulated=regulated)
    assert (found.last_day.month, found.last_day.day) == (12, 31)
    assert found.delete_from == found.last_day + timedelta(days=1)
    assert found.delete_from.year == event.year + found.years + 1


def test_a_mixed_document_is_kept_for_its_longest_class() -> None:
    event = date(2026, 3, 15)
    classes = tuple(retention_period(name, event) for name in ("letter", "voucher"))
    assert longest(classes).delete_from == date(2035, 1, 1)


def test_an_unknown_class_is_never_destroyed() -> None:
    with pytest.raises(RetentionClassUnknown) as refused:
        retention_period("nothing", DAY)
    assert refused.value.code == "contracts.retention"
