"""``esign forms``: the forms that there are, and the reference data that they are checked with."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import click

from esign.cli.configuration import config_option, load
from esign.cli.errors import FileUnreadable, FileUnwritable

FOLDER = "reference"
"""Folder of the installation's reference data, below ``state_dir``."""
POSTAL_CODES = "postal-codes.tsv"
BANK_CODES = "bank-codes.tsv"
_MAX_READ = 64 * 1024 * 1024 + 1

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_tenant = click.option("--tenant", default="default", show_default=True, help="The company whose form it is.")
_out = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where to write (default: the installation's folder {FOLDER}/).",
)


@click.group()
def forms() -> None:
    """List the forms, send one in, fill one in for a customer; import postal codes and bank codes."""


@forms.command("list")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day on which they are in force.")
def list_forms(day: datetime | None) -> None:
    """List the forms in policies/forms."""
    from esign.forms import form_definitions

    for form in form_definitions():
        if day is None or form.in_force(day.date()):
            until = f" to {form.valid_to}" if form.valid_to else ""
            click.echo(f"{form.name}\tversion {form.version}\tfrom {form.valid_from}{until}\t{form.title['de']}")


@forms.command("import-postal-codes")
@_file
@_out
@config_option
def import_postal_codes(file: Path, out: Path | None, config: Path | None) -> None:
    """Read GeoNames' DE.txt or DE.zip (https://download.geonames.org/export/zip/, CC BY 4.0)."""
    from esign.forms.geonames import read_geonames, read_geonames_laender
    from esign.forms.reference import write_postal_codes

    data = _read(file)
    codes, laender = read_geonames(data), read_geonames_laender(data)
    target = _write(out, config, POSTAL_CODES, write_postal_codes(codes, laender))
    several = sum(len(towns) > 1 for towns in codes.values())
    one = sum(len(laender.get(code, ())) == 1 for code in codes)
    click.echo(f"{target}: {len(codes)} postal codes, {several} with several towns, {one} in exactly one Land")


@forms.command("import-bank-codes")
@_file
@_out
@config_option
def import_bank_codes(file: Path, out: Path | None, config: Path | None) -> None:
    """Read the Deutsche Bundesbank's file of bank codes (Bankleitzahlendatei, text)."""
    from esign.forms.bundesbank import read_bundesbank
    from esign.forms.reference import write_banks

    banks = read_bundesbank(_read(file))
    target = _write(out, config, BANK_CODES, write_banks(banks))
    click.echo(f"{target}: {len(banks)} bank codes")


@forms.command()
@click.argument("form")
@_file
@click.option("--reference", default="", help="The contract's reference; one is made where there is none.")
@_tenant
@config_option
def submit(form: str, file: Path, reference: str, tenant: str, config: Path | None) -> int:
    """Send the answers in FILE (JSON: texts by field name) in, as a customer would; print what was decided as JSON.

    Exit 0 accepted, 1 anything else.
    """
    from esign.access import system
    from esign.bootstrap import build

    try:
        answers = json.loads(_read(file))
    except (ValueError, RecursionError) as error:
        raise FileUnreadable("the file is not JSON", file=file.name) from error
    sent = build(load(config)).cases.create(system(tenant), form, answers, reference=reference)
    decided = {
        "outcome": sent.outcome,
        "case": sent.case_id,
        "contract": sent.contract_id,
        "reasons": [dict(reason.text) for reason in sent.reasons],
        "findings": [
            {"field": each.field, "code": each.code, "severity": each.severity, "text": dict(each.text)}
            for each in sent.findings
        ],
    }
    click.echo(json.dumps(decided, ensure_ascii=False))
    return 0 if sent.outcome == "accept" else 1


@forms.command("prefill-token")
@click.argument("form")
@click.argument("customer")
@click.option("--hours", type=click.IntRange(1, 720), default=168, show_default=True, help="How long it works.")
@_tenant
@config_option
def prefill_token(form: str, customer: str, hours: int, tenant: str, config: Path | None) -> None:
    """Print a link with which the customer of this key finds the form filled in, once."""
    from esign.access import system
    from esign.bootstrap import build

    made = build(load(config)).prefill.token(system(tenant), form, customer, lives=timedelta(hours=hours))
    click.echo(made.link)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_READ)
    except OSError as error:
        raise FileUnreadable("the file cannot be read", file=path.name) from error


def _write(out: Path | None, config: Path | None, name: str, data: bytes) -> Path:
    """Write a file whole or not at all."""
    target = out or Path(load(config).state_dir) / FOLDER / name
    partial = target.with_name(f"{target.name}.partial")
    try:
        if out is None:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FileUnwritable("the file cannot be written", file=target.name) from error
    return target
