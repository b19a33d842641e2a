"""A seal key on a cryptographic token (PKCS #11): it never leaves it, and the token may come and go."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esign.foundation.clock import Clock, SystemClock
from esign.foundation.pkcs11_library import Pkcs11DriverMissing, Pkcs11Library, Pkcs11LibraryError
from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.gateways.seal_keys.certified import Certified, CertifiedKey, parse_certificates
from esign.gateways.seal_keys.small_files import read_small
from esign.gateways.seal_keys.token_objects import attribute, certified
from esign.gateways.seal_keys.token_pin import PinFile, PinSource, tried_once
from esign.gateways.seal_keys.token_sessions import MOST_SESSIONS, Seat, TokenSessions, lost
from esign.sealing.errors import SealKeyError
from esign.sealing.key_errors import (
    SealKeyDriverMissing,
    SealKeyMissing,
    SealKeyPinRefused,
    SealKeyRefused,
    SealKeyUnavailable,
)

_Done = TypeVar("_Done")
PAUSE = 1.0
"""Seconds after a vain look for the token before it is looked for again."""
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 value in a signature by RSA (RFC 8017 section 9.2)."""


class TokenSealKey(CertifiedKey):
    """A seal key on a token. Sessions are shared by threads; a lost one is opened again, a lost token looked for.

    Args:
        uri: The token, the key on it, and the library that speaks to it.
        clock: Tells whether the certificate is valid.
        ask_pin: Answers the PIN where the URI names no file; None: the token asks for it itself.
        monotonic: A clock that only goes forward, in seconds.

    Raises:
        SealKeyError: Token, key or certificate cannot be used.
    """

    def __init__(
        self,
        uri: Pkcs11Uri,
        *,
        clock: Clock | None = None,
        ask_pin: PinSource | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uri = uri
        self._clock = clock or SystemClock()
        self._pin = _pin_source(uri, ask_pin)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._sessions: TokenSessions | None = None
        self._process = os.getpid()
        self._failure: SealKeyError | None = None
        self._not_before = 0.0
        self._dead: SealKeyError | None = None
        self._certified: Certified | None = None
        given = parse_certificates(read_small(uri.chain_file)) if uri.chain_file else []
        try:
            self._library = Pkcs11Library.at(uri.module)
        except Pkcs11DriverMissing as error:
            raise SealKeyDriverMissing(error.detail, **error.facts) from error
        import pkcs11

        self._driver: Any = pkcs11
        self._certified = self._used(lambda _, seat: self._look(seat, given))

    @property
    def threads(self) -> int:
        """How many threads make the best of it: one for each session."""
        return MOST_SESSIONS

    def sign(self, data: bytes) -> bytes:
        """Sign data with SHA-256 on the token.

        The first signature after each login is verified against the certificate: another token may have come back.

        Raises:
            SealKeyUnavailable: The token is not there; the next use looks for it again.
            SealKeyPinRefused: It refuses the PIN.
            SealKeySignatureWrong: The key is not the certificate's.
            SealKeyRefused: It refuses to sign.
            SealKeyExpired: The certificate has ended.
        """
        self.certified.require_valid(self._clock)
        return self._used(partial(self._signed, data=data))

    def close(self) -> None:
        """Log out; the next use logs in again."""
        with self._lock:
            sessions, self._sessions = self._sessions, None
        if sessions is not None:
            with self._library.using():
                sessions.close()

    def _look(self, seat: Seat, given: Sequence[Any]) -> Certified:
        import pkcs11

        self._ecdsa, self._hashing = pkcs11.Mechanism.ECDSA, pkcs11.Mechanism.SHA256_RSA_PKCS
        self._always = bool(attribute(seat.key, pkcs11.Attribute.ALWAYS_AUTHENTICATE))
        self._elliptic = seat.key.key_type is pkcs11.KeyType.EC
        offered = seat.session.token.slot.get_mechanisms()
        self._hashes = not self._elliptic and pkcs11.Mechanism.SHA256_RSA_PKCS in offered
        return certified(seat.session, seat.key, given, at=self._clock.now())

    def _signed(self, sessions: TokenSessions, seat: Seat, *, data: bytes) -> bytes:
        signature = self._value(seat, data)
        if not sessions.proven:
            self.certified.require_signature(signature, data)
            sessions.proven = True
        return signature

    def _value(self, seat: Seat, data: bytes) -> bytes:
        if not self._always:
            return self._raw(seat, data)
        with tried_once(seat.session.token, self._pin, purpose="signature") as pin:
            return self._raw(seat, data, pin=pin)

    def _raw(self, seat: Seat, data: bytes, **more: Any) -> bytes:
        if self._elliptic:
            raw = seat.key.sign(sha256(data).digest(), mechanism=self._ecdsa, **more)
            half = len(raw) // 2
            return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        if self._hashes:
            return bytes(seat.key.sign(data, mechanism=self._hashing, **more))
        prepared = _DIGEST_INFO + sha256(data).digest()
        return bytes(seat.key.sign(prepared, mechanism=self._driver.Mechanism.RSA_PKCS, **more))

    def _used(self, work: Callable[[TokenSessions, Seat], _Done]) -> _Done:
        """Do something with the key; if session, login or token were lost, once more after a new login."""
        library = self._library
        failure: Exception | None = None
        for _ in range(2):
            sessions = self._sessions
            if sessions is None or sessions.generation != library.generation:
                sessions = self._present()
            try:
                library.enter()
                try:
                    if sessions.generation == library.generation:
                        return sessions.use(partial(work, sessions))
                finally:
                    library.leave()
            except SealKeyPinRefused as error:
                self._dead = error
                raise _again(error) from error
            except SealKeyMissing as error:  # it was there before: the token is on its way out
                if self._certified is None:
                    raise
                failure = error
            except Pkcs11LibraryError as error:
                failure = error
            except self._driver.PKCS11Error as error:
                if not lost(error):
                    raise SealKeyRefused("the token refuses", error=type(error).__name__) from error
                failure = error
            self._forget(sessions)
        raise SealKeyUnavailable("the token does not answer", error=type(failure).__name__) from failure

    def _present(self) -> TokenSessions:
        """Return sessions with the token, opening them where there are none."""
        if os.getpid() != self._process:  # after a fork nobody is left who could free a lock
            self._process, self._lock = os.getpid(), threading.Lock()
        with self._lock:
            if self._sessions is not None and self._sessions.generation == self._library.generation:
                return self._sessions
            if self._failure is not None and self._monotonic() < self._not_before:
                raise _again(self._failure)
            try:
                self._sessions = self._found()
            except SealKeyError as error:
                self._failure, self._not_before = error, self._monotonic() + PAUSE
                raise
            return self._sessions

    def _found(self) -> TokenSessions:
        if self._dead is not None:
            raise _again(self._dead)
        generation = self._library.generation
        try:
            return self._opened()
        except SealKeyMissing:
            if self._certified is None:
                raise
        except SealKeyUnavailable:
            pass
        try:
            self._library.start_again(generation)  # some libraries see tokens only when they start
        except Pkcs11LibraryError as error:
            raise SealKeyUnavailable(error.detail) from error
        return self._opened()

    def _opened(self) -> TokenSessions:
        import pkcs11

        try:
            with self._library.using() as driver:
                return TokenSessions.open(driver, self._library.generation, self._uri, self._pin)
        except Pkcs11LibraryError as error:
            raise SealKeyUnavailable(error.detail) from error
        except pkcs11.PKCS11Error as error:
            if lost(error) or isinstance(error, pkcs11.SessionCount):
                raise SealKeyUnavailable("the token does not answer", error=type(error).__name__) from error
            raise SealKeyRefused("the token refuses", error=type(error).__name__) from error

    def _forget(self, sessions: TokenSessions) -> None:
        with self._lock:
            if self._sessions is sessions:
                self._sessions = None
                with self._library.using():
                    if sessions.generation == self._library.generation:
                        sessions.close()


def _again(error: SealKeyError) -> SealKeyError:
    """Return the same refusal anew: one object is not raised by several threads."""
    return type(error)(error.detail, **error.facts)


def _pin_source(uri: Pkcs11Uri, ask_pin: PinSource | None) -> PinSource:
    if uri.pin_file is not None:
        return PinFile(uri.pin_file)
    return ask_pin or (lambda: None)
