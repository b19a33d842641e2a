"""What has to be told comes before the declaration: with the mail, with the document, or nothing is declared."""

from __future__ import annotations

import email
import email.policy
import json
from typing import Any

import pytest

from certs.signatory.errors import ServerRefused
from esign.contracts.duties import InformationUnknown
from esign.contracts.rules import read_rules
from esign.engine.duties import delivering
from esign.evidence import verify_dossier
from esign.foundation.digests import sha256
from tests.actors import COMPANY

FILES = ["Informationen.pdf", "Vertragszusammenfassung.pdf"]


@pytest.fixture
def mobile(world: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan")))


def delivered(world: Any, contract: str) -> list[tuple[Any, ...]]:
    with world.application.contracts.household.store.reading() as tx:
        found = [entry.facts for entry in tx.ledger.of_contract(contract) if entry.kind == "duty.delivered"]
    return [(each["kind"], each["channel"]) for each in found]


def test_the_invitations_mail_carries_the_files_and_the_ledger_says_delivered(world: Any, mobile: str) -> None:
    world.application.contracts.invite(COMPANY, mobile)
    assert delivered(world, mobile) == []
    world.application.delivery.deliver_due()
    mail = email.message_from_bytes(world.post.mails[0], policy=email.policy.default)
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert list(attached) == FILES
    house = world.application.contracts.household
    with house.store.reading() as tx:
        contents = house.contract_contents(tx, tx.contracts.get(mobile))
    assert {each.name: each.sha256 for each in contents.information} == {
        name: sha256(data) for name, data in attached.items()
    }
    assert {name: contents.attachments[name] for name in FILES} == {
        name: sha256(data).hex() for name, data in attached.items()
    }
    assert delivered(world, mobile) == [("information", "email"), ("contract_summary", "email")]
    assert "formation.summary_received" in world.ledger(mobile)
    assert "Angehängt ist, was Sie vor Ihrer Erklärung wissen müssen" in world.post.text(0)


def test_nothing_is_declared_before_the_delivery_is_logged(
    world: Any, mobile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BGB § 312d, TKG § 54: neither the mail is handed over nor the files came with the document."""
    link = world.application.contracts.invite(COMPANY, mobile).link
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "fetched", lambda *_: None)
        signatory = world.signatory(link)
        for step in ("hello", "open", "document"):
            getattr(signatory, step)()
    with pytest.raises(ServerRefused) as refused:
        signatory.declare()
    assert "engine.duty.not_delivered" in str(refused.value)
    assert not {"intent.declared", "formation.ordered", "contract.concluded"} & set(world.ledger(mobile))
    world.application.delivery.deliver_due()
    signatory.declare()
    assert "intent.declared" in world.ledger(mobile)


def test_a_device_that_fetched_the_document_has_the_files_too_each_logged_once(world: Any, mobile: str) -> None:
    link = world.application.contracts.invite(COMPANY, mobile).link
    world.signatory(link).run()
    assert delivered(world, mobile) == [("information", "ceremony"), ("contract_summary", "ceremony")]
    kinds = world.ledger(mobile)
    assert kinds.index("duty.delivered") < kinds.index("intent.declared")
    world.application.delivery.deliver_due()


def test_the_dossier_holds_the_files_their_delivery_and_the_rules(world: Any, mobile: str) -> None:
    link = world.application.contracts.invite(COMPANY, mobile).link
    world.application.delivery.deliver_due()
    receipt = world.signatory(link).run()
    assert b"Vertragszusammenfassung.pdf" in receipt.document
    data = world.application.dossiers.create(COMPANY, mobile)
    house = world.application.contracts.household
    assert verify_dossier(data, anchors=house.trust.certificates).valid
    assert b"duty.delivered" in data
    assert b'filename="Vertragszusammenfassung.pdf"' in data  # the mail as it was sent
    with house.store.reading() as tx:
        rules = {each.name: each for each in read_rules(house.contract_contents(tx, tx.contracts.get(mobile)).rules)}
    assert {"contracts/mobile-plan", "duties/telecommunications", "withdrawal/telecom"} <= rules.keys()
    assert rules["duties/telecommunications"].open > 0
    assert all(len(each.sha256) == 64 for each in rules.values())


def test_a_handed_over_link_is_followed_by_a_mail_with_the_files(world: Any, mobile: str) -> None:
    house = world.application.contracts.household
    from esign.engine.contracts import invitations

    with house.store.transaction() as tx:
        invitations.make(house, tx, mobile, "signatory-1", channel="company")
    assert world.application.delivery.deliver_due() == 1
    assert "Bestätigen müssen Sie nichts." in world.post.text(0)
    assert delivered(world, mobile) == [("information", "email"), ("contract_summary", "email")]


def test_where_nothing_has_to_be_told_nothing_is_enclosed(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("cost-approval"))
    world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    mail = email.message_from_bytes(world.post.mails[0], policy=email.policy.default)
    assert list(mail.iter_attachments()) == []
    assert delivered(world, contract) == []


def test_a_contract_whose_information_does_not_fit_is_not_drawn_up(world: Any) -> None:
    data = json.loads(json.dumps(world.sample("mobile-plan"))) | {"information": {"insurance/4": "Hauptgeschäft"}}
    with pytest.raises(InformationUnknown):
        world.application.contracts.draw_up(COMPANY, data)
    assert world.application.contracts.list(COMPANY) == ()
