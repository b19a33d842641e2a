"""Putting a dossier together: parts, seal, timestamp, container – prepare, seal elsewhere, stamp elsewhere, finish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from esign.evidence.dossier_container import write_container
from esign.evidence.dossier_manifest import (
    SEAL,
    SEAL_TYPE,
    SEALED_MANIFEST,
    STAMPED_MANIFEST,
    TIMESTAMP,
    TIMESTAMP_TYPE,
    write_manifest,
)
from esign.evidence.dossier_parts import Dossier
from esign.evidence.dossier_seal import seal_attributes, write_seal
from esign.evidence.ports import Sealer
from esign.foundation.digests import sha256
from esign.proof.ports import TimestampSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDossier:
    """A dossier that waits for its seal; ``attributes`` (DER, tag 0x31) is what the key of the seal signs."""

    parts: Mapping[str, bytes] = field(repr=False)
    manifest: bytes = field(repr=False)
    certificate: bytes = field(repr=False)
    attributes: bytes = field(repr=False)

    def sealed(self, signature: bytes, chain: Sequence[bytes]) -> SealedDossier:
        """Return the dossier with its seal.

        Args:
            signature: Signature value over ``attributes`` with SHA-256.
            chain: The certificates above the seal's (DER).

        Raises:
            SignatureValueError: The value does not verify.
        """
        seal = write_seal(self.attributes, signature, certificate=self.certificate, chain=chain)
        parts = {**self.parts, SEALED_MANIFEST: self.manifest, SEAL: seal}
        return SealedDossier(parts=parts, manifest=write_manifest(parts, signature=TIMESTAMP, kind=TIMESTAMP_TYPE))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDossier:
    """A sealed dossier that waits for its timestamp over ``digest``."""

    parts: Mapping[str, bytes] = field(repr=False)
    manifest: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """What the timestamp authority stamps (SHA-256, 32 bytes)."""
        return sha256(self.manifest)

    def finished(self, token: bytes) -> bytes:
        """Return the container with the timestamp token (DER)."""
        return write_container({**self.parts, STAMPED_MANIFEST: self.manifest, TIMESTAMP: token})


def prepare_dossier(dossier: Dossier, *, certificate: bytes, at: datetime) -> PreparedDossier:
    """Return the dossier, ready to be sealed.

    Args:
        dossier: What goes in.
        certificate: Certificate of the company's seal, DER.
        at: The claimed time of sealing (whole seconds are kept).

    Raises:
        PartError: Its transcript cannot be read.
    """
    parts = dossier.parts()
    manifest = write_manifest(parts, signature=SEAL, kind=SEAL_TYPE)
    attributes = seal_attributes(manifest, certificate=certificate, at=at)
    return PreparedDossier(parts=parts, manifest=manifest, certificate=certificate, attributes=attributes)


def build_dossier(dossier: Dossier, *, sealer: Sealer, timestamps: TimestampSource, at: datetime) -> bytes:
    """Return the finished container: prepared, sealed and timestamped in one go."""
    prepared = prepare_dossier(dossier, certificate=sealer.certificate, at=at)
    sealed = prepared.sealed(sealer.sign(prepared.attributes), sealer.chain)
    return sealed.finished(timestamps.stamp(sealed.digest).der)
