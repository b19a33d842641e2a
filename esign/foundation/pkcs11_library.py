"""The library of a token's maker in this process: loaded once, made ready for threads, made ready again after a fork.

The driver ``python-pkcs11`` calls ``C_Initialize`` without arguments, which tells the library that only one thread will
ever call it. Here it is told that threads come and may be kept apart by the system's locks; a library that cannot do
that, or that somebody else in the process has made ready, is used by one thread at a time.

Source: PKCS #11 v3.0 sections 5.4 (C_Initialize, C_Finalize) and 6.7.6 (processes and threads).
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from esign.foundation.errors import EsignError

_OK, _CANT_LOCK, _ALREADY = 0x0, 0xA, 0x191
_OS_LOCKING_OK = 0x2
_PATIENCE = 30.0
"""Seconds that a new start of the library waits for calls that are under way."""


class Pkcs11LibraryError(EsignError):
    """The library of a token's maker cannot be loaded or made ready."""

    code = "pkcs11_library"
    source = "PKCS #11 v3.0 section 5.4"


class Pkcs11DriverMissing(Pkcs11LibraryError):
    """The driver for tokens is not installed, or the library of the token's maker cannot be loaded."""

    code = "pkcs11_library.driver"


class _InitializeArguments(ctypes.Structure):
    _fields_ = [
        ("create_mutex", ctypes.c_void_p),
        ("destroy_mutex", ctypes.c_void_p),
        ("lock_mutex", ctypes.c_void_p),
        ("unlock_mutex", ctypes.c_void_p),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    ]


_Call = ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)


class _Functions(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST."""

    _fields_ = [("version", ctypes.c_ubyte * 2), ("initialize", _Call), ("finalize", _Call)]


class Pkcs11Library:
    """One library in this process. Get it by :meth:`at`, use it within :meth:`using`."""

    _known: dict[str, Pkcs11Library] = {}
    _known_lock = threading.Lock()

    def __init__(self, path: Path) -> None:
        try:
            from pkcs11 import _pkcs11
        except ImportError as error:
            raise Pkcs11DriverMissing("a token needs a driver: install esign[pkcs11]") from error
        try:
            self._so = ctypes.CDLL(str(path))
            functions = ctypes.POINTER(_Functions)()
            if self._so.C_GetFunctionList(ctypes.byref(functions)) != _OK:
                raise Pkcs11DriverMissing("the token's library shows no functions", file=path.name)
            self._functions: Any = functions.contents
            # Without its __init__, which would make the library ready in its own way.
            driver: Any = _pkcs11.lib
            self._driver: Any = driver.__new__(driver, str(path))
        except (OSError, AttributeError, RuntimeError) as error:
            raise Pkcs11DriverMissing("the token's library cannot be loaded", file=path.name) from error
        self.generation = 0
        """Grows with each start: sessions of an earlier one are gone."""
        self._ready = False
        self._ours = False
        self._parallel = False
        self._unlock()

    @classmethod
    def at(cls, path: Path) -> Pkcs11Library:
        """Return the library of a file.

        Raises:
            Pkcs11DriverMissing: It cannot be loaded.
        """
        name = str(path)
        with cls._known_lock:
            if name not in cls._known:
                cls._known[name] = cls(path)
            return cls._known[name]

    @contextmanager
    def using(self) -> Iterator[Any]:
        """Hold off a new start, and hand out the driver's object of the library.

        Raises:
            Pkcs11LibraryError: The library cannot be made ready.
        """
        self.enter()
        try:
            yield self._driver
        finally:
            self.leave()

    def enter(self) -> None:
        """Begin what :meth:`using` does, for calls by the thousand; :meth:`leave` must follow.

        Raises:
            Pkcs11LibraryError: The library cannot be made ready; nothing has begun.
        """
        with self._lock:
            if not self._ready:
                self._make_ready()
            self._users += 1
        if not self._parallel:
            self._serial.acquire()

    def leave(self) -> None:
        """End what :meth:`enter` began."""
        if not self._parallel:
            self._serial.release()
        with self._lock:
            self._users -= 1
            if self._waiting and not self._users:
                self._unused.notify_all()

    def start_again(self, generation: int) -> None:
        """Start the library anew, so that it looks for its tokens again; every session of it ends.

        Nothing happens if somebody else did so since ``generation``, or if the library is not ours to start.

        Raises:
            Pkcs11LibraryError: Calls that are under way do not end, or the library does not start.
        """
        with self._lock:
            if self.generation != generation or not self._ours:
                return
            self._waiting += 1
            try:
                if not self._unused.wait_for(lambda: self._users == 0, timeout=_PATIENCE):
                    raise Pkcs11LibraryError("calls to the token do not end")
            finally:
                self._waiting -= 1
            if self.generation == generation:
                self._functions.finalize(None)
                self._ready = False
                self._make_ready()

    def _make_ready(self) -> None:
        self.generation += 1
        arguments = _InitializeArguments(flags=_OS_LOCKING_OK)
        result = self._functions.initialize(ctypes.addressof(arguments))
        if result == _ALREADY and self._ours:  # inherited over a fork
            self._functions.finalize(None)
            result = self._functions.initialize(ctypes.addressof(arguments))
        self._parallel = result == _OK
        if result == _CANT_LOCK:
            result = self._functions.initialize(None)
        if result not in (_OK, _ALREADY):
            raise Pkcs11LibraryError("the token's library does not start", result=f"0x{result:x}")
        self._ours = self._ours or result == _OK
        self._ready = True

    def _unlock(self) -> None:
        self._lock = threading.Lock()
        self._unused = threading.Condition(self._lock)
        self._serial = threading.RLock()
        self._users = self._waiting = 0

    @classmethod
    def _after_fork(cls) -> None:
        cls._known_lock = threading.Lock()
        for library in cls._known.values():
            library._unlock()
            library._ready = False


os.register_at_fork(after_in_child=Pkcs11Library._after_fork)
