"""``esign form-required``: the form that the law asks for, the minimum level, the clause."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click


@click.command("form-required")
@click.argument("contract_type", metavar="TYPE")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The contract's date (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object (docs/schemas/form-required.schema.json).")
def form_required(contract_type: str, day: datetime | None, as_json: bool) -> int:
    """Say which form the law asks for a type of contract, such as CRD-001."""
    from esign.contracts.form_requirement import FormRequirement
    from esign.contracts.form_requirement import form_required as required

    on = day.date() if day else datetime.now(ZoneInfo("Europe/Berlin")).date()
    row: FormRequirement = required(contract_type, on)
    if as_json:
        click.echo(json.dumps(_object(row, on.isoformat()), ensure_ascii=False))
        return 0
    click.echo(f"{row.type}  {row.title['en']} ({row.title['de']})")
    click.echo(f"form: {row.form}\nminimum level: {row.minimum_level}\nclause: {row.source}\nmark: {row.mark}")
    if row.consequence:
        click.echo(f"if missed: {row.consequence['en']} ({row.consequence['de']})")
    if not row.electronic:
        click.echo("not possible electronically: this type is refused before anything is drawn up")
    if row.note:
        click.echo(f"note: {row.note}")
    return 0


def _object(row: Any, day: str) -> dict[str, Any]:
    return {
        "type": row.type,
        "date": day,
        "title": dict(row.title),
        "form": row.form.value,
        "minimum_level": row.minimum_level,
        "electronic": row.electronic,
        "clause": row.source,
        "mark": row.mark,
        "origin": row.origin,
        "consequence": dict(row.consequence) or None,
        "declarant": row.declarant or None,
        "recommended": row.recommended or None,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "note": row.note or None,
        "policy_version": row.version,
    }
