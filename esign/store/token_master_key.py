"""The master key wrapped by a key that never leaves a cryptographic token (PKCS #11)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from esign.foundation.pkcs11_library import Pkcs11Library, Pkcs11LibraryError
from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.foundation.refused_pins import Trial, one_at_a_time
from esign.store.errors import VaultKeyError
from esign.store.master_key import read_private, write_once
from esign.store.vault import KEY_LENGTH

_VERSION = b"\x01"
_NONCE = 12
_TAG_BITS = 128
_LENGTH = 1 + _NONCE + KEY_LENGTH + _TAG_BITS // 8
_BOUND = b"esign/1 vault master key"


class TokenMasterKey:
    """The master key lies wrapped in a file; the AES key that opens it is on the token (CKM_AES_GCM).

    Whoever copies the disk has nothing without the token and its PIN. The token is asked once, when a process starts.
    Form of the file: version (1), nonce (12), ciphertext with tag.

    Source: PKCS #11 v3.0 section 2.12.3 (AES-GCM).
    """

    def __init__(self, uri: Pkcs11Uri, wrapped: Path) -> None:
        self._uri = uri
        self._wrapped = wrapped

    def exists(self) -> bool:
        """Tell whether a wrapped key is there."""
        return self._wrapped.exists()

    def create(self) -> None:
        """Wrap a fresh key, making the token's own key where there is none of that name yet."""
        import pkcs11

        if self.exists():
            raise VaultKeyError("the wrapped key exists and is not overwritten")
        nonce = secrets.token_bytes(_NONCE)
        with self._session(write=True) as session:
            key = self._find(session)
            if key is None:
                key = session.generate_key(
                    pkcs11.KeyType.AES,
                    256,
                    label=self._uri.label,
                    id=self._uri.id,
                    store=True,
                    template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
                )
            body = key.encrypt(
                secrets.token_bytes(KEY_LENGTH),
                mechanism=pkcs11.Mechanism.AES_GCM,
                mechanism_param=pkcs11.GCMParams(nonce, _BOUND, _TAG_BITS),
            )
        write_once(self._wrapped, _VERSION + nonce + bytes(body))

    def read(self) -> bytes:
        """Return the key, opened by the token."""
        import pkcs11

        data = read_private(self._wrapped, most=_LENGTH)
        if len(data) != _LENGTH or data[:1] != _VERSION:
            raise VaultKeyError("the wrapped key is not in its form")
        with self._session() as session:
            key = self._find(session)
            if key is None:
                raise VaultKeyError("the token does not hold the key that opens the master key")
            nonce, body = data[1 : 1 + _NONCE], data[1 + _NONCE :]
            opened = key.decrypt(
                body,
                mechanism=pkcs11.Mechanism.AES_GCM,
                mechanism_param=pkcs11.GCMParams(nonce, _BOUND, _TAG_BITS),
            )
        return bytes(opened)

    @contextmanager
    def _session(self, *, write: bool = False) -> Iterator[Any]:
        try:
            library = Pkcs11Library.at(self._uri.module)
            import pkcs11
        except Pkcs11LibraryError as error:
            raise VaultKeyError(error.detail) from error
        try:
            with library.using() as driver:
                tokens = [slot.get_token() for slot in driver.get_slots(token_present=True) if self._meant(slot)]
                if len(tokens) != 1:
                    raise VaultKeyError("the token was not found, or the URI means several", tokens=len(tokens))
                with self._opened(tokens[0], write) as session:
                    yield session
        except (pkcs11.PKCS11Error, Pkcs11LibraryError, RuntimeError, TimeoutError) as error:
            raise VaultKeyError("the token refused or failed", error=type(error).__name__) from error

    def _opened(self, token: Any, write: bool) -> Any:
        import pkcs11

        file = self._uri.pin_file
        named = repr((token.label, bytes(token.serial or b""), "login"))  # as the seal's key names it
        with one_at_a_time(file):
            trial = Trial(file=file, token=named, pin=self._pin())
            if trial.refused_before():
                raise VaultKeyError("the token refused this PIN before; it is not tried again")
            try:
                return token.open(rw=write, user_pin=trial.pin)
            except pkcs11.UserAlreadyLoggedIn:  # the seal's key may lie on the same token
                return token.open(rw=write)
            except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked):
                trial.remember()
                raise

    def _meant(self, slot: Any) -> bool:
        if self._uri.slot is not None and slot.slot_id != self._uri.slot:
            return False
        token = slot.get_token()
        serial = token.serial.decode("ascii", "replace").strip() if token.serial else None
        return self._uri.token in (None, token.label.strip()) and self._uri.serial in (None, serial)

    def _find(self, session: Any) -> Any:
        import pkcs11

        wanted: dict[Any, Any] = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
            pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES,
        }
        if self._uri.label is not None:
            wanted[pkcs11.Attribute.LABEL] = self._uri.label
        if self._uri.id is not None:
            wanted[pkcs11.Attribute.ID] = self._uri.id
        found = list(session.get_objects(wanted))
        if len(found) > 1:
            raise VaultKeyError("the token holds several keys of that name")
        return found[0] if found else None

    def _pin(self) -> str | None:
        if self._uri.pin_file is None:
            return None
        return read_private(self._uri.pin_file, most=256).split(b"\n")[0].decode("utf-8", "replace").strip()
