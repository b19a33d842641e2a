"""Two people change a page template at once: the second one is told, and nothing is written over."""

from __future__ import annotations

from typing import Any

import pytest

from esign.engine.template_refusals import TemplateChanged
from tests.actors import COMPANY
from tests.documents.own_documents import UPLOAD, description


def test_a_change_that_began_with_an_older_version_is_told_and_changes_nothing(world: Any) -> None:
    desk = world.application.templates
    made = desk.create(COMPANY, description(), UPLOAD.pdf)
    assert desk.new_version(COMPANY, made.id, description(name="Erste"), newest=1).version == 2
    with pytest.raises(TemplateChanged) as refused:
        desk.new_version(COMPANY, made.id, description(name="Zweite"), newest=1)
    assert refused.value.facts == {"newest": 2}
    assert [each.name for each in desk.list(COMPANY)] == ["Erste"]
    assert desk.new_version(COMPANY, made.id, description(name="Zweite"), newest=2).version == 3
