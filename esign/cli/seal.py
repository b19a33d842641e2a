"""``esign seal``: documents leave with the company's electronic seal, by the thousand."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esign.cli.configuration import config_option
from esign.cli.errors import FileUnwritable, WrongUse, error_line
from esign.cli.options import PATH, evidence_record_option, level_option, seal_json_option
from esign.cli.seal_order import (
    ALL_SEALED,
    INTERRUPTED,
    SOME_SET_ASIDE,
    WRONG_USE,
    SealWishes,
    order_of,
    seal_wishes,
    stopping,
)
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.cli.seal_lines import Speaker
    from esign.seal_works import FolderBatch


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH…")
@click.option("--out", type=PATH, required=True, help="Folder of the sealed documents; the journal is kept in it.")
@level_option
@seal_wishes
@click.option("--fetch", "hosts", metavar="HOST[:PORT]", multiple=True, help="May be asked for revocation data (B-LT).")
@click.option("--base", type=PATH, metavar="DIR", help="Sealed documents are named by their path below this folder.")
@evidence_record_option
@click.option("--watch", is_flag=True, help="Go on: seal what comes into the folders, until stopped.")
@click.option("--processed", type=PATH, metavar="DIR", help="With --watch: where sealed originals go (they stay).")
@click.option("--set-aside", type=PATH, metavar="DIR", help="With --watch: where the others go (OUT.set-aside).")
@click.option("--settle", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, metavar="SECONDS")
@click.option(
    "--record-after",
    type=click.IntRange(1, 50_000),
    default=1_000,
    show_default=True,
    metavar="DOCUMENTS",
    help="With --watch --evidence-record: one timestamp for so many.",
)
@click.option(
    "--record-within",
    type=click.FloatRange(1, 86_400),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Or for what was sealed in this time.",
)
@seal_json_option
@config_option
def seal(
    paths: tuple[str, ...],
    out: Path,
    level: str,
    wishes: SealWishes,
    hosts: tuple[str, ...],
    base: Path | None,
    evidence_record: bool,
    watch: bool,
    processed: Path | None,
    set_aside: Path | None,
    settle: float,
    record_after: int,
    record_within: float,
    as_json: bool,
    config: Path | None,
) -> int:
    """Seal files, whole folders, patterns ('in/*.pdf'), or what a list on standard input names (-).

    Each sealed document is the document itself with a seal appended, checked before it is given out. Killed at any
    moment, the same command goes on where it stopped; nothing is sealed twice, and nothing is overwritten. Within an
    installation its seal and timestamp authorities are used unless others are named. Exit 0 all sealed, 1 some were set
    aside (their lines say why), 2 nothing was begun, 130 stopped before the end.
    """
    from esign.cli.logs import log_faults
    from esign.cli.seal_inputs import Inputs
    from esign.cli.seal_lines import Speaker
    from esign.cli.seal_watch import Folders, RecordWishes, seal_what_comes
    from esign.seal_works import FolderBatch, look_at_key
    from esign.sealing.invoices import InvoiceRules

    with ExitStack() as stack:
        try:
            order = order_of(wishes, out, level, config, stamped=evidence_record)
            if not paths:
                raise WrongUse("name files, folders or patterns, or - for a list on standard input")
            if watch and (strange := [path for path in paths if not Path(path).is_dir()]):
                raise WrongUse(f"--watch watches folders, and this is none: {strange[0]}")
            # Others fill the watched folders: no link of theirs leads to what only we may read.
            within = tuple(os.fsencode(Path(path).resolve()) for path in paths) if watch else ()
            order = replace(order, within=within, revocation_hosts=(*order.revocation_hosts, *hosts))
            holder = look_at_key(order)
            try:
                out.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise FileUnwritable("the folder of the sealed documents cannot be made", file=str(out)) from error
            batch = stack.enter_context(FolderBatch(order=order, prepare=log_faults))
        except EsignError as error:
            click.echo(error_line(error), err=True)
            return WRONG_USE
        if order.invoices and not InvoiceRules.installed():
            click.echo("E-invoices cannot be checked without the extra: pip install 'esign[einvoice]'", err=True)
        if holder.sandbox:
            click.echo("SANDBOX: the seal is a simulated one; it proves nothing to anybody", err=True)
        speaker = Speaker(as_json=as_json, sandbox=holder.sandbox, bar=sys.stderr.isatty())
        stop = stack.enter_context(stopping())
        jobs = wishes.processes
        if watch:
            folders = Folders(paths, out, set_aside or out.with_name(out.name + ".set-aside"), processed, base)
            records = RecordWishes(record_after, record_within) if evidence_record else None
            return seal_what_comes(batch, folders, speaker, jobs=jobs, settle=settle, stop=stop, wishes=records)
        inputs = Inputs(paths, sys.stdin.buffer, os.fsencode(out), os.fsencode(base) if base is not None else None)
        counts = batch.run(inputs, jobs=jobs, told=speaker.told, stop=stop)
        proven = not evidence_record or _prove(batch, speaker)
    speaker.ended(counts)
    if counts.open or not counts.complete:
        return INTERRUPTED
    return SOME_SET_ASIDE if counts.set_aside or not proven else ALL_SEALED


def _prove(batch: FolderBatch, speaker: Speaker) -> bool:
    """Write the evidence records; returns whether every sealed document has one."""
    try:
        proof = batch.prove()
    except EsignError as error:
        click.echo(error_line(error), err=True)
        return False
    speaker.proved(proof)
    return not proof.failed
