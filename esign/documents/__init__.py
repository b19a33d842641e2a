"""Documents: contract data becomes a PDF that can be kept, read aloud and signed.

What enters: ``ContractData``; a company's own PDF, with a ``PageTemplate`` that says what is put on its pages. What
leaves: ``Draft`` (one revision, PDF/A-3a and PDF/UA-1 as declared by the typesetter and checked by ``lint_pdf``; on a
company's own pages neither is claimed), with the place of the signature field; the picture inside that field; pictures
of pages; reports on verifications, and the pages of two states side by side. What may be touched here: the templates
and typefaces of this folder, read-only; a temporary folder for pictures; helper processes for pictures and for foreign
files. Clauses: ISO 19005-3, ISO 14289-1, ISO 32000-1; BGB § 126b.
"""

from esign.documents.appearance import seal_appearance, signature_appearance
from esign.documents.compare import Comparison, PagePair, compare_pages
from esign.documents.draft import Attachment, Draft, FieldPlacement
from esign.documents.drawing import COMPANY_FIELD, CONTRACT_FILE, OWN_DOCUMENT, draw_up
from esign.documents.errors import (
    AppearanceFailed,
    DocumentsError,
    DraftFailed,
    DraftTooLarge,
    GlyphMissing,
    HelpersBusy,
    RenderingFailed,
)
from esign.documents.information import Enclosure, draw_up_information
from esign.documents.lint import LintFinding, lint_pdf
from esign.documents.own_pages import OwnPages
from esign.documents.page_archive import from_archive, from_folder, to_archive, to_folder
from esign.documents.page_errors import PagesDiffer, TemplateRefused
from esign.documents.page_filling import fill_in
from esign.documents.page_template import PageTemplate, Placement, Variable
from esign.documents.render import render_page
from esign.documents.report import DrawnReport, draw_report
from esign.documents.upload import Upload, UploadWarning, normalise
from esign.documents.upload_errors import UploadRefused

__all__ = [
    "COMPANY_FIELD",
    "CONTRACT_FILE",
    "OWN_DOCUMENT",
    "AppearanceFailed",
    "Attachment",
    "Comparison",
    "DocumentsError",
    "Draft",
    "DraftFailed",
    "DraftTooLarge",
    "DrawnReport",
    "Enclosure",
    "FieldPlacement",
    "GlyphMissing",
    "HelpersBusy",
    "LintFinding",
    "OwnPages",
    "PagePair",
    "PageTemplate",
    "PagesDiffer",
    "Placement",
    "RenderingFailed",
    "TemplateRefused",
    "Upload",
    "UploadRefused",
    "UploadWarning",
    "Variable",
    "compare_pages",
    "draw_report",
    "draw_up",
    "draw_up_information",
    "fill_in",
    "from_archive",
    "from_folder",
    "lint_pdf",
    "normalise",
    "render_page",
    "seal_appearance",
    "signature_appearance",
    "to_archive",
    "to_folder",
]
