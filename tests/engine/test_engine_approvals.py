"""Consents and approvals by who does not sign: a minor's legal representative, a customer who gets the summary late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from certs.signatory import ServerRefused
from esign.engine.formation import declaring
from esign.engine.formation.refusals import ApprovalPageUnknown, ApprovalRefused, ConsentRefused
from esign.evidence import verify_dossier
from tests.actors import COMPANY
from tests.conftest import WEB, World, installation

YOUNG = date(2010, 5, 1)
MOTHER = ("Erika Beispiel", "erika@post.example")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("approvals"), sandbox_folder) as made:
        yield made


@pytest.fixture(autouse=True)
def today(shared: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The provider says that Jana is sixteen."""
    identified = declaring.identified
    monkeypatch.setattr(
        declaring, "identified", lambda house, tx, record, party, _: identified(house, tx, record, party, YOUNG)
    )
    shared.clock.offset = timedelta()
    yield
    shared.clock.offset = timedelta()


def invited(world: World) -> tuple[str, Any]:
    """Return a contract whose data name no date of birth, and its signatory."""
    person = {n: value for n, value in world.sample("electricity-supply")["signatory"].items() if n != "birth_date"}
    contract, link = world.invite(signatory=person)
    return contract, world.signatory(link)


def before_the_button(signatory: Any) -> None:
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document):
        step()


def declare(signatory: Any) -> None:
    signatory.declare()
    signatory.sign()


def state(world: World, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def formation(world: World, contract: str) -> Any:
    return world.application.formation.view(COMPANY, contract)


def token(link: str) -> str:
    return link.rpartition("/")[2]


def mailed(world: World, words: str) -> str:
    """Return the token of the link in the newest mail whose subject has these words."""
    numbers = [n for n in range(len(world.post.mails)) if words in world.post.subject(n)]
    found = re.search(re.escape(f"{WEB}/zustimmung/") + r"([A-Za-z0-9_.-]+)", world.post.text(numbers[-1]))
    assert found is not None
    return found[1]


def verified(world: World, contract: str) -> None:
    house = world.application.contracts.household
    data = world.application.dossiers.create(COMPANY, contract)
    assert verify_dossier(data, anchors=house.trust.certificates).valid


def test_with_consent_beforehand_a_minor_concludes_at_once(shared: World) -> None:
    contract, signatory = invited(shared)
    link = shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER)
    shared.application.delivery.deliver_due()
    assert mailed(shared, "Bitte um Ihre Einwilligung") == token(link)
    page = shared.application.approvals.page(token(link))
    assert (page.about, page.state, page.person) == ("consent", "open", MOTHER[0])
    assert "willige als gesetzliche Vertretung von Jana Beispiel ein" in page.yes and "nicht zu" in page.no
    assert shared.application.approvals.answer(token(link), approved=True) == "approved"
    assert shared.application.approvals.answer(token(link), approved=True) == "approved", "twice changes nothing"
    assert shared.ledger(contract).count("formation.consented") == 1
    before_the_button(signatory)
    declare(signatory)
    assert state(shared, contract) == "concluded"
    verified(shared, contract)
    with pytest.raises(ApprovalRefused):
        shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER)


def test_without_consent_the_contract_waits_for_the_approval_and_is_there_with_it(shared: World) -> None:
    contract, signatory = invited(shared)
    shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER)
    before_the_button(signatory)
    declare(signatory)
    assert (state(shared, contract), formation(shared, contract).state) == ("pending", "pending")
    assert "contract.concluded" not in shared.ledger(contract)
    shared.application.delivery.deliver_due()
    address = mailed(shared, "Bitte um Ihre Genehmigung")
    page = shared.application.approvals.page(address)
    assert (page.about, page.state) == ("approval", "open")
    shared.application.approvals.answer(address, approved=True)
    found = formation(shared, contract)
    assert (state(shared, contract), found.state) == ("concluded", "concluded")
    (approval,) = [each for each in found.events if each.kind == "contract_approved"]
    assert found.since == approval.at == shared.application.contracts.view(COMPANY, contract).concluded_at
    verified(shared, contract)
    shared.application.delivery.deliver_due()
    assert any("Bestätigung und unter" in shared.post.subject(n) for n in range(-4, 0))


