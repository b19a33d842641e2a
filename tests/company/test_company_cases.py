"""Cases at the desk: seen with their reasons, decided by an employee who may."""

from __future__ import annotations

from typing import Any

import pytest

from esign.access import Role
from tests.company.browser import Browser
from tests.company.examples import case
from tests.company.people import colleague


@pytest.fixture
def clerk(world: Any) -> Browser:
    return Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))


def test_a_referred_case_is_seen_with_its_reason_and_accepted(world: Any, clerk: Browser) -> None:
    case_id = case(world, "default")
    assert case_id in clerk.get("/company/cases/?state=referred").text
    assert case_id not in clerk.get("/company/cases/?state=accepted").text
    page = clerk.get(f"/company/cases/{case_id}").text
    assert "An Sie verwiesen" in page and "Annehmen und einladen" in page
    assert "<dd>14. März 1987</dd>" in page and "<dd>10.001</dd>" in page, "answers stand there as people read them"
    assert "<dd>yes</dd>" not in page and "<dd>Ja</dd>" in page
    assert clerk.post(f"/company/cases/{case_id}/decide", {"decision": "accept"}).status_code == 303
    after = clerk.get(f"/company/cases/{case_id}").text
    assert "Zum Vertrag" in after and "Annehmen und einladen" not in after
    again = clerk.post(f"/company/cases/{case_id}/decide", {"decision": "accept"})
    assert again.status_code == 409


def test_a_refusal_needs_a_reason_that_the_customer_reads(world: Any, clerk: Browser) -> None:
    case_id = case(world, "default")
    empty = clerk.post(f"/company/cases/{case_id}/decide", {"decision": "refuse"})
    assert empty.status_code == 422 and "Bitte nennen Sie einen Grund" in empty.text
    odd = clerk.post(f"/company/cases/{case_id}/decide", {})
    assert odd.status_code == 422, "what is no decision is none"
    told = {"decision": "refuse", "reason": "Das ist ein <b>Gewerbe</b>."}
    assert clerk.post(f"/company/cases/{case_id}/decide", told).status_code == 303
    assert "<b>Gewerbe" not in clerk.get(f"/company/cases/{case_id}").text


def test_an_agent_sees_cases_and_decides_none(world: Any) -> None:
    case_id = case(world, "default")
    agent = Browser(world, colleague(world, Role.AGENT, email="agent@example.org"))
    page = agent.get(f"/company/cases/{case_id}").text
    assert "Annehmen und einladen" not in page
    assert agent.post(f"/company/cases/{case_id}/decide", {"decision": "accept"}).status_code == 403
