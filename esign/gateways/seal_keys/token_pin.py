"""The PIN of a token: where it comes from, and that a wrong one is never tried a second time."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from esign.foundation.refused_pins import Trial, one_at_a_time
from esign.gateways.seal_keys.small_files import read_secret
from esign.sealing.key_errors import SealKeyPinRefused, SealKeyUnavailable, SealKeyUnreadable

PinSource = Callable[[], str | None]
"""Answers the PIN of a token when it is needed; None: the token asks for it itself (a reader with a keypad)."""


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


@dataclass(frozen=True, slots=True)
class PinFile:
    """The PIN in a file that only its owner can read; read anew each time it is needed.

    Args:
        path: The file.
    """

    path: Path

    def __call__(self) -> str | None:
        """Return the PIN.

        Raises:
            SealKeyUnreadable: It cannot be read, or others can read it.
        """
        return pin_from_file(self.path)


@contextmanager
def tried_once(token: Any, source: PinSource, *, purpose: str = "login") -> Iterator[str | None]:
    """Hand out the PIN for one try, while nobody else tries one; if it is refused, it is not handed out again.

    Tokens lock themselves after three wrong PINs, and a locked one is of no use to anybody. So a PIN that was refused
    is not tried again, neither by this process nor by another one that reads it from the same file, and the last try
    that a token has left is never used up by a machine.

    Args:
        token: The driver's token.
        source: Answers the PIN.
        purpose: What it is for: some tokens have a PIN of its own for the signature.

    Raises:
        SealKeyPinRefused: The PIN is wrong, was refused before, or the token has one try left or none.
        SealKeyUnavailable: Another process has been trying one for half a minute.
    """
    import pkcs11

    if token.flags & (pkcs11.TokenFlag.USER_PIN_LOCKED | pkcs11.TokenFlag.USER_PIN_FINAL_TRY):
        raise SealKeyPinRefused("the token is locked, or has one try left: a person has to see to it")
    file = source.path if isinstance(source, PinFile) else None
    named = repr((token.label, bytes(token.serial or b""), purpose))
    with ExitStack() as stack:
        try:
            stack.enter_context(one_at_a_time(file))
        except TimeoutError as error:
            raise SealKeyUnavailable("another process is trying the PIN and does not come back") from error
        pin = source()
        trial = Trial(file=file, token=named, pin=pin)
        if trial.refused_before():
            where = {} if file is None else {"remembered": file.name + ".refused"}
            raise SealKeyPinRefused("this PIN was refused before; it is not tried again", **where)
        try:
            yield pin
        except pin_errors() as error:
            trial.remember()
            raise SealKeyPinRefused("the token refuses the PIN; it is not tried again") from error


def open_session(token: Any, source: PinSource) -> Any:
    """Log in once, and return the session that is logged in.

    Raises:
        SealKeyPinRefused: The PIN is wrong, was refused before, or the token has one try left or none.
    """
    import pkcs11

    with tried_once(token, source) as pin:
        try:
            return token.open(user_pin=pkcs11.PROTECTED_AUTH if pin is None else pin)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open()


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
