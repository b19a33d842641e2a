"""What the commands of sealing on many machines are told in common: where documents go, and the shared journal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from esign.cli.errors import WrongUse
from esign.cli.options import gathered

if TYPE_CHECKING:
    from esign.seal_works import SealOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPlace:
    """Where the sealed documents go, who keeps the journal, and who wakes the workers; the same for all machines."""

    out: str
    journal: str
    broker: str | None
    chunk: int

    def placed(self, order: SealOrder) -> SealOrder:
        """Return an order for this place.

        Raises:
            WrongUse: It begins like an address of object storage and is none.
        """
        from esign.seal_works.order import with_place

        try:
            return with_place(replace(order, journal_url=self.journal, chunk=self.chunk), self.out)
        except ValueError as error:
            raise WrongUse("--out is neither a folder nor an address such as s3://bucket/prefix") from error


shared_place = gathered(
    SharedPlace,
    "place",
    click.option(
        "--out", required=True, metavar="PLACE", help="Place of the sealed documents: folder, or s3://bucket/prefix."
    ),
    click.option(
        "--journal",
        envvar="ESIGN_SEAL_JOURNAL",
        required=True,
        metavar="URL",
        help="The shared journal: postgresql+psycopg://….",
    ),
    click.option(
        "--broker",
        envvar="ESIGN_SEAL_BROKER",
        metavar="URL",
        help="Celery's broker: redis://…, amqp://…; none: workers look.",
    ),
    click.option("--chunk", type=click.IntRange(1, 1000), default=64, show_default=True, help="Documents at a time."),
)
"""The options of commands that share a journal."""
