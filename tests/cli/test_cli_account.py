"""The operator makes the first administrator at the machine; links are printed once and open an account."""

from __future__ import annotations

import re
from typing import Any

import pytest

from esign.access import system
from esign.cli import configuration
from esign.cli.demo_staff import STAFF, staff_links
from esign.cli.program import main
from esign.foundation.errors import EsignError


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    return int(ended.value.code or 0), written.out + written.err


@pytest.fixture
def config(world: Any) -> str:
    path = world.folder / "esign.toml"
    configuration.write(world.settings, path)
    return str(path)


def test_the_first_administrator_gets_a_link_that_opens_the_account(world: Any, config: str, capsys: Any) -> None:
    status, text = run(
        capsys,
        *("account", "create", "--config", config, "--name", "Vera Verwaltung", "--email", "v@example.org"),
        *("--role", "administrator", "--role", "legal"),
    )
    assert status == 0
    found = re.search(r"http://localhost:8080/company/invitation/([A-Za-z0-9_-]{43})", text)
    assert found is not None
    assert world.application.own_account.linked(found[1]).name == "Vera Verwaltung"
    status, text = run(capsys, "account", "list", "--config", config)
    assert status == 0 and "invited" in text and "administrator,legal" in text and "Vera Verwaltung <v@" in text
    (entry,) = world.application.accounts.audit(system("default"))
    assert (entry.kind, entry.by) == ("account.invited", "system:system")


def test_even_the_last_administrator_can_be_locked_and_invited_anew_at_the_machine(
    world: Any, config: str, capsys: Any
) -> None:
    from tests.company.people import colleague

    person = colleague(world)
    assert run(capsys, "account", "lock", person.id, "--config", config) == (0, f"locked: {person.id}\n")
    assert run(capsys, "account", "unlock", person.id, "--config", config) == (0, f"unlocked: {person.id}\n")
    status, text = run(capsys, "account", "invite", person.id, "--config", config)
    assert status == 0 and "/company/invitation/" in text


def test_another_tenant_and_wrong_words_are_refused(world: Any, config: str, capsys: Any) -> None:
    create = ("account", "create", "--config", config, "--name", "V", "--email", "v@example.org", "--role")
    assert run(capsys, *create, "root")[0] == 2
    status, text = run(capsys, *create, "clerk", "--tenant", "nobody")
    assert status == 1 and "engine.account.tenant" in text
    assert world.application.accounts.list(system("default")) == ()


def test_the_demonstration_has_staff_whose_links_are_new_until_they_are_used(world: Any) -> None:
    first = staff_links(world.settings)
    again = staff_links(world.settings)
    assert [link.roles for link in first] == ["administrator", "clerk", "legal + data_protection"]
    assert len(world.application.accounts.list(system("default"))) == len(STAFF)
    assert all("SANDBOX" in account.name for account in world.application.accounts.list(system("default")))
    with pytest.raises(EsignError, match="link_unknown"):
        world.application.own_account.linked(first[0].address.rpartition("/")[2])
    assert world.application.own_account.linked(again[0].address.rpartition("/")[2]).roles[0].value == "administrator"
