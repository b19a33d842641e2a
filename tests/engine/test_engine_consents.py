"""Consents: each an object of its own, never part of the declaration nor its condition, revoked as easily as given."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from esign.contracts.consents import ConsentIncomplete, ConsentNotAsked
from esign.engine.consents import keeping
from esign.engine.consents.address import token_of
from esign.engine.consents.refusals import ConsentPageUnknown, ConsentRefused, ConsentUnknown
from tests.actors import COMPANY
from tests.form_answers import answers_of

ASKED = ["early-performance", "advertising"]


@pytest.fixture
def contract(world: Any) -> str:
    data = dict(world.sample("mobile-plan")) | {"consents": ASKED}
    return str(world.application.contracts.draw_up(COMPANY, data))


@pytest.fixture
def token(world: Any, contract: str) -> str:
    world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    found = re.search(r"/einwilligungen/(\S+)", world.post.text(0))
    assert found is not None
    return found[1]


def entries(world: Any, contract: str) -> list[str]:
    return [kind for kind in world.ledger(contract) if kind.startswith("consent.")]


def test_nothing_is_given_beforehand_and_each_is_given_by_itself(world: Any, contract: str, token: str) -> None:
    desk = world.application.consents
    page = desk.page(token, lang="de")
    assert [(each.text.kind, each.given) for each in page.consents] == [(name, None) for name in ASKED]
    desk.give(token, "advertising", ["email"], lang="de")
    page = desk.page(token, lang="de")
    assert [each.given is not None for each in page.consents] == [False, True]
    assert entries(world, contract) == ["consent.given"]


def test_a_statement_that_was_not_ticked_means_no_consent(world: Any, contract: str, token: str) -> None:
    with pytest.raises(ConsentIncomplete) as refused:
        world.application.consents.give(token, "early-performance", ["demand"], lang="de")
    assert refused.value.facts["missing"] == "knowledge"
    assert entries(world, contract) == []


def test_the_receipt_says_the_words_and_the_ledger_commits_to_them(world: Any, contract: str, token: str) -> None:
    desk = world.application.consents
    desk.give(token, "early-performance", ["demand", "knowledge"], lang="de")
    desk.give(token, "early-performance", ["demand", "knowledge"], lang="de")  # a second press changes nothing
    assert entries(world, contract) == ["consent.given"]
    (given,) = desk.of_contract(COMPANY, contract)
    assert (given.channel, given.text.version, given.stands) == ("page", "1", True)
    house = world.application.contracts.household
    with house.store.reading() as tx:
        (entry,) = [each for each in tx.ledger.of_contract(contract) if each.kind == "consent.given"]
        said = {each.name: each.content for each in tx.ledger.openings(entry.seq)}
        assert said["words"] == given.text.canonical()
        assert [event for event, _ in keeping.events(tx, contract)] == ["early_start_requested", "loss_acknowledged"]
    world.application.delivery.deliver_due()
    mail = world.post.text(len(world.post.mails) - 1)
    assert "Ich verlange ausdrücklich, dass Sie vor Ablauf der Widerrufsfrist" in mail.replace("\n", " ")
    assert token in mail


def test_revoking_is_one_press_and_takes_the_effect_away(world: Any, contract: str, token: str) -> None:
    desk = world.application.consents
    desk.give(token, "early-performance", ["demand", "knowledge"], lang="de")
    (given,) = desk.of_contract(COMPANY, contract)
    desk.revoke(token, given.id)
    desk.revoke(token, given.id)
    assert entries(world, contract) == ["consent.given", "consent.revoked"]
    with world.application.contracts.household.store.reading() as tx:
        assert keeping.events(tx, contract) == ()
    desk.give(token, "early-performance", ["demand", "knowledge"], lang="en")
    assert [each.stands for each in desk.of_contract(COMPANY, contract)] == [False, True]


def test_the_contract_is_concluded_without_any_consent(world: Any, contract: str) -> None:
    """GDPR Art. 7 (4); BGB § 312j: the order depends on none, and none stands in the declaration."""
    link = world.application.contracts.invite(COMPANY, contract).link
    signatory = world.signatory(link)
    signatory.run()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"
    assert "Werbung" not in signatory.declaration
    assert entries(world, contract) == []


@pytest.mark.parametrize("spoilt", ["", "x", "{}.2.{}", "{}.1." + "A" * 43, "{}.1.{}x"])
def test_an_address_that_is_none_of_ours_says_nothing(world: Any, token: str, spoilt: str) -> None:
    contract, _, mac = token.split(".")
    with pytest.raises(ConsentPageUnknown):
        world.application.consents.page(spoilt.format(contract, mac), lang="de")


def test_after_a_cancelled_contract_nothing_is_given_but_revoking_works(world: Any, contract: str, token: str) -> None:
    desk = world.application.consents
    desk.give(token, "advertising", ["email"], lang="de")
    world.application.contracts.cancel(COMPANY, contract)
    assert not desk.page(token, lang="de").open
    with pytest.raises(ConsentRefused):
        desk.give(token, "early-performance", ["demand", "knowledge"], lang="de")
    (given,) = desk.of_contract(COMPANY, contract)
    desk.revoke(token, given.id)
    assert entries(world, contract) == ["consent.given", "consent.revoked"]


def test_a_company_tells_a_consent_only_with_evidence_and_not_of_the_future(world: Any, contract: str) -> None:
    desk, clock = world.application.consents, world.application.contracts.household.clock
    said = {
        "kind": "advertising",
        "party": "signatory-1",
        "statements": ["email"],
        "given_at": (clock.now() - timedelta(hours=1)).isoformat(),
        "evidence": "Gesprächsprotokoll 4711",
    }
    for wrong in ({"evidence": " "}, {"given_at": "gestern"}, {"given_at": "2099-01-01T00:00:00+00:00"}):
        with pytest.raises(ConsentRefused):
            desk.tell(COMPANY, contract, said | wrong)
    with pytest.raises(ConsentIncomplete):
        desk.tell(COMPANY, contract, said | {"statements": []})
    with pytest.raises(ConsentNotAsked):
        desk.tell(COMPANY, contract, said | {"kind": "health-data"})
    with pytest.raises(ConsentRefused):
        desk.tell(COMPANY, contract, said | {"party": "signatory-2"})
    assert entries(world, contract) == []
    told = desk.tell(COMPANY, contract, said)
    assert (told.channel, told.evidence) == ("company", "Gesprächsprotokoll 4711")
    with pytest.raises(ConsentUnknown):
        desk.tell_revoked(COMPANY, contract, "unknown")
    assert desk.tell_revoked(COMPANY, contract, told.id).stands is False


def test_a_consent_that_the_sector_does_not_know_is_not_asked_for(world: Any) -> None:
    data = dict(world.sample("mobile-plan")) | {"consents": ["health-data"]}
    with pytest.raises(ConsentNotAsked):
        world.application.contracts.draw_up(COMPANY, data)
    assert world.application.contracts.list(COMPANY) == ()


def test_the_demand_that_a_form_asks_for_is_a_consent_of_its_own(world: Any) -> None:
    """BGB § 357a (2) No. 1: with the form's words, on the person's page, revocable like any other."""
    token = world.application.forms.begin("default", "mobile-plan").token
    day = world.clock.now().astimezone(ZoneInfo("Europe/Berlin")).date() + timedelta(days=4)
    answers = answers_of("mobile-plan", starts=f"{day:%d.%m.%Y}", early_start="yes")
    contract = world.application.forms.submit(token, answers).contract_id
    desk = world.application.consents
    (given,) = desk.of_contract(COMPANY, contract)
    assert (given.channel, given.text.kind, given.text.version.partition("/")[0]) == (
        "form",
        "early-performance",
        "mobile-plan",
    )
    assert given.text.statements[0].text.startswith("Ich verlange ausdrücklich, dass der Dienst vor Ablauf")
    with world.application.contracts.household.store.reading() as tx:
        assert [event for event, _ in keeping.events(tx, contract)] == ["early_start_requested"]
        page = token_of(tx, contract, "signatory-1")
    (shown,) = desk.page(page, lang="de").consents
    assert shown.given == given
    desk.revoke(page, given.id)
    assert desk.page(page, lang="de").consents == ()


def test_the_confirmation_of_the_contract_records_a_consent_that_stands(world: Any, contract: str, token: str) -> None:
    """BGB § 312f (3), § 356 (6) No. 2 (d): without it no right is lost."""
    desk = world.application.consents
    desk.give(token, "early-performance", ["demand", "knowledge"], lang="de")
    desk.give(token, "advertising", ["email"], lang="de")
    world.signatory(world.link()).run()
    world.application.delivery.deliver_due()
    mail = next(each for each in reversed(world.post.mails) if b"Vertragsbestaetigung" in each)
    message = email.message_from_bytes(mail, policy=email.policy.default)
    files = {str(part.get_filename()): part.get_content() for part in message.iter_attachments()}
    pdf = next(data for name, data in files.items() if name.startswith("Vertragsbestaetigung"))
    said = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    said = " ".join(said.replace("\u00a0", " ").split())
    assert "Mir ist bekannt, dass mein Widerrufsrecht erlischt" in said
    assert "Werbung" not in said
