"""``esign seal-worker``: seals what stands in a shared journal, on this machine, with the key that it holds."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from esign.cli.configuration import config_option
from esign.cli.errors import error_line
from esign.cli.seal import ALL_SEALED, WRONG_USE, order_of, stopping
from esign.cli.seal_batch import placed
from esign.foundation.errors import EsignError

_PATH = click.Path(path_type=Path)


@click.command("seal-worker")
@click.option(
    "--out", required=True, metavar="PLACE", help="As esign seal-batch has it: folder, or s3://bucket/prefix."
)
@click.option(
    "--journal",
    envvar="ESIGN_SEAL_JOURNAL",
    required=True,
    metavar="URL",
    help="The shared journal: postgresql+psycopg://….",
)
@click.option(
    "--broker",
    envvar="ESIGN_SEAL_BROKER",
    metavar="URL",
    help="Celery's broker: redis://…, amqp://…; none: it looks.",
)
@click.option("--device", metavar="URI", help="The seal key: file:KEY.p12?pin-file=PATH, pkcs11:…, csc:NAME.")
@click.option("--tsa", "tsa_urls", metavar="URL", multiple=True, help="A timestamp authority; a second one in reserve.")
@click.option("--trust", type=_PATH, multiple=True, help="Trusted certificates, file or folder, for timestamps.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: the processors).")
@click.option("--policy", default="standard", show_default=True, help="E-invoices: a policy's name or file, or none.")
@click.option("--rules", type=_PATH, metavar="DIR", help="E-invoices: further rules, with their list SHA256SUMS.")
@click.option(
    "--sample", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="Full verdict on so many."
)
@click.option("--lease", type=click.IntRange(1, 3600), default=120, show_default=True, help="Seconds for a chunk.")
@click.option("--chunk", type=click.IntRange(1, 1000), default=64, show_default=True, help="Documents at a time.")
@config_option
def seal_worker(
    out: str,
    journal: str,
    broker: str | None,
    device: str | None,
    tsa_urls: tuple[str, ...],
    trust: tuple[Path, ...],
    jobs: int | None,
    policy: str,
    rules: Path | None,
    sample: float,
    lease: int,
    chunk: int,
    config: Path | None,
) -> int:
    """Seal the documents of every batch that esign seal-batch lists for the same place of output, until stopped.

    As many workers as wanted, on as many machines as wanted. A worker that dies loses nothing: what it held is taken
    over when its lease ends. SIGTERM lets each process finish its chunk.
    """
    from esign.seal_works import look_at_key
    from esign.seal_works.shared_worker import serve_by_celery, serve_by_looking

    with ExitStack() as stack:
        try:
            level = "B-T" if tsa_urls else "B-B"
            order = order_of(Path(), level, device, tsa_urls, trust, policy, rules, sample, config)
            order = replace(placed(order, out), journal_url=journal, lease=timedelta(seconds=lease), chunk=chunk)
            holder = look_at_key(order)
        except EsignError as error:
            click.echo(error_line(error), err=True)
            return WRONG_USE
        if holder.sandbox:
            click.echo("SANDBOX: the seal is a simulated one; it proves nothing to anybody", err=True)
        processes = jobs or os.cpu_count() or 1
        stop = stack.enter_context(stopping())
        if broker:
            serve_by_celery(order, broker, processes=processes, stop=stop)
        else:
            serve_by_looking(order, processes=processes, stop=stop)
    return ALL_SEALED
