"""The document as the signatory reads it: what is hashed is what is there, and nothing hides beside it.

Source: docs/ceremony-spec.md sections 5 and 8.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pikepdf
from asn1crypto import cms

from certs.signatory import plain_text
from certs.signatory.errors import SignatoryRefused, demand
from certs.signatory.words import h

LARGEST_HOLE = 80_000
"""Bytes of the file."""

ACTIVE = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Rendition", "/GoToE", "/RichMedia"}
"""Kinds of actions and annotations that do something. Source: ISO 32000-1 12.6.4."""

BLANK = rb"[\0\t\n\f\r ]"
"""White space of a PDF. Source: ISO 32000-1 7.2.2."""

LAST_LINE = re.compile(rb"%%EOF" + BLANK + rb"{0,7}\Z")
CONTENTS = re.compile(rb"/Contents" + BLANK + rb"*\Z")
RANGES = re.compile(rb"/ByteRange%b*\[%b*0+%b+([0-9]+)%b+([0-9]+)%b+([0-9]+)%b*\]" % ((BLANK,) * 6))

NOT_AS_SHOWN = 0b1_0010_0011
"""Flags of annotations that are seen in one place and not in another: Invisible, Hidden, NoView, ToggleNoView.

Source: ISO 32000-1 12.5.3.
"""

CONTRACT_DATA = "contract.json"
"""The attachment with the contract's own data."""


def check_prepared(pdf: bytes, claim: Mapping[str, Any], *, label: str | None = None) -> bytes:
    """Check a prepared document against the transcript's claim and return its digest.

    Args:
        pdf: The prepared document.
        claim: The transcript's member ``document``.
        label: The transcript's label of the order button: it must be the one in the contract's own data.

    Raises:
        SignatoryRefused: The first thing that does not fit, by its code.
    """
    byte_range = claim["byte_range"]
    _, hole, behind, rest = byte_range
    demand(len(pdf) == claim["length"] and behind + rest == len(pdf), "agent.document.length")
    before, digits, after = _split(pdf, byte_range)
    demand(not digits.strip(b"0"), "agent.document.hole")
    demand(pdf.startswith(b"%PDF-"), "agent.document.not_pdf")
    numbers = (BLANK + rb"+").join(rb"0*%d" % number for number in byte_range)
    written = rb"/ByteRange%b*\[%b*%b%b*\]" % (BLANK, BLANK, numbers, BLANK)
    demand(len(re.findall(written, pdf)) == 1, "agent.document.byte_range")
    revisions = claim["revisions"]
    demand(pdf.count(b"%%EOF") == len(revisions) + 1 and LAST_LINE.search(pdf) is not None, "agent.document.revisions")
    _check_revisions(pdf, hole, revisions)
    digest = h(before, after)
    demand(digest.hex() == claim["sha256"], "agent.document.other")
    attached = _check_content(pdf, [(each["name"], each["sha256"]) for each in claim["attachments"]])
    demand(label is None or _label(attached.get(CONTRACT_DATA, b"")) == label, "agent.transcript.order_label")
    return digest


def _check_revisions(pdf: bytes, hole: int, revisions: Sequence[Mapping[str, Any]]) -> None:
    """Check that every revision is a prefix, and is of the kind that it is said to be.

    The first is the draft, without any signature. A signature's byte range ends where its revision ends. A security
    store brings no signature, and follows one.
    """
    shorter, before = 0, ""
    for revision in revisions:
        kind = revision["kind"]
        demand(shorter < revision["length"] < hole, "agent.document.revisions")
        added, prefix = pdf[shorter : revision["length"]], pdf[: revision["length"]]
        demand(LAST_LINE.search(prefix[-12:]) is not None, "agent.document.revisions")
        demand(h(prefix).hex() == revision["sha256"], "agent.document.revisions")
        ranges = RANGES.findall(added)
        demand((kind == "draft") == (before == ""), "agent.document.revision_kind")
        if kind == "signature":
            ends = [int(third) + int(fourth) for _, third, fourth in ranges]
            demand(ends == [len(prefix)] and added.count(b"/ByteRange") == 1, "agent.document.revision_kind")
        else:
            demand(b"/ByteRange" not in added, "agent.document.revision_kind")
            demand(kind == "draft" or (before == "signature" and b"/DSS" in added), "agent.document.revision_kind")
        shorter, before = revision["length"], kind


