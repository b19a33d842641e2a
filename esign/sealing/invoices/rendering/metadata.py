"""The declaration of an e-invoice in a document's metadata, with the extension schema that PDF/A asks for.

Source: Factur-X 1.0 section 6.3, ZUGFeRD 2.3 technical supplement; ISO 19005-3 clause 6.6.2.3 (extension schemas).
"""

from __future__ import annotations

from typing import Any

from lxml import etree

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
_FOOT = b'<?xpacket end="r"?>'
_PROPERTIES = (
    ("DocumentFileName", "name of the embedded XML invoice file"),
    ("DocumentType", "INVOICE"),
    ("Version", "version of the XML schema of the invoice"),
    ("ConformanceLevel", "conformance level of the embedded invoice"),
)


def declare(packet: bytes, *, level: str, file_name: str, version: str) -> bytes:
    """Return an XMP packet of ours that declares an e-invoice, and is otherwise the same.

    Args:
        packet: As the typesetter wrote it: one description, with extension schemas of its own.
        level: ``XRECHNUNG``, ``EN 16931`` …
        file_name: The embedded file.
        version: Of the XML's specification.
    """
    root = etree.fromstring(packet, etree.XMLParser(resolve_entities=False, no_network=True))
    rdf = next(iter(root.iter(f"{{{_RDF}}}RDF")))
    bag = next(iter(rdf.iter(f"{{{_EXTENSION}}}schemas"))).find(f"{{{_RDF}}}Bag")
    _describe(bag)
    description = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap={"fx": NAMESPACE})
    description.set(f"{{{_RDF}}}about", "")
    for name, value in (
        ("ConformanceLevel", level),
        ("DocumentFileName", file_name),
        ("DocumentType", "INVOICE"),
        ("Version", version),
    ):
        etree.SubElement(description, f"{{{NAMESPACE}}}{name}").text = value
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return _HEAD + written + _FOOT


def _describe(bag: Any) -> None:
    item = _resource(bag)
    for name, value in (
        ("schema", "Factur-X PDFA Extension Schema"),
        ("namespaceURI", NAMESPACE),
        ("prefix", "fx"),
    ):
        etree.SubElement(item, f"{{{_SCHEMA}}}{name}").text = value
    listed = etree.SubElement(etree.SubElement(item, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    for name, what in _PROPERTIES:
        entry = _resource(listed)
        for key, value in (("name", name), ("valueType", "Text"), ("category", "external"), ("description", what)):
            etree.SubElement(entry, f"{{{_PROPERTY}}}{key}").text = value


def _resource(parent: Any) -> Any:
    item = etree.SubElement(parent, f"{{{_RDF}}}li")
    item.set(f"{{{_RDF}}}parseType", "Resource")
    return item
