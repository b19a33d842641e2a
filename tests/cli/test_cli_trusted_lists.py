"""``esign trusted-lists`` and ``esign verify --trusted-list`` by folder and address, over a sandbox's lists."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from certs.trusted_lists import ListWorld
from certs.trusted_lists.__main__ import write
from certs.trusted_lists.serving import ListServer
from esign.bootstrap import list_keeper
from esign.cli.trusted_list_inputs import NamedLists, lists_of
from esign.cli.trusted_lists import trusted_lists
from esign.cli.verify import verify
from esign.settings import Settings, SettingsError
from esign.validation import isolation
from tests.cli.test_cli_verify_fetch import _small_world
from tests.validation.in_process import InProcess
from tests.validation.test_verdict_qualified import signed_under

AT = datetime.now(UTC)
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "trusted-lists.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def server():
    with ListServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def world(server) -> ListWorld:
    made = ListWorld.create(AT, host=f"http://{server.host}")
    server.serve(made.files)
    return made


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("lists")
    write(world, place)
    return place


@pytest.fixture
def options(world, folder, tmp_path, monkeypatch) -> list[str]:
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return [
        "--url", world.lotl_location, "--signer", str(folder / "journal.pem"), "--journal", world.description.journal,
        "--cache", str(tmp_path / "cache"),
    ]  # fmt: skip


def run(*arguments: str) -> Any:
    return CliRunner().invoke(trusted_lists, list(arguments), standalone_mode=False)


def read(found: Any) -> dict[str, Any]:
    answer = json.loads(found.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(answer)
    return answer


@pytest.mark.network
def test_lists_are_brought_up_to_date_and_shown_with_what_is_wrong(options, server):
    before = run("show", *options, "--json")
    assert (before.return_value, read(before)["lists"]) == (1, [])
    updated = run("update", *options, "--json")
    answer = read(updated)
    assert updated.return_value == 1
    assert [(item["territory"], item["version"], item["sequence"]) for item in answer["lists"]] == [
        ("DE", 6, 40),
        ("AT", 5, 9),
    ]
    assert {item["territory"]: item["code"] for item in answer["problems"]} == {
        "FR": "stale",
        "IT": "validation.trusted_list.signature.signer",
        "ES": "validation.trusted_list.pointer",
        "PL": "validation.trusted_list.signature",
    }
    server.asked.clear()
    shown = run("show", *options)
    assert (shown.return_value, server.asked) == (1, [])
    lines = shown.stdout.splitlines()
    assert lines[1].startswith("DE  no. 40   version 6,    7 services")
    assert lines[3].startswith("FR  NOT USED: trusted list FR no. 3: the next issue was due")
    assert lines[-1].startswith("2 national lists with ")


def test_without_a_configuration_and_an_address_it_is_wrong_use(options):
    found = run("show")
    assert (found.return_value, found.stdout) == (2, "")
    assert "cli.configuration_missing" in found.stderr
    assert run("update", "--url", options[1]).return_value == 2


def lists(world, folder, named, **more):
    given = {"signers": (folder / "journal.pem",), "journal": world.description.journal}
    told = {name: more.pop(name) for name in given if name in more}
    meant = NamedLists(lists=tuple(named), **{**given, **told})
    return lists_of(meant, at=AT, offline=False, **{"hosts": (), "config": None, **more})


def test_a_folder_that_mirrors_the_lists_is_followed_from_the_journal(options, world, folder):
    loaded = lists(world, folder, [str(folder / "lists")])
    assert [item.territory for item in loaded.lists] == ["DE", "AT"]
    assert loaded.list_of_lists.sequence == 12


def test_a_pivot_that_is_missing_in_the_folder_leaves_nothing(options, world, folder):
    files = [str(file) for file in (folder / "lists").iterdir() if "pivot-7" not in file.name]
    loaded = lists(world, folder, files)
    assert (loaded.lists, [item.code for item in loaded.problems]) == ((), ["validation.trusted_list.pivots"])


@pytest.mark.network
def test_an_address_is_kept_in_the_persons_own_folder(options, world, folder, tmp_path, monkeypatch, server):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    server.asked.clear()
    loaded = lists(world, folder, [world.lotl_location])
    assert [item.territory for item in loaded.lists] == ["DE", "AT"]
    assert len(list((tmp_path / "home" / "esign" / "trusted-lists").glob("*.list"))) >= 5
    asked = len(server.asked)
    again = lists(world, folder, [world.lotl_location])
    assert ([item.digest for item in again.lists], len(server.asked)) == ([item.digest for item in loaded.lists], asked)


@pytest.mark.network
def test_a_signature_is_judged_qualified_by_the_way_from_the_journal(options, world, folder, tmp_path, monkeypatch):
    """Through the command: list of the lists, pivots and national list over HTTP, then the file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(isolation, "Isolation", InProcess)
    small = _small_world()
    walked, crls = signed_under(small, world, "granted")
    (tmp_path / "contract.pdf").write_bytes(walked.finished)
    (tmp_path / "list.crl").write_bytes(crls[0])
    small.write_pem(tmp_path / "root.pem", walked.world.root.der)
    given = ["contract.pdf", "--crl", "list.crl", "--trust", "root.pem", "--at", "2026-11-22T12:10:00Z", "--json"]
    way = ["--trusted-list-signer", str(folder / "journal.pem"), "--journal", world.description.journal]

    def judged(*more: str) -> tuple[int, str | None, str | None]:
        found = CliRunner().invoke(verify, [*given, *more], standalone_mode=False)
        (signature,) = json.loads(found.stdout)["signatures"]
        return found.return_value, signature["legal_level"], signature["qualification"]

    good = (0, "qualified", "qualified electronic signature")
    assert judged("--trusted-list", world.lotl_location, *way) == good
    assert judged("--trusted-list", str(folder / "lists"), *way) == good
    assert judged("--trusted-list", world.lotl_location, *way, "--offline") == good
    stranger = ["--trusted-list-signer", str(tmp_path / "root.pem"), "--journal", world.description.journal]
    assert judged("--trusted-list", str(folder / "lists"), *stranger) == (3, None, "indeterminate")


def configured(folder, world, tmp_path, **more) -> Settings:
    return Settings(
        state_dir=tmp_path / "state",
        trusted_lists_url=world.lotl_location,
        trusted_lists_signers=(folder / "journal.pem",),
        trusted_lists_journal=world.description.journal,
        **more,
    )


@pytest.mark.network
def test_the_installation_keeps_its_own_and_uses_them(options, world, folder, tmp_path):
    keeper = list_keeper(configured(folder, world, tmp_path, trusted_lists_territories=("DE",)))
    assert keeper.update_due() is False
    assert keeper.services(AT).index.size == 7
    assert list((tmp_path / "state" / "trusted-lists").glob("*.list"))


def test_settings_that_cannot_be_meant_are_refused(folder, world, tmp_path):
    assert list_keeper(Settings(state_dir=tmp_path)) is None
    for more in ({"trusted_lists_hours": 0}, {"trusted_lists_grace_days": 32}):
        with pytest.raises(SettingsError):
            configured(folder, world, tmp_path, **more)
    with pytest.raises(SettingsError):
        Settings(state_dir=tmp_path, trusted_lists_url=world.lotl_location)
