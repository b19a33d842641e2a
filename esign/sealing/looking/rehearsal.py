"""The rehearsal: all that sealing reads of a document is done once with a key that is worth nothing.

1. The seal is begun, finished and checked. 2. For B-LT a store is appended, for B-LTA a document timestamp; both are
read anew. 3. What the document says about its e-invoice is compared. Whoever has the real key does the same again: no
step depends on key, certificates or time, except for some bytes within what is appended.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from esign.foundation.digests import sha256
from esign.sealing.batches.ports import Buffer
from esign.sealing.check import check_sealed
from esign.sealing.invoices.unchanged import unchanged
from esign.sealing.levels.lengthening import archive_tail, store_tail
from esign.sealing.levels.level_check import check_raised
from esign.sealing.levels.long_term import RESERVED
from esign.sealing.levels.revisions import StoreValues
from esign.sealing.profile import SealProfile
from esign.sealing.sealer import Sealer

_OCTETS = b"\x04\x20"
"""Begins 32 bytes in DER: what stands in the room of a document timestamp that nobody made."""


class WorthlessKey:
    """A key that is made for the rehearsal and forgotten with the process."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rehearsal, worth nothing")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=3660))
            .sign(self._key, hashes.SHA256())
            .public_bytes(Encoding.DER)
        )
        self.chain: tuple[bytes, ...] = ()

    def sign(self, data: bytes) -> bytes:
        """Sign."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class Rehearsal:
    """Seals documents with a key that is worth nothing.

    Args:
        profile: What the seals look like.
    """

    def __init__(self, profile: SealProfile) -> None:
        self._key = WorthlessKey()
        self._sealer = Sealer(self._key, profile)
        self._values = StoreValues.of(certificates=(self._key.certificate,), crls=(), ocsp_responses=())

    def diagnose(self, document: Buffer) -> None:
        """Begin to seal a document.

        Raises:
            DocumentError: It cannot be sealed; the class says why.
        """
        self._sealer.begin(document, claimed_at=datetime.now(UTC))

    def run(self, document: bytes, *, level: str, watched: bool) -> None:
        """Do everything that sealing a document to a level does with its bytes.

        Args:
            document: A PDF.
            level: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA``.
            watched: Whether it is compared afterwards.

        Raises:
            SealingError: It cannot be sealed.
        """
        sealed = self._sealer.seal(document, claimed_at=datetime.now(UTC))
        check_sealed(document, sealed, certificate=self._key.certificate, chain=self._key.chain)
        tail = sealed.tail
        archived = level == "B-LTA"
        if archived or level == "B-LT":
            tail += store_tail(document, tail, self._values, identity=sha256(tail))
            check_raised(document, tail, archived=False)
        if archived:
            before, after = archive_tail(document, tail, reserved=RESERVED)
            contents = (_OCTETS + sha256(document, tail, before, after)).hex().encode().ljust(2 * RESERVED, b"0")
            tail += b"".join((before, b"<", contents, b">", after))
            check_raised(document, tail, archived=True)
        if watched:
            unchanged(document, tail)
