"""What can go wrong with the bytes of a signed document; no text of the document ever stands in an error."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class PadesError(EsignError):
    """The signature mechanics of a PDF refused."""

    code = "pades"


class DocumentUnreadableError(PadesError):
    """The bytes are not a PDF that can be read safely."""

    code = "pades.document.unreadable"
    source = "ISO 32000-1 7.5"


class DocumentUnsupportedError(PadesError):
    """The PDF uses something that signed contracts do not: encryption, XFA, hybrid cross-references."""

    code = "pades.document.unsupported"


class DocumentAmbiguousError(PadesError):
    """Two readers see different documents in the PDF: what is shown to one person may not be what another sees."""

    code = "pades.document.ambiguous"
    source = "ISO 32000-2 7.5"


class PrepareError(PadesError):
    """The signature field cannot be added as asked: no such page, name taken, empty box."""

    code = "pades.prepare"


class AppearanceError(PrepareError):
    """The picture for the signature field is not a PNG of reasonable size."""

    code = "pades.prepare.appearance"


class DerError(PadesError):
    """Bytes are not the one distinguished encoding of the value that was expected."""

    code = "pades.der"
    source = "ITU-T X.690 clause 10"


class EvidenceEncodingError(DerError):
    """Bytes are not a canonical CeremonyEvidence, or its values are none that this product states."""

    code = "pades.der.evidence"
    source = "docs/ceremony-spec.md section 3"


class AttributesEncodingError(DerError):
    """Bytes are not exactly the signed attributes of this product."""

    code = "pades.der.attributes"
    source = "docs/ceremony-spec.md section 7"


class CmsError(PadesError):
    """A CMS signature cannot be made or read."""

    code = "pades.cms"
    source = "RFC 5652"


class SignatureValueError(CmsError):
    """The signature value does not fit the attributes and the certificate's key."""

    code = "pades.cms.signature_invalid"


class EmbedError(PadesError):
    """The signature does not belong in this prepared document: too long, or the document is another one."""

    code = "pades.embed"


class SignatureReadError(PadesError):
    """A signature field is there, but what it holds cannot be read safely."""

    code = "pades.read"
    source = "ISO 32000-1 12.8"


class ByteRangeError(SignatureReadError):
    """The byte range of a signature is not two pieces of this file around its own hexadecimal contents."""

    code = "pades.read.byte_range"
    source = "ISO 32000-1 12.8.1"
