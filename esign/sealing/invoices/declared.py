"""What a document's metadata declare about its e-invoice, and about being PDF/A.

Source: ISO 19005-3 clause 6.6 (XMP, extension schemas); Factur-X 1.0 section 6.3; ZUGFeRD 1.0 technical supplement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from esign.pdf import Stream, View
from esign.sealing.invoices.profiles import NAMES
from esign.sealing.invoices.xml import XmlRefused, read_xml

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PDFA = "http://www.aiim.org/pdfa/ns/id/"
_PART = re.compile(rb"<pdfaid:part>\s*([1-9])\s*</|pdfaid:part\s*=\s*[\"']([1-9])[\"']")
_MAX_METADATA = 4 << 20
_FIELDS = ("ConformanceLevel", "DocumentFileName", "DocumentType", "Version")
_SPELT = {namespace.lower(): namespace for namespace in NAMES}
"""Samples of the standards write ``crossindustrydocument``; readers take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the metadata say. Its texts are a stranger's: they are compared, never repeated."""

    namespace: str = ""
    """That of the invoice's declaration; empty where there is none."""
    level: str = ""
    file_name: str = ""
    document_type: str = ""
    version: str = ""
    repeated: bool = False
    """Whether more than one declaration stands there, or one says a thing twice."""
    pdfa: tuple[str, str] = ("", "")
    """Part and conformance of PDF/A: ``("3", "B")``."""


def read_declared(view: View) -> Declared | None:
    """Return what the metadata declare; None where the document has no metadata, or none that can be read.

    Raises:
        PdfError: The metadata stream is damaged.
    """
    stream = view.value(view.catalog, "Metadata")
    if not isinstance(stream, Stream) or stream.length > _MAX_METADATA:
        return None
    packet = view.decode(stream)
    if len(packet) > _MAX_METADATA:
        return None
    try:
        root = read_xml(_utf8(packet))
    except XmlRefused:
        return None
    return _declared(root)


def declared_part(view: View) -> str:
    """Return the part of PDF/A that the metadata declare, empty where they declare none; quicker than reading all.

    Raises:
        PdfError: The metadata stream is damaged.
    """
    stream = view.value(view.catalog, "Metadata")
    if not isinstance(stream, Stream) or stream.length > _MAX_METADATA:
        return ""
    packet = view.decode(stream)
    found = _PART.search(packet)
    if found is not None:
        return (found[1] or found[2]).decode("ascii")
    plain = _PDFA.encode("ascii") not in packet and b"\0" not in packet[:200]
    declared = None if plain else read_declared(view)
    return declared.pdfa[0] if declared is not None else ""


def _declared(root: Any) -> Declared:
    found: dict[tuple[str, str], set[str]] = {}
    pdfa: dict[str, str] = {}
    for description in root.iter(f"{_RDF}Description"):
        properties = [(name, value) for name, value in description.attrib.items()]
        properties += [(child.tag, child.text or "") for child in description if isinstance(child.tag, str)]
        for name, value in properties:
            namespace, _, local = name.removeprefix("{").rpartition("}")
            if namespace == _PDFA:
                pdfa.setdefault(local, value.strip())
            elif local in _FIELDS and namespace.lower() in _SPELT:
                found.setdefault((_SPELT[namespace.lower()], local), set()).add(value.strip())
    namespaces = sorted({namespace for namespace, _ in found})
    said = {local: sorted(values)[0] for (namespace, local), values in found.items() if namespace in namespaces[:1]}
    return Declared(
        namespace=namespaces[0] if namespaces else "",
        level=said.get("ConformanceLevel", ""),
        file_name=said.get("DocumentFileName", ""),
        document_type=said.get("DocumentType", ""),
        version=said.get("Version", ""),
        repeated=len(namespaces) > 1 or any(len(values) > 1 for values in found.values()),
        pdfa=(pdfa.get("part", ""), pdfa.get("conformance", "")),
    )


def _utf8(packet: bytes) -> bytes:
    """Return a packet as UTF-8, trailing padding cut; packets in UTF-16 exist and are allowed.

    Source: ISO 16684-1 clause 7.3.
    """
    for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le")):
        if packet.startswith(mark):
            return packet[2:].decode(encoding, "replace").strip("\ufeff \0\r\n\t").encode("utf-8")
    return packet.strip(b"\0 \r\n\t")
