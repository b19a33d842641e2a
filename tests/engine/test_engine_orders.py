"""The customer's order is the offer, and the company accepts it: by a clerk, by rule, in time, or not at all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from certs.signatory import ServerRefused
from esign.engine.formation import accepting
from esign.engine.refusals import ContractStateRefused
from esign.evidence import verify_dossier
from esign.evidence.kinds import EntryKind
from tests.actors import COMPANY
from tests.conftest import World, installation
from tests.samples import COUPLE, sample


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("orders"), sandbox_folder) as made:
        yield made


@pytest.fixture(autouse=True)
def today(shared: World) -> Iterator[None]:
    shared.clock.offset = timedelta()
    yield
    shared.clock.offset = timedelta()


def order(world: World, **offer: Any) -> str:
    """Return a contract that the customer has ordered; nothing is delivered since."""
    sample = world.sample("electricity-supply")
    data = {"offer": {**sample["offer"], "by": "customer", **offer}, "level": "simple"}
    contract, link = world.invite("electricity-supply", **data)
    signatory = world.signatory(link)
    for step in ("hello", "open", "document", "declare"):
        getattr(signatory, step)()
    return contract


def state(world: World, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def formation(world: World, contract: str) -> Any:
    return world.application.formation.view(COMPANY, contract)


def subjects(world: World, begin: int) -> list[str]:
    return [world.post.subject(number) for number in range(begin, len(world.post.mails))]


def facts(world: World, contract: str, kind: EntryKind) -> list[dict[str, Any]]:
    with world.application.contracts.household.store.reading() as tx:
        return [dict(entry.facts) for entry in tx.ledger.of_contract(contract) if entry.kind is kind]


def verified(world: World, contract: str) -> bytes:
    """Return the dossier of a contract after it has passed."""
    house = world.application.contracts.household
    data = world.application.dossiers.create(COMPANY, contract)
    report = verify_dossier(data, anchors=house.trust.certificates)
    assert report.valid, [each for each in report.steps if each.outcome != "passed"]
    return data


def test_an_order_concludes_nothing_until_the_acceptance_has_reached_the_customer(shared: World) -> None:
    contract = order(shared)
    assert (state(shared, contract), formation(shared, contract).state) == ("ordered", "open")
    assert formation(shared, contract).offer_by == "customer"
    assert "contract.concluded" not in shared.ledger(contract)
    begin = len(shared.post.mails)
    shared.application.delivery.deliver_due()
    assert any("Eingangsbestätigung" in each for each in subjects(shared, begin))
    assert not any("Bestätigung und" in each for each in subjects(shared, begin)), "the receipt confirms no contract"
    assert state(shared, contract) == "ordered"

    shared.application.acceptances.accept(COMPANY, contract)
    assert state(shared, contract) == "ordered", "declared, not received"
    begin = len(shared.post.mails)
    shared.application.delivery.deliver_due()
    shared.application.delivery.deliver_due()
    assert state(shared, contract) == "concluded"
    told = subjects(shared, begin)
    place = next(n for n, each in enumerate(told) if "Wir nehmen Ihre Bestellung an" in each)
    confirmed = next(n for n, each in enumerate(told) if "Bestätigung und unterschriebenes" in each)
    assert place < confirmed
    (paper,) = list(shared.post.message(begin + place).iter_attachments())
    assert b"/ByteRange" in paper.get_content(), "sealed by the company"
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.get_content())).pages)
    assert "nehmen das Angebot an" in " ".join(pages.split())
    found = formation(shared, contract)
    kinds = [each.kind for each in found.events]
    assert found.state == "concluded" and kinds.count("company_accepted") == kinds.count("acceptance_received") == 1
    assert shared.application.contracts.view(COMPANY, contract).concluded_at == found.since
    (accepted,) = [each for each in found.events if each.kind == "company_accepted"]
    (received,) = [each for each in found.events if each.kind == "acceptance_received"]
    assert accepted.at < received.at == found.since
    assert [each["way"] for each in facts(shared, contract, EntryKind.FORMATION_ACCEPTED)] == ["clerk"]


def test_the_dossier_of_an_order_passes(shared: World) -> None:
    contract = order(shared)
    shared.application.acceptances.accept(COMPANY, contract)
    shared.application.delivery.deliver_due()
    assert state(shared, contract) == "concluded"
    verified(shared, contract)


def test_of_two_customers_both_order_and_both_get_the_acceptance(shared: World) -> None:
    data = sample(COUPLE, company_signature="none", level="simple", signing_order="free")
    data["offer"] = {**data["offer"], "by": "customer"}
    contract = shared.application.contracts.draw_up(COMPANY, data)
    invited = shared.application.contracts.invite(COMPANY, contract)
    links = {each.party: each.link for each in (invited, *invited.further)}
    pair = [shared.signatory(links[f"signatory-{n}"], p) for n, p in ((1, "mira-sommerfeld"), (2, "david-sommerfeld"))]
    for signatory, before in zip(pair, ("invited", "partly_signed"), strict=True):
        assert state(shared, contract) == before
        with pytest.raises(ContractStateRefused):
            shared.application.acceptances.accept(COMPANY, contract)
        for step in ("hello", "open", "document", "declare"):
            getattr(signatory, step)()
    assert state(shared, contract) == "ordered"
    shared.application.acceptances.accept(COMPANY, contract)
    house = shared.application.contracts.household
    with house.store.transaction() as tx:
        record = tx.contracts.get(contract)
        assert record is not None
        accepting.arrived(house, tx, record, "signatory-1")
    assert state(shared, contract) == "ordered", "it has reached one of them"
    shared.application.delivery.deliver_due()
    assert state(shared, contract) == "concluded"
    assert shared.ledger(contract).count("formation.acceptance_received") == 2
    verified(shared, contract)


def test_an_order_is_accepted_by_rule_where_the_contract_says_so(shared: World) -> None:
    contract = order(shared, acceptance="automatic")
    assert state(shared, contract) == "ordered"
    shared.application.clocks.run_due()
    shared.application.delivery.deliver_due()
    assert state(shared, contract) == "concluded"
    assert [each["way"] for each in facts(shared, contract, EntryKind.FORMATION_ACCEPTED)] == ["rule"]
    assert not any(each.kind.value == "order" for each in tasks(shared, contract))


def tasks(world: World, contract: str) -> tuple[Any, ...]:
    with world.application.contracts.household.store.reading() as tx:
        return tuple(tx.tasks.about(contract))


def test_an_order_that_nobody_accepts_lapses_and_the_customer_is_told(shared: World) -> None:
    contract = order(shared)
    shared.application.clocks.run_due()
    (task,) = tasks(shared, contract)
    assert (task.kind.value, task.state.value) == ("order", "open")
    shared.clock.offset = timedelta(days=12)
    begin = len(shared.post.mails)
    shared.application.clocks.run_due()
    shared.application.delivery.deliver_due()
    assert (state(shared, contract), formation(shared, contract).state) == ("expired", "offer_lapsed")
    assert any("Ihre Bestellung ist erloschen" in each for each in subjects(shared, begin))
    with pytest.raises(ContractStateRefused):
        shared.application.acceptances.accept(COMPANY, contract)
    assert all(each.state.value == "done" for each in tasks(shared, contract))


def test_an_order_that_is_turned_down_ends_with_a_mail_and_no_contract(shared: World) -> None:
    contract = order(shared)
    shared.application.acceptances.decline(COMPANY, contract, "Leider ausverkauft")
    begin = len(shared.post.mails)
    shared.application.delivery.deliver_due()
    assert (state(shared, contract), formation(shared, contract).state) == ("declined", "rejected")
    place = next(n for n, each in enumerate(subjects(shared, begin)) if "Kein Vertrag" in each)
    assert "Leider ausverkauft" in shared.post.text(begin + place)
    assert "contract.concluded" not in shared.ledger(contract)


def test_an_acceptance_that_does_not_arrive_concludes_nothing_and_is_sent_again(shared: World) -> None:
    contract = order(shared)
    shared.application.delivery.deliver_due()
    shared.application.acceptances.accept(COMPANY, contract)
    with pytest.raises(ContractStateRefused):
        shared.application.acceptances.decline(COMPANY, contract)
    shared.post.failure = OSError("no line")
    shared.application.delivery.deliver_due()
    shared.post.failure = None
    assert state(shared, contract) == "ordered"
    shared.application.acceptances.accept(COMPANY, contract)
    shared.application.delivery.deliver_due()
    assert state(shared, contract) == "concluded"
    assert len(facts(shared, contract, EntryKind.FORMATION_ACCEPTED)) == 1, "accepted once"


def late_declaration(world: World) -> tuple[str, Any]:
    """Return a contract whose customer declares three minutes after the offer's end, begun three minutes before."""
    day = (world.clock.now() + timedelta(days=3)).date().isoformat()
    sample = world.sample("electricity-supply")
    contract, link = world.invite("electricity-supply", offer={**sample["offer"], "accept_until": day}, level="simple")
    signatory = world.signatory(link)
    (party,) = world.application.reading.parties(COMPANY, contract)
    end = party.expires_at
    assert end is not None
    world.clock.offset = end - timedelta(minutes=3) - datetime.now(UTC)
    for step in ("hello", "open", "document"):
        getattr(signatory, step)()
    world.clock.offset += timedelta(minutes=6)
    return contract, signatory


