"""Whose holidays count: the Länder of every customer and of the company, by data, by postal code, or every Land."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.contracts.deadlines import LAENDER
from esign.engine.clocks.records import Act
from tests.actors import COMPANY
from tests.conftest import World, installation
from tests.engine.test_engine_clocks import BERLIN, CLERK, act_of, settled
from tests.engine.test_engine_rights import concluded


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Path) -> Iterator[World]:
    """One installation for this file: each contract has a reference of its own."""
    with installation(tmp_path_factory.mktemp("places"), sandbox_folder) as made:
        yield made


def answer(world: Any, contract: str) -> Any:
    return world.application.performance.period(CLERK, contract).answer


@pytest.mark.parametrize(
    ("codes", "lands", "expected"),
    [
        (("01067", "10115"), ("", ""), ["SN", "BE"]),
        (("00124", "10115"), ("", ""), list(LAENDER)),
        (("99999", "10115"), ("", "BY"), list(LAENDER)),
        (("01067", "10115"), ("TH", ""), ["TH", "BE"]),
    ],
)
def test_the_land_is_that_of_the_data_or_of_a_postal_code_in_exactly_one(
    shared: World, codes: tuple[str, str], lands: tuple[str, str], expected: list[str]
) -> None:
    """BGB § 193; what is not known is every Land."""
    course = shared.sample("distance-course")
    sides = {}
    for side, code, land in zip(("signatory", "company"), codes, lands, strict=True):
        sides[side] = {**course[side], "postal_code": code, **({"land": land} if land else {})}
    contract = concluded(shared, "distance-course", reference=f"FA-{codes[0]}-{lands[0]}{lands[1]}", **sides)
    assert set(answer(shared, contract)["places"]) == set(expected)


def test_of_two_customers_every_land_counts_and_one_unknown_is_every_land(shared: World) -> None:
    """BGB § 193 (engineering decision: the union, to the consumers' benefit)."""
    couple = shared.sample("two-customers-electricity-sommerfeld")
    company = {**couple["company"], "postal_code": "20095"}
    first = {**couple["signatory"], "postal_code": "01067"}
    for number, (code, expected) in enumerate((("80331", {"SN", "BY", "HH"}), ("00124", set(LAENDER)))):
        second = {**couple["further_signatories"][0], "postal_code": code}
        more = {"signatory": first, "further_signatories": [second], "company": company}
        contract = concluded(shared, "two-customers-electricity-sommerfeld", reference=f"LW-TWO-{number}", **more)
        assert set(answer(shared, contract)["places"]) == expected


def test_a_foreign_address_has_no_land(shared: World) -> None:
    course = shared.sample("distance-course")
    person = {**course["signatory"], "country": "AT", "postal_code": "10115"}
    contract = concluded(shared, "distance-course", reference="FA-AT", signatory=person)
    assert set(answer(shared, contract)["places"]) == set(LAENDER)


def test_an_offer_is_open_until_the_next_working_day_of_every_customers_land(shared: World) -> None:
    """BGB §§ 148, 193: 1 November is a holiday in Bavaria, the Monday behind it is none."""
    course = shared.sample("distance-course")
    sides = {
        "signatory": {**course["signatory"], "postal_code": "80331"},
        "company": {**course["company"], "postal_code": "20095"},
    }
    year = shared.clock.now().year + 1
    holiday = date(year, 11, 1)
    while holiday.weekday() >= 5:
        year += 1
        holiday = date(year, 11, 1)
    contract = shared.application.contracts.draw_up(
        COMPANY, {**course, **sides, "reference": "FA-OFFER", "offer": {"accept_until": holiday.isoformat()}}
    )
    shared.application.contracts.invite(COMPANY, contract)
    settled(shared)
    due = act_of(shared, Act.OFFER_LAPSES, contract).due_at.astimezone(BERLIN)
    assert due.date() > holiday + timedelta(days=1)