def test_a_refused_approval_ends_it(shared: World) -> None:
    contract, signatory = invited(shared)
    link = shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER)
    before_the_button(signatory)
    declare(signatory)
    assert shared.application.approvals.page(token(link)).about == "approval", "the first link serves too"
    shared.application.approvals.answer(token(link), approved=False)
    assert (state(shared, contract), formation(shared, contract).state) == ("declined", "rejected")
    with pytest.raises(ApprovalRefused):
        shared.application.approvals.answer(token(link), approved=True)
    assert "contract.concluded" not in shared.ledger(contract)


def test_two_weeks_after_the_demand_has_arrived_silence_is_a_refusal(shared: World) -> None:
    contract, signatory = invited(shared)
    shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER)
    with pytest.raises(ApprovalRefused):
        shared.application.approvals.demand(COMPANY, contract, "signatory-1")
    before_the_button(signatory)
    declare(signatory)
    shared.application.delivery.deliver_due()
    shared.application.approvals.demand(COMPANY, contract, "signatory-1")
    assert formation(shared, contract).until is None, "it has not arrived"
    shared.application.delivery.deliver_due()
    until = formation(shared, contract).until
    assert until is not None and timedelta(days=14) < until - shared.clock.now() < timedelta(days=18)
    shared.application.clocks.run_due()
    assert state(shared, contract) == "pending"
    shared.clock.offset = timedelta(days=18)
    shared.application.clocks.run_due()
    assert (state(shared, contract), formation(shared, contract).state) == ("declined", "rejected")
    assert formation(shared, contract).rule == "formation.minor.silent"


def test_where_nobody_is_known_who_represents_the_minor_nothing_is_taken_in(shared: World) -> None:
    contract, signatory = invited(shared)
    before_the_button(signatory)
    with pytest.raises(ServerRefused) as refused:
        signatory.declare()
    assert refused.value.facts["clause"] == "BGB § 108 (1)" and refused.value.facts["consequence_de"]
    assert state(shared, contract) == "invited"


@pytest.mark.parametrize(
    ("party", "name", "email", "reason"),
    [
        ("signatory-2", *MOTHER, "party"),
        ("signatory-1", " ", MOTHER[1], "person"),
        ("signatory-1", MOTHER[0], "nobody", "person"),
        ("signatory-1", "Jana Beispiel", "jana@example.org", "same"),
    ],
)
def test_who_cannot_be_asked_is_not_asked(shared: World, party: str, name: str, email: str, reason: str) -> None:
    contract, _ = invited(shared)
    own = shared.application.reading.parties(COMPANY, contract)[0].email
    before = shared.ledger(contract)
    with pytest.raises(ApprovalRefused) as refused:
        shared.application.approvals.ask(COMPANY, contract, party, name, own if reason == "same" else email)
    assert refused.value.facts["reason"] == reason and shared.ledger(contract) == before


def test_an_address_that_is_none_of_ours_shows_nothing(shared: World) -> None:
    contract, _ = invited(shared)
    link = token(shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER))
    for other in ("", "x.1.y", link[:-1] + ("A" if link[-1] != "A" else "B"), link.replace(".", "", 1)):
        with pytest.raises(ApprovalPageUnknown):
            shared.application.approvals.page(other)


