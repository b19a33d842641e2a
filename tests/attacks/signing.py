"""Signing on the workbench: a field of any kind, a certification, a lock; the CMS is made by our own library."""

from __future__ import annotations

import re
from typing import Any

from pikepdf import Array, Dictionary, Name

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.pades import (
    add_document_security_store,
    embed,
    prepare_document_timestamp,
    signed_attributes,
    signed_data,
)
from tests.attacks.workbench import Hand, Workbench
from tests.pades.small_world import EVIDENCE, POLICY_DIGEST, Holder, World

RESERVED = 8_192
_RANGE = b"/ByteRange[" + b" " * 44 + b"]"
_HOLE = re.compile(rb"/Contents<0{%d}>" % (2 * RESERVED))
POLICY = f"{Oid.SIGNATURE_POLICY}.1"


def place_signature(
    bench: Workbench,
    *,
    name: str,
    page: int = 0,
    box: tuple[float, float, float, float] = (0, 0, 0, 0),
    field: Any = None,
    certifies: int | None = None,
    lock: dict[str, Any] | None = None,
    locked: dict[str, Any] | None = None,
    timestamp: bool = False,
) -> None:
    """Put a signature that is still empty into a field, a new one or one that is there.

    Args:
        bench: The file.
        name: Of the new field.
        page: On which it stands.
        box: Where.
        field: The field that is there already.
        certifies: P of a certification.
        lock: The field's own lock.
        locked: The parameters of a FieldMDP transform.
        timestamp: Whether it is a document timestamp.
    """
    kind, subfilter = (b"DocTimeStamp", b"ETSI.RFC3161") if timestamp else (b"Sig", b"ETSI.CAdES.detached")
    value = bench.add(Dictionary(Placeholder=Name.Yes))
    references = b""
    if certifies is not None:
        references += b"<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P %d/V/1.2>>>>" % (
            certifies
        )
    if locked is not None:
        told = Dictionary(Type=Name.TransformParams, V=Name("/1.2"), **locked)
        references += b"<</Type/SigRef/TransformMethod/FieldMDP/TransformParams %s>>" % told.unparse()
    if references:
        references = b"/Reference[" + references + b"]"
    bench.raw[value.objgen[0]] = (
        b"<</Type/%s/Filter/Adobe.PPKLite/SubFilter/%s/M(D:20261122120000Z)%s%s/Contents<%s>>>"
        % (
            kind,
            subfilter,
            references,
            _RANGE,
            b"0" * (2 * RESERVED),
        )
    )
    if field is None:
        field = bench.add(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=name,
                F=132,
                Rect=Array(list(box)),
                P=bench.pages[page],
            )
        )
        if any(box):
            look = bench.stream(b"0.2 0.3 0.8 RG 1 w 1 1 %g %g re S" % (box[2] - box[0] - 2, box[3] - box[1] - 2))
            look.Type, look.Subtype = Name.XObject, Name.Form
            look.BBox = Array([0, 0, box[2] - box[0], box[3] - box[1]])
            field.AP = Dictionary(N=look)
        if "/AcroForm" not in bench.root:
            bench.root.AcroForm = bench.add(Dictionary(Fields=Array([])))
        bench.form.Fields.append(field)
        owner = bench.pages[page]
        if "/Annots" not in owner:
            owner.Annots = Array([])
        owner.Annots.append(field)
    if lock is not None:
        field.Lock = bench.add(Dictionary(Type=Name.SigFieldLock, **lock))
    field.V = value
    bench.form.SigFlags = 3
    if certifies is not None:
        bench.root.Perms = Dictionary(DocMDP=value)


def close(data: bytes) -> tuple[bytes, bytes, tuple[int, int]]:
    """Fill in the byte range of the placeholder; return file, digest and hole."""
    hole = next(_HOLE.finditer(data))
    start, end = hole.start() + len(b"/Contents"), hole.end()
    told = b"/ByteRange[" + (b"0 %d %d %d" % (start, end, len(data) - end)).ljust(44) + b"]"
    data = data.replace(_RANGE, told, 1)
    return data, sha256(data[:start], data[end:]), (start, end)


def sign(
    bench: Workbench, world: World, signer: Holder, *, stamped: bool = False, hand: Hand | None = None, **place: Any
) -> bytes:
    """Return the file with what was changed and a signature appended."""
    place_signature(bench, **place)
    data, digest, (start, end) = close(bench.append(hand))
    if place.get("timestamp"):
        cms = world.stamp(digest)
    else:
        attributes = signed_attributes(
            document_digest=digest,
            certificate=signer.der,
            policy_oid=POLICY,
            policy_digest=POLICY_DIGEST,
            evidence=EVIDENCE,
        )
        value = signer.sign(attributes)
        cms = signed_data(
            attributes=attributes,
            signature=value,
            certificate=signer.der,
            chain=signer.chain,
            signature_timestamp=world.stamp(sha256(value)) if stamped else None,
        )
    told = cms.hex().encode()
    return data[: start + 1] + told.ljust(end - start - 2, b"0") + data[end - 1 :]


def store(data: bytes, world: World, *signers: Holder) -> bytes:
    """Return the file with certificates and revocation lists for its signatures."""
    own = [der for signer in signers for der in (signer.der, *signer.chain)]
    return add_document_security_store(
        data,
        certificates=tuple(dict.fromkeys((*own, world.tsa.der, world.root.der))),
        crls=(world.crl(world.root), world.crl(world.authority)),
        ocsp_responses=(),
    )


def stamp(data: bytes, world: World) -> bytes:
    """Return the file with a document timestamp."""
    prepared = prepare_document_timestamp(data)
    return embed(prepared, world.stamp(prepared.digest))