def test_bgb_150_1_a_late_acceptance_is_a_new_offer_that_the_company_can_accept(shared: World) -> None:
    contract, signatory = late_declaration(shared)
    shared.application.clocks.run_due()
    shared.application.upkeep.end_expired_contracts()
    assert state(shared, contract) == "invited", "what was begun in time may come to its end"
    begin = len(shared.post.mails)
    signatory.declare()
    found = formation(shared, contract)
    assert (state(shared, contract), found.state, found.clause) == ("ordered", "counter_offered", "BGB § 150 (1)")
    assert "formation.late" in shared.ledger(contract)
    shared.application.delivery.deliver_due()
    told = [n for n in range(begin, len(shared.post.mails)) if "Nach dem Ende der Frist" in shared.post.subject(n)]
    assert "neues Angebot an uns (§ 150 Absatz 1 BGB)" in shared.post.text(told[0])
    shared.application.clocks.run_due()
    assert state(shared, contract) == "ordered"
    shared.application.acceptances.accept(COMPANY, contract)
    shared.application.delivery.deliver_due()
    assert state(shared, contract) == "concluded"
    assert "verspätete Erklärung" in words_of_acceptance(shared, contract)
    verified(shared, contract)


def words_of_acceptance(world: World, contract: str) -> str:
    with world.application.contracts.household.store.reading() as tx:
        return accepting.words_of(tx, contract)


