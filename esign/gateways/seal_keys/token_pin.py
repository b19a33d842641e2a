"""The PIN of a token: where it comes from, and that a wrong one is never tried a second time."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from esign.gateways.seal_keys.small_files import read_secret
from esign.sealing.key_errors import SealKeyPinRefused, SealKeyUnreadable

PinSource = Callable[[], str | None]
"""Answers the PIN of a token when it is needed; None: the token asks for it itself (a reader with a keypad)."""

_SALT = secrets.token_bytes(32)
_refused: set[bytes] = set()
_lock = threading.Lock()


def pin_from_file(path: Path) -> str:
    """Return the PIN in a file that only its owner can read.

    Raises:
        SealKeyUnreadable: It cannot be read, or others can read it.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SealKeyUnreadable("the file with the PIN cannot be opened", file=path.name) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SealKeyUnreadable("the file with the PIN can be read by others: its mode must be 0600", file=path.name)
    return read_secret(path)


def open_session(token: Any, source: PinSource) -> Any:
    """Log in once, and return the session that is logged in.

    Tokens lock themselves after three wrong PINs, and a locked one is of no use to anybody. So a PIN that was refused
    is not tried again by this process, and the last try that a token has left is never used up by a machine.

    Raises:
        SealKeyPinRefused: The PIN is wrong, was refused before, or the token has one try left or none.
    """
    import pkcs11

    if token.flags & (pkcs11.TokenFlag.USER_PIN_LOCKED | pkcs11.TokenFlag.USER_PIN_FINAL_TRY):
        raise SealKeyPinRefused("the token is locked, or has one try left: a person has to see to it")
    pin = source()
    mark = hashlib.blake2b(
        repr((token.label, bytes(token.serial or b""), pin)).encode(), key=_SALT, digest_size=32
    ).digest()
    with _lock:
        if pin is not None and mark in _refused:
            raise SealKeyPinRefused("this PIN was refused before; it is not tried again")
        try:
            return token.open(user_pin=pkcs11.PROTECTED_AUTH if pin is None else pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open()
        except pin_errors() as error:
            _refused.add(mark)
            raise SealKeyPinRefused("the token refuses the PIN; it is not tried again") from error


def pin_errors() -> tuple[type[Exception], ...]:
    """Return the driver's errors that speak of the PIN."""
    import pkcs11

    return (
        pkcs11.PinIncorrect,
        pkcs11.PinInvalid,
        pkcs11.PinLenRange,
        pkcs11.PinExpired,
        pkcs11.PinLocked,
        pkcs11.exceptions.UserPinNotInitialized,
    )
