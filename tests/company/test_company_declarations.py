"""Declarations at the desk: seen with what the software makes of them, assigned and settled by who may."""

from __future__ import annotations

from typing import Any

import pytest

from esign.access import Role
from tests.company.browser import Browser
from tests.company.examples import declaration
from tests.company.people import colleague
from tests.engine.test_engine_rights import CLERK, concluded


@pytest.fixture
def clerk(world: Any) -> Browser:
    return Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))


def test_a_withdrawal_is_a_task_with_its_date_until_it_is_settled(world: Any, clerk: Browser) -> None:
    concluded(world, reference="OTHER-1")
    made = declaration(world, "default")
    world.application.delivery.deliver_due()
    page = clerk.get("/company/declarations/").text
    assert made in page and "noch unklar" in page and "Widerruf" in page
    page = clerk.get(f"/company/declarations/{made}").text
    assert "Kein Vertrag gefunden" in page and "OTHER-1" in page and "Erledigen bis" in page
    assert clerk.get(f"/company/declarations/{made}/acknowledgement.pdf").data.startswith(b"%PDF")
    assert clerk.post(f"/company/declarations/{made}/assign", {"reference": "NO-SUCH"}).status_code == 404
    assert clerk.post(f"/company/declarations/{made}/assign", {"reference": "OTHER-1"}).status_code == 303
    assert "rechtzeitig" in clerk.get(f"/company/declarations/{made}").text
    assert clerk.post(f"/company/declarations/{made}/settle", {"words": " "}).status_code == 422
    assert clerk.post(f"/company/declarations/{made}/settle", {"words": "<b>Erstattet</b>"}).status_code == 303
    after = clerk.get(f"/company/declarations/{made}").text
    assert "&lt;b&gt;Erstattet" in after and "<b>Erstattet" not in after
    assert made not in clerk.get("/company/declarations/").text
    assert made in clerk.get("/company/declarations/?state=done").text
    assert clerk.post(f"/company/declarations/{made}/settle", {"words": "x"}).status_code == 409


def test_an_agent_sees_declarations_and_settles_none(world: Any) -> None:
    made = declaration(world, "default")
    world.application.delivery.deliver_due()
    agent = Browser(world, colleague(world, Role.AGENT, email="agent@example.org"))
    assert "Was wurde daraus?" not in agent.get(f"/company/declarations/{made}").text
    assert agent.post(f"/company/declarations/{made}/settle", {"words": "x"}).status_code == 403


def test_what_falls_with_the_contract_and_how_long_the_declaration_is_kept_stand_on_the_page(
    world: Any, clerk: Browser
) -> None:
    """BGB § 358; AO § 147 (1) No. 2: named and shown; nothing is erased by itself."""
    concluded(world, "goods-purchase")
    deferral = concluded(world, "payment-deferral")
    typed = {"name": "Jana Beispiel", "contract": "RB-2026-01873", "email": "jana.beispiel@post.example"}
    made = world.application.withdrawal.declare("default", typed, press="goods", lang="de").id
    world.application.delivery.deliver_due()
    year = world.clock.now().year + 6
    page = clerk.get(f"/company/declarations/{made}").text
    assert f"/company/contracts/{deferral}" in page and "verbunden, fällt mit weg" in page
    assert "BGB § 358 (1), (2)" in page
    assert "Aufzubewahren bis" in page and f"31.12.{year}" in page and "Handels- und Geschäftsbriefe" in page
    (task,) = world.application.tasks.list(CLERK).tasks
    assert "RB-2026-01873-Z" in clerk.get(f"/company/tasks/{task.id}").text
