"""What a company knows already fills a form in, and what a customer corrects flows back by identifier."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.engine.forms.refusals import (
    PrefillNotConfigured,
    PrefillTokenRefused,
)
from esign.engine.webhooks.rounds import WebhookRounds
from tests.actors import COMPANY
from tests.engine.test_engine_cases import STRANGER, referred
from tests.engine.test_engine_forms import entries
from tests.form_answers import answers_of

CUSTOMERS = (
    "number;given_name;family_name;birth_date;email;phone\n"
    "K-1;Sophie;Müller-Lüdenscheidt;1995-06-21;alt@post.example;0176 04069001\n"
    "K-2;Jana;Beispiel;1990-01-01;eins@post.example;0176 1\n"
    "K-2;Jana;Beispiel;1990-01-01;zwei@post.example;0176 2\n"
)
PREFILL = """
[sources.customers]
kind = "csv"
file = "customers.csv"
encoding = "utf-8"

[uses.default.mobile-plan]
source = "customers"
token = {customer = "number"}
identity = {given_name = "given_name", family_name = "family_name", birth_date = "birth_date"}
fields = {given_name = "given_name", family_name = "family_name", email = "email", phone = "phone"}
"""


@pytest.fixture
def filled(world: Any) -> Any:
    folder: Path = world.folder
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "prefill.toml").write_text(PREFILL)
    world.settings = world.settings.with_changes(prefill_file=folder / "prefill.toml")
    world.start()
    return world


def test_a_token_fills_one_form_in_once(filled: Any) -> None:
    forms, prefill = filled.application.forms, filled.application.prefill
    made = prefill.token(COMPANY, "mobile-plan", "K-1")
    assert made.link == f"{filled.settings.web_url}/formulare/mobile-plan#prefill={made.token}"
    opened = forms.begin("default", "mobile-plan", made.token)
    assert opened.prefill == "found" and opened.prefilled["given_name"] == "Sophie"
    assert forms.read(opened.token).answers == opened.prefilled
    with pytest.raises(PrefillTokenRefused):
        forms.begin("default", "mobile-plan", made.token)
    whole = b"".join(each.canonical() for each in entries(filled))
    assert b"K-1" not in whole and b"Sophie" not in whole
    assert "K-1" not in made.token


def test_a_token_is_good_for_its_form_its_company_and_its_time(filled: Any) -> None:
    forms, prefill = filled.application.forms, filled.application.prefill
    token = prefill.token(COMPANY, "mobile-plan", "K-1").token
    head, claims, mac = token.split(".")
    wrong = [
        "",
        "x",
        "a.b.c",
        token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
        f"{head}.{claims}.",
        "eyJhbGciOiJub25lIn0." + claims + ".",
        f"{head}.{claims[:-2]}.{mac}",
        token + "x" * 5000,
    ]
    for each in wrong:
        with pytest.raises(PrefillTokenRefused):
            forms.begin("default", "mobile-plan", each)
    with pytest.raises(PrefillTokenRefused):
        forms.begin("default", "electricity-supply", token)
    with pytest.raises(PrefillTokenRefused):
        forms.begin("other", "mobile-plan", token)
    filled.clock.offset += timedelta(days=7, seconds=1)
    with pytest.raises(PrefillTokenRefused):
        forms.begin("default", "mobile-plan", token)


def test_nothing_is_shown_unless_exactly_one_customer_is_known(filled: Any) -> None:
    forms, prefill = filled.application.forms, filled.application.prefill
    for customer in ("K-2", "K-9", "K-1' OR '1'='1"):
        opened = forms.begin("default", "mobile-plan", prefill.token(COMPANY, "mobile-plan", customer).token)
        assert (opened.prefill, opened.prefilled) == ("none", {})
    for customer in ("", "a\nb", "x" * 201):
        with pytest.raises(PrefillTokenRefused):
            prefill.token(COMPANY, "mobile-plan", customer)
    for form in ("electricity-supply",):
        with pytest.raises(PrefillNotConfigured):
            prefill.token(COMPANY, form, "K-1")


def test_a_source_that_does_not_answer_stops_nobody_and_uses_no_token_up(filled: Any) -> None:
    forms, prefill = filled.application.forms, filled.application.prefill
    token = prefill.token(COMPANY, "mobile-plan", "K-1").token
    (filled.folder / "customers.csv").write_text("number;given_name\nK-1\n")
    assert forms.begin("default", "mobile-plan", token).prefill == "unavailable"
    (filled.folder / "customers.csv").write_text(CUSTOMERS)
    assert forms.begin("default", "mobile-plan", token).prefill == "found"


def test_corrections_flow_back_by_identifier_and_are_fetched_with_a_permission(filled: Any) -> None:
    application = filled.application
    opened = application.forms.begin(
        "default", "mobile-plan", application.prefill.token(COMPANY, "mobile-plan", "K-1").token
    )
    sent = application.forms.submit(opened.token, answers_of("mobile-plan"))
    assert sent.outcome == "accept" and application.cases.view(COMPANY, sent.case_id).corrected
    found = application.cases.corrections(COMPANY, sent.case_id)
    (only,) = found.corrections
    assert (only.field, only.old, only.new) == (
        "email",
        "alt@post.example",
        "sophie.mueller-luedenscheidt@post.example",
    )
    assert (found.source, found.customer) == ("customers", {"customer": "K-1"})
    (entry,) = entries(filled, "form.corrected")
    assert (entry.facts["case"], entry.facts["fields"]) == (sent.case_id, 1)


def test_what_was_only_written_otherwise_is_no_correction(filled: Any) -> None:
    application = filled.application
    (filled.folder / "customers.csv").write_text(CUSTOMERS.replace("alt@", "sophie.mueller-luedenscheidt@"))
    opened = application.forms.begin(
        "default", "mobile-plan", application.prefill.token(COMPANY, "mobile-plan", "K-1").token
    )
    sent = application.forms.submit(opened.token, answers_of("mobile-plan", phone="+49 176 04069001"))
    assert not application.cases.view(COMPANY, sent.case_id).corrected
    assert entries(filled, "form.corrected") == []


def test_webhooks_are_told_of_cases_and_corrections_by_identifier(filled: Any) -> None:
    application = filled.application
    sent_bodies: list[bytes] = []

    class Caller:
        def check(self, url: str) -> None:
            pass

        def post(self, url: str, body: bytes, headers: Any) -> int:
            sent_bodies.append(body)
            return 200

    from dataclasses import replace

    house = replace(application.contracts.household, webhook_caller=Caller())
    rounds = WebhookRounds(household=house)
    replace(application.webhooks, household=house).create(COMPANY, url="https://backend.example/hook")
    stranger = replace(application.webhooks, household=house).create(STRANGER, url="https://stranger.example/hook")
    opened = application.forms.begin(
        "default", "mobile-plan", application.prefill.token(COMPANY, "mobile-plan", "K-1").token
    )
    accepted = application.forms.submit(opened.token, answers_of("mobile-plan"))
    case_id = referred(filled)
    while rounds.fan_out():
        pass
    while rounds.deliver_due():
        pass
    import json

    told = {(each["type"], each["data"].get("case")) for each in map(json.loads, sent_bodies)}
    assert {
        ("case.accepted", accepted.case_id),
        ("form.corrected", accepted.case_id),
        ("case.referred", case_id),
        ("invitation.made", None),
    } <= told
    assert all(b"post.example" not in body and b"Sophie" not in body for body in sent_bodies)
    assert application.webhooks.deliveries(STRANGER, stranger.view.id).deliveries == ()
