"""What this room needs from outside: a seal key that is used thousands of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SealKey(Protocol):
    """A seal creation device for bulk (eIDAS Art. 3 (32), 36).

    Unlike :class:`~esign.signing.CreationDevice` it takes no permission for each digest: the batch, or the chunk of
    it, is permitted and recorded once, before the key is used, and each use is a row of the journal.
    """

    @property
    def certificate(self) -> bytes:
        """The certificate of the key, DER."""

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER, issuer first, root last."""

    def sign(self, data: bytes) -> bytes:
        """Sign data with SHA-256 and return the signature value: DER for ECDSA, PKCS #1 v1.5 for RSA. Thread-safe.

        Raises:
            SealKeyError: The key cannot be used: token pulled out, service away, certificate expired.
        """
