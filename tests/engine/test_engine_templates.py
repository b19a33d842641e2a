"""Page templates: immutable versions within a company; contracts name the version; files and previews."""

from __future__ import annotations

import json
from typing import Any

import pypdfium2
import pytest

from esign.access import AccessDenied, Actor, ActorKind, Permission, Role
from esign.access.roles import ALLOWED
from esign.contracts import ContractDataError
from esign.documents import PagesDiffer, TemplateRefused
from esign.engine.templates.refusals import TemplateArchived, TemplateUnknown, UploadUnknown
from esign.engine.templates.uploads import KEPT_FOR
from esign.evidence.entry import Entry
from tests.actors import COMPANY
from tests.documents.looking import size_of
from tests.documents.own_documents import UPLOAD, VALUES, contract, description, unpaid
from tests.documents.pdf_making import made

OTHER = Actor(tenant="other", kind=ActorKind.ACCOUNT, id="stranger", permissions=frozenset(Permission))


def text(pdf: bytes) -> str:
    found = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    return found.replace("\u200b", "")


def kept(world: Any, contract_id: str) -> tuple[dict[str, Any], bytes]:
    house = world.application.contracts.household
    with house.store.reading() as tx:
        record = tx.contracts.get(contract_id)
        contents = house.contract_contents(tx, record)
        return json.loads(contents.data), house.draft(tx, record, contents)


def made_template(world: Any) -> str:
    return str(world.application.templates.create(COMPANY, description(), UPLOAD.pdf).id)


def drawn(world: Any, document: dict[str, Any], **changes: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, contract(document, **changes)))


def test_versions_are_added_and_never_changed(world: Any) -> None:
    desk = world.application.templates
    first = desk.create(COMPANY, description(), UPLOAD.pdf)
    second = desk.new_version(COMPANY, first.id, description(name="Zweite Fassung"))
    assert (first.version, second.version, second.name) == (1, 2, "Zweite Fassung")
    assert desk.get(COMPANY, first.id, 1).description["name"] == "Rahmenvertrag Mobilfunk"
    assert desk.get(COMPANY, first.id).version == 2
    assert [each.name for each in desk.list(COMPANY)] == ["Zweite Fassung"]
    with pytest.raises(TemplateUnknown):
        desk.get(COMPANY, first.id, 3)


def test_a_template_may_come_from_an_upload_and_goes_out_and_in_as_a_file(world: Any) -> None:
    desk = world.application.templates
    upload = world.application.uploads.accept(COMPANY, "a.pdf", made(pages=2))
    view = desk.create(COMPANY, description(document={"sha256": "00" * 32}), upload.id)
    archive = desk.export(COMPANY, view.id)
    again = desk.import_archive(COMPANY, archive)
    assert again.id != view.id and desk.export(COMPANY, again.id) == archive
    assert desk.import_archive(COMPANY, archive, view.id).version == 2
    with pytest.raises(TemplateRefused):
        desk.import_archive(COMPANY, b"PK")
    with pytest.raises(UploadUnknown):
        desk.create(COMPANY, description(), "unknown-upload")


def test_a_preview_makes_up_what_is_missing_and_keeps_nothing(world: Any) -> None:
    desk = world.application.templates
    template = made_template(world)
    before = world.application.ledger.verify().entries
    shown = text(desk.preview(COMPANY, template))
    assert "Kunde: Erika Musterfrau" in shown and "31.01.2027" in shown
    assert "9,99" in text(desk.preview(COMPANY, template, {"fee": 999}))
    other = description(placements=[{"kind": "text", "page": 1, "box": [60, 500, 300, 520], "text": "Entwurf"}])
    assert "Entwurf" in text(desk.preview(COMPANY, template, description=other))
    with pytest.raises(TemplateRefused):
        desk.preview(COMPANY, template, {"fee": "viel"})
    assert size_of(desk.picture(COMPANY, template, 0, 400))[0] in (400, 401)
    assert world.application.ledger.verify().entries == before


def test_a_contract_names_the_version_that_it_used(world: Any) -> None:
    template = made_template(world)
    contract_id = drawn(world, {"page_template": template, "version": 1, "values": VALUES})
    world.application.templates.new_version(COMPANY, template, description(name="Neu"))
    data, draft = kept(world, contract_id)
    document = data["terms"]["document"]
    assert (document["version"], document["name"], document["values"]) == (1, "Rahmenvertrag Mobilfunk", VALUES)
    assert "Kunde: Sophie Müller-Lüdenscheidt" in text(draft) and document["sha256"][:8] in text(draft)
    newest, _ = kept(world, drawn(world, {"page_template": template, "values": VALUES}))
    assert newest["terms"]["document"]["version"] == 2


def test_an_archived_template_makes_no_new_contract_until_it_is_restored(world: Any) -> None:
    template = made_template(world)
    desk = world.application.templates
    desk.archive(COMPANY, template)
    assert desk.list(COMPANY) == () and len(desk.list(COMPANY, archived=True)) == 1
    with pytest.raises(TemplateArchived):
        drawn(world, {"page_template": template, "version": 1, "values": VALUES})
    with pytest.raises(TemplateArchived):
        desk.new_version(COMPANY, template, description())
    desk.restore(COMPANY, template)
    assert drawn(world, {"page_template": template, "version": 1, "values": VALUES})