def check_finished(
    pdf: bytes,
    byte_range: tuple[int, int, int, int],
    *,
    digest: bytes,
    attributes: Callable[[bytes], bytes],
    certificate: bytes | None,
    signature: bytes | None,
) -> None:
    """Check the finished file: my document under it; exactly my attributes, and my signature, in its hole.

    Args:
        pdf: The finished file.
        byte_range: The transcript's.
        digest: The digest over it that was shown and signed.
        attributes: From a certificate to the attributes (tag 0x31) as they must be under it.
        certificate: Mine; nothing where the company's seal signs with a certificate of its own.
        signature: Mine, DER; nothing where the company's seal signs.

    Raises:
        SignatoryRefused: It is another document, or carries another signature.
    """
    before, digits, after = _split(pdf, byte_range)
    demand(h(before, after) == digest, "agent.result.other_document")
    try:
        signed = cms.ContentInfo.load(bytes.fromhex(digits.decode("ascii")))["content"]
        [signer] = signed["signer_infos"]
        found = signer["signed_attrs"].untag().dump()
        value = signer["signature"].native
        certificates = [each.dump() for each in signed["certificates"]] if certificate is None else [certificate]
    except (ValueError, TypeError, KeyError) as error:
        raise SignatoryRefused("agent.result.not_signed") from error
    demand(any(found == attributes(each) for each in certificates), "agent.result.other_attributes")
    demand(signature in (None, value), "agent.result.other_signature")


def _split(pdf: bytes, byte_range: Any) -> tuple[bytes, bytes, bytes]:
    start, hole, behind, rest = byte_range
    whole = start == 0 < hole < behind <= behind + rest <= len(pdf) and 2 <= behind - hole <= LARGEST_HOLE
    demand(whole, "agent.document.byte_range")
    demand(pdf[hole : hole + 1] == b"<" and pdf[behind - 1 : behind] == b">", "agent.document.byte_range")
    demand(
        re.search(rb"/Contents%b*\Z" % BLANK, pdf[max(0, hole - 24) : hole]) is not None, "agent.document.byte_range"
    )
    return pdf[:hole], pdf[hole + 1 : behind - 1], pdf[behind : behind + rest]


def _label(data: bytes) -> object:
    try:
        return json.loads(data)["order"]["label"]
    except (ValueError, KeyError, TypeError):
        return None


def _check_content(pdf: bytes, attachments: Sequence[tuple[str, str]]) -> Mapping[str, bytes]:
    read = plain_text.tokens(pdf)
    plain_text.require_plain_tables(read, pdf)
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            demand(not document.is_encrypted, "agent.document.encrypted")
            root = document.Root
            demand("/OpenAction" not in root and "/AA" not in root, "agent.document.active")
            demand("/OCProperties" not in root, "agent.document.hidden_layer")
            demand("/XFA" not in root.get("/AcroForm", pikepdf.Dictionary()), "agent.document.xfa")
            found: dict[str, bytes] = {}
            for item in _dictionaries(document):
                kinds = {str(item.get(name)) for name in ("/S", "/Subtype") if name in item}
                demand(not kinds & ACTIVE and "/JS" not in item and "/AA" not in item, "agent.document.active")
                if "/EF" in item:
                    name = str(item.get("/UF", item.get("/F", "")))
                    streams = {bytes(stream.read_bytes()) for stream in item["/EF"].values()}
                    demand(len(streams) == 1 and name not in found, "agent.document.attachments")
                    found[name] = streams.pop()
            named = sorted((name, h(content).hex()) for name, content in found.items())
            demand(named == sorted(attachments), "agent.document.attachments")
            for page in document.pages:
                for note in page.obj.get("/Annots", pikepdf.Array()):
                    demand(not int(note.get("/F", 0)) & NOT_AS_SHOWN, "agent.document.active")
            demand(not plain_text.ACTIVE.intersection(read), "agent.document.active")
            return found
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise SignatoryRefused("agent.document.unreadable") from error


def _dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    waiting: list[Any] = list(document.objects)
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Stream):
            item = item.stream_dict
        if isinstance(item, pikepdf.Dictionary):
            yield item
            waiting.extend(value for value in item.values() if _direct(value))
        elif isinstance(item, pikepdf.Array):
            waiting.extend(value for value in item if _direct(value))


def _direct(value: Any) -> bool:
    return isinstance(value, (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream)) and not value.is_indirect
