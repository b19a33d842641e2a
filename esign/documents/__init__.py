"""Documents: contract data becomes a PDF that can be kept, read aloud and signed.

What enters: ``ContractData``. What leaves: ``Draft`` (one revision, PDF/A-3a and PDF/UA-1 as declared by the typesetter
and checked by ``lint_pdf``), with the place of the signature field; the picture inside that field; pictures of pages.
What may be touched here: the templates and typefaces of this folder, read-only; a helper process for pictures. Clauses:
ISO 19005-3, ISO 14289-1, ISO 32000-1; BGB § 126b.
"""

from esign.documents.appearance import seal_appearance, signature_appearance
from esign.documents.draft import Attachment, Draft, FieldPlacement
from esign.documents.drawing import COMPANY_FIELD, CONTRACT_FILE, draw_up
from esign.documents.errors import (
    AppearanceFailed,
    DocumentsError,
    DraftFailed,
    DraftTooLarge,
    GlyphMissing,
    RenderingFailed,
)
from esign.documents.lint import LintFinding, lint_pdf
from esign.documents.render import render_page
from esign.documents.upload import Upload, UploadWarning, normalise
from esign.documents.upload_errors import UploadRefused

__all__ = [
    "COMPANY_FIELD",
    "CONTRACT_FILE",
    "AppearanceFailed",
    "Attachment",
    "DocumentsError",
    "Draft",
    "DraftFailed",
    "DraftTooLarge",
    "FieldPlacement",
    "GlyphMissing",
    "LintFinding",
    "RenderingFailed",
    "Upload",
    "UploadRefused",
    "UploadWarning",
    "draw_up",
    "lint_pdf",
    "normalise",
    "render_page",
    "seal_appearance",
    "signature_appearance",
]
