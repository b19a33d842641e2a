"""What a reader of a document notices, told by programs that are not under test: pdfium for picture and text, qpdf."""

from __future__ import annotations

import hashlib
import io
import re
from functools import lru_cache
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream

SCALE = 0.6
_DEEPEST = 40
_NEUTRAL = {"/Parent", "/P", "/Pg", "/StructParent", "/StructParents", "/Prev", "/Popup", "/IRT"}
_NOT_BEHAVIOUR = {
    "/Pages",
    "/DSS",
    "/Metadata",
    "/Extensions",
    "/Version",
    "/StructTreeRoot",
    "/AcroForm",
    "/AF",
    "/Type",
}
_ACTS = (
    "/A",
    "/AA",
    "/Dest",
    "/F",
    "/Ff",
    "/MK",
    "/H",
    "/TU",
    "/FT",
    "/T",
    "/MaxLen",
    "/Opt",
    "/DV",
    "/DA",
    "/Q",
    "/OC",
    "/Rect",
)


def differs(effect: str, before: bytes, after: bytes) -> bool:
    """Whether an attack really changed what it is about; what no other program opens is no attack."""
    tell = _TELLERS[effect]
    try:
        return tell(after) != tell(before)
    except (pikepdf.PdfError, pypdfium2.PdfiumError, RecursionError, ValueError, TypeError, KeyError, AttributeError):
        return effect == "bytes"


def picture(data: bytes) -> list[str]:
    """Return a digest of each page as pdfium shows it, form and remarks included."""
    return [shown for shown, _ in _pages(data)]


def text(data: bytes) -> list[str]:
    """Return the text of each page as pdfium reads it."""
    return [words for _, words in _pages(data)]


@lru_cache(maxsize=64)
def _pages(data: bytes) -> tuple[tuple[str, str], ...]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        pdf.init_forms()
        found = []
        for page in pdf:
            bitmap = page.render(scale=SCALE)
            words = page.get_textpage().get_text_range()
            found.append((hashlib.sha256(bytes(bitmap.buffer)).hexdigest() + f" {page.get_size()}", words))
        return tuple(found)
    finally:
        pdf.close()


def attachments(data: bytes) -> list[Any]:
    """Return name, content and what is said of each attached file, wherever it hangs."""
    pdf = pikepdf.open(io.BytesIO(data))
    names = pdf.Root.get("/Names", {})
    found = [("names", _told(names.get("/EmbeddedFiles"))), ("af", _told(pdf.Root.get("/AF")))]
    found.append(("collection", _told(pdf.Root.get("/Collection"))))
    for page in pdf.pages:
        found.append(("page", _told(page.obj.get("/AF"))))
        for remark in page.obj.get("/Annots", []):
            if remark.get("/Subtype") == "/FileAttachment":
                found.append(("remark", _told(remark.get("/FS"))))
    return found


def behaviour(data: bytes) -> list[Any]:
    """Return what the document does and how it opens: catalog, fields and remarks without what they look like."""
    pdf = pikepdf.open(io.BytesIO(data))
    found: list[Any] = [(key, _told(value)) for key, value in sorted(pdf.Root.items()) if key not in _NOT_BEHAVIOUR]
    form = pdf.Root.get("/AcroForm")
    if form is not None:
        found.append(
            [(key, _told(value)) for key, value in sorted(form.items()) if key not in ("/Fields", "/SigFlags")]
        )
        found.append(_fields(form.get("/Fields", []), 0))
    for page in pdf.pages:
        found.append((_told(page.obj.get("/AA")), _told(page.obj.get("/UserUnit"))))
        for remark in page.obj.get("/Annots", []):
            found.append([(key, _told(remark.get(key))) for key in ("/Subtype", "/Contents", *_ACTS)])
    return found


def structure(data: bytes) -> Any:
    """Return what assistive technology is told."""
    pdf = pikepdf.open(io.BytesIO(data))
    lang = str(pdf.Root.get("/Lang", ""))
    return lang, _told(pdf.Root.get("/MarkInfo")), _told(pdf.Root.get("/StructTreeRoot"), pages=False)


def metadata(data: bytes) -> Any:
    """Return what is said about the document."""
    pdf = pikepdf.open(io.BytesIO(data))
    return _told(pdf.trailer.get("/Info")), _told(pdf.Root.get("/Metadata"))


def values(data: bytes) -> Any:
    """Return the values of the fields, signatures by their bytes."""
    pdf = pikepdf.open(io.BytesIO(data))
    form = pdf.Root.get("/AcroForm")
    return None if form is None else _values(form.get("/Fields", []), 0)


def signatures(data: bytes) -> set[bytes]:
    """Return the signatures that the form shows, document timestamps apart."""
    pdf = pikepdf.open(io.BytesIO(data))
    found: set[bytes] = set()
    for field in pdf.Root.AcroForm.Fields:
        value = field.get("/V")
        if field.get("/FT") == "/Sig" and value is not None and value.get("/Type") == "/Sig":
            found.add(bytes(value.get("/Contents", b"")))
    return found


def raw(data: bytes) -> bytes:
    """Return the bytes, spaces between and behind them apart."""
    return re.sub(rb"[\0\t\n\f\r ]+", b" ", data).strip()


_TELLERS = {
    "picture": picture,
    "text": text,
    "attachment": attachments,
    "behaviour": behaviour,
    "structure": structure,
    "metadata": metadata,
    "values": values,
    "bytes": raw,
}


def _fields(fields: Any, depth: int) -> list[Any]:
    found: list[Any] = []
    for field in fields if depth < _DEEPEST else ():
        found.append([(key, _told(field.get(key))) for key in _ACTS])
        found.append(_told(field.get("/Lock")))
        found.append(_fields(field.get("/Kids", []), depth + 1))
    return found


def _values(fields: Any, depth: int) -> list[Any]:
    found: list[Any] = []
    for field in fields if depth < _DEEPEST else ():
        found.append((str(field.get("/T", "")), _told(field.get("/V")), _told(field.get("/RV"))))
        found.append(_values(field.get("/Kids", []), depth + 1))
    return found


def _told(value: Any, *, pages: bool = True) -> str:
    """Return a value in words, references followed, in a form that does not depend on numbers."""
    digest = hashlib.sha256()
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if not isinstance(item, pikepdf.Object):
            digest.update(f"{type(item).__name__}:{item};".encode())
            continue
        if item.is_indirect:
            if item.objgen in seen:
                digest.update(b"again;")
                continue
            seen.add(item.objgen)
        if isinstance(item, Stream):
            try:
                digest.update(item.read_bytes())
            except pikepdf.PdfError:
                digest.update(item.read_raw_bytes())
            item = item.stream_dict
            skipped = _NEUTRAL | {"/Length", "/Filter", "/DecodeParms"}
        else:
            skipped = _NEUTRAL
        if isinstance(item, Dictionary):
            if depth and item.get("/Type") in ("/Page", "/Pages", "/Catalog"):
                digest.update(b"page;")
                continue
            keys = sorted(key for key in item if key not in skipped)
            digest.update(("<" + " ".join(keys) + ">").encode())
            waiting.extend((item.get(key), depth + 1) for key in reversed(keys))
        elif isinstance(item, Array):
            digest.update(b"[%d]" % len(item))
            waiting.extend((part, depth + 1) for part in reversed(list(item)))
        elif isinstance(item, Name):
            digest.update(str(item).encode("utf-8", "replace") + b";")
        else:
            digest.update(item.unparse() + b";")
    return digest.hexdigest()
