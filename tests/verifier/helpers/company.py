"""A dishonest company: it holds the seal, and may have the ledger timestamped that it likes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from esign.ceremony import Transcript
from esign.evidence.dossier import PreparedDossier
from esign.evidence.dossier_container import read_container
from esign.evidence.dossier_manifest import SEAL, SEAL_TYPE, write_manifest
from esign.evidence.dossier_seal import seal_attributes
from esign.evidence.dossier_verify import FRAME
from esign.pades import embed, read_signatures, read_signed_attributes, read_signed_data
from esign.pades.document import Document
from esign.pades.document_timestamp import prepare_document_timestamp
from esign.pades.revision import Revision
from tests.evidence.helpers.case import Case, _ledger

Parts = dict[str, bytes]


def inner_parts(dossier: bytes) -> Parts:
    """Return the parts of a container without its frame."""
    return {name: data for name, data in read_container(dossier).items() if name not in FRAME}


def reseal(world: Any, parts: Mapping[str, bytes]) -> bytes:
    """Return a container of any parts, sealed with the installation's own key and timestamped by its authority."""
    settings, house = world.settings, world.application.contracts.household
    pin = settings.seal_pin_file.read_bytes().strip()
    bundle = pkcs12.load_pkcs12(settings.seal_file.read_bytes(), pin)
    seal = house.devices.for_seal()
    manifest = write_manifest(parts, signature=SEAL, kind=SEAL_TYPE)
    attributes = seal_attributes(manifest, certificate=seal.certificate, at=world.clock.now())
    assert isinstance(bundle.key, ec.EllipticCurvePrivateKey)
    value = bundle.key.sign(attributes, ec.ECDSA(hashes.SHA256()))
    prepared = PreparedDossier(parts=parts, manifest=manifest, certificate=seal.certificate, attributes=attributes)
    sealed = prepared.sealed(value, seal.chain)
    return sealed.finished(house.timestamps.stamp(sealed.digest).der)


def flipped(data: bytes, drawn: random.Random) -> bytes:
    """Return the data with one bit turned."""
    position = drawn.randrange(len(data))
    return data[:position] + bytes([data[position] ^ 1 << drawn.randrange(8)]) + data[position + 1 :]


def with_document(case: Case, folder: Path, document: bytes) -> bytes:
    """Return the dossier of another finished document, with a ledger that says that it is the one."""
    dossier = case.dossier
    transcript = Transcript.parse(dossier.transcript)
    own = next(s for s in read_signatures(dossier.document) if s.kind == "Sig")
    attributes = read_signed_data(own.cms).attributes
    folder.mkdir()
    extract, openings = _ledger(
        case.world,
        folder,
        dossier.enrolment,
        transcript,
        dossier.capsule,
        read_signed_attributes(attributes).evidence,
        dossier.messages,
        attributes,
        document,
        dossier.declaration,
        dossier.summary,
    )
    return case.build(replace(dossier, document=document, ledger=extract, openings=openings))


def signed_revision(case: Case) -> bytes:
    """Return the document as it was when the signature was embedded."""
    return case.dossier.document[: Transcript.parse(case.dossier.transcript).document.length]


def stored_revision(case: Case) -> bytes:
    """Return the document with its security store, without its timestamp."""
    pdf = case.dossier.document
    signed = len(signed_revision(case))
    return pdf[: pdf.index(b"%%EOF\n", signed) + len(b"%%EOF\n")]


def stamped(case: Case, pdf: bytes, **options: Any) -> bytes:
    """Return the document with a timestamp of the world's authority over all of it."""
    prepared = prepare_document_timestamp(pdf)
    return embed(prepared, case.world.stamp(prepared.digest, **options))


def revised(pdf: bytes, change: Callable[[Document, Revision], None]) -> bytes:
    """Return the document with one revision more."""
    document = Document(pdf)
    revision = Revision(document)
    change(document, revision)
    return revision.write()[0]
