"""Looking at a PDF with the producer's eyes: is it what our drafts promise to be? Hostile files give findings only.

The claim of our drafts is "declared and producer-checked PDF/A-3a and PDF/UA-1"; this is the check. It does not replace
a validator such as veraPDF.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

MAX_BYTES = 100_000_000
"""Larger files are not looked into."""
MAX_OBJECTS = 200_000
"""Files with more objects are not looked into."""

_FORBIDDEN_ACTIONS = (
    "/JavaScript",
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
)
_STANDARD_NAMESPACE = "http://www.aiim.org/pdfa/ns/id/"
_UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"
_UNENDED = re.compile(rb"[^\r\n]endstream[\r\n ]+endobj")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """Something that a draft must not have, or lacks."""

    kind: str
    """Stable word: ``font_not_embedded``, ``javascript`` …"""
    what: str
    """One plain English sentence; holds no content of the document."""


def lint_pdf(pdf: bytes) -> tuple[LintFinding, ...]:
    """Return what keeps a PDF from being what our drafts promise; empty for a good draft.

    Never raises for what stands in the file: whatever cannot be read is the finding ``unreadable``.

    Source: ISO 19005-3 clauses 6.1-6.8; ISO 14289-1 clauses 5-7; ISO 32000-1 7.5.
    """
    if len(pdf) > MAX_BYTES:
        return (LintFinding(kind="limit_exceeded", what="the file is too large to be looked into"),)
    findings = list(_bytes(pdf))
    try:
        with pikepdf.open(io.BytesIO(pdf), suppress_warnings=True, attempt_recovery=False) as document:
            findings.extend(_document(document))
    except pikepdf.PasswordError:
        findings.append(LintFinding(kind="encrypted", what="the file is encrypted"))
    except Exception:
        findings.append(LintFinding(kind="unreadable", what="the file cannot be read as a PDF"))
    return tuple(findings)


def _bytes(pdf: bytes) -> Iterator[LintFinding]:
    if not pdf.startswith(b"%PDF-1.7"):
        yield LintFinding(kind="header", what="the file does not begin as PDF 1.7")
    if pdf.count(b"%%EOF") != 1:
        yield LintFinding(kind="revisions", what="the file is not exactly one revision")
    if not pdf.rstrip(b"\r\n").endswith(b"%%EOF"):
        yield LintFinding(kind="trailing_bytes", what="something stands behind the end of the file")
    if _UNENDED.search(pdf):
        yield LintFinding(kind="stream_end", what="a stream has no end of line before its end")
    if b"/Linearized" in pdf[:4096]:
        yield LintFinding(kind="linearised", what="the file is linearised")


def _document(document: pikepdf.Pdf) -> Iterator[LintFinding]:
    if document.is_encrypted:
        yield LintFinding(kind="encrypted", what="the file is encrypted")
    if len(document.objects) > MAX_OBJECTS:
        yield LintFinding(kind="limit_exceeded", what="the file has too many objects to be looked into")
        return
    for part in (_catalogue, _claims, _attachments, _pages, _objects):
        yield from _guarded(part, document)


def _guarded(part: Callable[[pikepdf.Pdf], Iterator[LintFinding]], document: pikepdf.Pdf) -> Iterator[LintFinding]:
    try:
        yield from list(part(document))
    except Exception:
        yield LintFinding(kind="unreadable", what=f"the file's {part.__name__.strip('_')} cannot be read")


def _catalogue(document: pikepdf.Pdf) -> Iterator[LintFinding]:
    root = document.Root
    if "/StructTreeRoot" not in root:
        yield LintFinding(kind="not_tagged", what="there is no structure tree")
    if not bool(_inside(root, "/MarkInfo").get("/Marked", False)):
        yield LintFinding(kind="not_tagged", what="the document is not marked as tagged")
    if not str(root.get("/Lang", "")):
        yield LintFinding(kind="no_language", what="the document names no language")
    if not bool(_inside(root, "/ViewerPreferences").get("/DisplayDocTitle", False)):
        yield LintFinding(kind="no_title", what="viewers are not told to show the title")
    intents: Any = root.get("/OutputIntents", [])
    if not any(intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent for intent in intents):
        yield LintFinding(kind="no_output_intent", what="there is no output intent with a colour profile")
    for key in ("/OpenAction", "/AA", "/OCProperties"):
        if key in root:
            yield LintFinding(kind="active_content", what=f"the catalogue has {key}")
    form = root.get("/AcroForm")
    if form is not None and "/XFA" in form:
        yield LintFinding(kind="active_content", what="the form is an XFA form")
    if "/JavaScript" in _inside(root, "/Names"):
        yield LintFinding(kind="javascript", what="the document has named scripts")


def _claims(document: pikepdf.Pdf) -> Iterator[LintFinding]:
    with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
        claimed = (
            metadata.get(f"{{{_STANDARD_NAMESPACE}}}part"),
            metadata.get(f"{{{_STANDARD_NAMESPACE}}}conformance"),
        )
        if claimed != ("3", "A"):
            yield LintFinding(kind="no_pdfa_claim", what="the metadata does not declare PDF/A-3a")
        if metadata.get(f"{{{_UA_NAMESPACE}}}part") != "1":
            yield LintFinding(kind="no_pdfua_claim", what="the metadata does not declare PDF/UA-1")
        if not metadata.get("dc:title"):
            yield LintFinding(kind="no_title", what="the metadata has no title")


def _attachments(document: pikepdf.Pdf) -> Iterator[LintFinding]:
    associated = {entry.objgen for entry in document.Root.get("/AF", [])}
    for item in document.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Filespec":
            continue
        if "/AFRelationship" not in item:
            yield LintFinding(kind="attachment_relationship", what="an attachment has no relationship")
        if item.objgen not in associated:
            yield LintFinding(kind="attachment_relationship", what="an attachment is not associated with the document")
        embedded = _inside(item, "/EF").get("/F")
        if embedded is None or "/Subtype" not in embedded:
            yield LintFinding(kind="attachment_type", what="an attachment has no media type")


def _pages(document: pikepdf.Pdf) -> Iterator[LintFinding]:
    for number, page in enumerate(document.pages, start=1):
        if "/AA" in page:
            yield LintFinding(kind="active_content", what=f"page {number} has actions")
        if "/Annots" in page and page.get("/Tabs") != "/S":
            yield LintFinding(kind="tab_order", what=f"page {number} does not follow the structure in its tab order")


def _objects(document: pikepdf.Pdf) -> Iterator[LintFinding]:
    seen: set[str] = set()
    for item in document.objects:
        for finding in _object(item):
            if finding.what not in seen:
                seen.add(finding.what)
                yield finding


def _object(item: pikepdf.Object) -> Iterator[LintFinding]:
    if not isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        return
    kind = item.get("/Type")
    if kind == "/Font" and item.get("/Subtype") not in ("/Type0", "/Type3") and not _embedded(item):
        yield LintFinding(kind="font_not_embedded", what="a font is not embedded")
    if kind == "/OCG":
        yield LintFinding(kind="optional_content", what="the document has layers")
    if str(item.get("/S", "")) in _FORBIDDEN_ACTIONS:
        yield LintFinding(kind="active_content", what=f"there is an action {item.get('/S')}")
    if kind == "/Action" or "/JS" in item:
        yield LintFinding(kind="javascript" if "/JS" in item else "active_content", what="there is an action")


def _inside(item: Any, key: str) -> Any:
    found = item.get(key)
    return pikepdf.Dictionary() if found is None else found


def _embedded(font: pikepdf.Object) -> bool:
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
