"""Whose device it was is stated in five places, and the login is its own: all of them or none, say both verifiers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from esign.evidence import verify_dossier
from esign.identity.errors import KeyBindingMalformed
from esign.identity.key_binding import KeyBinding
from tests.evidence.helpers.case import NOW, Case, identify, make_case, seconds
from tests.verifier.helpers.both import Sample, differences, needs_node

pytestmark = needs_node

PLACES = ("request", "certificate", "transcript", "hello", "ledger", "login")
ALL = frozenset(PLACES)
MISSING = {
    "request": "request",
    "certificate": "certificate",
    "transcript": "request",
    "hello": "messages",
    "ledger": "ledger",
    "login": "identity",
}
"""Where it is not said, by the first step that fails."""
ALONE = {**MISSING, "login": None}
"""Where it is said alone, by the first step that fails; a login of its own is no fault anywhere."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return make_case(tmp_path_factory.mktemp("company-device"), company=ALL)


def verdicts(cases: dict[str, Case], folder: Path) -> dict[str, str | None]:
    """Return the first step that fails of each dossier, on which both verifiers agree step by step."""
    samples = [Sample(label=name, data=case.build(), anchors=case.anchors) for name, case in cases.items()]
    found, answers = differences(samples, folder / "asked")
    assert found == []
    return {name: answer["first"] for name, answer in zip(cases, answers, strict=True)}


def test_a_device_of_the_company_that_everything_names_is_valid_and_said(company: Case, tmp_path: Path) -> None:
    assert verdicts({"honest": company}, tmp_path) == {"honest": None}
    report = verify_dossier(company.build(), anchors=company.anchors)
    said = next(step.what for step in report.steps if step.name == "certificate")
    assert said.endswith("the key was made on a device of the company")
    statement = json.loads(company.dossier.parts()["statement.json"])
    assert statement["held_by"] == "signatory-company-device"
    assert "No passkey verified the user" in statement["explained"]["en"]
    assert "auf einem Gerät des Unternehmens" in statement["explained"]["de"]


def test_one_place_that_keeps_quiet_about_it_is_found_by_both(tmp_path: Path) -> None:
    cases = {place: make_case(_folder(tmp_path, place), company=ALL - {place}) for place in PLACES}
    assert verdicts(cases, tmp_path) == MISSING


def test_one_place_that_says_it_alone_is_found_by_both(tmp_path: Path) -> None:
    cases = {place: make_case(_folder(tmp_path, place), company=frozenset({place})) for place in PLACES}
    assert verdicts(cases, tmp_path) == ALONE


def test_a_login_from_before_the_hand_over_is_found_by_both(company: Case, tmp_path: Path) -> None:
    """The token is another one than the device brought, so that the good one is found out too: later, by messages."""
    enrolment, issued = company.dossier.enrolment, seconds(NOW) - 120
    assert enrolment is not None
    logins = {
        "a quarter of an hour before": (issued - 900, "messages"),
        "longer before": (issued - 901, "identity"),
        "later than the token": (issued + 301, "identity"),
        "a word": ("soon", "identity"),
        "true": (True, "identity"),
        "null": (None, "identity"),
    }
    samples = []
    for name, (login, _) in logins.items():
        token, jwks = identify(company.world, company.keys, enrolment.request, auth_time=login)
        data = company.build(enrolment=replace(enrolment, id_token=token, jwks=jwks))
        samples.append(Sample(label=name, data=data, anchors=company.anchors))
    found, answers = differences(samples, tmp_path / "asked")
    assert found == []
    assert [answer["first"] for answer in answers] == [first for _, first in logins.values()]


def test_a_key_binding_has_one_form_for_both() -> None:
    """Version 2 exactly where the device is the company's, TRUE and never FALSE, and never beside a passkey."""
    good = KeyBinding(capsule_key=b"1" * 32, device_key=b"2" * 32, company_device=True).encode()
    assert KeyBinding.parse(good).company_device
    for wrong in (
        good.replace(b"\x02\x01\x02", b"\x02\x01\x01", 1),
        good[:-1] + b"\x00",
        good[:-1] + b"\x01",
        b"\x30\x47" + good[2:-3],
        good + b"\x00",
    ):
        with pytest.raises(KeyBindingMalformed):
            KeyBinding.parse(wrong)
    with pytest.raises(KeyBindingMalformed):
        KeyBinding(capsule_key=b"1" * 32, device_key=b"2" * 32, passkey=b"3" * 32, company_device=True)


def _folder(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name
    made.mkdir()
    return made
