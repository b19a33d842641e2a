"""Writing elements of the XML report: its namespaces, identifiers and simple parts.

Source: ETSI TS 119 102-2 (schema version 1.4.1); XML Schema part 2 (dateTime, base64Binary).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from lxml import etree

VR = "http://uri.etsi.org/19102/v1.4.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
TSL = "http://uri.etsi.org/02231/v2#"
PREFIX = "urn:etsi:019102"
DIGEST_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
DIGESTS = {
    "1.2.840.113549.2.5": "http://www.w3.org/2001/04/xmldsig-more#md5",
    "1.3.14.3.2.26": "http://www.w3.org/2000/09/xmldsig#sha1",
    "2.16.840.1.101.3.4.2.4": "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "2.16.840.1.101.3.4.2.1": DIGEST_SHA256,
    "2.16.840.1.101.3.4.2.2": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "2.16.840.1.101.3.4.2.3": "http://www.w3.org/2001/04/xmlenc#sha512",
    "2.16.840.1.101.3.4.2.8": "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
    "2.16.840.1.101.3.4.2.9": "http://www.w3.org/2007/05/xmldsig-more#sha3-384",
    "2.16.840.1.101.3.4.2.10": "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
}
"""Identifiers of hashes in XML, by object identifier. Source: RFC 9231 section 2.1."""
_NAMES = {None: VR, "ds": DS, "xades": XADES, "tsl": TSL}


def root(name: str) -> Any:
    """Return the document's element."""
    return etree.Element(f"{{{VR}}}{name}", nsmap=_NAMES)


def element(name: str, namespace: str = VR) -> Any:
    """Return an element that hangs nowhere yet."""
    return etree.Element(f"{{{namespace}}}{name}", nsmap=_NAMES)


def child(parent: Any, name: str, text: str | None = None, *, namespace: str = VR, **attributes: str) -> Any:
    """Return a new last child; characters that XML cannot hold are replaced."""
    found = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    if text is not None:
        found.text = "".join(letter if _holds(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return found


def reference(parent: Any, name: str, target: str) -> Any:
    """Write a reference to one or more objects."""
    return child(parent, name, VOReference=target)


def digest(parent: Any, algorithm: str, value: bytes) -> Any:
    """Write a digest with its algorithm."""
    both = child(parent, "DigestAlgAndValue")
    child(both, "DigestMethod", namespace=DS, Algorithm=algorithm)
    child(both, "DigestValue", base64_of(value), namespace=DS)
    return both


def base64_of(data: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(data).decode()


def instant(at: datetime) -> str:
    """Return an instant as XML has it, UTC, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def written(document: Any) -> bytes:
    """Return the bytes of the document."""
    etree.cleanup_namespaces(document, keep_ns_prefixes=["ds"])
    found: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found


def _holds(letter: str) -> bool:
    code = ord(letter)
    if letter in "\t\n\r":
        return True
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
