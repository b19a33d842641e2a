"""Makes the loops of one process that seals: opens everything by the order, and closes it in the end."""

from __future__ import annotations

import fcntl
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from esign.foundation.clock import Clock, SystemClock
from esign.gateways.http import HttpCaller
from esign.gateways.revocation import RevocationCollector
from esign.gateways.timestamp_lines import bulk_timestamps
from esign.jobs.seal_loop import SealLoop
from esign.jobs.seal_processes import owner
from esign.seal_works.locks import hold
from esign.seal_works.order import JOURNAL_FOLDER, TIMESTAMPED, SealOrder, close_key, profile_of
from esign.sealing import Sealer, SealKey, SealProfile
from esign.sealing.batches import Line
from esign.sealing.batches.invoice_gate import InvoiceGate
from esign.sealing.batches.ports import Buffer
from esign.sealing.batches.sample import SampledVerdicts
from esign.sealing.batches.workshop import SealWorkshop, Stamps
from esign.sealing.incremental.form import enter_field
from esign.sealing.incremental.library import prepare_by_library
from esign.sealing.incremental.source import Source
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.invoices import (
    InvoicePolicy,
    InvoiceRules,
    invoice_policy,
    read_invoice_policy,
    render_xrechnung,
)
from esign.sealing.levels.long_term import LongTerm
from esign.store.database import Database
from esign.store.seal_folder import FolderDocuments
from esign.store.seal_journal import SqlSealJournal
from esign.store.seal_journal_file import open_journal, open_shared_journal
from esign.store.seal_objects import ObjectDocuments
from esign.validation import TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Material

SHARED = timedelta(seconds=30)
"""How long one list serves several chains. Whoever asks keeps the data himself, and when he asks anew, before they end,
he is not to get the old ones."""


@dataclass(frozen=True, slots=True)
class SealRecipe:
    """Makes the loops of one process for an order (:data:`esign.jobs.seal_processes.Recipe`)."""

    order: SealOrder
    forever: bool = False
    prepare: Callable[[], None] | None = None
    """What a process does first, such as choosing where its log goes; a function of a module, or a partial of one."""

    @contextmanager
    def __call__(self, name: str) -> Iterator[Sequence[SealLoop]]:
        """Open everything, and close it in the end.

        Args:
            name: Under which the loops lease.
        """
        if self.prepare is not None:
            self.prepare()
        order, clock = self.order, SystemClock()
        sys.setswitchinterval(0.0005)  # a thread that comes back from the disk is not to wait long for the others
        gc.freeze()  # what is there now stays; what a document leaves behind is looked for less often
        gc.set_threshold(50_000, 20, 20)
        with ExitStack() as stack:
            if not order.journal_url:
                hold(stack, order.out / JOURNAL_FOLDER / "workers.lock", fcntl.LOCK_SH)
            database = stack.enter_context(opened_journal(order))
            journal = SqlSealJournal(database, order.batch, clock=clock, lease=order.lease)
            key = order.open_key(clock)
            stack.callback(close_key, key)
            line: dict[str, Any] = {**line_parts(stack, order, key, clock), "level": order.level, "steps": order.steps}
            loops = []
            for number in range(order.threads):
                documents = opened_documents(order)
                stack.callback(documents.close)
                made = Line(journal=journal, documents=documents, clock=clock, **line)
                loops.append(
                    SealLoop(
                        journal=journal, line=made, owner=owner(name, number), chunk=order.chunk, forever=self.forever
                    )
                )
            yield loops


def line_parts(
    stack: ExitStack,
    order: SealOrder,
    key: SealKey,
    clock: Clock,
    *,
    http: httpx.Client | None = None,
    stamps: Stamps | None = None,
) -> dict[str, Any]:
    """Return what all lines of a process share.

    Args:
        stack: Closes it all in the end.
        order: What is to be done.
        key: The seal key.
        clock: Where time comes from.
        http: Makes the calls for revocation data; None: an own client.
        stamps: Timestamps; None: from the order's authorities.
    """
    anchors = order.anchors or tuple(key.chain)[-1:] or (key.certificate,)
    if order.level == "B-B":
        stamps = None
    elif stamps is None:
        stamps = stack.enter_context(bulk_timestamps(order.tsa_urls, anchors=anchors, clock=clock))
    long_term = None
    lasting = order.level in ("B-LT", "B-LTA")
    if lasting or order.revocation_hosts:
        http = http or stack.enter_context(httpx.Client())
        long_term = LongTerm(
            key.certificate,
            tuple(key.chain),
            anchors=anchors,
            revocation=RevocationCollector(
                HttpCaller(http, timeout=order.timeout),
                allowed_hosts=order.revocation_hosts,
                clock=clock,
                anchors=anchors,
                keep=SHARED,
            ),
            clock=clock,
            required=lasting,
        )
    verdicts = None
    if order.sample > 0:
        nothing = Material(certificates=(), crls=(), ocsp_responses=())
        isolation = stack.enter_context(Isolation(trust=TrustAnchors(certificates=anchors), material=nothing))
        verdicts = SampledVerdicts(isolation=isolation, clock=clock, percent=order.sample, level=order.level)
    profile = profile_of(order, key.certificate)
    return {
        "workshop": SealWorkshop(
            sealer=Sealer(key, profile),
            certificate=key.certificate,
            chain=tuple(key.chain),
            clock=clock,
            level=order.level,
            stamps=stamps,
            long_term=long_term,
            steps=order.steps,
            hands=_hands(stack, key),
        ),
        "preparation": _invoices(stack, order, profile),
        "verdicts": verdicts,
    }


def _hands(stack: ExitStack, key: SealKey) -> Executor | None:
    """Return threads for a key that serves several at once; None for one that lies in the process."""
    threads = int(getattr(key, "threads", 1))
    return stack.enter_context(ThreadPoolExecutor(threads)) if threads > 1 else None


def _invoices(stack: ExitStack, order: SealOrder, profile: SealProfile) -> InvoiceGate | None:
    if not order.invoices:
        return None

    def diagnose(document: Buffer) -> None:
        try:
            enter_field(Source(document))
        except Unusual:
            now = datetime.now(UTC)
            prepare_by_library(document, profile, label="", claimed_at=now, reserved=TIMESTAMPED)

    return InvoiceGate(
        policy=invoices_policy(order.invoices),
        rules=stack.enter_context(InvoiceRules(order.invoice_rules)),
        render=render_xrechnung,
        diagnose=diagnose,
    )


def invoices_policy(name: str) -> InvoicePolicy:
    """Return the policy for e-invoices of a name, or of a file ``….yaml``.

    Raises:
        PolicyNotFound: There is none of this name.
        PolicyMalformed: Its file cannot be used.
    """
    return read_invoice_policy(Path(name)) if name.endswith(".yaml") else invoice_policy(name)


def opened_documents(order: SealOrder) -> FolderDocuments | ObjectDocuments:
    """Return where the documents of an order are read and given out."""
    if order.place:
        return ObjectDocuments(order.place)
    return FolderDocuments(os.fsencode(order.out), within=order.within)


@contextmanager
def opened_journal(order: SealOrder) -> Iterator[Database]:
    """Open the journal of an order, and close it in the end."""
    database = open_shared_journal(order.journal_url) if order.journal_url else open_journal(order.journal)
    try:
        yield database
    finally:
        database.close()
