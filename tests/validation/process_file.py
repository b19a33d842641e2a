"""What the process is given, cut out of a PDF by another library; the verdict does that with the house's own reader."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

from esign.validation.process import Material, SignatureKind, SignatureObject

_KEYS = ("/Certs", "/CRLs", "/OCSPs")


def cut_out(data: bytes) -> tuple[tuple[SignatureObject, ...], Material]:
    """Return signatures in the order of the file, and its security store with where each value stands."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        form = pdf.Root.get("/AcroForm")
        fields = form.get("/Fields", ()) if form is not None else ()
        objects = sorted((_object(f.V, data) for f in _signed(fields)), key=lambda item: item.covered_until)
        store = _store(pdf)
    positions: dict[bytes, int] = {}
    for end in sorted({item.covered_until for item in objects} | {len(data)}):
        with pikepdf.open(io.BytesIO(data[:end])) as then:
            for values in _store(then).values():
                for der in values:
                    positions.setdefault(der, end)
    material = Material(
        certificates=store["/Certs"], crls=store["/CRLs"], ocsp_responses=store["/OCSPs"], positions=positions
    )
    return tuple(objects), material


def _signed(fields: Any, depth: int = 0) -> Iterator[Any]:
    for field in fields:
        if field.get("/FT") == "/Sig" and "/V" in field and "/ByteRange" in field.V:
            yield field
        if "/Kids" in field and depth < 8:
            yield from _signed(field.Kids, depth + 1)


def _object(value: Any, data: bytes) -> SignatureObject:
    ranges = [int(number) for number in value.ByteRange]
    stamp = value.get("/SubFilter") == "/ETSI.RFC3161"
    return SignatureObject(
        cms=bytes(value.Contents),
        content_digest=_digest(data, ranges),
        kind=SignatureKind.DOCUMENT_TIMESTAMP if stamp else SignatureKind.SIGNATURE,
        covered_until=ranges[-2] + ranges[-1],
        subfilter=str(value.get("/SubFilter", "/"))[1:],
    )


def _digest(data: bytes, ranges: list[int]) -> Callable[[str], bytes]:
    def digest(name: str) -> bytes:
        used = hashlib.new(name.replace("sha3-", "sha3_"))
        for start, size in zip(ranges[::2], ranges[1::2], strict=True):
            used.update(data[start : start + size])
        return used.digest()

    return digest


def _store(pdf: pikepdf.Pdf) -> dict[str, tuple[bytes, ...]]:
    store = pdf.Root.get("/DSS", {})
    return {key: tuple(stream.read_bytes() for stream in store.get(key, ())) for key in _KEYS}
