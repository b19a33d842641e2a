"""``esign ledger``: the chain of everything that happened."""

from __future__ import annotations

import json
from pathlib import Path

import click

from esign.cli.configuration import config_option, load


@click.group()
def ledger() -> None:
    """Verify the ledger: the chain of everything that happened."""


@ledger.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(config: Path | None, as_json: bool) -> int:
    """Recompute every entry, the Merkle tree and every timestamped head; exit 0 intact, 1 not intact."""
    from esign.bootstrap import build

    report = build(load(config)).ledger.verify()
    if as_json:
        fields = ("intact", "entries", "heads", "ahead", "first_fault")
        click.echo(json.dumps({name: getattr(report, name) for name in fields}, ensure_ascii=False))
    elif report.intact:
        click.echo(f"intact: {report.entries} entries, {report.heads} timestamped heads")
        if report.ahead:
            click.echo(
                f"{report.ahead} entries are dated ahead: the clock was, and the ledger says so (clock.corrected)"
            )
    else:
        click.echo(f"NOT intact: {report.first_fault} (after {report.entries} good entries)")
    return 0 if report.intact else 1
