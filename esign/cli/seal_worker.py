"""``esign seal-worker``: seals what stands in a shared journal, on this machine, with the key that it holds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from esign.cli.configuration import config_option
from esign.cli.errors import error_line
from esign.cli.seal_order import ALL_SEALED, WRONG_USE, SealWishes, order_of, seal_wishes, stopping
from esign.cli.seal_shared import SharedPlace, shared_place
from esign.foundation.errors import EsignError


@click.command("seal-worker")
@shared_place
@seal_wishes
@click.option("--lease", type=click.IntRange(1, 3600), default=120, show_default=True, help="Seconds for a chunk.")
@config_option
def seal_worker(
    place: SharedPlace,
    wishes: SealWishes,
    lease: int,
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
            order = order_of(wishes, Path(), "B-T" if wishes.tsa_urls else "B-B", config)
            order = replace(place.placed(order), lease=timedelta(seconds=lease))
            holder = look_at_key(order)
        except EsignError as error:
            click.echo(error_line(error), err=True)
            return WRONG_USE
        if holder.sandbox:
            click.echo("SANDBOX: the seal is a simulated one; it proves nothing to anybody", err=True)
        stop = stack.enter_context(stopping())
        if place.broker:
            serve_by_celery(order, place.broker, processes=wishes.processes, stop=stop)
        else:
            serve_by_looking(order, processes=wishes.processes, stop=stop)
    return ALL_SEALED
