"""Celery carries the word that documents of a batch wait; who holds which, and what became of it, says the journal.

1. A message names a batch and nothing else. Whoever takes it claims a chunk, seals it, records it, and only then lets
   the message go (``acks_late``). A worker that dies leaves its message to the next one, its documents to the lease.
2. A message too many finds nothing waiting; a message lost is sent anew when nothing moves. So a broker that forgets
   everything costs time, and no document.
3. There is no result backend: the journal is the result.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from esign.foundation.errors import EsignError
from esign.jobs.seal_loop import SealLoop
from esign.sealing.batches.errors import BatchBrokerAway

TASK = "esign.seal_chunk"
QUEUE = "esign-seal"
_SEND = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.4, "interval_max": 1.0}
_KEPT = 2
"""Batches for which a process keeps key and connections open."""

Bench = Callable[[int, str], AbstractContextManager[Sequence[SealLoop]]]
"""Opens everything for a batch, told its number and the name under which this process leases."""

_log = logging.getLogger("esign.jobs")


def celery_app(broker: str) -> Celery:
    """Return the application that both sides share.

    Args:
        broker: URL: ``redis://…``, ``amqp://…`` or what else Celery speaks.
    """
    app = Celery("esign", broker=broker, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_enable_prefetch_count_reduction=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2.0,
        broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 10.0, "socket_connect_timeout": 2.0},
    )
    return app


@dataclass(slots=True, kw_only=True)
class CeleryDispatcher:
    """Sends the word that documents wait.

    Args:
        broker: URL.
    """

    broker: str
    _app: Celery | None = None

    def wake(self, batch: int, chunks: int) -> None:
        """Ask workers to take so many chunks of a batch.

        Raises:
            BatchBrokerAway: The broker cannot be reached; some may have been asked.
        """
        if self._app is None:
            self._app = celery_app(self.broker)
        try:
            with self._app.producer_pool.acquire(block=True) as producer:
                for _ in range(chunks):
                    self._app.send_task(TASK, args=(batch,), producer=producer, retry=True, retry_policy=_SEND)
        except (OperationalError, OSError) as error:
            raise BatchBrokerAway from error

    def close(self) -> None:
        """Let the connections go."""
        if self._app is not None:
            self._app.close()
            self._app = None


@dataclass(slots=True)
class _Benches:
    """What a worker process keeps open, batch by batch."""

    bench: Bench
    _open: OrderedDict[int, tuple[ExitStack, SealLoop]] = field(default_factory=OrderedDict)

    def loop(self, batch: int) -> SealLoop:
        if batch not in self._open:
            while len(self._open) >= _KEPT:
                self._open.popitem(last=False)[1][0].close()
            stack = ExitStack()
            try:
                loops = stack.enter_context(self.bench(batch, f"celery-{os.uname().nodename[:32]}-{os.getpid()}"))
            except BaseException:
                stack.close()
                raise
            self._open[batch] = stack, loops[0]
        self._open.move_to_end(batch)
        return self._open[batch][1]

    def forget(self, batch: int) -> None:
        known = self._open.pop(batch, None)
        if known is not None:
            known[0].close()


def seal_chunk(benches: _Benches, batch: object) -> None:
    """Do what a message says: seal a chunk of the batch that it names; one that names none is passed over."""
    if type(batch) is not int or batch < 1:
        return
    loop = None
    try:
        loop = benches.loop(batch)
        loop.once()
    except Exception as error:
        code = error.code if isinstance(error, EsignError) else "internal"
        _log.error("chunk failed", exc_info=error, extra={"code": code, "batch": batch})
        if loop is not None:
            loop.give_back()
        benches.forget(batch)


def serve_celery(broker: str, bench: Bench, *, processes: int) -> None:
    """Be a worker until a signal ends it; SIGTERM lets each process finish its chunk.

    Args:
        broker: URL.
        bench: Opens everything for a batch; called in each process.
        processes: How many seal at a time.
    """
    app, benches = celery_app(broker), _Benches(bench)

    def seal_message(batch: object) -> None:
        seal_chunk(benches, batch)

    app.task(seal_message, name=TASK)
    worker: Any = app.Worker(
        concurrency=processes,
        pool="prefork",
        queues=[QUEUE],
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
