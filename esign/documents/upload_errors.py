"""Why an uploaded PDF is refused. Every reason has a code of its own; facts hold no content of the file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from esign.documents.errors import DocumentsError


class UploadRefused(DocumentsError):
    """The file cannot be taken as a document to be signed."""

    code = "documents.upload"


class UploadNotPdf(UploadRefused):
    """The file is no PDF."""

    code = "documents.upload.not_pdf"


class UploadTooLarge(UploadRefused):
    """The file has more bytes than a document to be signed may have."""

    code = "documents.upload.too_large"


class UploadDamaged(UploadRefused):
    """The file is damaged: it could be read only by guessing what was meant."""

    code = "documents.upload.damaged"


class UploadAmbiguous(UploadRefused):
    """The file can be read in two ways: programs may show different documents."""

    code = "documents.upload.ambiguous"
    source = "ISO 32000-2 7.5"


class UploadEncrypted(UploadRefused):
    """The file is encrypted, perhaps without asking for a password."""

    code = "documents.upload.encrypted"


class UploadExpands(UploadRefused):
    """Something in the file unpacks to far more than a document holds, or is packed too many times over."""

    code = "documents.upload.expansion"


class UploadTooComplex(UploadRefused):
    """Looking into the file needs more time, memory or objects than a document does."""

    code = "documents.upload.too_complex"


class UploadXfa(UploadRefused):
    """The file is an XFA form: what it shows depends on the program that opens it."""

    code = "documents.upload.xfa"


class UploadSigned(UploadRefused):
    """The file is signed already; taking it would break that signature."""

    code = "documents.upload.signed"


class UploadJavaScript(UploadRefused):
    """The file holds JavaScript."""

    code = "documents.upload.javascript"


class UploadOpenAction(UploadRefused):
    """The file does something when it is opened."""

    code = "documents.upload.open_action"


class UploadAdditionalActions(UploadRefused):
    """Pages, fields or the file itself do something on events."""

    code = "documents.upload.additional_actions"


class UploadAction(UploadRefused):
    """A link or button starts something: a program, sending, importing, printing, or leads to an unusual address."""

    code = "documents.upload.action"


class UploadMultimedia(UploadRefused):
    """The file holds sound, film, 3D or other rich media."""

    code = "documents.upload.multimedia"


class UploadAttachments(UploadRefused):
    """The file holds other files."""

    code = "documents.upload.attachments"


class UploadLayers(UploadRefused):
    """The file has layers that can be shown and hidden."""

    code = "documents.upload.layers"


class UploadExternal(UploadRefused):
    """The file takes content from other files or leads into them."""

    code = "documents.upload.external_reference"


class UploadNoPages(UploadRefused):
    """The file has no pages."""

    code = "documents.upload.no_pages"


class UploadTooManyPages(UploadRefused):
    """The file has more pages than a document to be signed may have."""

    code = "documents.upload.too_many_pages"


class UploadPageSize(UploadRefused):
    """A page is too small or too large to be read."""

    code = "documents.upload.page_size"


class UploadForm(UploadRefused):
    """A form field holds something that the file does not draw."""

    code = "documents.upload.form"


class UploadAnnotation(UploadRefused):
    """The file holds comments or marks that cannot become part of the page."""

    code = "documents.upload.annotation"


class UploadImageFormat(UploadRefused):
    """A picture is in a form (JPEG 2000, JBIG2) that the customer's viewer does not show."""

    code = "documents.upload.image_format"


class UploadFont(UploadRefused):
    """A typeface is not in the file, and it is none of the standard ones that could be put in."""

    code = "documents.upload.font"


class UploadReservedName(UploadRefused):
    """The file uses a name that the customer's browser takes for active content."""

    code = "documents.upload.reserved_name"


REFUSALS: Mapping[str, type[UploadRefused]] = MappingProxyType(
    {each.code.rpartition(".")[2]: each for each in UploadRefused.__subclasses__()}
)
"""The kinds of refusals by the helper's word for the reason."""
