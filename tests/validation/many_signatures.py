"""A contract that many sign, one after the other, visibly on its three pages; under one document timestamp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from esign.foundation.digests import sha256
from esign.pades import (
    add_document_security_store,
    embed,
    prepare,
    prepare_document_timestamp,
    signed_attributes,
    signed_data,
)
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from tests.pades import small_world


@dataclass(kw_only=True)
class SignedOften:
    """The file and the world that it was signed in.

    Args:
        world: Trust services.
        finished: Under its document timestamp.
        lengths: How long it was before the first signature, and after each.
    """

    world: small_world.World
    finished: bytes
    lengths: list[int] = field(default_factory=list)

    @property
    def trust(self) -> TrustAnchors:
        return TrustAnchors(certificates=(self.world.root.der,))

    @property
    def material(self) -> Material:
        """Revocation lists for revisions that hold none."""
        return Material(crls=(self.world.crl(self.world.root), self.world.crl(self.world.authority)))

    @property
    def at(self) -> datetime:
        return self.world.now + timedelta(minutes=10)

    def revision(self, count: int) -> bytes:
        """Return the file as it was after some signatures."""
        return self.finished[: self.lengths[count]]


def signed_often(
    count: int, world: small_world.World | None = None, *, changed: Callable[[bytes], bytes] | None = None
) -> SignedOften:
    """Return a contract with signatures ``S0``, ``S1`` …; half-way something may be done to it."""
    world = world or small_world.World()
    signer = world.signatory(minutes=60 * 24)
    pdf = small_world.draft()
    lengths = [len(pdf)]
    for number in range(count):
        if changed is not None and number == count // 2:
            pdf = changed(pdf)
        left, bottom = 60 + number % 9 * 52, 40 + number // 9 * 8
        prepared = prepare(
            pdf,
            field=f"S{number}",
            page=number % 3,
            box=(left, bottom, left + 48, bottom + 7),
            appearance=small_world.picture(),
            name="Erika Mustermann",
            reason="Zustimmung zum Vertrag",
            claimed_at=world.now,
        )
        attributes = signed_attributes(
            document_digest=prepared.digest,
            certificate=signer.der,
            policy_oid=small_world.POLICY_OID,
            policy_digest=small_world.POLICY_DIGEST,
            evidence=small_world.EVIDENCE,
        )
        value = signer.sign(attributes)
        pdf = embed(
            prepared,
            signed_data(
                attributes=attributes,
                signature=value,
                certificate=signer.der,
                chain=signer.chain,
                signature_timestamp=world.stamp(sha256(value)),
            ),
        )
        lengths.append(len(pdf))
    stored = add_document_security_store(
        pdf,
        certificates=(signer.der, *signer.chain, world.tsa.der, world.root.der),
        crls=[world.crl(world.root), world.crl(world.authority)],
        ocsp_responses=(),
    )
    stamped = prepare_document_timestamp(stored)
    return SignedOften(world=world, finished=embed(stamped, world.stamp(stamped.digest)), lengths=lengths)
