"""``esign account``: accounts of the company's side, made by the operator at the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from esign.cli.configuration import config_option, load, tenant_option

if TYPE_CHECKING:
    from esign.access import Actor
    from esign.engine import Application
    from esign.engine.accounts.links import Linked

ROLES = ("administrator", "clerk", "legal", "agent", "data_protection")
"""As in ``esign.access.Role``."""


@click.group()
def account() -> None:
    """Make accounts of the company's side; the first administrator.

    Who can run this can read the vault's key: it needs no login. Everything done here stands in the audit trail as done
    by the system.
    """


@account.command()
@click.option("--name", required=True, help="The person's name.")
@click.option("--email", required=True, help="The person's mail address.")
@click.option(
    "--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="May be given several times."
)
@click.option("--language", type=click.Choice(("de", "en")), default="de", show_default=True)
@click.option("--send", is_flag=True, help="Send the link by mail instead of printing it.")
@tenant_option
@config_option
def create(
    name: str, email: str, roles: tuple[str, ...], language: str, send: bool, tenant: str, config: Path | None
) -> None:
    """Make an account and print the one-time link with which its owner sets it up."""
    application, operator = _open(config, tenant)
    _print(
        application.accounts.create(operator, name=name, email=email, roles=roles, language=language, send=send), send
    )


@account.command()
@click.argument("account_id", metavar="ACCOUNT")
@click.option("--send", is_flag=True, help="Send the link by mail instead of printing it.")
@tenant_option
@config_option
def invite(account_id: str, send: bool, tenant: str, config: Path | None) -> None:
    """Let ACCOUNT be set up anew: for lost devices; all its ways to log in are gone."""
    application, operator = _open(config, tenant)
    _print(application.accounts.invite_again(operator, account_id, send=send), send)


@account.command()
@click.argument("account_id", metavar="ACCOUNT")
@tenant_option
@config_option
def lock(account_id: str, tenant: str, config: Path | None) -> None:
    """Lock ACCOUNT: its logins end at once."""
    application, operator = _open(config, tenant)
    application.accounts.lock(operator, account_id)
    click.echo(f"locked: {account_id}")


@account.command()
@click.argument("account_id", metavar="ACCOUNT")
@tenant_option
@config_option
def unlock(account_id: str, tenant: str, config: Path | None) -> None:
    """Unlock ACCOUNT."""
    application, operator = _open(config, tenant)
    application.accounts.unlock(operator, account_id)
    click.echo(f"unlocked: {account_id}")


@account.command("list")
@tenant_option
@config_option
def show(tenant: str, config: Path | None) -> None:
    """List the accounts that are not closed."""
    application, operator = _open(config, tenant)
    for found in application.accounts.list(operator):
        roles = ",".join(role.value for role in found.roles)
        click.echo(f"{found.id}  {found.state.value:<8}  {roles:<40}  {found.name} <{found.email}>")


def _open(config: Path | None, tenant: str) -> tuple[Application, Actor]:
    from esign.access import system
    from esign.bootstrap import build

    return build(load(config)), system(tenant)


def _print(linked: Linked, send: bool) -> None:
    until = linked.expires_at.strftime("%Y-%m-%d %H:%M UTC")
    if send:
        click.echo(f"account {linked.account_id}: the link " + ("was sent" if linked.sent else "could NOT be sent"))
        return
    click.echo(f"account {linked.account_id}: open this link once, until {until}, and give it to nobody else")
    click.echo(linked.link)
