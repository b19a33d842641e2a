"""What can go wrong while a document is drawn up, looked at or pictured."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class DocumentsError(EsignError):
    """A document cannot be made or read."""

    code = "documents"


class DraftFailed(DocumentsError):
    """The document could not be drawn up."""

    code = "documents.draft"


class GlyphMissing(DraftFailed):
    """A character in the contract data is in none of the product's typefaces; nothing was drawn up."""

    code = "documents.draft.glyph"
    source = "ISO 19005-3 clause 6.2.11.8"


class DraftTooLarge(DraftFailed):
    """The document has more pages or bytes than a contract may have."""

    code = "documents.draft.too_large"


class RenderingFailed(DocumentsError):
    """A page could not be pictured: damaged file, no such page, or too much time or memory needed."""

    code = "documents.rendering"


class HelpersBusy(DocumentsError):
    """Too many files are being looked into right now; nothing was done, the same request may come again."""

    code = "documents.busy"
    source = "RFC 9110 section 15.6.4"


class AppearanceFailed(DocumentsError):
    """The picture for a signature field could not be drawn."""

    code = "documents.appearance"
