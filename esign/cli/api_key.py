"""``esign api-key``: the keys of backend systems."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esign.access import Permission, system
from esign.cli.configuration import config_option, load

if TYPE_CHECKING:
    from esign.settings import Settings

_tenant = click.option("--tenant", default="default", show_default=True, help="The company whose key it is.")


@click.group("api-key")
def api_key() -> None:
    """Make, list and revoke the keys of backend systems."""


@api_key.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([permission.value for permission in Permission]),
    multiple=True,
    required=True,
    help="What the key may do; may be given several times.",
)
@click.option("--days", type=click.IntRange(1, 731), required=True, help="After how many days it ends; at most 731.")
@_tenant
@config_option
def create(name: str, scopes: tuple[str, ...], days: int, tenant: str, config: Path | None) -> None:
    """Make a key called NAME and print it; it is shown this once and kept nowhere."""
    from esign.bootstrap import build

    application = build(load(config))
    made = application.api_keys.create(
        system(tenant),
        name=name,
        scopes=[Permission(scope) for scope in scopes],
        expires_at=application.contracts.household.clock.now() + timedelta(days=days),
    )
    click.echo(made.secret)
    click.echo(f"{made.view.id}: until {made.view.expires_at:%Y-%m-%d}; it is not shown again", err=True)


@api_key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@_tenant
@config_option
def list_keys(as_json: bool, tenant: str, config: Path | None) -> None:
    """List the keys, newest first; never the keys themselves."""
    from esign.bootstrap import build

    application = build(load(config))
    now = application.contracts.household.clock.now()
    for view in application.api_keys.list(system(tenant)):
        state = "revoked" if view.revoked_at else "expired" if view.expires_at <= now else "good"
        if as_json:
            shown = {
                "id": view.id,
                "prefix": view.prefix,
                "name": view.name,
                "scopes": sorted(view.scopes),
                "state": state,
                "expires_at": view.expires_at.isoformat(),
                "last_used": view.last_used,
            }
            click.echo(json.dumps(shown, ensure_ascii=False))
        else:
            scopes = " ".join(sorted(view.scopes))
            used = view.last_used or "never"
            click.echo(
                f"{view.id}  {view.prefix}…  {state:<8}until {view.expires_at:%Y-%m-%d}  used {used}  "
                f"{view.name}  [{scopes}]"
            )


@api_key.command()
@click.argument("key_id")
@_tenant
@config_option
def revoke(key_id: str, tenant: str, config: Path | None) -> None:
    """Revoke the key KEY_ID, at once."""
    from esign.bootstrap import build

    build(load(config)).api_keys.revoke(system(tenant), key_id)
    click.echo(f"{key_id}: revoked", err=True)


def day_key(settings: Settings) -> str:
    """Return a key of the demonstration that may do everything and is good for a day; each start makes another."""
    from esign.bootstrap import build

    application = build(settings)
    until = application.contracts.household.clock.now() + timedelta(days=1)
    everything = frozenset(Permission)
    return application.api_keys.create(system("default"), name="esign demo", scopes=everything, expires_at=until).secret
