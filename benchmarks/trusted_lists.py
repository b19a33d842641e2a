"""Trusted lists: reading a list, finding a service among 3, 300 and 3,000, judging a certificate.

Peer: pyHanko's registry walks through its services (``pyhanko.md``: 35 / 72 / 225 ms at 1 / 500 / 3,000). The limit of
a look-up is one hash and one comparison. Run by itself: ``python -m benchmarks.trusted_lists``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks.figures import Row, table
from certs.trusted_lists import ListWorld
from esign.validation.qualification import TrustedServices, determine_qualification
from esign.validation.trusted_lists import KeyAndName, Service, ServiceIndex, read_list, verify_list
from esign.validation.trusted_lists.digital_identity import DigitalIdentity

REPETITIONS = 200
COUNTS = (3, 300, 3000)


def measure() -> str:
    """Return the section: one row a size."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    world = ListWorld.create(at)
    data, signer = world.files[world.location("DE")], world.signers["DE"].der
    german = read_list(verify_list(data, signers=(signer,)))
    issuer = world.issuers["granted"]
    path = (issuer.issue(at=at - timedelta(days=99)), issuer.der)
    wanted = KeyAndName.of(issuer.der)
    service = ServiceIndex.of([german]).find(wanted).services[0]
    verifying = _times(lambda: verify_list(data, signers=(signer,)), 20)
    rows = [Row(f"verify the signature of a list of {len(data) // 1024} KB", "ms", verifying)]
    finding: dict[int, list[float]] = {count: [] for count in COUNTS}
    judging: dict[int, list[float]] = {count: [] for count in COUNTS}
    all_services = {count: _among(count, service, wanted) for count in COUNTS}
    for _ in range(REPETITIONS):  # by turns, so that a busy machine is busy for all alike
        for count, services in all_services.items():
            finding[count] += _times(lambda s=services: [s.index.find(wanted) for _ in range(1000)], 1)
            judging[count] += _times(lambda s=services: determine_qualification(path, services=s, used_at=at), 1)
    for count in COUNTS:  # a thousand in ms are µs for one
        rows.append(Row(f"find a service among {count:,}", "µs", tuple(finding[count])))
        rows.append(Row(f"qualification of a certificate, {count:,} services", "ms", tuple(judging[count])))
    found, judged = (median(seen[3000]) / median(seen[3]) for seen in (finding, judging))
    words = (
        "One process, one core; lists are read once and kept as values. "
        f"3,000 services cost {found:.2f} times what 3 cost to find one, {judged:.2f} times to judge a certificate."
    )
    return "\n".join(["## Trusted lists", "", words, "", table(rows)])


def _among(count: int, service: Service, wanted: KeyAndName) -> TrustedServices:
    """Return services of which only the last is the one that is looked for."""
    period = service.periods[0]
    others = [
        replace(
            service,
            periods=(
                replace(period, identity=DigitalIdentity(certificates=(KeyAndName(key=b"%d" % n, name=wanted.name),))),
            ),
        )
        for n in range(count - 1)
    ]
    return TrustedServices(index=ServiceIndex([*others, service]), unusable=(), findings=())


def _times(work: Callable[[], object], repetitions: int) -> tuple[float, ...]:
    """Return milliseconds of CPU."""
    work()
    values = []
    for _ in range(repetitions):
        began = time.process_time_ns()
        work()
        values.append((time.process_time_ns() - began) / 1e6)
    return tuple(values)


if __name__ == "__main__":
    print(measure())
