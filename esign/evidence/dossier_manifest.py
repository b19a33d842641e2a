"""The manifests of a dossier: which parts there are, with the digest of each, and what is signed over them.

Two manifests in the form of ETSI EN 319 162-1 annex A: the first lists the parts and is sealed (CAdES), the second
lists the parts, the first manifest and the seal, and is timestamped. One list has one text; no other is read.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from types import MappingProxyType

from esign.evidence.errors import DossierError
from esign.foundation.digests import sha256

SEALED_MANIFEST = "META-INF/ASiCManifest1.xml"
SEAL = "META-INF/signature.p7s"
STAMPED_MANIFEST = "META-INF/ASiCManifest2.xml"
TIMESTAMP = "META-INF/timestamp.tst"

SEAL_TYPE = "application/pkcs7-signature"
TIMESTAMP_TYPE = "application/vnd.etsi.timestamp-token"

ROOT_FILE = "document.pdf"

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "json": "application/json",
        "txt": "text/plain",
        "yaml": "application/yaml",
        "der": "application/pkix-cert",
        "jws": "application/jose",
        "eml": "message/rfc822",
        "xml": "text/xml",
        "p7s": SEAL_TYPE,
    }
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
)
_SIGNATURE = '<asic:SigReference URI="{uri}" MimeType="{kind}"/>\n'
_REFERENCE = (
    '<asic:DataObjectReference URI="{uri}" MimeType="{kind}"{root}>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference>\n"
)
_TAIL = "</asic:ASiCManifest>\n"
_READ = re.compile(r'<asic:DataObjectReference URI="([^"<>&]+)"[^<>]*><[^<>]*/><ds:DigestValue>([A-Za-z0-9+/=]{44})<')


class ManifestError(DossierError):
    """A manifest does not list exactly the parts with their digests; ``facts["part"]`` names the part."""

    code = "evidence.dossier.manifest"
    source = "ETSI EN 319 162-1 annex A"


def write_manifest(parts: Mapping[str, bytes], *, signature: str, kind: str) -> bytes:
    """Return the manifest of the parts, to be signed or timestamped.

    Args:
        parts: Name to content.
        signature: Name of the part that holds the signature or timestamp over the manifest.
        kind: Its media type.
    """
    references = "".join(
        _REFERENCE.format(
            uri=name,
            kind=_TYPES[name.rpartition(".")[2]],
            root=' Rootfile="true"' if name == ROOT_FILE else "",
            digest=base64.b64encode(sha256(parts[name])).decode("ascii"),
        )
        for name in sorted(parts)
    )
    return (_HEAD + _SIGNATURE.format(uri=signature, kind=kind) + references + _TAIL).encode("ascii")


def check_manifest(manifest: bytes, parts: Mapping[str, bytes], *, signature: str, kind: str, own_name: str) -> None:
    """Check that a manifest lists exactly these parts with their digests, in its one form.

    Raises:
        ManifestError: It does not.
    """
    listed = dict(_READ.findall(manifest.decode("ascii", "replace")))
    for name in sorted(parts):
        if name not in listed:
            raise ManifestError("the part is not listed", part=name)
        if listed[name] != base64.b64encode(sha256(parts[name])).decode("ascii"):
            raise ManifestError("the part has another digest than the one listed", part=name)
    for name in sorted(listed):
        if name not in parts:
            raise ManifestError("a part that is listed is missing", part=name)
    if manifest != write_manifest(parts, signature=signature, kind=kind):
        raise ManifestError("the manifest is not in its one form", part=own_name)
