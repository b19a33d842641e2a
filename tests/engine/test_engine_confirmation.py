"""On a durable medium: the receipt of the order at once, the confirmation with all that belongs to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from esign.engine.formation.confirming import ConfirmationDesk
from esign.engine.refusals import ContractStateRefused, ContractUnknown
from esign.evidence.kinds import EntryKind
from tests.actors import COMPANY
from tests.conftest import World, installation


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("confirmation"), sandbox_folder) as made:
        yield made


def text_of(pdf: bytes) -> str:
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(pages.replace("\xad", "-").split())


def signed(world: World, template: str = "electricity-supply", person: str = "jana-beispiel") -> str:
    contract, link = world.invite(template)
    signatory = world.signatory(link, person)
    for step in ("hello", *(["enrol"] if template != "mobile-plan" else []), "open", "document", "declare"):
        getattr(signatory, step)()
    if template != "mobile-plan":
        signatory.sign()
    return contract


def facts(world: World, contract: str, kind: EntryKind) -> list[dict[str, Any]]:
    with world.application.contracts.household.store.reading() as tx:
        return [dict(entry.facts) for entry in tx.ledger.of_contract(contract) if entry.kind is kind]


def test_the_receipt_of_the_order_goes_out_as_a_mail_of_its_own_and_accepts_nothing(shared: World) -> None:
    contract = signed(shared)
    before = len(shared.post.mails)
    shared.application.delivery.deliver_due()
    subjects = [shared.post.subject(number) for number in range(before, len(shared.post.mails))]
    (place,) = [number for number, subject in enumerate(subjects) if "Eingangsbestätigung" in subject]
    (confirmed,) = [number for number, subject in enumerate(subjects) if "Bestätigung und unterschriebenes" in subject]
    assert place < confirmed, "the receipt first"
    receipt = shared.post.message(before + place)
    assert not list(receipt.iter_attachments())
    text = shared.post.text(before + place)
    assert "Sie ist selbst keine Annahme und keine Vertragsbestätigung." in text
    assert "Ortszeit in Deutschland" in text
    kinds = shared.ledger(contract)
    assert kinds.count("confirmation.receipt_sent") == kinds.count("confirmation.contract_sent") == 1
    assert facts(shared, contract, EntryKind.CONFIRMATION_RECEIPT_SENT)[0]["party"] == "signatory-1"


def test_the_confirmation_brings_document_confirmation_instruction_and_form(shared: World) -> None:
    signed(shared)
    shared.application.delivery.deliver_due()
    enclosed = {part.get_filename(): part.get_content() for part in shared.post.message().iter_attachments()}
    reference = shared.sample("electricity-supply")["reference"]
    assert list(enclosed) == [
        f"{reference}.pdf",
        f"Vertragsbestaetigung-{reference}.pdf",
        f"Widerrufsbelehrung-{reference}.pdf",
    ]
    confirmation = text_of(enclosed[f"Vertragsbestaetigung-{reference}.pdf"])
    for words in ("Vertragsbestätigung", reference, "Zustande gekommen am", "„zahlungspflichtig bestellen“"):
        assert words in confirmation
    assert b"/ByteRange" in enclosed[f"Vertragsbestaetigung-{reference}.pdf"], "sealed by the company"
    instruction = text_of(enclosed[f"Widerrufsbelehrung-{reference}.pdf"])
    for words in ("Widerrufsrecht", "Folgen des Widerrufs", "Muster-Widerrufsformular", "Hiermitwiderrufe(n)"):
        assert words.replace(" ", "") in instruction.replace(" ", "")


def test_an_application_is_confirmed_as_what_it_is(shared: World) -> None:
    signed(shared, "cost-approval", "karl-heinz-oesterreicher")
    shared.application.delivery.deliver_due()
    names = [part.get_filename() or "" for part in shared.post.message().iter_attachments()]
    assert len(names) == 2, "there is no right of withdrawal, and no instruction"
    confirmation = list(shared.post.message().iter_attachments())[1].get_content()
    assert "Bestätigung Ihrer Erklärung" in text_of(confirmation)
    assert "Zustande gekommen" not in text_of(confirmation)


def test_the_desk_sends_the_very_same_confirmation_again(shared: World) -> None:
    contract = signed(shared)
    shared.application.delivery.deliver_due()
    first = [part.get_content() for part in shared.post.message().iter_attachments()]
    desk = ConfirmationDesk(household=shared.application.contracts.household)
    assert desk.resend(COMPANY, contract) == ("signatory-1",)
    shared.application.delivery.deliver_due()
    assert [part.get_content() for part in shared.post.message().iter_attachments()] == first
    kinds = shared.ledger(contract)
    assert kinds.count("confirmation.contract_sent") == 2
    assert kinds.count("confirmation.resent") == 1


def test_what_is_not_concluded_is_not_confirmed(shared: World) -> None:
    contract, _ = shared.invite()
    desk = ConfirmationDesk(household=shared.application.contracts.household)
    entries = shared.application.ledger.verify().entries
    with pytest.raises(ContractStateRefused):
        desk.resend(COMPANY, contract)
    with pytest.raises(ContractUnknown):
        desk.resend(COMPANY, "no-such-contract")
    assert shared.application.ledger.verify().entries == entries
