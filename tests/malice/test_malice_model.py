"""The security model names its tests: each of them exists, and the honesty page says the same in both languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "security-model.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", MODEL)))


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_the_security_model_names_exists(name: str) -> None:
    path, _, test = name.partition("::")
    assert (ROOT / path).exists(), path
    assert not test or re.search(rf"^(async )?def {re.escape(test)}\(", (ROOT / path).read_text("utf-8"), re.M), name


def rows(heading: str) -> list[list[str]]:
    section = MODEL.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_every_attacker_has_all_four_cells_and_a_test() -> None:
    table = rows("Attacker has what")
    assert len(table) > 20
    for row in table:
        assert len(row) == 4 and all(row), row
        assert "tests/" in row[3] or "out of reach" in row[2], row[0]


def test_every_demand_is_mapped_and_says_its_limit() -> None:
    table = rows("The demands")
    text = " ".join(row[0] for row in table)
    for demand in ("(a)", "(b)", "(c)", "(d)", "1 ", "2 ", "3 ", "4 "):
        assert demand in text
    assert all(len(row) == 4 and "tests/" in row[3] for row in table)


class Outline(HTMLParser):
    """What a page is made of, without its words."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.marks: list[str] = []
        self.text = ""
        self.feed(re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text("utf-8")))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("em", "a", "strong", "span"):
            self.tags.append(tag)
        self.marks += [str(value) for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_honesty_page_says_the_same_in_german_and_english() -> None:
    german, english = (Outline(ROOT / "web" / "templates" / f"security.{lang}.html") for lang in ("de", "en"))
    assert german.tags == english.tags
    assert german.marks == english.marks
    for mark in ("guess", "link", "code", "server", "origin", "name", "device", "seal", "file"):
        assert f"has-{mark}" in german.marks
    for demand in ("Art. 26", "a)", "b)", "c)", "d)"):
        assert demand in german.text and demand in english.text
