"""Two people change a page template at once: the second one is told, and nothing is written over."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from esign.access import Actor, ActorKind, Permission
from esign.engine.templates.refusals import TemplateChanged, TemplateUnknown
from tests.actors import COMPANY
from tests.documents.own_documents import UPLOAD, description

OTHER = Actor(tenant="other", kind=ActorKind.ACCOUNT, id="stranger", permissions=frozenset(Permission))


def test_a_change_that_began_with_an_older_version_is_told_and_changes_nothing(world: Any) -> None:
    desk = world.application.templates
    made = desk.create(COMPANY, description(), UPLOAD.pdf)
    assert desk.new_version(COMPANY, made.id, description(name="Erste"), newest=1).version == 2
    with pytest.raises(TemplateChanged) as refused:
        desk.new_version(COMPANY, made.id, description(name="Zweite"), newest=1)
    assert refused.value.facts == {"newest": 2}
    assert [each.name for each in desk.list(COMPANY)] == ["Erste"]
    assert desk.new_version(COMPANY, made.id, description(name="Zweite"), newest=2).version == 3


def test_every_version_is_listed_newest_first(world: Any) -> None:
    desk = world.application.templates
    made = desk.create(COMPANY, description(), UPLOAD.pdf)
    desk.new_version(COMPANY, made.id, description(name="Neu"))
    assert [each.number for each in desk.versions(COMPANY, made.id)] == [2, 1]
    assert [each.number for each in desk.versions(COMPANY, made.id, 1)] == [2]
    with pytest.raises(TemplateUnknown):
        desk.versions(OTHER, made.id)


def test_a_preview_takes_the_examples_of_the_variables(world: Any) -> None:
    variables = [
        {"name": "fee", "label": "Entgelt", "type": "money", "example": 777},
        {"name": "note", "label": "Notiz", "type": "text", "example": "{{7*7}} {fee.__class__}"},
    ]
    placements = [{"kind": "text", "page": 1, "box": [60, 470, 500, 490], "text": "{note} kostet {fee}"}]
    made = world.application.templates.create(
        COMPANY, description(variables=variables, placements=placements), UPLOAD.pdf
    )
    shown = pypdfium2.PdfDocument(world.application.templates.preview(COMPANY, made.id))[0].get_textpage()
    assert "{{7*7}} {fee.__class__} kostet 7,77" in shown.get_text_bounded().replace("\u200b", "")
