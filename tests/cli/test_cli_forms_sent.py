"""``esign forms submit`` and ``prefill-token``; the demonstration's customers fill in its forms."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from esign.cli import configuration
from esign.cli.demo_prefill import FORMS_CLIENT, write_prefill
from esign.cli.forms import forms
from esign.gateways.prefill import configured_prefill
from tests.form_answers import ACCEPTED, answers_of


@pytest.fixture
def config(world: Any) -> Path:
    path: Path = world.folder / "esign.toml"
    settings = world.settings.with_changes(prefill_file=write_prefill(world.settings.state_dir))
    configuration.write(settings, path)
    world.settings = settings
    world.start()
    return path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(forms, arguments, standalone_mode=False)


def test_answers_in_a_file_are_sent_in(world: Any, config: Path, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(answers_of("mobile-plan")))
    found = run("submit", "mobile-plan", str(file), "--reference", "ORDER-1", "--config", str(config))
    assert found.exception is None, found.exception
    decided = json.loads(found.output)
    assert (found.return_value, decided["outcome"]) == (0, "accept") and decided["contract"]
    file.write_text(json.dumps(answers_of("mobile-plan", postal_code="0078")))
    wrong = run("submit", "mobile-plan", str(file), "--config", str(config))
    assert wrong.return_value == 1 and json.loads(wrong.output)["findings"]
    file.write_text("no JSON")
    assert run("submit", "mobile-plan", str(file), "--config", str(config)).exception.code == "cli.file_unreadable"


def test_a_link_for_one_customer_fills_the_form_in(world: Any, config: Path) -> None:
    found = run("prefill-token", "mobile-plan", "K-1002", "--config", str(config))
    assert found.exception is None, found.exception
    token = found.output.strip().partition("#prefill=")[2]
    opened = world.application.forms.begin("default", "mobile-plan", token)
    assert opened.prefill == "found" and opened.prefilled["given_name"]


def test_the_demonstrations_customers_are_invented_and_fill_every_form_in(world: Any, config: Path) -> None:
    book = configured_prefill(world.settings)
    with (world.settings.state_dir / "sandbox-customers.csv").open(encoding="utf-8", newline="") as file:
        customers = list(csv.DictReader(file, delimiter=";"))
    assert len(customers) >= 4 and all(each["email"].endswith(".example") for each in customers)
    assert "SANDBOX" in (world.settings.state_dir / "prefill.toml").read_text("utf-8")
    for form in ACCEPTED:
        use = book.of("default", form)
        assert use is not None and use.by_token and use.by_identity
        found = use.prefill.lookup(form, {"customer": customers[0]["number"]})
        assert found is not None and found["given_name"] == customers[0]["given_name"]
    assert world.settings.idp_client_id != FORMS_CLIENT
