"""The templates are ours alone: nothing is fetched, evaluated or read; typefaces are bundled with licence."""

from __future__ import annotations

import re

import pytest

from esign.contracts.shape import schema
from esign.contracts.wording import all_wordings
from esign.documents.labels import LABELS, UNITS
from esign.documents.layout import hold_together
from esign.documents.typesetter import FONTS, REPORT_TEMPLATES, TEMPLATES

FILES = sorted(TEMPLATES.glob("*.typ"))
NEVER = ("eval(", "read(", "plugin(", "image(", "csv(", "yaml(", "toml(", "xml(", "cbor(", "link(")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_template_imports_nothing_but_the_house_and_evaluates_nothing(path) -> None:
    source = path.read_text("utf-8")
    imports = re.findall(r"#?(?:import|include)\s+(\S+)", source)
    assert set(imports) <= {'"house.typ":'}
    assert "@preview" not in source
    assert "@local" not in source
    for word in NEVER:
        assert not re.search(rf"(?<![a-z-]){re.escape(word)}", source), word


def test_the_template_of_reports_shows_numbered_pictures_and_apart_from_that_keeps_to_the_same_rule() -> None:
    (path,) = REPORT_TEMPLATES.iterdir()
    source = path.read_text("utf-8")
    assert re.findall(r"(?<![a-z-])image\(.*", source) == [
        'image("picture-" + str(place) + ".png", width: 100%, alt: alt))'
    ]
    assert re.findall(r"#?(?:import|include)\s+\S+|@preview|@local", source) == []
    assert set(re.findall(r"sys\.inputs\.\w+", source)) == {"sys.inputs.data"}
    for word in set(NEVER) - {"image("}:
        assert not re.search(rf"(?<![a-z-]){re.escape(word)}", source), word


def test_there_is_one_template_for_each_contract_template() -> None:
    names = {path.stem for path in FILES} - {"house", "pages", "information", "notice"}
    assert names == set(schema()["properties"]["template"]["enum"])


def test_templates_take_their_data_only_as_data() -> None:
    house = (TEMPLATES / "house.typ").read_text("utf-8")
    assert re.findall(r"sys\.inputs\.\w+", house) == ["sys.inputs.data", "sys.inputs.contract"]


def test_the_typefaces_are_bundled_with_their_licence() -> None:
    assert sorted(path.name for path in FONTS.glob("*.ttf")) == ["SourceSans3-Regular.ttf", "SourceSans3-Semibold.ttf"]
    assert "SIL Open Font License, Version 1.1" in (FONTS / "LICENSE.md").read_text("utf-8")


POLICIES = [policy for _, policy in all_wordings("contracts")]


def test_every_unit_and_template_has_its_label() -> None:
    units = schema()["$defs"]["price"]["properties"]["lines"]["items"]["properties"]["unit"]["enum"]
    for lang, labels in LABELS.items():
        assert set(UNITS[lang]) == set(units)
        for name in ("price_title", "total"):
            assert set(labels[name]) == {policy["id"] for policy in POLICIES if lang in policy["languages"]}


@pytest.mark.parametrize(
    ("plain", "held"),
    [
        ("§ 41b Absatz 1 EnWG", "§\u00a041b Absatz\u00a01 EnWG"),
        ("§§ 355, 356a", "§§\u00a0355, 356a"),
        ("Artikel 3 Nummer 11", "Artikel\u00a03 Nummer\u00a011"),
        ("z. B. ein Brief", "z.\u00a0B. ein Brief"),
        ("Energie e. V., Berlin", "Energie\u00a0e.\u00a0V., Berlin"),
        ("14 Tage, 19 % und 100 €", "14\u00a0Tage, 19\u00a0% und 100\u00a0€"),
        ("0 Uhr bis 24 Uhr", "0\u00a0Uhr bis 24\u00a0Uhr"),
        ("Satz für Satz", "Satz\u00a0für Satz"),
    ],
)
def test_what_belongs_together_is_held_together(plain: str, held: str) -> None:
    assert hold_together(plain) == held
