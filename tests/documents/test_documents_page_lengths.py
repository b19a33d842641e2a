"""Lengths of a page template may have fractions; what is kept is what is used."""

from __future__ import annotations

import json

import pytest

from esign.documents import PageTemplate, TemplateRefused
from tests.documents.own_documents import UPLOAD, template


def test_a_template_with_fractions_is_read_again_as_it_was_written() -> None:
    words = {"kind": "text", "page": 1, "box": [60.557, 500, 300.1, 520.25], "text": "x", "size": 9.5}
    first = template(placements=[words])
    again = PageTemplate.parse(first.source, UPLOAD)
    assert again == first
    assert json.loads(first.source)["placements"][0]["box"] == [60.56, 500, 300.1, 520.25]


@pytest.mark.parametrize("length", [float("nan"), float("inf"), 1e300, -1, 10**400, "60", None, True])
def test_no_other_length_than_one_on_paper_counts(length: object) -> None:
    words = {"kind": "text", "page": 1, "box": [length, 500, 300, 520], "text": "x"}
    with pytest.raises(TemplateRefused):
        template(placements=[words])
