"""Invoices of strangers, sealed with our own PAdES and then verified: the group ``invoice`` of ``./run corpus``.

The seal's key and certificate are those of the tests' small world; what it puts into the file is the product's
(``esign.pades``), and the verdict is the product's too.
"""

from __future__ import annotations

from typing import Any

from esign.documents import seal_appearance
from esign.pades import embed, prepare, seal_attributes, signed_data
from esign.validation.certificates import TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Material
from tests.pades.small_world import World

COMPANY = "Beispiel GmbH"
BOX = (30.0, 20.0, 230.0, 70.0)


def sealed_and_verified(data: bytes, name: str) -> dict[str, Any]:
    """Return the verdict on the sealed file as JSON, whether the invoice is its beginning, and what is attached."""
    world = World()
    signer = world.signatory()
    prepared = prepare(
        data,
        field="Siegel",
        page=0,
        box=BOX,
        appearance=seal_appearance(
            company=COMPANY, sandbox=True, lang="de", size_points=(BOX[2] - BOX[0], BOX[3] - BOX[1])
        ),
        name=COMPANY,
        reason=None,
        claimed_at=world.now,
    )
    attributes = seal_attributes(document_digest=prepared.digest, certificate=signer.der)
    cms = signed_data(
        attributes=attributes,
        signature=signer.sign(attributes),
        certificate=signer.der,
        chain=signer.chain,
        signature_timestamp=None,
    )
    sealed = embed(prepared, cms)
    crls = (world.crl(world.root), world.crl(world.authority))
    with Isolation(trust=TrustAnchors(certificates=(world.root.der,)), material=Material(crls=crls)) as isolation:
        found = isolation.verify(sealed, at=world.now, name=name)
    kept = [{"name": each.name, "sha256": each.sha256.hex()} for each in found.attachments]
    return {**found.to_json(), "prefix": sealed.startswith(data), "kept": kept}
