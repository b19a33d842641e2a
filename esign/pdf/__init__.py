"""PDF: from bytes to objects, revision by revision, strictly; what readers may understand differently is said.

What enters: the bytes of a file and limits. What leaves: objects as values, and of each revision which bytes are whose.
What may be touched here: nothing. Clauses: ISO 32000-2 clauses 7.2 to 7.5.
"""

from esign.pdf.anomalies import Anomaly
from esign.pdf.entries import Entry
from esign.pdf.errors import (
    PdfCircularError,
    PdfEncryptedError,
    PdfError,
    PdfFilterError,
    PdfHeaderError,
    PdfLimitError,
    PdfObjectError,
    PdfOutsideRevisionError,
    PdfOverlapError,
    PdfStreamError,
    PdfStructureError,
    PdfSyntaxError,
    PdfXrefError,
)
from esign.pdf.fields import Field
from esign.pdf.limits import Limits
from esign.pdf.objects import Array, Dictionary, HexString, Name, Object, Ref, Stream, String
from esign.pdf.pages import INHERITED, Page
from esign.pdf.pdf import Pdf
from esign.pdf.revisions import Revision
from esign.pdf.view import View

__all__ = [
    "INHERITED",
    "Anomaly",
    "Array",
    "Dictionary",
    "Entry",
    "Field",
    "HexString",
    "Limits",
    "Name",
    "Object",
    "Page",
    "Pdf",
    "PdfCircularError",
    "PdfEncryptedError",
    "PdfError",
    "PdfFilterError",
    "PdfHeaderError",
    "PdfLimitError",
    "PdfObjectError",
    "PdfOutsideRevisionError",
    "PdfOverlapError",
    "PdfStreamError",
    "PdfStructureError",
    "PdfSyntaxError",
    "PdfXrefError",
    "Ref",
    "Revision",
    "Stream",
    "String",
    "View",
]
