"""Levels of seals in bulk: B-T with an authority that answers after 100 ms beside one that answers at once; the cost of
B-LT and B-LTA beside stock pyHanko.

The workshop of the batches seals portions of documents in memory, in as many threads as a process of ``esign seal``
has; the authority has a process of its own. Rounds with and without delay take turns.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from benchmarks.fast_authority import serving
from benchmarks.peer import certificate, pyhanko_lta
from benchmarks.sealing_sources import SIZES, invoices
from esign.foundation.clock import SystemClock
from esign.foundation.errors import EsignError
from esign.gateways.timestamp_lines import bulk_timestamps
from esign.identity.ports import RevocationData
from esign.jobs.seal_loop import CHUNK_WAITING
from esign.seal_works.order import THREADS_WAITING, TIMESTAMPED
from esign.sealing import Sealer, SealProfile
from esign.sealing.batches import Item
from esign.sealing.batches.workshop import SealWorkshop
from esign.sealing.levels import LongTerm

DELAY = 100
"""Milliseconds after which the slow authority answers."""
DISTINCT = 640
"""Documents that differ; a round goes over them again and again."""
DOCUMENTS = 6_400
"""Documents of a round: as with a real batch, the beginning and the end of it count little."""
SIZE = SIZES["111 KB"]
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
_NOW = datetime.now(UTC)


@dataclass(frozen=True)
class _Key:
    """A seal key in memory."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: bytes
    chain: tuple[bytes, ...]

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass
class World:
    """A root, its list, an authority for timestamps, and keys that seal."""

    root_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    tsa_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.root = certificate("root", self.root_key.public_key(), "root", self.root_key, authority=True)
        self.tsa = certificate(
            "tsa", self.tsa_key.public_key(), "root", self.root_key, usage=ExtendedKeyUsageOID.TIME_STAMPING
        )
        crl = x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
        crl = crl.last_update(_NOW - timedelta(minutes=1)).next_update(_NOW + timedelta(days=1))
        self._crl = crl.sign(self.root_key, hashes.SHA256()).public_bytes(Encoding.DER)

    @property
    def anchor(self) -> bytes:
        return self.root.public_bytes(Encoding.DER)

    def key(self, kind: str) -> _Key:
        made: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
        made = ec.generate_private_key(ec.SECP256R1()) if kind == "P-256" else rsa.generate_private_key(65537, 2048)
        leaf = certificate("leaf", made.public_key(), "root", self.root_key)
        return _Key(made, leaf.public_bytes(Encoding.DER), (self.anchor,))

    def collect(self, chain: Sequence[bytes]) -> RevocationData:
        return RevocationData(crls=(self._crl,), ocsp_responses=())

    @contextmanager
    def authority(self) -> Iterator[str]:
        with serving(self.tsa, self.tsa_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())) as url:
            yield url


@dataclass(frozen=True)
class Bench:
    """What all rounds share."""

    world: World
    url: str
    documents: list[bytes]

    @contextmanager
    def workshop(self, key: _Key, level: str, delay: int) -> Iterator[SealWorkshop]:
        clock, anchors = SystemClock(), (self.world.anchor,)
        long_term = LongTerm(key.certificate, key.chain, anchors=anchors, revocation=self.world, clock=clock)
        with bulk_timestamps([f"{self.url}/{delay}"], anchors=anchors, clock=clock) as stamps:
            yield SealWorkshop(
                sealer=Sealer(key, SealProfile(name="Muster GmbH", reserved=TIMESTAMPED)),
                certificate=key.certificate,
                chain=key.chain,
                clock=clock,
                level=level,
                stamps=None if level == "B-B" else stamps,
                long_term=long_term,
            )

    def seal(self, workshop: SealWorkshop, count: int, threads: int) -> tuple[float, float]:
        """Seal so many documents; return seconds and seconds of CPU, that of the client of the authority included."""
        cycle = itertools.islice(itertools.cycle(self.documents), count)
        portions = [list(part) for part in iter(lambda: tuple(itertools.islice(cycle, CHUNK_WAITING)), ())]
        items = [Item(number=n, attempt=1, source=b"", output=b"") for n in range(CHUNK_WAITING)]

        def one(portion: list[bytes]) -> None:
            for made in workshop.seal(items[: len(portion)], portion):
                if isinstance(made, EsignError):
                    raise made

        began, used = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, portions))
        return time.perf_counter() - began, time.process_time() - used


