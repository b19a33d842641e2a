"""Uploads wait, sealed and within their company, until they are used, discarded or forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from esign.access import AccessDenied, Actor, ActorKind, Permission, Role
from esign.access.roles import ALLOWED
from esign.documents import HelpersBusy, UploadRefused, helpers
from esign.documents.errors import RenderingFailed
from esign.engine.templates import uploads
from esign.engine.templates.refusals import TooManyUploads, UploadUnknown
from esign.engine.templates.uploads import KEPT_FOR, plain_name
from esign.evidence.entry import Entry
from esign.foundation.digests import sha256
from tests.actors import COMPANY
from tests.documents.looking import size_of
from tests.documents.own_documents import contract
from tests.documents.pdf_making import in_root, made, script

FILE = made(pages=2)
OTHER = Actor(tenant="other", kind=ActorKind.ACCOUNT, id="stranger", permissions=frozenset(Permission))


def audit(world: Any) -> list[tuple[str, dict[str, Any]]]:
    with world.application.contracts.household.store.reading() as tx:
        kept = [Entry.parse(stored.data) for stored in tx.ledger.read()]
    return [(str(entry.kind), dict(entry.facts)) for entry in kept if str(entry.kind).startswith("upload.")]


def test_a_pdf_is_taken_shown_pictured_and_discarded(world: Any) -> None:
    desk = world.application.uploads
    view = desk.accept(COMPANY, "../C:\\Verträge\\Rahmen<vertrag>.pdf", FILE)
    assert (view.name, view.pages, view.digest) == ("Rahmen vertrag .pdf", 2, sha256(FILE))
    assert [warning.kind for warning in view.warnings] == ["font_not_embedded", "not_tagged"]
    assert desk.view(COMPANY, view.id) == view
    assert desk.document(COMPANY, view.id).startswith(b"%PDF-1.7")
    assert size_of(desk.picture(COMPANY, view.id, 1, 300))[0] in (300, 301)
    for page, width in ((2, 300), (-1, 300), (0, 10), (0, 9000)):
        with pytest.raises(RenderingFailed):
            desk.picture(COMPANY, view.id, page, width)
    desk.discard(COMPANY, view.id)
    with pytest.raises(UploadUnknown) as caught:
        desk.view(COMPANY, view.id)
    assert caught.value.code == "engine.upload.unknown"
    kinds = [kind for kind, _ in audit(world)]
    assert kinds == ["upload.accepted", "upload.discarded"]


def test_a_refusal_is_recorded_with_its_code_and_keeps_nothing(world: Any) -> None:
    with pytest.raises(UploadRefused):
        world.application.uploads.accept(COMPANY, "a.pdf", made(in_root(OpenAction=script())))
    ((kind, facts),) = audit(world)
    assert (kind, facts["code"]) == ("upload.refused", "documents.upload.javascript")
    with world.application.contracts.household.store.reading() as tx:
        assert tx.uploads.count(COMPANY.tenant) == 0


def test_an_upload_of_another_company_is_unknown(world: Any) -> None:
    desk = world.application.uploads
    view = desk.accept(COMPANY, "a.pdf", FILE)
    for call in (
        lambda: desk.view(OTHER, view.id),
        lambda: desk.document(OTHER, view.id),
        lambda: desk.picture(OTHER, view.id, 0),
        lambda: desk.discard(OTHER, view.id),
        lambda: world.application.contracts.draw_up(OTHER, contract({"upload": view.id})),
        lambda: world.application.templates.create(OTHER, {}, view.id),
    ):
        with pytest.raises(UploadUnknown):
            call()
    assert desk.view(COMPANY, view.id) == view


@pytest.mark.parametrize("role", [role for role in Role if Permission.CONTRACTS_WRITE not in ALLOWED[role]])
def test_who_may_not_draw_up_may_not_upload(world: Any, role: Role) -> None:
    actor = Actor(tenant=COMPANY.tenant, kind=ActorKind.ACCOUNT, id="a", permissions=ALLOWED[role])
    with pytest.raises(AccessDenied):
        world.application.uploads.accept(actor, "a.pdf", FILE)
    assert audit(world) == []


def test_what_nobody_uses_is_forgotten_on_time_with_its_key(world: Any) -> None:
    desk = world.application.uploads
    view = desk.accept(COMPANY, "a.pdf", FILE)
    assert desk.forget_due() == 0
    world.clock.offset = KEPT_FOR + timedelta(seconds=1)
    with pytest.raises(UploadUnknown):
        desk.view(COMPANY, view.id)
    assert desk.forget_due() == 1 and desk.forget_due() == 0
    with world.application.contracts.household.store.reading() as tx:
        assert tx.uploads.get(view.id) is None and tx.safe.holders(view.id) == ()
    assert [kind for kind, _ in audit(world)] == ["upload.accepted", "upload.expired"]


def test_nothing_of_a_document_stands_readable_in_the_database(world: Any) -> None:
    view = world.application.uploads.accept(COMPANY, "Geheimnis.pdf", FILE)
    from esign.store.tables_templates import upload

    with world.application.contracts.household.store.reading() as tx:
        row = tx._connection.execute(select(upload).where(upload.c.id == view.id)).one()
    assert b"Geheimnis" not in row.sealed and b"%PDF" not in row.content and b"Rahmenvertrag" not in row.content


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Vertrag.pdf", "Vertrag.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.pdf", "a b .pdf"),
        ("", "dokument.pdf"),
        ("...", "dokument.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("x" * 500, "x" * 120),
    ],
)
def test_names_of_files_are_plain(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_a_full_company_s_files_are_not_even_looked_into(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused for its number or size must cost nothing, and must not stand in the way of another company."""
    desk = world.application.uploads
    first = desk.accept(COMPANY, "a.pdf", FILE)
    with world.application.contracts.household.store.reading() as tx:
        size, none = tx.uploads.size(COMPANY.tenant), tx.uploads.size("other")
    assert len(FILE) < size < 3_000_000 and none == 0

    def looked(data: bytes) -> None:
        raise AssertionError("the file was looked into")

    for name, limit, facts in (("MOST", 1, {"limit": 1}), ("MOST_BYTES", size, {"bytes": size})):
        with monkeypatch.context() as patched:
            patched.setattr(uploads, name, limit)
            patched.setattr(uploads, "normalise", looked)
            with pytest.raises(TooManyUploads) as refused:
                desk.accept(COMPANY, "b.pdf", FILE)
            assert dict(refused.value.facts) == facts
            patched.undo()
            patched.setattr(uploads, name, limit)
            assert desk.accept(OTHER, "c.pdf", FILE).pages == 2 if name == "MOST" else True
    assert desk.view(COMPANY, first.id) == first


def test_who_is_sent_away_because_others_are_at_it_leaves_no_trace(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "BENCH", helpers.Bench(running=1, waiting=0, patience=0.05))
    with helpers.BENCH.place(), pytest.raises(HelpersBusy):
        world.application.uploads.accept(COMPANY, "a.pdf", FILE)
    assert audit(world) == []
