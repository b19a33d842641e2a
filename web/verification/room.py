"""How much may come in to be verified: how large, how many, how often, how many at a time.

Decided before a byte of the body is read. Files stay in memory; the library would otherwise put them into a temporary
file. What is counted for an address is counted under a word of this process, made anew with each start.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import socket
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from typing import IO

from flask import Flask, Request, current_app, g, request

from esign.documents.helpers import Bench
from esign.engine.verification import LARGEST
from web.verification.refusals import VerificationBusy, VerificationTooLarge, VerificationTooOften

STRANGER, COLLEAGUE = "verification.examine", "company_verification.examine"
"""Endpoints that take files."""
BODY = LARGEST + 1024 * 1024
"""Bytes of a whole request: one file of the largest size, or several that are as large together."""
FILES = 10
"""Files of one request."""
PARTS = FILES + 8
"""Parts of a form; the further files are told to be too many, not the form to be broken."""
FIELDS = 512 * 1024
"""Bytes of what is no file; the library also holds so much of a file at most while it looks for its end."""
AT_A_TIME = {STRANGER: 3, COLLEAGUE: 2}
"""Requests of one process that are under way, those that still arrive included."""
BURST = 20
"""Requests that one address may send at once."""
PER_SECOND = 0.2
"""Requests that it may send in the long run."""
ARRIVING = 30.0
"""Seconds that a body may take to arrive, and more for its size:"""
SLOWEST = 125_000
"""Bytes a second that it arrives with at least: one megabit."""
_ADDRESSES = 5000
_FORGOTTEN_AFTER = BURST / PER_SECOND
"""Seconds after which an address that sent nothing more has all its requests again: nothing is left to remember."""


class InMemory(Request):
    """A request whose files stay in memory where it is told so."""

    files_in_memory = False

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.files_in_memory:
            return io.BytesIO()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


class Doorkeeper:
    """Lets few requests in at a time, and each address only so often."""

    def __init__(self) -> None:
        self.under_way = {name: threading.BoundedSemaphore(most) for name, most in AT_A_TIME.items()}
        self.benches = {name: Bench(running=1, waiting=most, patience=30) for name, most in AT_A_TIME.items()}
        self._secret = secrets.token_bytes(32)
        self._counted: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, address: str, *, now: float) -> None:
        """Count one request of an address.

        Raises:
            VerificationTooOften: It sent too many.
        """
        name = hashlib.blake2b(_network(address).encode(), key=self._secret, digest_size=16).digest()
        with self._lock:
            tokens, at = self._counted.pop(name, (float(BURST), now))
            tokens = min(float(BURST), tokens + (now - at) * PER_SECOND)
            allowed = tokens >= 1
            self._counted[name] = (tokens - allowed, now)
            while len(self._counted) > _ADDRESSES or now - next(iter(self._counted.values()))[1] > _FORGOTTEN_AFTER:
                self._counted.popitem(last=False)
        if not allowed:
            raise VerificationTooOften

    def take(self, door: str) -> None:
        """Take one of the few places of a door.

        Raises:
            VerificationBusy: All are taken.
        """
        if not self.under_way[door].acquire(blocking=False):
            raise VerificationBusy


def install(app: Flask) -> None:
    """Guard the doors that take files; call it after who may send large bodies is known, before a form is read."""
    app.request_class = InMemory
    keeper = Doorkeeper()
    app.extensions["verification"] = keeper

    @app.before_request
    def room_for_files() -> None:
        door = request.endpoint or ""
        if request.method != "POST" or door not in AT_A_TIME:
            return
        if door == STRANGER:
            keeper.count(request.remote_addr or "", now=time.monotonic())
        elif request.max_content_length != BODY:
            return  # somebody who may not (web.company.bodies): the page refuses it without a large body
        if request.mimetype != "multipart/form-data":
            return  # no file: as large as any form
        if (request.content_length or 0) > BODY:
            raise VerificationTooLarge
        keeper.take(door)
        g.verification_door = door
        g.verification_clock = _clock()
        request.max_content_length = BODY
        request.max_form_memory_size = FIELDS
        request.max_form_parts = PARTS
        if isinstance(request, InMemory):
            request.files_in_memory = True

    @app.teardown_request
    def place_is_free(_: BaseException | None) -> None:
        arrived()
        door = g.pop("verification_door", None)
        if door is not None:
            keeper.under_way[door].release()


def arrived() -> None:
    """Say that the body is here: from now on the request takes as long as it takes."""
    clock = g.pop("verification_clock", None)
    if clock is not None:
        clock.cancel()


def _clock() -> threading.Timer | None:
    """Return what ends the connection if the body takes too long; None where the server does not tell its socket."""
    connection = request.environ.get("gunicorn.socket")
    if connection is None:
        return None
    clock = threading.Timer(ARRIVING + (request.content_length or BODY) / SLOWEST, _end, (connection,))
    clock.daemon = True
    clock.start()
    return clock


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it has gone already
        connection.shutdown(socket.SHUT_RDWR)


def bench() -> Bench:
    """Return who lets one file at a time of this request's door be looked into."""
    keeper: Doorkeeper = current_app.extensions["verification"]
    return keeper.benches[g.verification_door]


def _network(address: str) -> str:
    """Return what counts as one address: of IPv6 the first half, which is one household's."""
    return ":".join(address.split(":")[:4]) if ":" in address else address
