"""Clients of the interface: processes of their own, each with a connection that stays open, waiting for its answer.

They are started once and take their share of the machine; what they use is counted. This module imports little,
because each of them imports it.
"""

from __future__ import annotations

import multiprocessing
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import Final

import httpx

REFERENCE: Final = "@REFERENCE@"
"""Stands in a body where each request puts another reference: the typesetter remembers the document before."""
TIMEOUT: Final = 120


@dataclass(frozen=True)
class Job:
    """What one client asks, again and again."""

    method: str
    url: str
    key: str
    body: str | None = None
    number: int = 1
    expected: str = ""
    """What has to stand in each answer."""


@dataclass(frozen=True)
class Asked:
    """What clients saw: the time of each answer in ms, when they began and ended, and what they used in seconds."""

    spent: tuple[float, ...]
    began: float
    ended: float
    cpu: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.spent) / (self.ended - self.began)


@contextmanager
def clients(number: int) -> Iterator[Pool]:
    """Start so many clients."""
    with multiprocessing.get_context("spawn").Pool(number) as pool:
        yield pool


def ask_all(pool: Pool, job: Job, at_once: int) -> Asked:
    """Let so many clients ask at once."""
    found = pool.map(ask, [job] * at_once, chunksize=1)
    return Asked(
        spent=tuple(each for one in found for each in one.spent),
        began=min(one.began for one in found),
        ended=max(one.ended for one in found),
        cpu=sum(one.cpu for one in found),
    )


def ask(job: Job) -> Asked:
    """Ask over a connection of one's own.

    Raises:
        RuntimeError: An answer is not what is expected.
    """
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
        return ask_by(client, job)


def ask_by(client: httpx.Client, job: Job) -> Asked:
    """Ask by a client that is there.

    Raises:
        RuntimeError: An answer is not what is expected.
    """
    spent, began, used = [], time.time(), time.process_time()
    for _ in range(job.number):
        headers, content = {"Authorization": f"Bearer {job.key}"}, job.body
        if content is not None:
            content = content.replace(REFERENCE, f"B-{uuid.uuid4().hex[:10].upper()}")
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        at = time.perf_counter()
        answer = client.request(job.method, job.url, content=content, headers=headers)
        spent.append(1000 * (time.perf_counter() - at))
        if not answer.is_success or job.expected not in answer.text:
            raise RuntimeError(f"{job.method} {job.url}: {answer.status_code} {answer.text[:500]}")
    return Asked(spent=tuple(spent), began=began, ended=time.time(), cpu=time.process_time() - used)
