"""Timestamp authorities in memory that can be honest, slow, silent, wrong and lying; and what they are asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from cryptography import x509

from certs.sandbox.hierarchy import EndEntity
from certs.sandbox.tsa import TimestampAuthority
from certs.sandbox.tsa_faults import TsaFaults
from esign.foundation.clock import FixedClock
from esign.sealing.levels import BulkTimestamps, CircuitRule, TimestampRules
from tests.identity.helpers.pki import NOW, Authority, name, p256, timestamp_certificate

POLICY = "1.2.3.4.5"
CLOCK = FixedClock(at=NOW)
PATIENT = TimestampRules(most_in_flight=64, pause=0.001, longest_pause=0.002)
"""For what answers: a busy machine is not mistaken for a silent authority."""
QUICK = TimestampRules(
    most_in_flight=64,
    seconds=0.1,
    patience=0.3,
    pause=0.001,
    longest_pause=0.002,
    circuit=CircuitRule(rest=0.01, longest_rest=0.02),
)
"""For what does not: everything that takes seconds takes milliseconds."""


def unit(authority: Authority, certificate: Callable[[object], bytes] | None = None) -> EndEntity:
    """A signing service below an authority."""
    key = p256()
    der = certificate(key) if certificate else timestamp_certificate(authority, key)
    return EndEntity(name="tsa", key=key, certificate=x509.load_der_x509_certificate(der), chain=())


class SmallAuthority:
    """An authority with a root of its own."""

    def __init__(self, root: Authority | None = None, *, signer: EndEntity | None = None, policy: str = POLICY) -> None:
        self.root = root or Authority("Sandbox TSA root")
        plain = unit(self.root, lambda key: self.root.issue(name("no TSA"), key.public_key()))
        self.desk = TimestampAuthority(
            signer or unit(self.root),
            plain,
            policy=policy,
            accuracy=timedelta(seconds=1),
            clock=CLOCK,
            faults=TsaFaults(),
        )


class Line:
    """A line to an authority; what it does wrong may be changed at any time.

    Args:
        spoil: Changes an answer on its way, or raises instead.
        wait: Seconds before each answer.
    """

    def __init__(
        self,
        authority: SmallAuthority,
        label: str = "tsa1",
        *,
        spoil: Callable[[bytes], bytes] = lambda reply: reply,
        wait: float = 0.0,
        **faults: object,
    ) -> None:
        self.authority = authority
        self.name = label
        self.spoil = spoil
        self.wait = wait
        self.faults = TsaFaults(**faults)
        self.requests: list[bytes] = []
        self.under_way = self.most = 0
        self.closed = False

    async def ask(self, request: bytes) -> bytes:
        self.requests.append(request)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.faults.silent:
                await asyncio.Event().wait()
            if self.wait:
                await asyncio.sleep(self.wait)
            self.authority.desk.faults = self.faults
            return self.spoil(self.authority.desk.answer(request))
        finally:
            self.under_way -= 1

    async def close(self) -> None:
        self.closed = True


def bulk(
    lines: Sequence[Line], anchors: Sequence[Authority], rules: TimestampRules = PATIENT, **more
) -> BulkTimestamps:
    """Timestamps from these lines at the tests' time."""
    return BulkTimestamps(lines, anchors=[each.der for each in anchors], clock=CLOCK, rules=rules, **more)
