"""A sandbox served by processes of their own, which can be killed: two timestamp authorities, revocation lists."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from certs.sandbox import Sandbox
from certs.sandbox.serve import start
from esign.validation.process import Material
from tests.sealing.helpers.servers import answers, free_port

_PR_SET_PDEATHSIG = 1


@dataclass
class Desk:
    """One process that serves a sandbox on a port of its own."""

    port: int = field(default_factory=free_port)
    pid: int = 0

    @property
    def tsa_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def open(self, sandbox: Sandbox) -> None:
        """Begin to serve, unless it does."""
        if self.pid and os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            return
        self.pid = os.fork()
        if not self.pid:
            _serve(sandbox, self.port)
        until = time.monotonic() + 20
        while not answers(self.port):
            assert time.monotonic() < until, "the sandbox does not answer"
            time.sleep(0.005)

    def kill(self) -> None:
        """End it as a power cut would; somebody else may have done so."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
            self.pid = 0


def _serve(sandbox: Sandbox, port: int) -> None:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        start(sandbox, port=port, smtp_port=0)
        while True:
            signal.pause()
    finally:
        os._exit(1)


@dataclass
class ServedWorld:
    """A sandbox with a seal, and where its services are reached.

    Args:
        folder: Where it lies.
    """

    folder: Path
    first: Desk = field(default_factory=Desk)
    second: Desk = field(default_factory=Desk)
    lists: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self.sandbox = Sandbox.create(self.folder / "sandbox", base_url=f"http://127.0.0.1:{self.lists.port}")
        self.device = self.new_seal(self.folder)
        self.trust = self.sandbox.write_trust(self.folder / "trust")
        self.anchors = self.sandbox.trust_anchors
        self.hosts = (f"127.0.0.1:{self.lists.port}",)

    def new_seal(self, folder: Path) -> str:
        """Issue a seal into a folder and return its URI."""
        folder.mkdir(parents=True, exist_ok=True)
        self.sandbox.seal_pkcs12(folder / "seal.p12", folder / "seal.pin")
        return f"file:{folder}/seal.p12?pin-file={folder}/seal.pin"

    def open(self) -> None:
        """Let all services answer."""
        for desk in (self.first, self.second, self.lists):
            desk.open(self.sandbox)

    def close(self) -> None:
        for desk in (self.first, self.second, self.lists):
            desk.kill()

    def material(self) -> Material:
        """The newest list of every authority."""
        lists = self.sandbox.revocation_lists
        return Material(crls=tuple(lists.current(each) for each in self.sandbox.pki.authorities.values()))


@contextmanager
def served_world(folder: Path) -> Iterator[ServedWorld]:
    """A world whose services answer."""
    world = ServedWorld(folder)
    world.open()
    try:
        yield world
    finally:
        world.close()
