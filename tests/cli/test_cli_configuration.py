"""The configuration that the demonstration writes is the one that its processes read."""

import stat
from pathlib import Path

import pytest

from esign.cli import configuration
from esign.cli.errors import ConfigurationMissing, FileUnwritable
from esign.settings import Settings


def test_settings_survive_the_file(tmp_path):
    settings = Settings(
        state_dir=tmp_path / 'with "quotes" and ü',
        web_url="http://localhost:9080",
        trust="sandbox",
        trust_anchors=(tmp_path / "root.pem",),
        tsa_urls=("http://localhost:9082/tsa",),
        smtp_port=9025,
        mail_from="Vertragsversand SANDBOX <vertrag@sandbox.example>",
        outside_timeout=2.5,
    )
    path = tmp_path / "esign.toml"
    configuration.write(settings, path)
    assert Settings.load(path, {}) == settings
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_configuration_the_error_says_how_to_give_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationMissing, match="--config"):
        configuration.locate(None)
    (tmp_path / "esign.toml").write_text("")
    assert configuration.locate(None) == Path("esign.toml")


def test_a_folder_that_cannot_be_written_is_named_without_its_path(tmp_path):
    with pytest.raises(FileUnwritable) as caught:
        configuration.write(Settings(state_dir=tmp_path), tmp_path / "nowhere" / "esign.toml")
    assert caught.value.facts == {"file": "esign.toml"}
