"""Sessions with a token: a pool for threads, as long as the token stays."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
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
        self._free: deque[Seat] = deque([self._first])
        self._places = threading.Semaphore(MOST_SESSIONS)
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
        """Do something in a session of its own."""
        self._places.acquire()
        try:
            try:
                seat = self._free.pop()
            except IndexError:
                seat = self._further()
            try:
                done = work(seat)
            except BaseException as error:
                if not lost(error):
                    self._free.append(seat)
                raise
            self._free.append(seat)
            return done
        finally:
            self._places.release()

    def close(self) -> None:
        """Log out and end all sessions, as far as the token is still there."""
        for seat in dict.fromkeys((*self._free, self._first)):
            _close(seat.session)
        self._free.clear()

    def _further(self) -> Seat:
        with self._opening:
            session = self._token.open()
            return Seat(session, find_private_key(session, self._uri))


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
