"""``esign dossier``: everything about one contract in one file, and the verdict on such a file without us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esign.cli.configuration import config_option, load, tenant_option
from esign.cli.errors import FileUnreadable, FileUnwritable, TrustMissing, error_line
from esign.cli.inputs import trust_of
from esign.cli.options import PATH
from esign.cli.terminal import json_line
from esign.cli.whole_file import create as write_new
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.evidence import DossierReport

VALID, NOT_VALID, UNREADABLE = 0, 1, 2
"""Exit status of ``esign dossier verify``."""

_SIGNS = {"passed": "ok     ", "failed": "FAILED ", "skipped": "skipped"}


@click.group()
def dossier() -> None:
    """Create and verify dossiers: everything about one contract in one file."""


@dossier.command()
@click.argument("contract")
@click.option("--out", type=PATH, required=True, help="File to write; an existing one is not overwritten.")
@click.option(
    "--dispute-key",
    "dispute_keys",
    type=PATH,
    metavar="PEM",
    multiple=True,
    help="Private dispute key, given twice, for two persons: discloses the seed, from which the code follows.",
)
@tenant_option
@config_option
def create(contract: str, out: Path, dispute_keys: tuple[Path, ...], tenant: str, config: Path | None) -> None:
    """Write the dossier of a concluded CONTRACT."""
    from esign.access import system
    from esign.bootstrap import build

    if out.exists():
        raise FileUnwritable("the file exists already", file=str(out))
    keys = [_read(path) for path in dispute_keys]
    data = build(load(config)).dossiers.create(system(tenant), contract, dispute_keys=keys)
    write_new(out, data)
    click.echo(f"{out}: {len(data)} bytes")


@dossier.command()
@click.argument("file", type=PATH)
@click.option("--trust", type=PATH, multiple=True, help="Trusted root certificates: a file, or a folder of files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@config_option
def verify(file: Path, trust: tuple[Path, ...], as_json: bool, config: Path | None) -> int:
    """Verify a dossier FILE offline; exit 0 valid, 1 not valid, 2 unreadable or wrong use.

    Without --trust the trust anchors of the configuration are used.
    """
    from esign.evidence import verify_dossier

    try:
        data = _read(file)
        anchors = _anchors(trust, config)
    except EsignError as error:
        _print_error(file, error, as_json)
        return UNREADABLE
    report = verify_dossier(data, anchors=anchors)
    if as_json:
        click.echo(json_line(_object(file, report)))
    else:
        _print(file, report)
    if report.steps[0].outcome == "failed":
        return UNREADABLE
    return VALID if report.valid else NOT_VALID


def _print(file: Path, report: DossierReport) -> None:
    if report.sandbox:
        click.echo("SANDBOX: the trust services were simulated; this dossier proves nothing to anybody, valid or not")
    click.echo(f"{file}: {'valid' if report.valid else 'NOT VALID'}")
    for label, value in (
        ("level", report.level),
        *(("signatory", name) for name in report.signatories or (report.signatory,)),
        ("proven at", report.proven_at and report.proven_at.isoformat()),
        ("dossier at", report.dossier_at and report.dossier_at.isoformat()),
    ):
        if value is not None:
            click.echo(f"  {label:<11}{value}")
    for number, step in enumerate(report.steps, start=1):
        part = f" [{step.part}]" if step.part else ""
        click.echo(f"  {number:>2} {_SIGNS[step.outcome]} {step.name}: {step.what}{part}")


def _object(file: Path, report: DossierReport) -> dict[str, Any]:
    return {
        "file": str(file),
        "valid": report.valid,
        "sandbox": report.sandbox,
        "level": report.level,
        "signatory": report.signatory,
        "signatories": list(report.signatories),
        "proven_at": report.proven_at and report.proven_at.isoformat(),
        "dossier_at": report.dossier_at and report.dossier_at.isoformat(),
        "steps": [
            {"name": step.name, "outcome": step.outcome.value, "what": step.what, "part": step.part}
            for step in report.steps
        ],
        "error": None,
    }


def _print_error(file: Path, error: EsignError, as_json: bool) -> None:
    if as_json:
        problem = {"code": error.code, "detail": error.detail, "source": error.source}
        empty = dict.fromkeys(("sandbox", "level", "signatory", "proven_at", "dossier_at"))
        nothing: dict[str, Any] = {"valid": False, **empty, "signatories": [], "steps": []}
        click.echo(json.dumps({"file": str(file), **nothing, "error": problem}))
    else:
        click.echo(error_line(error), err=True)


def _anchors(trust: tuple[Path, ...], config: Path | None) -> tuple[bytes, ...]:
    anchors = trust_of(trust, config).certificates
    if not anchors:
        raise TrustMissing("nothing can be verified without a trust anchor: give --trust FILE")
    return anchors


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable("the file cannot be read", file=str(path)) from error
