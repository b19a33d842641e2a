"""The desk shows what was told before the declaration, to whom and how, and what of the rules is to be confirmed."""

from __future__ import annotations

from typing import Any

from esign.access import Role
from tests.actors import COMPANY
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.engine.test_engine_rights import concluded


def test_a_clerk_sees_deliveries_consents_and_open_marks(world: Any) -> None:
    clerk = Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))
    data = dict(world.sample("mobile-plan")) | {"consents": ["advertising"]}
    contract = world.application.contracts.draw_up(COMPANY, data)
    page = clerk.get(f"/company/contracts/{contract}").text
    assert "Vor der Erklärung gesagt" in page and page.count("noch nicht zugestellt") == 2
    world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    with world.application.contracts.household.store.reading() as tx:
        from esign.engine.consents.address import token_of

        token = token_of(tx, contract, "signatory-1")
    world.application.consents.give(token, "advertising", ["email"], lang="de")
    page = clerk.get(f"/company/contracts/{contract}").text
    assert "noch nicht zugestellt" not in page and page.count("per E-Mail ·") == 2
    assert "Werbung per E-Mail" in page and "Informationen vor der Erklärung zugestellt" in page
    assert "juristisch noch zu bestätigen" in page and "duties/telecommunications" in page


def test_the_contracts_page_says_how_long_it_is_kept_by_the_class_of_its_sector(world: Any) -> None:
    """AO § 147 (3), HGB § 257 (4): banks and insurers keep vouchers ten years, others eight."""
    clerk = Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))
    for template, years in (("distance-course", 8), ("securities-account", 10)):
        page = clerk.get(f"/company/contracts/{concluded(world, template)}").text
        assert f"Aufzubewahren mindestens bis 31.12.{world.clock.now().year + years}" in page
        assert "Buchungsbelege" in page
    drawn_up = world.application.contracts.draw_up(COMPANY, world.sample("goods-purchase"))
    assert "Aufzubewahren" not in clerk.get(f"/company/contracts/{drawn_up}").text