def test_what_cannot_be_filled_in_draws_nothing_up(world: Any) -> None:
    template = made_template(world)
    for document in (
        {"page_template": template, "version": 1, "values": {**VALUES, "fee": "x"}},
        {"page_template": template, "version": 1, "values": {**VALUES, "note": "W" * 900}},
    ):
        with pytest.raises(TemplateRefused):
            drawn(world, document)
    for document in (
        {"page_template": template, "version": True, "values": VALUES},
        {},
        {"upload": 7},
        {"upload": "a" * 8, "page_template": "b" * 8},
    ):
        with pytest.raises(ContractDataError) as caught:
            drawn(world, document)
        assert caught.value.code == "contracts.data.schema"
    with pytest.raises(TemplateUnknown):
        drawn(world, {"page_template": template, "version": 9, "values": VALUES})
    both = [{**contract({})["signatory"], "given_name": "Max", "email": "max@post.example"}]
    with pytest.raises(TemplateRefused) as refused:
        drawn(world, {"page_template": template, "version": 1, "values": VALUES}, further_signatories=both)
    assert refused.value.code == "documents.template.parties"
    assert world.application.contracts.list(COMPANY) == ()


def test_the_data_may_say_which_file_they_mean(world: Any) -> None:
    upload = world.application.uploads.accept(COMPANY, "Rahmen.pdf", made(pages=2))
    with pytest.raises(PagesDiffer):
        drawn(world, {"upload": upload.id, "sha256": "00" * 32})
    data, _ = kept(world, drawn(world, {"upload": upload.id, "sha256": upload.digest.hex()}))
    assert data["terms"]["document"] == {
        "name": "Rahmen",
        "pages": 2,
        "sha256": upload.digest.hex(),
        "upload": upload.id,
    }


def test_a_corrected_contract_keeps_its_pages_when_the_upload_is_gone(world: Any) -> None:
    upload = world.application.uploads.accept(COMPANY, "a.pdf", made(pages=2))
    first = world.application.contracts.draw_up(COMPANY, unpaid({"upload": upload.id}))
    world.application.uploads.discard(COMPANY, upload.id)
    with pytest.raises(UploadUnknown):
        world.application.contracts.draw_up(COMPANY, unpaid({"upload": upload.id}))
    corrected = world.application.contracts.correct_address(COMPANY, first, "signatory-1", "neu@post.example")
    data, draft = kept(world, corrected.contract_id)
    assert data["signatory"]["email"] == "neu@post.example"
    assert "Rahmenvertrag Seite 2" in text(draft)
    again = world.application.contracts.correct_address(COMPANY, corrected.contract_id, "signatory-1", "x@post.example")
    assert "Rahmenvertrag Seite 2" in text(kept(world, again.contract_id)[1])


def test_a_corrected_contract_on_a_template_is_filled_in_anew(world: Any) -> None:
    desk = world.application.templates
    variables = [{"name": "mail", "label": "E-Mail", "type": "email", "from": "signatory-1.email"}]
    placements = [{"kind": "text", "page": 1, "box": [60, 500, 400, 520], "text": "E-Mail: {mail}"}]
    template = desk.create(COMPANY, description(variables=variables, placements=placements), UPLOAD.pdf).id
    first = drawn(world, {"page_template": template, "version": 1, "values": {}})
    desk.archive(COMPANY, template)
    corrected = world.application.contracts.correct_address(COMPANY, first, "signatory-1", "neu@post.example")
    assert "E-Mail: neu@post.example" in text(kept(world, corrected.contract_id)[1])


def test_templates_of_another_company_are_unknown(world: Any) -> None:
    template, desk = made_template(world), world.application.templates
    document = {"page_template": template, "version": 1, "values": VALUES}
    for call in (
        lambda: desk.get(OTHER, template),
        lambda: desk.export(OTHER, template),
        lambda: desk.archive(OTHER, template),
        lambda: desk.preview(OTHER, template),
        lambda: desk.picture(OTHER, template, 0),
        lambda: desk.new_version(OTHER, template, description()),
        lambda: desk.import_archive(OTHER, b"PK", template),
        lambda: world.application.contracts.draw_up(OTHER, contract(document)),
    ):
        with pytest.raises(TemplateUnknown) as caught:
            call()
        assert caught.value.code == "engine.template.unknown"
    assert desk.list(OTHER) == () and len(desk.list(COMPANY)) == 1


def test_each_role_does_with_templates_what_it_may(world: Any) -> None:
    template, desk = made_template(world), world.application.templates
    for role in Role:
        actor = Actor(tenant=COMPANY.tenant, kind=ActorKind.ACCOUNT, id="a", permissions=ALLOWED[role])
        for permission, call in (
            (Permission.TEMPLATES_READ, lambda actor=actor: desk.list(actor)),
            (Permission.TEMPLATES_READ, lambda actor=actor: desk.get(actor, template)),
            (Permission.TEMPLATES_READ, lambda actor=actor: desk.preview(actor, template)),
            (Permission.TEMPLATES_WRITE, lambda actor=actor: desk.new_version(actor, template, description())),
            (Permission.TEMPLATES_WRITE, lambda actor=actor: desk.archive(actor, template)),
            (Permission.TEMPLATES_WRITE, lambda actor=actor: desk.restore(actor, template)),
        ):
            if permission in ALLOWED[role]:
                call()
            else:
                with pytest.raises(AccessDenied):
                    call()


def test_who_did_what_with_templates_is_in_the_ledger(world: Any) -> None:
    template, desk = made_template(world), world.application.templates
    desk.new_version(COMPANY, template, description())
    desk.archive(COMPANY, template)
    desk.archive(COMPANY, template)
    desk.restore(COMPANY, template)
    with world.application.contracts.household.store.reading() as tx:
        entries = [Entry.parse(stored.data) for stored in tx.ledger.read()]
    told = [(str(entry.kind), entry.facts["template"], entry.facts["tenant"]) for entry in entries]
    kinds = ("made", "version_made", "archived", "restored")
    assert told == [(f"template.{kind}", template, COMPANY.tenant) for kind in kinds]
    world.clock.offset = KEPT_FOR
    assert world.application.uploads.forget_due() == 0
