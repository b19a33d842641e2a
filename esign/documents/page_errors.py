"""What can be wrong with a page template or with what is filled into it. Facts name places, never values."""

from __future__ import annotations

from esign.documents.errors import DocumentsError, DraftFailed


class TemplateRefused(DocumentsError):
    """A page template cannot be taken or used."""

    code = "documents.template"


class TemplateMalformed(TemplateRefused):
    """The description of the template is no JSON, or does not fit its schema; ``pointer`` names the place."""

    code = "documents.template.schema"


class PlacementRefused(TemplateRefused):
    """Something lies off its page, overlaps a signature, is too small, or names what the template does not declare."""

    code = "documents.template.placement"


class TemplateArchiveRefused(TemplateRefused):
    """The archive holds other files than the two of a template, or too much."""

    code = "documents.template.archive"


class TemplateDocumentDiffers(TemplateRefused):
    """The PDF is not the one that the description names."""

    code = "documents.template.document"


class ValueRefused(TemplateRefused):
    """A value is missing, unknown or not of its variable's type; ``variable`` names it."""

    code = "documents.template.values"


class TextOverflows(TemplateRefused):
    """A text does not fit its box in the smallest size allowed; ``placement`` names the place."""

    code = "documents.template.overflow"


class PagesDiffer(DraftFailed):
    """The company's pages are not those that the contract data name."""

    code = "documents.draft.pages"


class PartiesDiffer(TemplateRefused):
    """The page template is made for another number of signatories than the contract has."""

    code = "documents.template.parties"