def test_bgb_108_3_who_has_come_of_age_is_asked_in_person_and_approves_alone(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    birthday = shared.clock.now().date() + timedelta(days=2)
    monkeypatch.setitem(globals(), "YOUNG", birthday.replace(year=birthday.year - 18))
    contract, signatory = invited(shared)
    desk = shared.application.approvals
    mothers = token(desk.ask(COMPANY, contract, "signatory-1", *MOTHER))
    before_the_button(signatory)
    declare(signatory)
    name, email = "Jana Beispiel", shared.application.reading.parties(COMPANY, contract)[0].email
    with pytest.raises(ApprovalRefused) as refused:
        desk.ask(COMPANY, contract, "signatory-1", name, email)
    assert refused.value.facts["reason"] == "same", "still a minor"
    assert desk.page(mothers).state == "open"
    shared.clock.offset = timedelta(days=3)
    assert desk.page(mothers).state == "over"
    for act in (
        lambda: desk.answer(mothers, approved=True),
        lambda: desk.ask(COMPANY, contract, "signatory-1", *MOTHER),
        lambda: desk.demand(COMPANY, contract, "signatory-1"),
    ):
        with pytest.raises(ApprovalRefused):
            act()
    with pytest.raises(ConsentRefused):
        shared.application.formation.consent(COMPANY, contract, "signatory-1", "die Mutter am Telefon")
    assert state(shared, contract) == "pending"
    shared.application.clocks.run_due()
    shared.application.delivery.deliver_due()
    address = mailed(shared, "Bitte um Ihre eigene Genehmigung")
    page = desk.page(address)
    assert (page.about, page.state, page.person) == ("own", "open", name)
    assert "bin volljährig geworden und genehmige den Vertrag" in page.yes and "nicht" in page.no
    desk.demand(COMPANY, contract, "signatory-1")
    text = shared.apps[WEB].test_client().get(f"/zustimmung/{address}").get_data(as_text=True)
    assert "Ihre eigene Genehmigung" in text and "§ 108 Absatz 3 BGB" in text
    shows_nothing(shared, mothers)
    desk.answer(address, approved=True)
    found = formation(shared, contract)
    (approval,) = [each for each in found.events if each.kind == "contract_approved"]
    assert (state(shared, contract), found.since) == ("concluded", approval.at)
    verified(shared, contract)


def shows_nothing(world: World, address: str) -> None:
    """Neither the page nor the document, and no answer is taken in."""
    desk = world.application.approvals
    for act in (desk.page, desk.document, lambda of: desk.answer(of, approved=True)):
        with pytest.raises(ApprovalPageUnknown):
            act(address)


def test_a_link_is_good_for_its_own_question_alone(shared: World) -> None:
    """256 bits over contract and question, keyed: no part of it serves for another contract, company or question."""
    contract, _ = invited(shared)
    other, _ = invited(shared)
    ask = shared.application.approvals.ask
    first, again, elsewhere = (
        token(ask(COMPANY, each, "signatory-1", *MOTHER)).split(".") for each in (contract, contract, other)
    )
    before = shared.ledger(contract), shared.ledger(other)
    assert [len(each[2]) for each in (first, again, elsewhere)] == [43] * 3, "32 bytes"
    for own, foreign in ((first, again), (first, elsewhere), (elsewhere, first)):
        shows_nothing(shared, f"{own[0]}.{own[1]}.{foreign[2]}")
        if foreign[0] != own[0]:
            shows_nothing(shared, f"{foreign[0]}.{own[1]}.{own[2]}")
    assert (shared.ledger(contract), shared.ledger(other)) == before
    for each in (first, again, elsewhere):
        assert shared.application.approvals.page(".".join(each)).state == "open"


def test_a_link_to_a_wrong_address_is_worth_nothing_once_the_right_one_was_asked(shared: World) -> None:
    contract, _ = invited(shared)
    ask = shared.application.approvals.ask
    wrong = token(ask(COMPANY, contract, "signatory-1", MOTHER[0], "wrong@post.example"))
    assert shared.application.approvals.page(wrong).state == "open"
    right = token(ask(COMPANY, contract, "signatory-1", *MOTHER))
    shows_nothing(shared, wrong)
    assert "formation.consented" not in shared.ledger(contract)
    assert shared.application.approvals.page(right).state == "open"


def test_a_page_where_nothing_can_be_declared_any_more_is_shown_for_a_month(shared: World) -> None:
    contract, _ = invited(shared)
    link = token(shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER))
    shared.application.approvals.answer(link, approved=False)
    shared.clock.offset = timedelta(days=29)
    assert shared.application.approvals.page(link).state == "refused"
    shared.clock.offset = timedelta(days=31)
    shows_nothing(shared, link)


