"""``esign init``: an installation of one's own."""

from __future__ import annotations

import os
from pathlib import Path

import click

from esign.cli.configuration import DEFAULT
from esign.cli.errors import FileUnwritable
from esign.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--web-url", required=True, help="Public origin of the web application, such as https://sign.example.")
@click.option("--agent-url", required=True, help="Public origin of the browser agent: another host name.")
@click.option("--database-url", default="", help="SQLAlchemy URL; default: SQLite in the state folder.")
@click.option(
    "--vault-key",
    default="file:vault.key",
    show_default=True,
    help="Master key of the vault: file:PATH, environment:NAME or pkcs11:… (RFC 7512).",
)
def init(folder: Path, web_url: str, agent_url: str, database_url: str, vault_key: str) -> None:
    """Make an installation in FOLDER: configuration file, state folder, vault key, tables.

    Nothing that is there already is changed. Afterwards `esign check` tells what is still missing, and
    `esign account create` makes the first administrator.
    """
    from esign.bootstrap import install
    from esign.cli.demo_world import agent_dist
    from esign.cli.settings_reference import configuration_file

    path = folder / DEFAULT
    values = {
        "state_dir": "state",
        "web_url": web_url.rstrip("/"),
        "agent_url": agent_url.rstrip("/"),
        "agent_dist": str(agent_dist()),
        "vault_key": vault_key,
    }
    if database_url:
        values["database_url"] = database_url
    checked = Settings(
        state_dir=folder.resolve() / values["state_dir"],
        web_url=values["web_url"],
        agent_url=values["agent_url"],
        agent_dist=Path(values["agent_dist"]),
        vault_key=vault_key,
        database_url=database_url,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileUnwritable("there is a configuration already; it is not changed", file=path.name) from None
    except OSError as error:
        raise FileUnwritable("the folder cannot be written", folder=folder.name) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(configuration_file(values))
    try:
        install(checked)
    except BaseException:
        path.unlink()  # a second try finds the same beginning
        raise
    click.echo(f"written: {path}")
    click.echo("next: fill in the trust services, the seal and the mail server, then run `esign check`;")
    click.echo("      `esign account create --role administrator` makes the first administrator")
