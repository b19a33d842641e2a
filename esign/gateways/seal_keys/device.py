"""A seal key as a creation device: each use needs the permission for exactly those data."""

from __future__ import annotations

from collections.abc import Sequence

from esign.sealing.ports import SealKey
from esign.signing import Permission


class PermittedSealKey:
    """Stands before a seal key and lets nothing be signed without a permission."""

    def __init__(self, key: SealKey) -> None:
        self._key = key

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""
        return self._key.certificate

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER, issuer first."""
        return self._key.chain

    def sign(self, data: bytes, permission: Permission) -> bytes:
        """Sign data with SHA-256, using the permission up.

        Raises:
            PermissionRefused: The permission is for other data, for another key, or was spent before.
            SealKeyError: The key cannot be used.
        """
        permission.spend(certificate=self._key.certificate, data=data)
        return self._key.sign(data)
