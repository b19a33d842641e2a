"""What is to be done with the documents of a batch: a value that can be handed to another process."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from esign.foundation.clock import Clock
from esign.gateways.seal_keys import open_seal_key
from esign.jobs.seal_loop import CHUNK, CHUNK_WAITING
from esign.proof.certificate_path import load_certificate
from esign.sealing import Sealer, SealKey, SealProfile
from esign.sealing.batches import Steps, no_steps
from esign.store.seal_objects import check_place, is_objects

JOURNAL_FOLDER = ".esign-seal"
"""Stands in the folder of the sealed documents."""
TIMESTAMPED = 12_288
"""Bytes that are kept free for a signature with its timestamp."""
THREADS = 2
"""Loops of a process: while one waits for the disk, another one seals."""
THREADS_WAITING = 5
"""Loops of a process where timestamps are asked for: so many portions under way hide an authority's 100 ms."""
_SANDBOX = re.compile(r"\bSANDBOX\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealOrder:
    """What is to be done with the documents of a batch; no key, no secret, no handle.

    Args:
        device: URI of the seal key.
        base: Where relative paths of the URI count from; None: where the process runs.
        services: The file that describes remote signing services; None: ``csc.toml`` in ``base``.
        out: Folder of the sealed documents.
        level: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA``.
        tsa_urls: Timestamp authorities, asked in this order.
        anchors: Trusted certificates (DER), for timestamps and the sample.
        revocation_hosts: ``host:port`` that may be asked for revocation data.
        timeout: Seconds after which a call outside is given up.
        within: Folders outside of which no document is read, links followed; empty: anywhere.
        profile: What every seal looks like; None: named after the certificate's organisation.
        invoices: Name of the policy for e-invoices, or path of a file; empty: they are not looked at.
        invoice_rules: The operator's folder of further rules.
        sample: Percent of the sealed documents that get the full verdict.
        chunk: Documents at a time; 0: as many as suit level and key.
        threads: Loops of each process; 0: as many as suit the level.
        batch: Number of the batch in the journal; set when it begins.
        steps: Is told of each step; tests stop the process there.
        place: Address of object storage for the sealed documents, such as ``s3://bucket/sealed``; empty: the folder.
        journal_url: Database of a journal that several machines share; empty: a file in the folder.
        lease: How long a worker may take for a chunk before another one takes over.
    """

    device: str
    out: Path
    base: Path | None = None
    services: Path | None = None
    level: str = "B-B"
    tsa_urls: tuple[str, ...] = ()
    anchors: tuple[bytes, ...] = ()
    revocation_hosts: tuple[str, ...] = ()
    timeout: float = 10.0
    within: tuple[bytes, ...] = ()
    profile: SealProfile | None = None
    invoices: str = ""
    invoice_rules: Path | None = None
    sample: float = 0.0
    chunk: int = 0
    threads: int = 0
    batch: int = 0
    steps: Steps = no_steps
    place: str = ""
    journal_url: str = ""
    lease: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not self.threads:
            object.__setattr__(self, "threads", THREADS if self.level == "B-B" else THREADS_WAITING)
        if not self.chunk:
            waits = self.level != "B-B" or not self.device.startswith("file:")
            object.__setattr__(self, "chunk", CHUNK_WAITING if waits else CHUNK)

    @property
    def store(self) -> str:
        """Name of the place of output in a shared journal."""
        return self.place or str(self.out.absolute())

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.out / JOURNAL_FOLDER / "journal.sqlite"

    def open_key(self, clock: Clock | None = None) -> SealKey:
        """Open the key.

        Raises:
            SealKeyError: It cannot be used.
        """
        return open_seal_key(self.device, clock=clock, base=self.base, services=self.services)


def with_place(order: SealOrder, place: str) -> SealOrder:
    """Return an order with its place of output: an address of object storage, or a folder.

    Raises:
        ValueError: It begins like an address of object storage and is none.
    """
    if is_objects(place):
        check_place(place)
        return replace(order, place=place.rstrip("/"), out=Path())
    return replace(order, out=Path(place))


def profile_of(order: SealOrder, certificate: bytes) -> SealProfile:
    """Return what the seals of an order look like."""
    profile = order.profile or SealProfile(name=holder_of(certificate))
    return profile if order.level == "B-B" else replace(profile, reserved=profile.reserved or TIMESTAMPED)


def holder_of(certificate: bytes) -> str:
    """Return who a seal's certificate names: the organisation, or the common name."""
    subject = load_certificate(certificate).subject
    for wanted in ("2.5.4.10", "2.5.4.3"):
        for attribute in subject:
            if attribute.oid.dotted_string == wanted:
                return str(attribute.value)
    return subject.rfc4514_string()


@dataclass(frozen=True, slots=True, kw_only=True)
class SealHolder:
    """Who a seal key belongs to, for people."""

    name: str
    sandbox: bool


def look_at_key(order: SealOrder) -> SealHolder:
    """Open the key of an order once, so that a wrong one is told before anything begins.

    Raises:
        SealKeyError: It cannot be used.
        SealProfileError: Seals of this profile cannot be made.
    """
    key = order.open_key()
    try:
        Sealer(key, profile_of(order, key.certificate))
        names = [load_certificate(der).subject.rfc4514_string() for der in (key.certificate, *key.chain)]
        return SealHolder(name=holder_of(key.certificate), sandbox=any(_SANDBOX.search(name) for name in names))
    finally:
        close_key(key)


def close_key(key: object) -> None:
    """Close a key that can be closed."""
    close = getattr(key, "close", None)
    if close is not None:
        with suppress(Exception):
            close()
