"""What the sealing commands are told in common: the key, timestamps, checks of e-invoices; and how they are stopped."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from esign.cli.configuration import load_if_any
from esign.cli.errors import WrongUse
from esign.cli.options import PATH, gathered

if TYPE_CHECKING:
    from esign.seal_works import SealOrder

ALL_SEALED, SOME_SET_ASIDE, WRONG_USE, INTERRUPTED = 0, 1, 2, 130
"""Exit status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealWishes:
    """How documents shall be sealed; what is not named is the installation's."""

    device: str | None
    tsa_urls: tuple[str, ...]
    trust: tuple[Path, ...]
    jobs: int | None
    policy: str
    rules: Path | None
    sample: float

    @property
    def processes(self) -> int:
        """How many processes seal."""
        return self.jobs or os.cpu_count() or 1


seal_wishes = gathered(
    SealWishes,
    "wishes",
    click.option("--device", metavar="URI", help="The seal key: file:KEY.p12?pin-file=PATH, pkcs11:…, csc:NAME."),
    click.option("--tsa", "tsa_urls", metavar="URL", multiple=True, help="A timestamp authority; a second in reserve."),
    click.option("--trust", type=PATH, multiple=True, help="Trusted certificates, file or folder, for timestamps."),
    click.option("--jobs", type=click.IntRange(1, 256), help="Processes (default: the processors)."),
    click.option(
        "--policy", default="standard", show_default=True, help="E-invoices: a policy's name or file, or none."
    ),
    click.option("--rules", type=PATH, metavar="DIR", help="E-invoices: further rules, with their list SHA256SUMS."),
    click.option(
        "--sample", type=click.FloatRange(0, 100), default=0.0, metavar="PERCENT", help="Full verdict on so many."
    ),
)
"""The options of commands that seal."""


def order_of(wishes: SealWishes, out: Path, level: str, config: Path | None, *, stamped: bool = False) -> SealOrder:
    """Return what is to be done: what is not named is the installation's.

    Raises:
        WrongUse: Neither says which key, or which timestamp authority.
    """
    from esign import lookups
    from esign.seal_works import SealOrder, invoices_policy
    from esign.sealing.invoices import InvoiceRules

    settings = load_if_any(config)
    device = wishes.device or (settings.seal_uri if settings is not None else None)
    if not device:
        raise WrongUse("which key seals? --device URI, or a seal in the installation's configuration")
    tsa_urls = wishes.tsa_urls or (settings.tsa_urls if settings is not None else ())
    stamped = stamped or level != "B-B"
    if stamped and not tsa_urls:
        raise WrongUse("timestamps need an authority: --tsa URL, or the installation's")
    files = (*(settings.trust_anchors if settings is not None else ()), *wishes.trust)
    anchors = lookups.trust_anchors(files).certificates if files else ()
    if stamped and not anchors:
        raise WrongUse("which timestamps are trusted? --trust FILE, or the installation's trust anchors")
    if wishes.policy != "none":
        invoices_policy(wishes.policy)
        InvoiceRules(wishes.rules).close()  # a folder that cannot be used is told before anything begins
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
        invoices="" if wishes.policy == "none" else wishes.policy,
        invoice_rules=wishes.rules,
        sample=wishes.sample,
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
