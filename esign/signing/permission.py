"""The permission to use a key: minted from a ledger receipt, bound to one key and one digest, spent once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from esign.foundation.digests import equal, sha256
from esign.signing.errors import SigningError


class PermissionRefused(SigningError):
    """The permission does not allow this use of the key."""

    code = "signing.permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Says that an intent stands in the ledger: committed before anything else happened."""

    sequence: int
    entry: bytes
    """Hash of the ledger entry, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Allows one use of one key for one digest. Only :func:`grant` makes it."""

    receipt: Receipt
    key: bytes
    """SHA-256 of the certificate of the key that may be used."""
    digest: bytes
    """SHA-256 of the data that may be signed."""
    _spent: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def spend(self, *, certificate: bytes, data: bytes) -> None:
        """Use the permission up.

        Raises:
            PermissionRefused: Another key, other data, or a second use.
        """
        if not equal(sha256(certificate), self.key):
            raise PermissionRefused("the permission is for another key")
        if not equal(sha256(data), self.digest):
            raise PermissionRefused("the permission is for other data")
        with self._lock:
            if self._spent.is_set():
                raise PermissionRefused("the permission was used before")
            self._spent.set()


def grant(receipt: Receipt, *, certificate: bytes, data: bytes) -> Permission:
    """Mint the permission to sign data with the key of a certificate.

    Args:
        receipt: The committed ledger entry that holds the intent.
        certificate: Certificate of the key, DER.
        data: What will be signed.
    """
    return Permission(receipt=receipt, key=sha256(certificate), digest=sha256(data))
