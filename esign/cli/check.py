"""``esign check``: what is still missing, what is still sandbox."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from esign.cli.configuration import config_option, load

_SIGN = {"good": "ok     ", "warning": "warning", "missing": "MISSING"}


@click.command()
@config_option
@click.option("--offline", is_flag=True, help="Call nobody: neither trust services nor the mail server.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(config: Path | None, offline: bool, as_json: bool) -> int:
    """Look whether the installation is complete; exit 0 complete, 1 something is missing.

    Calls the timestamp authority, the certification authority, the identity provider and the mail server once each.
    """
    from esign.inspection import complete, inspect

    settings = load(config)
    points = inspect(settings, outside=not offline)
    whole = complete(points)
    if as_json:
        found = {"complete": whole, "sandbox": settings.sandbox, "points": [asdict(point) for point in points]}
        click.echo(json.dumps(found, ensure_ascii=False))
        return 0 if whole else 1
    for point in points:
        code = f" ({point.code})" if point.code else ""
        click.echo(f"{_SIGN[point.state]}  {point.name}: {point.what}{code}")
    click.echo("complete" if whole else "not complete: see what is MISSING above")
    return 0 if whole else 1
