"""An installation of one's own: made, looked at, documented."""

from __future__ import annotations

import dataclasses
import json
import stat
from pathlib import Path

import pytest

from esign import access, bootstrap
from esign.cli import program
from esign.cli.settings_reference import configuration_file, documented, reference
from esign.inspection import State, complete, inspect
from esign.settings import Settings

WEB, AGENT = "https://sign.example", "https://agent.example"


def init(folder: Path, *options: str) -> int:
    return program.run(["init", str(folder), "--web-url", WEB, "--agent-url", AGENT, *options])


def test_init_makes_configuration_state_key_and_tables_for_the_owner_only(tmp_path, capsys):
    assert init(tmp_path / "new") == 0
    path = tmp_path / "new" / "esign.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = Settings.load(path, {})
    assert (settings.web_url, settings.agent_url, settings.trust) == (WEB, AGENT, "configured")
    assert settings.state_dir == tmp_path / "new" / "state"
    assert stat.S_IMODE((settings.state_dir / "vault.key").stat().st_mode) == 0o600
    bootstrap.open_vault(settings)
    assert "esign check" in capsys.readouterr().out


def test_a_second_init_changes_nothing(tmp_path, capsys):
    assert init(tmp_path) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert init(tmp_path) == 1
    assert "cli.file_unwritable" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before


def test_an_init_that_fails_leaves_no_configuration(tmp_path, capsys):
    assert init(tmp_path, "--vault-key", "environment:NOT_SET_ANYWHERE") == 1
    assert "store.vault.key" in capsys.readouterr().err
    assert not (tmp_path / "esign.toml").exists()


def test_wrong_origins_are_refused_before_anything_is_written(tmp_path, capsys):
    assert program.run(["init", str(tmp_path / "x"), "--web-url", WEB, "--agent-url", WEB]) == 1
    assert "settings" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_the_file_that_init_writes_documents_every_setting(tmp_path):
    text = configuration_file({"state_dir": "state"})
    for setting in documented():
        assert setting.meaning, f"{setting.name} has no words"
        assert f"{setting.name} = " in text
    path = tmp_path / "esign.toml"
    path.write_text(text)
    assert Settings.load(path, {}) == Settings(state_dir=tmp_path / "state")


def test_the_page_of_settings_is_the_one_that_the_settings_give():
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert page.read_text("utf-8") == reference(), "run: python -m esign.cli.settings_reference > docs/configuration.md"


def test_check_says_what_a_fresh_installation_lacks(tmp_path, capsys):
    init(tmp_path)
    capsys.readouterr()
    assert program.run(["check", "--config", str(tmp_path / "esign.toml"), "--offline", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    missing = {point["name"] for point in answer["points"] if point["state"] == "missing"}
    assert answer["complete"] is False
    assert missing == {"trust", "dispute keys", "trust services"}
    assert any("trust_anchors" in point["what"] for point in answer["points"] if point["name"] == "trust")


def test_check_finds_a_whole_sandbox_installation_complete_and_names_it_sandbox(world):
    points = inspect(
        world.settings.with_changes(agent_dist=_agent(world)), outside=False, http=world.http, clock=world.clock
    )
    assert complete(points), [point for point in points if point.state is State.MISSING]
    assert any("SANDBOX" in point.what for point in points if point.name == "trust")


def _agent(world) -> Path:
    folder = world.folder / "agent"
    folder.mkdir()
    (folder / "manifest.json").write_bytes(world.application.agent_manifest)
    return folder


def test_check_calls_the_trust_services_and_says_which_does_not_answer(world):
    settings = world.settings.with_changes(agent_dist=_agent(world), smtp_port=9)
    points = {point.name: point for point in inspect(settings, outside=True, http=world.http, clock=world.clock)}
    for name in ("timestamp authority", "certification authority", "identity provider"):
        assert points[name].state is State.GOOD, points[name]
    assert (points["mail server"].state, points["mail server"].code) == (State.MISSING, "gateway.mail.unavailable")
    away = settings.with_changes(tsa_urls=("http://localhost:8082/nowhere",))
    points = {point.name: point for point in inspect(away, outside=True, http=world.http, clock=world.clock)}
    assert points["timestamp authority"].state is State.MISSING


@pytest.mark.parametrize(
    ("changes", "name", "state"),
    [
        ({"vault_key": "environment:NOT_SET_ANYWHERE"}, "vault", State.MISSING),
        ({"web_url": "http://sign.example"}, "addresses", State.MISSING),
        ({"trust": "configured"}, "trust", State.MISSING),
        ({"seal_file": None}, "seal", State.WARNING),
        ({"dispute_key_files": ()}, "dispute keys", State.MISSING),
        ({"signature_policy_advanced": "unheard-of"}, "signature policies", State.MISSING),
        ({"database_url": "sqlite:///EMPTY"}, "database", State.MISSING),
    ],
)
def test_each_gap_is_named(world, tmp_path, changes, name, state):
    if "database_url" in changes:
        changes = {"database_url": f"sqlite:///{tmp_path / 'empty.db'}"}
    points = inspect(world.settings.with_changes(**changes), outside=False, clock=world.clock)
    assert any(point.name == name and point.state is state for point in points), points


def test_check_says_when_nobody_administers_the_companys_side(world):
    def point() -> State:
        points = inspect(world.settings, outside=False, clock=world.clock)
        return next(point.state for point in points if point.name == "administrator")

    assert point() is State.WARNING
    made = world.application.accounts.create(
        access.system("default"),
        name="Ada Beispiel",
        email="ada@company.example",
        roles=(access.Role.ADMINISTRATOR,),
        language="de",
        send=False,
    )
    assert point() is State.WARNING, "invited is not yet there"
    with world.application.contracts.household.store.transaction() as tx:
        record = tx.accounts.get(made.account_id)
        tx.accounts.update(dataclasses.replace(record, state=type(record.state)("active")))
    assert point() is State.GOOD
