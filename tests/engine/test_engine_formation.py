"""How contracts come about in the engine: what is recorded, what is refused with the clause, and bad input.

A test's name tells the rule; on refusal nothing has happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from certs.signatory import ServerRefused
from esign.contracts import ContractsError
from esign.contracts.formation import PersonIdentified
from esign.engine.contracts.validity import last_day
from esign.engine.formation import declaring, keeping, offering
from esign.engine.formation.refusals import ConsentRefused, FormationClockBehind, FormationRefusal
from esign.evidence.kinds import EntryKind
from esign.policy import LegalLevel
from tests.actors import COMPANY
from tests.conftest import TestClock, World, installation


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("formation"), sandbox_folder) as made:
        yield made


@pytest.fixture(autouse=True)
def today(shared: World) -> Iterator[None]:
    shared.clock.offset = timedelta()
    yield
    shared.clock.offset = timedelta()


def kinds(world: World, contract: str) -> list[str]:
    return [kind for kind in world.ledger(contract) if kind.startswith("formation.")]


def view(world: World, contract: str) -> Any:
    return world.application.formation.view(COMPANY, contract)


def state(world: World, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def ready(world: World, **changes: Any) -> tuple[str, Any]:
    """Return a simple contract whose customer has everything before the button."""
    contract, link = world.invite("mobile-plan", **changes)
    signatory = world.signatory(link, "sophie-mueller-luedenscheidt")
    for step in (signatory.hello, signatory.open, signatory.document):
        step()
    return contract, signatory


def test_every_act_is_recorded_and_the_last_one_concludes(shared: World) -> None:
    contract, signatory = ready(shared)
    signatory.declare()
    assert set(kinds(shared, contract)[2:4]) == {"formation.offer_received", "formation.summary_received"}
    assert [kind for kind in kinds(shared, contract) if not kind.endswith("_received")] == [
        "formation.begun",
        "formation.offered",
        "formation.ordered",
        "formation.declared",
        "formation.concluded",
    ]
    found = view(shared, contract)
    assert (found.state, found.recorded, found.needs_button) == ("concluded", True, True)
    told = {each.kind: each for each in found.events}
    assert told["order_button_pressed"].label == "zahlungspflichtig bestellen"
    assert told["accepted"].level == "simple"
    assert told["offer_received"].at <= told["order_button_pressed"].at <= told["accepted"].at
    assert told["acceptance_received"].at == told["accepted"].at == found.since
    assert shared.application.contracts.view(COMPANY, contract).concluded_at == found.since
    assert all(each.entry is not None for each in found.events)


def test_without_the_order_button_nothing_is_concluded_whatever_was_signed(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, signatory = ready(shared)
    monkeypatch.setattr(declaring, "ordered", lambda *_, **__: None)
    with pytest.raises(ServerRefused) as refused:
        signatory.declare()
    assert refused.value.code == "engine.conclusion.release_refused"
    assert state(shared, contract) == "failed"
    assert "contract.concluded" not in shared.ledger(contract)
    assert "formation.concluded" not in shared.ledger(contract)
    assert "signature.embedded" not in shared.ledger(contract), "nothing was put into the file"


def test_a_declaration_that_would_have_no_effect_is_refused_with_the_clause(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract, signatory = ready(shared)
    monkeypatch.setattr(declaring.made, "press", _another_label(declaring.made.press))
    with pytest.raises(ServerRefused) as refused:
        signatory.declare()
    assert (refused.value.status, refused.value.code) == (422, "engine.formation.refused")
    assert refused.value.facts["clause"] == "BGB § 312j (3), (4)"
    assert refused.value.facts["rule"] == "formation.button"
    assert "no contract" in str(refused.value.facts["consequence"])
    assert state(shared, contract) == "invited"
    assert "intent.declared" not in shared.ledger(contract)
    assert kinds(shared, contract)[-1] == "formation.refused"
    monkeypatch.undo()
    signatory.declare()
    assert state(shared, contract) == "concluded", "nothing of the refusal stays behind"


def _another_label(press: Any) -> Any:
    return lambda *given, **named: press(*given, **{**named, "label": "Weiter"})


def test_form_is_checked_at_the_moment_of_declaring(shared: World) -> None:
    contract, _ = ready(shared)
    house = shared.application.contracts.household
    with pytest.raises(FormationRefusal) as refused, house.store.transaction() as tx:
        record = tx.contracts.get(contract)
        assert record is not None
        party = house.contract_contents(tx, record).parties[0]
        _needs_qualified(tx, keeping.current(house, tx, record), record, house, party)
    assert refused.value.facts["rule"] == "formation.form.level"
    assert state(shared, contract) == "invited"
    assert "formation.declared" not in shared.ledger(contract)


def _needs_qualified(tx: Any, formation: Any, record: Any, house: Any, party: Any) -> None:
    strict = tuple(
        replace(form, level=LegalLevel.QUALIFIED, source="BGB § 126a (1)", consequence="void")
        for form in formation.terms.forms
        if form.kind.value == "acceptance"
    )
    bent = replace(formation, terms=replace(formation.terms, forms=strict))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(declaring, "current", lambda *_: bent)
        declaring.check(
            house, tx, record, party, "a" * 64, label="zahlungspflichtig bestellen", level=LegalLevel.SIMPLE
        )


# Bad input


def test_data_that_contradict_themselves_leave_nothing_behind(shared: World) -> None:
    sample = shared.sample("electricity-supply")
    entries = shared.application.ledger.verify().entries
    price = {**sample["price"], "total_cents": sample["price"]["total_cents"] + 1}
    for changes, code in (
        ({"offer": {"accept_until": "2026-11-19"}}, "contracts.data.dates"),
        ({"price": price}, "contracts.data.price"),
        ({"signatory": {**sample["signatory"], "birth_date": "2010-05-01"}}, "contracts.data.minor"),
        ({"order": {"label": "Weiter"}}, "contracts.data.order_label"),
    ):
        with pytest.raises(ContractsError) as refused:
            shared.application.contracts.draw_up(COMPANY, {**sample, **changes})
        assert refused.value.code.startswith(code.rpartition(".")[0]), refused.value.code
    assert shared.application.ledger.verify().entries == entries


def test_a_minor_whom_the_provider_recognises_declares_nothing_without_consent(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = shared.sample("electricity-supply")
    person = {name: value for name, value in sample["signatory"].items() if name != "birth_date"}
    contract, link = shared.invite(signatory=person)
    identified = declaring.identified
    monkeypatch.setattr(
        declaring, "identified", lambda house, tx, record, party, _: identified(house, tx, record, party, YOUNG)
    )
    signatory = shared.signatory(link)
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document):
        step()
    with pytest.raises(ServerRefused) as refused:
        signatory.declare()
    assert refused.value.facts["rule"] == "formation.minor.approval"
    assert refused.value.facts["clause"] == "BGB § 108 (1)"
    house = shared.application.contracts.household
    with house.store.transaction() as tx:
        record = tx.contracts.get(contract)
        assert record is not None
        known = [e for e in keeping.current(house, tx, record).events if isinstance(e, PersonIdentified)]
        assert [e.birth_date for e in known] == [YOUNG]
    for party, words in (("signatory-1", " "), ("signatory-2", "Beide Eltern"), ("company", "Beide Eltern")):
        with pytest.raises(ConsentRefused):
            shared.application.formation.consent(COMPANY, contract, party, words)
    shared.application.formation.consent(COMPANY, contract, "signatory-1", "Beide Eltern, Schreiben vom 20.11.2026")
    for step in (signatory.open, signatory.document, signatory.declare, signatory.sign):
        step()
    assert state(shared, contract) == "concluded"


YOUNG = date(2010, 5, 1)


def test_somebody_else_than_the_party_declares_nothing(shared: World) -> None:
    contract, link = shared.invite()
    signatory = shared.signatory(link, "mehmet-yilmaz-gross")
    signatory.hello()
    with pytest.raises(ServerRefused) as refused:
        signatory.enrol()
    assert refused.value.code.startswith("identity.person")
    assert {"formation.ordered", "formation.declared"}.isdisjoint(kinds(shared, contract))


def test_the_same_declaration_twice_is_one(shared: World) -> None:
    contract, signatory = ready(shared)
    signatory.declare()
    again = signatory.wire.again("intent")
    assert again.status_code == 200
    assert kinds(shared, contract).count("formation.declared") == 1
    assert kinds(shared, contract).count("formation.ordered") == 1
    assert shared.ledger(contract).count("contract.concluded") == 1


def test_a_clock_that_jumped_back_stops_declarations_until_it_is_right(shared: World) -> None:
    contract, signatory = ready(shared)
    house = shared.application.contracts.household
    shared.clock.offset = timedelta(hours=-1)
    with pytest.raises(FormationClockBehind), house.store.transaction() as tx:
        record = tx.contracts.get(contract)
        assert record is not None
        party = house.contract_contents(tx, record).parties[0]
        declaring.check(house, tx, record, party, "b" * 64, label=record.reference, level=LegalLevel.SIMPLE)
    shared.clock.offset = timedelta()
    signatory.declare()
    assert state(shared, contract) == "concluded"


def test_the_last_day_of_an_offer_moves_past_days_off_and_ends_at_berlins_midnight_when_clocks_change(
    shared: World,
) -> None:
    assert last_day(date(2026, 11, 29)) == date(2026, 11, 30), "vector A01"
    assert last_day(date(2027, 3, 28)) == date(2027, 3, 30), "Easter Sunday, on which the clocks change"
    assert last_day(date(2027, 10, 31)) == date(2027, 11, 2), "Reformation Day and All Saints'"
    assert last_day(None) is None
    shared.clock.offset = datetime(2027, 3, 20, 12, tzinfo=UTC) - datetime.now(UTC)
    data = shared.sample("mobile-plan", date="2027-03-20", offer={"accept_until": "2027-03-28"})
    data["terms"] = {**data["terms"], "starts": "2027-05-01"}
    contract = shared.application.contracts.draw_up(COMPANY, data)
    invited = shared.application.contracts.invite(COMPANY, contract)
    assert invited.expires_at.astimezone(UTC) == datetime(2027, 3, 30, 22, tzinfo=UTC)
    assert view(shared, contract).until == datetime(2027, 3, 30, 22, tzinfo=UTC)


def test_what_comes_when_the_offer_is_over_is_told_at_once_and_concludes_nothing(shared: World) -> None:
    contract, signatory = ready(shared)
    signatory.clock = TestClock()  # the device's clock stands still
    signatory.wire.clock = signatory.clock
    shared.clock.offset = timedelta(days=60)
    with pytest.raises(ServerRefused):
        signatory.declare()
    assert kinds(shared, contract)[-1] == "formation.late"
    assert view(shared, contract).state == "offer_lapsed"
    shared.application.delivery.deliver_due()
    assert any("Zu spät eingegangen" in shared.post.subject(n) for n in range(len(shared.post.mails)))
    assert state(shared, contract) != "concluded"


def test_a_cancellation_after_the_offer_arrived_says_that_the_company_stays_bound(shared: World) -> None:
    contract, _ = ready(shared)
    shared.application.contracts.cancel(COMPANY, contract)
    found = view(shared, contract)
    assert (state(shared, contract), found.state) == ("cancelled", "open"), "BGB §§ 130 (1), 145"
    drawn = shared.application.contracts.draw_up(COMPANY, shared.sample("mobile-plan"))
    shared.application.contracts.invite(COMPANY, drawn)
    shared.application.contracts.cancel(COMPANY, drawn)
    assert view(shared, drawn).state == "revoked_offer", "it had not arrived yet"


def test_an_altered_instruction_is_not_sent(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contract, signatory = ready(shared)
    signatory.declare()
    monkeypatch.setattr("esign.engine.formation.confirming.instruction_digest", lambda _: "0" * 64)
    shared.application.delivery.deliver_due()
    names = [part.get_filename() or "" for part in shared.post.message().iter_attachments()]
    assert not any("Widerrufsbelehrung" in name for name in names)
    with shared.application.contracts.household.store.reading() as tx:
        (failed,) = [e for e in tx.ledger.of_contract(contract) if e.kind is EntryKind.CONFIRMATION_FAILED]
    assert failed.facts["code"] == "instruction_altered"


def test_a_contract_from_before_is_rebuilt_and_marked(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setattr(keeping, "begin", lambda *_: None)
        for name in ("offered", "arrived", "document_arrived", "summary_arrived"):
            before.setattr(offering, name, lambda *_, **__: None)
        contract, signatory = ready(shared)
    assert kinds(shared, contract) == []
    assert view(shared, contract).recorded is False
    signatory.declare()
    assert kinds(shared, contract)[0] == "formation.rebuilt"
    assert view(shared, contract).state == "concluded"
