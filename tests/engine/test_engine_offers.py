"""Which company offers which forms, and the configuration as the documentation shows it."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from esign.engine.forms.offers import OfferBook, OffersMalformed, reference
from esign.engine.forms.refusals import FormNotOffered
from esign.gateways.prefill import configured_prefill
from esign.inspection import inspect
from esign.settings import Settings
from tests.actors import COMPANY
from tests.form_answers import ACCEPTED, answers_of

PAGE = Path(__file__).parents[2] / "docs" / "straight-through.md"
OFFERS, PREFILL = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
FORMS = frozenset(ACCEPTED)


def parsed(text: str) -> OfferBook:
    return OfferBook.parse(tomllib.loads(text), tenants=("default", "other"), forms=FORMS)


def test_the_documented_offers_make_a_contract_with_the_companys_own_reference(world: Any) -> None:
    file = world.folder / "forms.toml"
    file.write_text(OFFERS)
    world.settings = world.settings.with_changes(forms_file=file)
    world.start()
    forms = world.application.forms
    assert [each.name for each in forms.offered("default")] == ["electricity-supply"]
    assert forms.offered("other") == ()
    with pytest.raises(FormNotOffered):
        forms.begin("default", "mobile-plan")
    sent = world.application.cases.create(COMPANY, "electricity-supply", answers_of("electricity-supply"))
    assert sent.outcome == "accept", sent.reasons
    assert world.application.contracts.view(COMPANY, sent.contract_id).reference.startswith("LBE-")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("companies.lichtwerk", "companies.other"),
        ("offers.default", "offers.stranger"),
        ("electricity-supply", "no-such-form"),
        ("LBE-", "/../"),
        ("reference_prefix", "prefix"),
        ("[companies", "[company"),
    ],
)
def test_a_wrong_file_is_refused(old: str, new: str) -> None:
    parsed(OFFERS)
    with pytest.raises(OffersMalformed):
        parsed(OFFERS.replace(old, new, 1))


def test_in_earnest_nothing_is_offered_that_is_not_configured(tmp_path: Path) -> None:
    from esign.gateways.form_files import offers

    assert offers(Settings(state_dir=tmp_path)).of("default") == {}
    assert set(offers(Settings(state_dir=tmp_path, trust="sandbox")).of("default")) == FORMS
    with pytest.raises(OffersMalformed):
        offers(Settings(state_dir=tmp_path, forms_file=tmp_path / "missing.toml"))


def test_references_hold_to_the_contracts_form() -> None:
    offer = parsed(OFFERS).of("default")["electricity-supply"]
    made = reference(offer, date(2026, 11, 22), "a_b-C1234567890")
    assert made == "LBE-20261122-ABC1234567" and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,39}", made)


def test_the_documented_prefill_is_read_and_a_wrong_one_is_named_by_esign_check(tmp_path: Path) -> None:
    file = tmp_path / "prefill.toml"
    file.write_text(PREFILL)
    (tmp_path / "customers.csv").write_text("number\nK-1\n")
    (tmp_path / "customers.url").write_text("sqlite:///customers.sqlite")
    (tmp_path / "crm.token").write_text("token")
    settings = Settings(state_dir=tmp_path, prefill_file=file)
    book = configured_prefill(settings)
    use = book.of("default", "mobile-plan")
    assert use is not None and (use.source, use.by_token, use.by_identity) == ("database", True, True)
    file.write_text(PREFILL.replace('kind = "csv"', 'kind = "ldap"'))
    point = next(each for each in inspect(settings, outside=False) if each.name == "prefill")
    assert (point.state, point.code) == ("missing", "settings.prefill_file")
    assert "sources.list" in point.what
