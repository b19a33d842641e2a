"""What may be done behind a signature, by other people's programs: pyHanko, pypdf, pdfium."""

from __future__ import annotations

import ctypes
import io
import logging
import random
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from asn1crypto import cms, keys, tsp, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Rectangle
from pypdf.generic import NameObject, TextStringObject

from tests.attacks.edits import WORDS, may_fill
from tests.attacks.register import edit
from tests.attacks.subjects import Scene, Subject
from tests.attacks.workbench import NotHereError, Workbench, own_style
from tests.pades.small_world import Holder, World

logging.getLogger("pypdf").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


class _Stamper(timestamps.TimeStamper):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        imprint = req["message_imprint"]["hashed_message"].native
        return tsp.TimeStampResp(
            {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(self._world.stamp(imprint))}
        )

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        return cms.ContentInfo.load(self._world.stamp(message_digest))

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        return cms.ContentInfo.load(self._world.stamp(bytes(32)))


def _signer(holder: Holder) -> signers.SimpleSigner:
    private = holder.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(der) for der in holder.chain])
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(holder.der),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=store,
        embed_roots=True,
    )


@edit("signing")
def signed_by_pyhanko(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A later signature by pyHanko, in a new field or the empty one."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    existing = subject.rich and chance.random() < 0.4
    name = "Empty" if existing else f"Hanko{chance.randrange(10**6)}"
    meta = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, use_pades_lta=False
    )
    spec = None if existing else SigFieldSpec(name, box=None)
    engine = signers.PdfSigner(
        meta,
        signer=_signer(scene.second),
        timestamper=_Stamper(scene.world) if chance.random() < 0.5 else None,
        new_field_spec=spec,
    )
    try:
        return bytes(engine.sign_pdf(writer, existing_fields_only=existing).getvalue())
    except signers.SigningError as error:  # signed before
        raise NotHereError from error


@edit("always")
def stamped_by_pyhanko(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A document timestamp by pyHanko."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    return bytes(PdfTimeStamper(_Stamper(scene.world)).timestamp_pdf(writer, "sha256", None).getvalue())


@edit("signing")
def field_added_by_pyhanko(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An empty signature field by pyHanko."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    append_signature_field(writer, SigFieldSpec(f"Hanko{chance.randrange(10**6)}", box=None))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@edit("forms")
def filled_by_pypdf(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Text and boxes filled in by pypdf, which draws the appearances."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    bench = Workbench(data)
    names = may_fill(bench, subject, "amount", "note")
    if not names:
        raise NotHereError
    words = chance.choice([words for words in WORDS if "\\" not in words and "(" not in words])
    values: dict[str, Any] = {name: words for name in names if chance.random() < 0.8} or {names[0]: words}
    if may_fill(bench, subject, "agree") and chance.random() < 0.4:
        values["agree"] = NameObject("/Yes")
    writer.update_page_form_field_values(writer.pages[0], values, auto_regenerate=False)
    _date(writer, chance)
    return _out(writer)


@edit("annotations")
def remark_by_pypdf(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A remark by pypdf."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    x, y = chance.randrange(240, 300), chance.randrange(60, 70)
    box = (x, y, x + 40, y + 20)
    made: Any = FreeText(text="seen", rect=box) if chance.random() < 0.5 else Rectangle(rect=box)
    writer.add_annotation(0, made)
    _date(writer, chance)
    return _out(writer)


@edit("always")
def dated_by_pypdf(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The date of the last change by pypdf."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    _date(writer, chance)
    return _out(writer)


def _date(writer: PdfWriter, chance: random.Random) -> None:
    """Bring the date up to date, as who changes a file must; pypdf names the information only if it was changed."""
    information = writer._info
    if information is None:
        raise NotHereError
    information[NameObject("/ModDate")] = TextStringObject(
        f"D:2026112212{chance.randrange(3600) // 60:02}{chance.randrange(60):02}Z"
    )


def _out(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@edit("annotations")
def remark_by_pdfium(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A remark by pdfium, saved as an update; its cross-reference streams lack their type, which nobody must accept."""
    if own_style(data) != "table":
        raise NotHereError
    document = pypdfium2.PdfDocument(data)
    page = document[0]
    made = pdfium.FPDFPage_CreateAnnot(page.raw, pdfium.FPDF_ANNOT_SQUARE)
    x, y = chance.randrange(240, 300), chance.randrange(60, 70)
    pdfium.FPDFAnnot_SetRect(made, ctypes.byref(pdfium.FS_RECTF(x, y + 20, x + 40, y)))
    pdfium.FPDFAnnot_SetColor(made, pdfium.FPDFANNOT_COLORTYPE_Color, 0, 90, 0, 255)
    pdfium.FPDFPage_CloseAnnot(made)
    page.close()
    out = io.BytesIO()
    document.save(out, flags=pdfium.FPDF_INCREMENTAL)
    document.close()
    return out.getvalue()
