"""``esign seal``: documents leave with the company's electronic seal, by the thousand."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from esign.cli.configuration import DEFAULT, config_option
from esign.cli.errors import FileUnwritable, WrongUse, error_line
from esign.foundation.errors import EsignError
from esign.settings import Settings

if TYPE_CHECKING:
    from esign.cli.seal_lines import Speaker
    from esign.seal_works import FolderBatch, SealOrder

ALL_SEALED, SOME_SET_ASIDE, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
"""Exit status."""
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH…")
@click.option("--out", type=_PATH, required=True, help="Folder of the sealed documents; the journal is kept in it.")
@click.option("--level", type=click.Choice(("B-B", "B-T", "B-LT", "B-LTA")), default="B-B", show_default=True)
@click.option("--device", metavar="URI", help="The seal key: file:KEY.p12?pin-file=PATH, pkcs11:…, csc:NAME.")
@click.option("--tsa", "tsa_urls", metavar="URL", multiple=True, help="A timestamp authority; a second one in reserve.")
@click.option("--trust", type=_PATH, multiple=True, help="Trusted certificates, file or folder, for timestamps.")
@click.option("--fetch", "hosts", metavar="HOST[:PORT]", multiple=True, help="May be asked for revocation data (B-LT).")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: the processors).")
@click.option("--policy", default="standard", show_default=True, help="E-invoices: a policy's name or file, or none.")
@click.option("--rules", type=_PATH, metavar="DIR", help="E-invoices: further rules, with their list SHA256SUMS.")
@click.option(
    "--sample", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="Full verdict on so many."
)
@click.option("--base", type=_PATH, metavar="DIR", help="Sealed documents are named by their path below this folder.")
@click.option("--evidence-record", is_flag=True, help="One timestamp for the whole batch, a record (.ers) beside each.")
@click.option("--watch", is_flag=True, help="Go on: seal what comes into the folders, until stopped.")
@click.option("--processed", type=_PATH, metavar="DIR", help="With --watch: where sealed originals go (they stay).")
@click.option("--set-aside", type=_PATH, metavar="DIR", help="With --watch: where the others go (OUT.set-aside).")
@click.option("--settle", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, metavar="SECONDS")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document (docs/schemas/seal.schema.json).")
@config_option
def seal(
    paths: tuple[str, ...],
    out: Path,
    level: str,
    device: str | None,
    tsa_urls: tuple[str, ...],
    trust: tuple[Path, ...],
    hosts: tuple[str, ...],
    jobs: int | None,
    policy: str,
    rules: Path | None,
    sample: float,
    base: Path | None,
    evidence_record: bool,
    watch: bool,
    processed: Path | None,
    set_aside: Path | None,
    settle: float,
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
    from esign.cli.seal_watch import Folders, seal_what_comes
    from esign.seal_works import FolderBatch, look_at_key
    from esign.sealing.invoices import InvoiceRules

    with ExitStack() as stack:
        try:
            order = order_of(
                out, level, device, tsa_urls, trust, policy, rules, sample, config, stamped=evidence_record
            )
            if not paths:
                raise WrongUse("name files, folders or patterns, or - for a list on standard input")
            if watch and evidence_record:
                raise WrongUse("an evidence record is made when a batch is done; what is watched is never done")
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
        jobs = jobs or os.cpu_count() or 1
        if watch:
            folders = Folders(paths, out, set_aside or out.with_name(out.name + ".set-aside"), processed, base)
            return seal_what_comes(batch, folders, speaker, jobs=jobs, settle=settle, stop=stop)
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


def order_of(
    out: Path,
    level: str,
    device: str | None,
    tsa_urls: tuple[str, ...],
    trust: tuple[Path, ...],
    policy: str,
    rules: Path | None,
    sample: float,
    config: Path | None,
    *,
    stamped: bool = False,
) -> SealOrder:
    """Return what is to be done: what is not named is the installation's.

    Raises:
        WrongUse: Neither says which key, or which timestamp authority.
    """
    from esign import lookups
    from esign.seal_works import SealOrder, invoices_policy
    from esign.sealing.invoices import InvoiceRules

    settings = Settings.load(config or DEFAULT) if config is not None or DEFAULT.is_file() else None
    device = device or (settings.seal_uri if settings is not None else None)
    if not device:
        raise WrongUse("which key seals? --device URI, or a seal in the installation's configuration")
    tsa_urls = tsa_urls or (settings.tsa_urls if settings is not None else ())
    stamped = stamped or level != "B-B"
    if stamped and not tsa_urls:
        raise WrongUse("timestamps need an authority: --tsa URL, or the installation's")
    files = (*(settings.trust_anchors if settings is not None else ()), *trust)
    anchors = lookups.trust_anchors(files).certificates if files else ()
    if stamped and not anchors:
        raise WrongUse("which timestamps are trusted? --trust FILE, or the installation's trust anchors")
    if policy != "none":
        invoices_policy(policy)
        InvoiceRules(rules).close()  # a folder that cannot be used is told before anything begins
    own = settings is not None and device == settings.seal_uri
    return SealOrder(
        device=device,
        base=settings.state_dir if own and settings is not None else None,
        services=settings.csc_file if settings is not None else None,
        out=out,
        level=level,
        tsa_urls=tuple(tsa_urls),
        anchors=tuple(anchors),
        revocation_hosts=settings.revocation_hosts if settings is not None else (),
        timeout=settings.outside_timeout if settings is not None else 10.0,
        invoices="" if policy == "none" else policy,
        invoice_rules=rules,
        sample=sample,
    )


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Let the signals that end a program end the batch after the chunks under way."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
