"""Sessions with a token: a pool for threads, as long as the token stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.gateways.seal_keys.token_objects import find_private_key
from esign.gateways.seal_keys.token_pin import PinSource, open_session
from esign.sealing.key_errors import SealKeyAmbiguous, SealKeyUnavailable

_Done = TypeVar("_Done")
MOST_SESSIONS = 8
"""Threads that a token serves at once; further ones wait."""


_LOST = frozenset(
    {
        "CryptokiNotInitialized",
        "DeviceError",
        "DeviceRemoved",
        "FunctionFailed",
        "GeneralError",
        "KeyHandleInvalid",
        "ObjectHandleInvalid",
        "OperationActive",
        "OperationNotInitialized",
        "PKCS11Error",  # the driver has no class for "not initialised"
        "SessionClosed",
        "SessionHandleInvalid",
        "SlotIDInvalid",
        "TokenNotPresent",
        "TokenNotRecognised",
        "UserNotLoggedIn",
    }
)


def lost(error: BaseException) -> bool:
    """Tell whether after an error of the driver token, session or login have to be looked for again."""
    return type(error).__name__ in _LOST


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """A session, and the key as seen through it."""

    session: Any
    key: Any


class TokenSessions:
    """Sessions with one token, from its login until it is lost.

    Args:
        generation: The start of the library in which they were opened.
        token: The driver's token.
        uri: Which key on it.
        first: The session that is logged in: the login holds for the others too.
    """

    def __init__(self, generation: int, token: Any, uri: Pkcs11Uri, first: Any) -> None:
        self.generation = generation
        self._token = token
        self._uri = uri
        self._first = Seat(first, find_private_key(first, uri))
        self._free: SimpleQueue[Seat | None] = SimpleQueue()
        self._free.put(self._first)
        self._seats = 1
        self._most = MOST_SESSIONS
        self._opening = threading.Lock()
        self.proven = False
        """Whether a signature made here was verified."""

    @classmethod
    def open(cls, driver: Any, generation: int, uri: Pkcs11Uri, pin: PinSource) -> TokenSessions:
        """Find the token and log in.

        Raises:
            SealKeyUnavailable: It is not there.
            SealKeyAmbiguous: Several tokens are meant.
            SealKeyPinRefused: It refuses the PIN.
            SealKeyError: The key on it cannot be used.
        """
        token = _token(driver, uri)
        first = open_session(token, pin)
        try:
            return cls(generation, token, uri, first)
        except BaseException:
            _close(first)
            raise

    def use(self, work: Callable[[Seat], _Done]) -> _Done:
        """Do something in a session of its own; where all are taken, wait for one."""
        seat = self._taken()
        try:
            done = work(seat)
        except BaseException as error:
            self._give_back(seat if not lost(error) else None)
            raise
        self._free.put(seat)
        return done

    def close(self) -> None:
        """Log out and end all sessions, as far as the token is still there."""
        with suppress(Empty):
            while True:
                seat = self._free.get_nowait()
                if seat is not None and seat is not self._first:
                    _close(seat.session)
        _close(self._first.session)

    def _taken(self) -> Seat:
        while True:
            try:
                seat = self._free.get_nowait()
            except Empty:
                seat = self._further() or self._free.get()
            if seat is not None:
                return seat

    def _give_back(self, seat: Seat | None) -> None:
        """Give a seat back; None: it was lost, and whoever waits may open another."""
        if seat is None:
            with self._opening:
                self._seats -= 1
        self._free.put(seat)

    def _further(self) -> Seat | None:
        """Return a further session; None where there are as many as may be."""
        with self._opening:
            if self._seats >= self._most:
                return None
            try:
                session = self._token.open()
            except Exception as error:
                if type(error).__name__ != "SessionCount" or not self._seats:
                    raise
                self._most = self._seats  # the token has no more, or other processes have them
                return None
            try:
                seat = Seat(session, find_private_key(session, self._uri))
            except BaseException:
                _close(session)
                raise
            self._seats += 1
            return seat


def _close(session: Any) -> None:
    with suppress(RuntimeError):  # of the driver: what is lost cannot be closed
        session.close()


def _token(driver: Any, uri: Pkcs11Uri) -> Any:
    found = []
    for slot in driver.get_slots(token_present=True):
        if uri.slot is not None and slot.slot_id != uri.slot:
            continue
        token = slot.get_token()
        serial = token.serial.decode("ascii", "replace").strip() if token.serial else None
        if uri.token in (None, token.label.strip()) and uri.serial in (None, serial):
            found.append(token)
    if not found:
        raise SealKeyUnavailable("the token is not there")
    if len(found) > 1:
        raise SealKeyAmbiguous("several tokens are meant by the URI: give the serial number", tokens=len(found))
    return found[0]
