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
from esign.cli.seal import ALL_SEALED, INTERRUPTED, SOME_SET_ASIDE, WRONG_USE, stopping
from esign.cli.verify_inputs import trust_of
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.seal_works import SealOrder
    from esign.sealing.batches import NewItem

_PATH = click.Path(path_type=Path)


@click.command("seal-batch")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--out", required=True, metavar="PLACE", help="Place of the sealed documents: folder, or s3://bucket/prefix."
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
    help="Celery's broker: redis://…, amqp://…; none: workers look.",
)
@click.option("--level", type=click.Choice(("B-B", "B-T", "B-LT", "B-LTA")), default="B-B", show_default=True)
@click.option("--evidence-record", is_flag=True, help="One timestamp for the whole batch, a record (.ers) beside each.")
@click.option("--tsa", "tsa_urls", metavar="URL", multiple=True, help="With --evidence-record: a timestamp authority.")
@click.option("--trust", type=_PATH, multiple=True, help="With --evidence-record: trusted certificates.")
@click.option("--patience", type=click.IntRange(1), metavar="SECONDS", help="End when nothing was sealed for so long.")
@click.option("--chunk", type=click.IntRange(1, 1000), default=64, show_default=True, help="As the workers have it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document (docs/schemas/seal.schema.json).")
def seal_batch(
    paths: tuple[str, ...],
    out: str,
    journal: str,
    broker: str | None,
    level: str,
    evidence_record: bool,
    tsa_urls: tuple[str, ...],
    trust: tuple[Path, ...],
    patience: int | None,
    chunk: int,
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
            order = SealOrder(
                device="",
                out=Path(),
                level=level,
                tsa_urls=tsa_urls,
                anchors=tuple(anchors),
                journal_url=journal,
                chunk=chunk,
            )
            order = placed(order, out)
            dispatcher = celery_dispatcher(broker, stack) if broker else None
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


def placed(order: SealOrder, place: str) -> SealOrder:
    """Return an order with its place of output.

    Raises:
        WrongUse: It begins like an address of object storage and is none.
    """
    from esign.seal_works.order import with_place

    try:
        return with_place(order, place)
    except ValueError as error:
        raise WrongUse("--out is neither a folder nor an address such as s3://bucket/prefix") from error


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