def measure(rounds: int = 5, count: int = DOCUMENTS) -> str:
    """Return the report in Markdown."""
    world = World()
    switching = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # as in the processes of ``esign seal``
    try:
        with world.authority() as url:
            bench = Bench(world, url, invoices(SIZE, min(DISTINCT, count)))
            lines = [*_delayed(bench, rounds, count), "", *_levels(bench, rounds, max(CHUNK_WAITING, count // 10))]
    finally:
        sys.setswitchinterval(switching)
    return "\n".join(["## Levels of seals in bulk", "", *lines])


def _delayed(bench: Bench, rounds: int, count: int) -> Iterator[str]:
    yield (
        f"B-T: documents of {SIZE / 1000:.0f} KB a second in memory, one process with {THREADS_WAITING} threads, each "
        f"result checked anew; {count:,} documents a round, {rounds} rounds, in turns; median (lowest to highest)."
    )
    yield ""
    yield f"| key | answer at once | answer after {DELAY} ms | ratio (aim: at least 0.80) |"
    yield "|---|---|---|---|"
    for kind in ("P-256", "RSA-2048"):
        key = bench.world.key(kind)
        rates: dict[int, list[float]] = {0: [], DELAY: []}
        with bench.workshop(key, "B-T", 0) as at_once, bench.workshop(key, "B-T", DELAY) as later:
            bench.seal(at_once, 2 * CHUNK_WAITING, THREADS_WAITING)
            bench.seal(later, 2 * CHUNK_WAITING, THREADS_WAITING)
            for _ in range(rounds):
                for delay, workshop in ((0, at_once), (DELAY, later)):
                    rates[delay].append(count / bench.seal(workshop, count, THREADS_WAITING)[0])
        ratios = [slow / quick for quick, slow in zip(rates[0], rates[DELAY], strict=True)]
        yield f"| {kind} | {_spread(rates[0])} | {_spread(rates[DELAY])} | **{statistics.median(ratios):.2f}** |"


def _levels(bench: Bench, rounds: int, count: int) -> Iterator[str]:
    key = bench.world.key("P-256")
    cpu: dict[str, list[float]] = {level: [] for level in LEVELS}
    sizes = {}
    with ExitStack() as stack:
        workshops = {level: stack.enter_context(bench.workshop(key, level, 0)) for level in LEVELS}
        for level, workshop in workshops.items():
            bench.seal(workshop, CHUNK_WAITING, 1)
            made = next(iter(workshop.seal([Item(number=1, attempt=1, source=b"", output=b"")], bench.documents[:1])))
            assert not isinstance(made, EsignError)
            sizes[level] = len(made.tail)
        for _ in range(rounds):
            for level, workshop in workshops.items():
                cpu[level].append(bench.seal(workshop, count, 1)[1] / count * 1000)
    peer = pyhanko_lta(bench.documents[0], rounds=max(3, rounds))
    yield (
        "CPU milliseconds a document (P-256, one thread), asking the authority and checking the result included; "
        "pyHanko without its timestamps' cost and without a check of the result."
    )
    yield ""
    yield "| level | CPU ms a document | bytes appended | pyHanko `sign_pdf` / this |"
    yield "|---|---|---|---|"
    for level in LEVELS:
        beside = f"**{statistics.median(peer) / statistics.median(cpu[level]):.0f}×**" if level == "B-LTA" else ""
        yield f"| {level} | {_spread(cpu[level], 2)} | {sizes[level]:,} | {beside} |"
    yield f"| peer: stock pyHanko, B-LTA | {_spread(peer, 1)} | | |"


def _spread(values: Sequence[float], digits: int = 0) -> str:
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


if __name__ == "__main__":
    print(measure())