def test_a_late_acceptance_that_the_company_leaves_alone_lapses(shared: World) -> None:
    contract, signatory = late_declaration(shared)
    signatory.declare()
    shared.clock.offset += timedelta(days=20)
    shared.application.clocks.run_due()
    assert (state(shared, contract), formation(shared, contract).state) == ("expired", "offer_lapsed")


def test_nothing_is_begun_when_the_offer_is_over(shared: World) -> None:
    contract, signatory = late_declaration(shared)
    with pytest.raises(ServerRefused) as refused:
        signatory.open()
    assert refused.value.code == "engine.invitation.expired"
    shared.clock.offset += timedelta(hours=2)
    shared.application.upkeep.end_overdue()
    shared.application.upkeep.end_expired_contracts()
    assert state(shared, contract) == "expired"


def test_one_of_two_who_order_can_still_decline(shared: World) -> None:
    data = sample(COUPLE, company_signature="none", level="simple", signing_order="free")
    data["offer"] = {**data["offer"], "by": "customer"}
    contract = shared.application.contracts.draw_up(COMPANY, data)
    invited = shared.application.contracts.invite(COMPANY, contract)
    links = {each.party: each.link for each in (invited, *invited.further)}
    mira = shared.signatory(links["signatory-1"], "mira-sommerfeld")
    for step in ("hello", "open", "document", "declare"):
        getattr(mira, step)()
    david = shared.signatory(links["signatory-2"], "david-sommerfeld")
    david.hello()
    david.decline()
    assert (state(shared, contract), formation(shared, contract).state) == ("declined", "not_offered")


def test_accepted_and_turned_down_at_once_has_one_outcome(shared: World) -> None:
    contract = order(shared)
    desk = shared.application.acceptances

    def tried(act: Any) -> str:
        try:
            act()
        except ContractStateRefused:
            return "refused"
        return "done"

    with ThreadPoolExecutor(3) as pool:
        acts = [lambda: desk.accept(COMPANY, contract), lambda: desk.decline(COMPANY, contract)]
        outcomes = [each.result(60) for each in [pool.submit(tried, act) for act in acts]]
    shared.application.delivery.deliver_due()
    assert sorted(outcomes) == ["done", "refused"]
    assert state(shared, contract) == ("concluded" if outcomes[0] == "done" else "declined")
    assert len(facts(shared, contract, EntryKind.FORMATION_ACCEPTED)) == int(outcomes[0] == "done")
