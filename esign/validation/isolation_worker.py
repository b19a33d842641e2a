"""The helper of ``isolation``: reads what to trust once, then file after file, and answers each with a verdict.

Runs as a process of its own (``python -I isolation_worker.py``). Before the first file it shuts itself in: memory,
processor time for each file, no further file, socket or process, nothing can be written. What a foreign file
breaks is this process.

On standard input: a length (8 bytes) and the setup; then, for each file, the lengths of its head and its bytes, the
head (JSON: name, instant, validation data in place of those of the setup, evidence record) and the bytes. On standard
output ``+`` when it is shut in; then, for each file, a length, whether the helper leaves (1 byte), and the verdict.
Standard error is nobody's.
"""

from __future__ import annotations

import base64
import codecs
import gc
import importlib
import json
import os
import pickle  # the setup comes from our own process; answers are read with an allow-list there
import pkgutil
import resource
import signal
import struct
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from esign.validation.certificates import TrustAnchors
    from esign.validation.process import Material
    from esign.validation.qualification import TrustedServices

MEMORY = 500_000_000
"""Address space in bytes."""
CPU_SECONDS = 9
"""Processor time for one file."""
GROWN = 200_000_000
"""Bytes of memory after which the helper leaves: what one file took is given back to the system."""
READY = b"+"
SIZE = struct.Struct(">Q")
SIZES = struct.Struct(">QQ")
_CODECS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "cp1252", "idna")


def main() -> int:
    """Answer until nobody asks any more; return the process status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is interrupted, and then stops asking
    source, answers = sys.stdin.buffer, _own_output()
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    load()
    gc.collect()
    gc.freeze()  # what was loaded stays: looking through it again for each file would cost more than many files
    from esign.validation.verdict import verify

    setup = _setup(source)
    if setup is None:
        return 0
    trust, material, lists = setup
    statistics = os.open("/proc/self/statm", os.O_RDONLY)
    confine()
    answers.write(READY)
    answers.flush()
    while True:
        sizes = source.read(SIZES.size)
        if len(sizes) < SIZES.size:
            return 0
        head_size, size = SIZES.unpack(sizes)
        head = json.loads(source.read(head_size))
        data = source.read(size)
        allow_time()
        at = datetime.fromisoformat(head["at"])
        beside = _material(head["material"]) or material
        record = None if head["record"] is None else base64.b64decode(head["record"])
        verdict = verify(data, trust=trust, material=beside, at=at, lists=lists, name=head["name"], record=record)
        del data
        answer = pickle.dumps(verdict, protocol=5)
        leaves = grown(statistics)
        answers.write(SIZE.pack(len(answer)) + bytes((leaves,)) + answer)
        answers.flush()
        if leaves:
            return 0


def load() -> None:
    """Load what could be needed: nothing can be opened once the helper is shut in."""
    import ipaddress  # noqa: F401 - for addresses in certificates

    import cryptography

    import esign.validation.verdict  # noqa: F401 - with all that it needs
    from esign.validation.process import shipped_suites

    for module in pkgutil.walk_packages(cryptography.__path__, "cryptography."):  # its compiled part loads them late
        with suppress(ImportError):
            importlib.import_module(module.name)
    for name in _CODECS:
        codecs.lookup(name)
    shipped_suites()


def confine() -> None:
    """Shut the process in."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # what is open stays open; nothing else can be opened


def allow_time() -> None:
    """Allow processor time for one more file."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def grown(statistics: int) -> bool:
    """Tell whether the process holds more memory than it should keep.

    Args:
        statistics: ``/proc/self/statm``, opened before.
    """
    resident = int(os.pread(statistics, 200, 0).split()[1])
    return resident * resource.getpagesize() > GROWN


def _setup(source: BinaryIO) -> tuple[TrustAnchors, Material, TrustedServices | None] | None:
    size = source.read(SIZE.size)
    if len(size) < SIZE.size:
        return None
    trust, material, lists = pickle.loads(source.read(*SIZE.unpack(size)))  # noqa: S301 - from our own process
    return trust, material, lists


def _material(told: dict[str, list[str]] | None) -> Material | None:
    from esign.validation.process import Material

    if told is None:
        return None
    decoded = {name: tuple(base64.b64decode(der) for der in values) for name, values in told.items()}
    return Material(
        certificates=decoded["certificates"], crls=decoded["crls"], ocsp_responses=decoded["ocsp_responses"]
    )


def _own_output() -> BinaryIO:
    """Return standard output for answers alone: whatever else is printed does not come between them."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    raise SystemExit(main())
