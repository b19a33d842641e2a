"""``esign seal-batch``: lists documents in a shared journal, wakes the workers, and tells what became of each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esign.cli.errors import WrongUse, error_line
from esign.cli.inputs import trust_of
from esign.cli.options import PATH, evidence_record_option, level_option, seal_json_option
from esign.cli.seal_order import ALL_SEALED, INTERRUPTED, SOME_SET_ASIDE, WRONG_USE, stopping
from esign.cli.seal_shared import SharedPlace, shared_place
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.seal_works import SealOrder
    from esign.sealing.batches import NewItem


@click.command("seal-batch")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@shared_place
@level_option
@evidence_record_option
@click.option("--tsa", "tsa_urls", metavar="URL", multiple=True, help="With --evidence-record: a timestamp authority.")
@click.option("--trust", type=PATH, multiple=True, help="With --evidence-record: trusted certificates.")
@click.option("--patience", type=click.IntRange(1), metavar="SECONDS", help="End when nothing was sealed for so long.")
@seal_json_option
def seal_batch(
    paths: tuple[str, ...],
    place: SharedPlace,
    level: str,
    evidence_record: bool,
    tsa_urls: tuple[str, ...],
    trust: tuple[Path, ...],
    patience: int | None,
    as_json: bool,
) -> int:
    """Have files, folders, patterns, a list (-) or s3://bucket/prefix sealed by esign seal-worker, wherever it runs.

    Workers must reach the documents under the same names. Exit as esign seal; 130 also when it was not waited to the
    end: what is listed stays listed, and workers go on.
    """
    from esign.cli.seal_lines import Speaker
    from esign.seal_works import SealOrder
    from esign.seal_works.shared_batch import SharedBatch, celery_dispatcher

    with ExitStack() as stack:
        try:
            if evidence_record and not (tsa_urls and trust):
                raise WrongUse("an evidence record needs --tsa URL and --trust FILE")
            anchors = trust_of(trust, None).certificates if trust else ()
            order = SealOrder(device="", out=Path(), level=level, tsa_urls=tsa_urls, anchors=tuple(anchors))
            order = place.placed(order)
            dispatcher = celery_dispatcher(place.broker, stack) if place.broker else None
            batch = stack.enter_context(SharedBatch(order=order, dispatcher=dispatcher, patience=patience))
            items = _items(paths, order)
        except EsignError as error:
            click.echo(error_line(error), err=True)
            return WRONG_USE
        speaker = Speaker(as_json=as_json, sandbox=None, bar=sys.stderr.isatty())
        stop = stack.enter_context(stopping())
        try:
            counts = batch.run(items, told=speaker.told, stop=stop)
            proof = batch.prove() if evidence_record and counts.done else None
        except EsignError as error:
            speaker.wipe()
            click.echo(error_line(error), err=True)
            return INTERRUPTED
        if proof is not None:
            speaker.proved(proof)
    speaker.ended(counts)
    if not counts.done:
        return INTERRUPTED
    return SOME_SET_ASIDE if counts.set_aside or (proof is not None and proof.failed) else ALL_SEALED


def _items(paths: Sequence[str], order: SealOrder) -> Iterator[NewItem]:
    from esign.cli.seal_inputs import Inputs
    from esign.seal_works.shared_batch import items_below

    for path in paths:
        found = items_below(path, order)
        if found is not None:
            yield from found
        else:
            here = path if path == "-" else str(Path(path).absolute())
            yield from Inputs((here,), sys.stdin.buffer, os.fsencode(order.out.absolute()), None)