def test_who_answered_or_did_not_is_told_at_the_address_that_was_asked(shared: World) -> None:
    contract, _ = invited(shared)
    link = token(shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER))
    shared.application.approvals.answer(link, approved=True)
    before = len(shared.post.mails)
    shared.application.delivery.deliver_due()
    told = [n for n in range(before, len(shared.post.mails)) if MOTHER[1] in str(shared.post.message(n)["To"])]
    assert any("willige als gesetzliche Vertretung" in shared.post.text(n) for n in told)


def test_nobody_is_asked_again_and_again(shared: World) -> None:
    """A clerk's login, or an API key, floods no mailbox."""
    contract, _ = invited(shared)
    for number in range(10):
        shared.application.approvals.ask(COMPANY, contract, "signatory-1", MOTHER[0], f"a{number}@post.example")
    before = shared.ledger(contract)
    with pytest.raises(ApprovalRefused) as refused:
        shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER)
    assert refused.value.facts["reason"] == "often"
    assert shared.ledger(contract) == before


def test_tkg_54_3_without_the_summary_beforehand_the_customer_approves_after_it_came(shared: World) -> None:
    offer = {**shared.sample("mobile-plan")["offer"], "summary_later": "Bestellung am Telefon"}
    contract, link = shared.invite("mobile-plan", offer=offer, level="simple")
    enclosed = [part.get_filename() for part in shared.post.message().iter_attachments()]
    assert "Vertragszusammenfassung.pdf" not in enclosed
    signatory = shared.signatory(link, "sophie-mueller-luedenscheidt")
    for step in ("hello", "open", "document", "declare"):
        getattr(signatory, step)()
    assert (state(shared, contract), formation(shared, contract).clause) == ("pending", "TKG § 54 (3)")
    shared.application.clocks.run_due()
    shared.application.delivery.deliver_due()
    address = mailed(shared, "Vertragszusammenfassung und Genehmigung")
    numbers = [n for n in range(len(shared.post.mails)) if "und Genehmigung" in shared.post.subject(n)]
    enclosed = [part.get_filename() for part in shared.post.message(numbers[-1]).iter_attachments()]
    assert enclosed == ["Vertragszusammenfassung.pdf"]
    page = shared.application.approvals.page(address)
    assert (page.about, page.state, page.no) == ("summary", "open", "")
    with pytest.raises(ApprovalRefused):
        shared.application.approvals.answer(address, approved=False)
    shared.clock.offset = timedelta(days=4)
    shared.application.clocks.run_due()
    shared.application.delivery.deliver_due()
    again = [n for n in range(len(shared.post.mails)) if "und Genehmigung" in shared.post.subject(n)]
    assert len(again) == len(numbers) + 1, "reminded once"
    shared.application.approvals.answer(address, approved=True)
    found = formation(shared, contract)
    (approved,) = [each for each in found.events if each.kind == "summary_approved"]
    assert (state(shared, contract), found.since) == ("concluded", approved.at)
    verified(shared, contract)


def test_the_page_says_what_it_is_about_and_takes_the_answer_without_a_login(shared: World) -> None:
    contract, _ = invited(shared)
    address = token(shared.application.approvals.ask(COMPANY, contract, "signatory-1", *MOTHER))
    browser = shared.apps[WEB].test_client()
    page = browser.get(f"/zustimmung/{address}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200 and "Einwilligung erklären" in text and "Ablehnung erklären" in text
    assert browser.get(f"/zustimmung/{address}/dokument.pdf").data.startswith(b"%PDF")
    assert browser.post(f"/zustimmung/{address}/ja", headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.post(f"/zustimmung/{address}/nein").status_code == 303
    assert "Ihre Ablehnung ist eingegangen." in browser.get(f"/zustimmung/{address}").get_data(as_text=True)
    assert "formation.denied" in shared.ledger(contract)
    assert browser.post(f"/zustimmung/{address}/ja").status_code == 409
    assert browser.get("/zustimmung/x").status_code == 404
    with browser.session_transaction() as session:
        session["lang"] = "en"
    assert "Your consent" in browser.get(f"/zustimmung/{address}").get_data(as_text=True)
