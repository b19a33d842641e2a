"""The desk finds contracts by words that nobody can read in the database, and tells what happened to one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from esign.access import AccessDenied, Actor, ActorKind, Permission, system
from esign.cli.samples import BERLIN
from esign.engine.api.errors import CursorRefused
from esign.engine.company.records import Wanted
from esign.engine.company.search import fold, words
from esign.engine.records import ContractState
from esign.engine.refusals import ContractUnknown, RemindedAlready
from esign.store.tables_desk import search_state, search_token
from tests.actors import COMPANY

OTHER = system("other")


def database(world: Any) -> Any:
    return world.application.contracts.household.store._database


def tokens(world: Any) -> list[Any]:
    with database(world).reading() as connection:
        return list(connection.execute(select(search_token)))


@pytest.fixture
def shelf(world: Any) -> dict[str, str]:
    """One contract of each sample, and one of another company."""
    draw_up = world.application.contracts.draw_up
    names = ("electricity-supply", "household-insurance", "mobile-plan", "cost-approval")
    found = {name: draw_up(COMPANY, world.sample(name)) for name in names}
    found["other"] = draw_up(OTHER, world.sample("electricity-supply"))
    return found


def found(world: Any, actor: Actor = COMPANY, **wanted: Any) -> set[str]:
    return {view.id for view in world.application.desk.find(actor, Wanted(**wanted)).contracts}


@pytest.mark.parametrize(
    "asked", ["Jana Beispiel", "beispiel JANA", "jana.beispiel@post.example", "JANA.BEISPIEL@POST.EXAMPLE", " jana "]
)
def test_a_contract_is_found_by_words_of_a_name_or_by_the_whole_address(world: Any, shelf: Any, asked: str) -> None:
    assert found(world, party=asked) == {shelf["electricity-supply"]}
    assert found(world, OTHER, party=asked) == {shelf["other"]}


def test_umlauts_are_found_however_they_are_typed(world: Any, shelf: Any) -> None:
    assert fold("Müller-LÜDENSCHEIDT Çelik ß") == "mueller-luedenscheidt celik ss"
    for asked in ("Müller", "mueller", "MÜLLER", "Mu\u0308ller", "müller-lüdenscheidt"):
        assert found(world, party=asked) == {shelf["mobile-plan"]}, asked


@pytest.mark.parametrize("asked", ["Jan", "jana.beispiel", "post.example", "Jana Fremd", "%", "' OR 1=1 --", "a"])
def test_nothing_is_found_by_a_part_of_a_word_or_by_tricks(world: Any, shelf: Any, asked: str) -> None:
    assert found(world, party=asked) - ({shelf["electricity-supply"]} if asked == "jana.beispiel" else set()) == set()


def test_filters_narrow_together_and_the_counts_agree(world: Any, shelf: Any) -> None:
    desk, contracts = world.application.desk, world.application.contracts
    contracts.invite(COMPANY, shelf["mobile-plan"])
    contracts.cancel(COMPANY, shelf["cost-approval"])
    assert found(world, state=ContractState.INVITED) == {shelf["mobile-plan"]}
    assert found(world, template="household-insurance") == {shelf["household-insurance"]}
    assert found(world, text="stromliefer") == {shelf["electricity-supply"]}
    assert found(world, text="lw-2026") == {shelf["electricity-supply"]}
    assert found(world, text="%") == found(world, text="_") == set()
    now = world.clock.now()
    assert len(found(world, created_from=now - timedelta(minutes=5))) == 4
    assert found(world, created_before=now - timedelta(minutes=5)) == set()
    assert found(world, concluded_from=now - timedelta(days=1)) == set()
    counts = desk.counts(COMPANY)
    assert (counts["drawn_up"], counts["invited"], counts["cancelled"], counts["concluded"]) == (2, 1, 1, 0)
    assert sum(desk.counts(OTHER).values()) == 1


def test_pages_follow_one_another_and_a_cursor_is_good_for_its_question_only(world: Any, shelf: Any) -> None:
    desk = world.application.desk
    first = desk.find(COMPANY, limit=3)
    second = desk.find(COMPANY, limit=3, after=first.next)
    assert second.next is None
    assert {view.id for view in (*first.contracts, *second.contracts)} == set(shelf.values()) - {shelf["other"]}
    with pytest.raises(CursorRefused):
        desk.find(OTHER, limit=3, after=first.next)
    with pytest.raises(CursorRefused):
        desk.find(COMPANY, Wanted(template="mobile-plan"), limit=3, after=first.next)


def test_no_word_of_a_party_stands_in_the_database_and_tenants_words_differ(world: Any, shelf: Any) -> None:
    kept = tokens(world)
    by_contract = {name: {row.token for row in kept if row.contract_id == shelf[name]} for name in shelf}
    assert all(len(row.token) == 16 for row in kept)
    assert by_contract["electricity-supply"] and not by_contract["electricity-supply"] & by_contract["other"]
    raw = b"".join(row.token for row in kept).lower()
    assert all(word.encode() not in raw for word in words("Jana Beispiel jana.beispiel@post.example"))


def test_the_words_go_with_the_contracts_key(world: Any, shelf: Any) -> None:
    with world.application.contracts.household.store.transaction() as tx:
        assert not tx.safe.destroy(shelf["mobile-plan"], "company")
    assert found(world, party="Sophie") == {shelf["mobile-plan"]}
    with world.application.contracts.household.store.transaction() as tx:
        assert tx.safe.destroy(shelf["mobile-plan"], "signatory")
    assert found(world, party="Sophie") == set()
    assert not [row for row in tokens(world) if row.contract_id == shelf["mobile-plan"]]
    assert world.application.desk.index_due() == 0


def test_contracts_from_before_the_search_get_their_words_afterwards_erased_ones_none(world: Any, shelf: Any) -> None:
    with database(world).transaction() as connection:
        connection.execute(delete(search_token))
        connection.execute(delete(search_state))
        connection.execute(text("DELETE FROM contract_key WHERE contract_id = :id"), {"id": shelf["mobile-plan"]})
    assert found(world, party="Jana") == set()
    assert world.application.desk.index_due() == 5
    assert world.application.desk.index_due() == 0
    assert found(world, party="Jana") == {shelf["electricity-supply"]}
    assert not [row for row in tokens(world) if row.contract_id == shelf["mobile-plan"]]


def test_all_about_a_contract_stands_on_one_page_and_nothing_personal_comes_from_the_ledger(world: Any) -> None:
    contract, link = world.invite("electricity-supply")
    detail = world.application.desk.contract(COMPANY, contract)
    (party,) = detail.parties
    assert (party.name, party.email, party.state) == ("signatory-1", "jana.beispiel@post.example", "waiting")
    assert detail.turn == {"signatory-1"}
    assert [deadline.kind for deadline in detail.deadlines] == ["reminder", "reminder", "invitation", "offer"]
    until = date.fromisoformat(world.sample("electricity-supply")["offer"]["accept_until"])
    assert detail.deadlines[-1].at == datetime.combine(until + timedelta(days=1), time(), BERLIN)
    begun = ["contract.drawn_up", "invitation.made", "delivery.done", "duty.delivered"]
    assert [each.kind for each in detail.happened] == begun
    assert detail.happened[0].by == "system:system" and detail.happened[1].party == "signatory-1"
    assert detail.happened[2].phrases[0] == "delivery_done_invitation"
    assert "beispiel" not in repr(detail.happened).casefold()
    world.signatory(link).run()
    world.application.delivery.deliver_due()
    after = world.application.desk.contract(COMPANY, contract)
    kinds = [each.kind for each in after.happened]
    assert kinds[4:7] == ["device.bound", "enrolment.granted", "attempt.opened"]
    assert "contract.concluded" in kinds and after.deadlines == () and after.turn == frozenset()
    assert {each.party for each in after.happened if each.kind in ("device.bound", "intent.declared")} == {
        "signatory-1"
    }


def test_what_was_replaced_names_its_successor_and_the_other_way_round(world: Any) -> None:
    contract, _ = world.invite()
    corrected = world.application.contracts.correct_address(COMPANY, contract, "signatory-1", "j.b@post.example")
    desk = world.application.desk
    assert desk.contract(COMPANY, contract).replaced_by == corrected.contract_id
    assert desk.contract(COMPANY, corrected.contract_id).replaces == contract
    assert found(world, party="j.b@post.example") == {corrected.contract_id}


def test_a_reminder_by_hand_is_shown_and_not_repeated_within_a_day(world: Any) -> None:
    contract, _ = world.invite()
    world.application.contracts.remind(COMPANY, contract)
    with pytest.raises(RemindedAlready):
        world.application.contracts.remind(COMPANY, contract)
    assert len(world.application.desk.contract(COMPANY, contract).reminded["signatory-1"]) == 1


def test_who_may_not_see_contracts_sees_none_and_others_contracts_are_unknown(world: Any, shelf: Any) -> None:
    desk = world.application.desk
    nobody = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="x", permissions=frozenset())
    reader = replace(nobody, permissions=frozenset({Permission.CONTRACTS_READ}), tenant="other")
    for use_case in (desk.find, desk.counts, lambda actor: desk.contract(actor, shelf["mobile-plan"])):
        with pytest.raises(AccessDenied):
            use_case(nobody)
    with pytest.raises(ContractUnknown):
        desk.contract(reader, shelf["mobile-plan"])
