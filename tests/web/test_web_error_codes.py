"""Every error of the product has a place of its own, a status, words in both languages, and a line in the docs."""

import re
from pathlib import Path

import pytest

from esign.foundation.errors import EsignError
from web.error_table import error_classes, table
from web.problems import STATUS
from web.wording import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2]
CLASSES = error_classes()


def test_the_page_of_error_codes_is_the_one_that_the_classes_give():
    """Write it again with ``python -m web.error_table > docs/error-codes.md``."""
    assert (ROOT / "docs" / "error-codes.md").read_text("utf-8") == table()


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_a_code_extends_the_code_of_its_base(error):
    assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", error.code)
    for base in error.__mro__[1:]:
        if base is EsignError or not issubclass(base, EsignError):
            continue
        assert error.code == base.code or error.code.startswith(f"{base.code}."), base


@pytest.mark.parametrize("code", sorted({error.code.partition(".")[0] for error in CLASSES} - {"esign"}))
def test_every_kind_of_error_has_words_in_both_languages(code):
    for language in LANGUAGES:
        assert code in catalogue(language).problems


def test_every_status_belongs_to_a_code_that_exists():
    codes = {error.code for error in CLASSES}
    kinds = {code.rsplit(".", depth)[0] for code in codes for depth in range(4)}
    assert set(STATUS) <= kinds | {"sandbox"}


def test_every_kind_of_error_that_the_web_can_meet_has_a_status():
    off_line = {"esign", "cli", "client", "agent_origin"}
    assert {error.code.partition(".")[0] for error in CLASSES} - off_line <= set(STATUS)


def test_words_belong_to_codes_that_exist():
    codes = {error.code for error in CLASSES}
    kinds = {code.rsplit(".", depth)[0] for code in codes for depth in range(4)}
    assert set(catalogue("de").problems) <= kinds | {"internal", "sandbox"}
