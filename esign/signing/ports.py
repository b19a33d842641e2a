"""What this room needs from outside: a thing that holds a signature key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from esign.signing.permission import Permission


class CreationDevice(Protocol):
    """A signature or seal creation device: it holds a key and shows its certificate (eIDAS Art. 3 (22), (23))."""

    @property
    def certificate(self) -> bytes:
        """The certificate of the key, DER."""

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER, issuer first, root last."""

    def sign(self, data: bytes, permission: Permission) -> bytes:
        """Sign data with SHA-256 and return the signature value (DER for ECDSA).

        Raises:
            PermissionRefused: The permission is for other data, for another key, or was spent before.
        """
