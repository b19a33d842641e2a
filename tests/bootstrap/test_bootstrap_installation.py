"""What an installation needs is made once, checked at the start, and never quietly replaced."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign import bootstrap
from esign.gateways.errors import GatewayStatus
from esign.gateways.http import HttpCaller
from esign.settings import Settings, SettingsError
from esign.store.errors import VaultKeyError
from tests.actors import COMPANY


def test_a_lost_master_key_is_not_replaced_by_a_fresh_one(world: Any) -> None:
    world.invite()
    key = world.settings.state_dir / "vault.key"
    key.rename(key.with_name("moved"))
    with pytest.raises(VaultKeyError) as refused:
        bootstrap.install(world.settings)
    assert refused.value.code == "store.vault.key"
    assert not key.exists()
    key.with_name("moved").rename(key)
    bootstrap.install(world.settings)
    world.start()
    assert len(world.application.contracts.list(COMPANY)) == 1


def test_processes_that_start_together_agree_on_one_master_key(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: bootstrap.install(settings), range(16)))
    key = settings.state_dir / "vault.key"
    assert len(key.read_bytes()) == 32 and key.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.state_dir.glob(".vault*")] == []


@pytest.mark.parametrize("curve", [ec.SECP384R1(), None])
def test_a_dispute_key_of_another_kind_is_refused_at_the_start(world: Any, tmp_path: Path, curve: Any) -> None:
    made = rsa.generate_private_key(65537, 2048) if curve is None else ec.generate_private_key(curve)
    path = tmp_path / "other.der"
    path.write_bytes(made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    keys = (world.settings.dispute_key_files[0], path)
    with pytest.raises(SettingsError) as refused:
        bootstrap.build(world.settings.with_changes(dispute_key_files=keys), http=world.http)
    assert refused.value.facts["setting"] == "dispute_key_files"


def test_every_call_outside_leaves_its_outcome_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "esign.gateways")
    answers = httpx.MockTransport(lambda request: httpx.Response(200 if request.url.path == "/good" else 403))
    caller = HttpCaller(httpx.Client(transport=answers))
    caller.get("https://outside.example/good?secret", accept=())
    with pytest.raises(GatewayStatus):
        caller.get("https://outside.example/bad?secret", accept=())
    said = [
        (each.levelname, vars(each)["host"], vars(each)["outcome"], vars(each)["status"]) for each in caplog.records
    ]
    assert said == [
        ("INFO", "outside.example", "answered", 200),
        ("WARNING", "outside.example", "gateway.status", 403),
    ]
    assert "secret" not in str([vars(each) for each in caplog.records])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("agent_url", "https://Sign.example"),
        ("agent_url", "https://sign.example:443"),
        ("web_url", "http://esign.example:80"),
        ("web_url", "https://user@esign.example"),
        ("web_url", "https://esign.example/path"),
        ("web_url", "https://esign.example#x"),
        ("agent_url", "http://localhost:8080"),
        ("invitation_days", 0),
        ("certificate_minutes", 61),
        ("outside_timeout", 0.0),
        ("attempt_seconds", 3601),
        ("trust", "sandbx"),
    ],
)
def test_a_setting_with_which_no_ceremony_could_end_is_refused_at_the_start(setting: str, value: Any) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings(state_dir=Path("/nowhere"), **{setting: value})
    assert refused.value.facts == {"setting": setting}
