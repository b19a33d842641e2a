"""Until when a contract can be signed: each one's own affair within bounds; more time; a new one in its place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from esign.access import AccessDenied, Permission, system
from esign.engine.contracts.validity import Validity, ValidityOver, ValidityRefused, last_day
from esign.engine.household import BERLIN
from esign.engine.refusals import ContractStateRefused, ContractUnknown
from tests.actors import COMPANY
from tests.api.conftest import Api

LAST = "signatory-1"


def day(world: Any, days: int) -> date:
    return (world.clock.now().astimezone(BERLIN) + timedelta(days=days)).date()


def drawn(world: Any, validity: Validity | None = None, **changes: Any) -> str:
    data = world.sample("mobile-plan", **{"offer": {"accept_until": day(world, 60).isoformat()}, **changes})
    return str(world.application.contracts.draw_up(COMPANY, data, validity))


def invited(world: Any, validity: Validity | None = None, **changes: Any) -> tuple[str, datetime]:
    contract = drawn(world, validity, **changes)
    made = world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    return contract, made.expires_at


def deadlines(world: Any, contract: str) -> list[tuple[str, str]]:
    found = world.application.desk.contract(COMPANY, contract).deadlines
    return [(each.kind, each.at.astimezone(BERLIN).date().isoformat()) for each in found]


def test_days_or_a_last_day_are_kept_told_and_nothing_outlives_the_offer(world: Any) -> None:
    now = world.clock.now()
    _, end = invited(world, Validity(days=30), reference="V-1")
    assert abs(end - now - timedelta(days=30)) < timedelta(minutes=5)
    contract, end = invited(world, Validity(until=day(world, 40), reminders=(7, 2)), reference="V-2")
    assert end == datetime.combine(day(world, 41), datetime.min.time(), BERLIN)
    assert f"{end.astimezone(BERLIN):%d.%m.%Y}, 00:00" in world.post.text()
    assert deadlines(world, contract) == [
        ("reminder", day(world, 34).isoformat()),
        ("reminder", day(world, 39).isoformat()),
        ("invitation", day(world, 41).isoformat()),
        ("validity", day(world, 41).isoformat()),
        ("offer", day(world, 61).isoformat()),
    ]
    soon = {"accept_until": day(world, 3).isoformat()}
    for validity in (None, Validity(days=20), Validity(until=day(world, 20))):
        _, end = invited(world, validity, offer=soon, reference=f"V-3{validity and validity.days}")
        assert end == datetime.combine(day(world, 4), datetime.min.time(), BERLIN)
    late = drawn(world, offer=soon, reference="V-4")
    world.clock.offset += timedelta(days=5)
    with pytest.raises(ValidityOver):
        world.application.contracts.invite(COMPANY, late)
    assert world.application.contracts.view(COMPANY, late).state == "drawn_up"


def test_what_is_out_of_bounds_is_refused_and_nothing_is_drawn_up(world: Any) -> None:
    most = world.settings.invitation_days_most
    bad = (
        (Validity(days=0), "days"),
        (Validity(days=most + 1), "days"),
        (Validity(until=day(world, -1)), "until"),
        (Validity(until=day(world, most + 1)), "until"),
        (Validity(days=1, until=day(world, 1)), "both"),
        (Validity(reminders=(61,)), "reminders"),
        (Validity(reminders=(1, 2, 3, 4, 5, 6)), "reminders"),
    )
    for validity, reason in bad:
        with pytest.raises(ValidityRefused) as caught:
            drawn(world, validity)
        assert caught.value.facts["reason"] == reason
    for data in ({"day": 1}, {"days": "1"}, {"days": True}, {"until": "2027-02-30"}, {"reminders": ["x"]}):
        with pytest.raises(ValidityRefused):
            Validity.parse(data)
    assert sum(world.application.desk.counts(COMPANY).values()) == 0


def test_reminders_follow_the_contract_and_its_new_end(world: Any) -> None:
    contract, end = invited(world, Validity(days=10, reminders=(4,)), reference="M-1")
    quiet, _ = invited(world, Validity(days=10, reminders=()), reference="M-2")
    upkeep, renewal = world.application.upkeep, world.application.renewal
    assert upkeep.remind_due() == 0
    before = world.clock.offset
    world.clock.offset = before + timedelta(days=6, minutes=5)
    assert (upkeep.remind_due(), upkeep.remind_due()) == (1, 0)
    later = renewal.change_validity(COMPANY, contract, Validity(days=20, reminders=(9, 1)))
    assert later == end + timedelta(days=10)
    assert upkeep.remind_due() == 0
    world.clock.offset = before + timedelta(days=11, minutes=5)
    assert (upkeep.remind_due(), upkeep.end_expired_contracts()) == (1, 1)
    assert world.application.contracts.view(COMPANY, quiet).state == "expired"
    assert world.application.contracts.view(COMPANY, contract).state == "invited"
    assert "contract.validity_changed" in world.ledger(contract)
    assert "delivery.queued" in world.ledger(contract)[-1:]


def test_what_a_party_was_told_is_never_shortened_and_only_what_runs_is_changed(world: Any) -> None:
    contract, end = invited(world, Validity(days=10))
    renewal, before = world.application.renewal, world.ledger(contract)
    for validity, reason in (
        (Validity(days=9), "shorter"),
        (Validity(until=day(world, 5)), "shorter"),
        (Validity(until=day(world, 70)), "offer"),
    ):
        with pytest.raises(ValidityRefused) as caught:
            renewal.change_validity(COMPANY, contract, validity)
        assert caught.value.facts["reason"] == reason
    assert world.ledger(contract) == before
    assert world.application.reading.parties(COMPANY, contract)[0].expires_at == end
    with pytest.raises(ContractUnknown):
        renewal.change_validity(system("other"), contract, Validity(days=20))
    from dataclasses import replace

    with pytest.raises(AccessDenied):
        reader = replace(COMPANY, permissions=frozenset({Permission.CONTRACTS_READ}))
        renewal.change_validity(reader, contract, Validity(days=20))
    corrected = world.application.contracts.correct_address(COMPANY, contract, LAST, "neu@post.example")
    assert abs(corrected.invited.expires_at - end) < timedelta(minutes=5), "the new one lives as long"
    for use_case in (lambda: renewal.change_validity(COMPANY, contract, Validity(days=20)),):
        with pytest.raises(ContractStateRefused):
            use_case()


def test_an_expired_contract_gets_time_or_is_drawn_up_anew_once(world: Any) -> None:
    contract, _ = invited(world, Validity(until=day(world, 2)))
    renewal, contracts = world.application.renewal, world.application.contracts
    with pytest.raises(ContractStateRefused):
        renewal.renew(COMPANY, contract)
    world.clock.offset += timedelta(days=4)
    assert world.application.upkeep.end_expired_contracts() == 1
    with pytest.raises(ValidityOver):
        contracts.resend(COMPANY, contract)
    assert contracts.view(COMPANY, contract).state == "expired"
    renewed = renewal.renew(COMPANY, contract, validity=Validity(days=6))
    assert contracts.view(COMPANY, renewed.contract_id).state == "invited"
    data = world.application.reading.data(COMPANY, renewed.contract_id)
    old = world.application.reading.data(COMPANY, contract)
    assert (data["date"], data["reference"]) == (day(world, 0).isoformat(), old["reference"])
    spans = [
        date.fromisoformat(each["offer"]["accept_until"]) - date.fromisoformat(each["date"]) for each in (old, data)
    ]
    assert spans[0] == spans[1]
    for detail, other in ((contract, "replaced_by"), (renewed.contract_id, "replaces")):
        assert getattr(world.application.desk.contract(COMPANY, detail), other)
    with pytest.raises(ContractStateRefused):
        renewal.renew(COMPANY, contract)
    contracts.cancel(COMPANY, renewed.contract_id)
    until = day(world, 9)
    again = renewal.renew(COMPANY, renewed.contract_id, accept_until=until, invite=False)
    assert (again.invited, contracts.view(COMPANY, again.contract_id).valid_until) == (None, last_day(until))

    second, _ = invited(world, Validity(until=day(world, 2)), reference="E-2")
    world.clock.offset += timedelta(days=4)
    world.application.upkeep.end_expired_contracts()
    renewal.change_validity(COMPANY, second, Validity(until=day(world, 8)))
    assert contracts.resend(COMPANY, second).expires_at > world.clock.now() + timedelta(days=7)
    assert contracts.view(COMPANY, second).state == "invited"


def test_by_the_interface(world: Any) -> None:
    world.settings = world.settings.with_changes(api_rate=10_000, api_burst=10_000)
    world.start()
    backend = Api(world).backend()
    data = world.sample("mobile-plan", offer={"accept_until": day(world, 60).isoformat()})
    made = backend.post("/contracts", {"data": data, "invite": True, "validity": {"days": 3, "reminders": []}})
    contract = made.json()["id"]
    assert made.json()["valid_until"] == day(world, 60).isoformat()
    kinds = [each["kind"] for each in backend.get(f"/contracts/{contract}/deadlines").json()["items"]]
    assert kinds == ["invitation", "offer"]
    until = day(world, 20).isoformat()
    assert backend.post(f"/contracts/{contract}/validity", {"until": until}).json()["valid_until"] == until
    assert backend.post(f"/contracts/{contract}/validity", {"days": 1}).json()["code"] == "engine.validity"
    assert backend.post(f"/contracts/{contract}/renew", {}).status_code == 409
    backend.post(f"/contracts/{contract}/cancel", {})
    renewed = backend.post(f"/contracts/{contract}/renew", {"validity": {"days": 5}})
    assert (renewed.status_code, renewed.json()["state"]) == (201, "invited")
    late = {**data, "reference": "L-1", "offer": {"accept_until": data["date"]}}
    refused = backend.post("/contracts", {"data": late, "invite": True})
    if data["date"] < day(world, 0).isoformat():
        assert (refused.status_code, refused.json()["code"]) == (410, "engine.validity.over")
        assert backend.get("/contracts?reference=L-1").json()["items"] == []
