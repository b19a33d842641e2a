"""docs/law.md says where each clause is done and by which test: what it names exists, and no row is missing."""

from __future__ import annotations

import ast
import re
from datetime import date
from functools import cache
from pathlib import Path

from esign.contracts.rights import Right, function

ROOT = Path(__file__).parents[2]
LAW = (ROOT / "docs/law.md").read_text("utf-8")
NAMED = re.findall(r"`((?:esign|web|policies|tests|docs|certs)/[A-Za-z0-9_./-]+)(?:::([a-z0-9_]+))?`", LAW)
ROWS = re.findall(r"^\| ([^|]+) \|", LAW, re.MULTILINE)


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def rows() -> frozenset[str]:
    """Every row that is named, ranges written out: ``B21–B25`` means five."""
    found = set()
    for cell in ROWS:
        for part in cell.split(", "):
            names = re.match(r"([A-Z])([0-9]+)–(?:[A-Z])?([0-9]+)$", part.strip())
            if names:
                found |= {f"{names[1]}{number:0{len(names[2])}}" for number in range(int(names[2]), int(names[3]) + 1)}
            found.add(part.strip())
    return frozenset(found)


def test_every_file_and_test_that_is_named_exists():
    assert len(NAMED) > 200
    missing = [path for path, _ in NAMED if not (ROOT / path).exists()]
    missing += [f"{path}::{name}" for path, name in NAMED if name and name not in names_in(ROOT / path)]
    assert not missing


def test_no_row_of_the_sheet_is_missing():
    wanted = {
        *(f"A{number}" for number in (*range(1, 17), *range(20, 36), *range(50, 62))),
        *(f"B{number}" for number in (*range(1, 9), *range(20, 33), *range(40, 54), *range(60, 71))),
        *(f"C{number}" for number in range(1, 13)),
        *(f"D{number}" for number in range(20, 41)),
        *(f"I{number}" for number in range(1, 21)),
        *(f"O{number}" for number in range(1, 12)),
        *(f"P{number}" for number in range(1, 14)),
        *(f"T{number:02}" for number in (1, *range(3, 6), *range(9, 14))),
        *("F01", "K01", "A01"),
        *("A.3", "B.1", "B.1 exceptions", "B.3", "B.4", "B.5", "D.3"),
        *(f"B.9 {sector}" for sector in ("insurance", "credit", "energy", "telecom", "distance learning")),
    }
    assert wanted - rows() == set()


def test_no_article_of_eidas_that_the_sheet_names_is_missing():
    named = [
        article for cell in ROWS if cell.startswith("D.1 Art. ") for article in cell[len("D.1 Art. ") :].split(", ")
    ]
    assert len(named) == len(set(named))
    wanted = {"3", "24", "24a", "25", "26", "27", "28", "29", "29a", "32", "32a", "33", "34", "35", "36", "40", "40a"}
    assert set(named) == {*wanted, "41", "42", "45i–45l", "5a", "5f", "51"}


def test_what_claims_to_be_done_names_a_test_or_says_that_it_is_not_in_the_product():
    for line in LAW.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 4 and cells[0] not in ("Row", "---") and "`tests/" not in cells[3]:
            said = line.lower()
            assert any(
                word in said for word in ("not in the product", "nothing to do", "own text", "operation", "claimed")
            )


def test_the_doors_stand_on_the_agents_page_and_on_the_interfaces_page():
    """BGB §§ 312k (2), 356a (1): the labels of the policies, on the two pages that are not made from the others."""
    agent = {lang: (ROOT / f"web/agent/src/texts.{lang}.js").read_text("utf-8") for lang in ("de", "en")}
    page = (ROOT / "web/templates/api/docs.html").read_text("utf-8")
    index = (ROOT / "web/agent/src/index.html").read_text("utf-8")
    assert 'data-t="footer.withdraw"' in index and 'data-t="footer.terminate"' in index
    for right in Right:
        known = function(right, date(2026, 11, 22))
        for lang, words in agent.items():
            assert f'"{known.label("open", lang)}"' in words
        assert f">{known.label('open', 'en')}</a>" in page
