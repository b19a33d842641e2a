"""What this room raises: the bytes of a file are not a PDF that every reader understands in the same way."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class PdfError(EsignError):
    """The file cannot be read as a PDF."""

    code = "pdf"


class PdfHeaderError(PdfError):
    """The file does not begin like a PDF."""

    code = "pdf.header"
    source = "ISO 32000-2 clause 7.5.2"


class PdfSyntaxError(PdfError):
    """An object is not written as the syntax asks for."""

    code = "pdf.syntax"
    source = "ISO 32000-2 clauses 7.2, 7.3"


class PdfXrefError(PdfError):
    """The cross-reference is missing, damaged or runs in a circle."""

    code = "pdf.xref"
    source = "ISO 32000-2 clauses 7.5.4, 7.5.5, 7.5.8"


class PdfObjectError(PdfError):
    """An object is not what or where the cross-reference says."""

    code = "pdf.object"
    source = "ISO 32000-2 clauses 7.3.10, 7.5.4, 7.5.7"


class PdfOutsideRevisionError(PdfObjectError):
    """An object does not stand within the bytes of the revision that names it."""

    code = "pdf.object.outside_revision"


class PdfOverlapError(PdfObjectError):
    """Two objects share bytes."""

    code = "pdf.object.overlap"


class PdfStreamError(PdfError):
    """A stream's length or content is not what its dictionary says."""

    code = "pdf.stream"
    source = "ISO 32000-2 clauses 7.3.8, 7.4"


class PdfFilterError(PdfStreamError):
    """A stream uses a filter that is not decoded here."""

    code = "pdf.stream.filter"


class PdfStructureError(PdfError):
    """Catalog, page tree or form are not built as the standard asks for."""

    code = "pdf.structure"
    source = "ISO 32000-2 clauses 7.7, 12.7"


class PdfCircularError(PdfStructureError):
    """References lead in a circle."""

    code = "pdf.structure.circular"


class PdfEncryptedError(PdfError):
    """The file is encrypted."""

    code = "pdf.encrypted"
    source = "ISO 32000-2 clause 7.6"


class PdfLimitError(PdfError):
    """Reading the file would cost more than is allowed."""

    code = "pdf.limit"
