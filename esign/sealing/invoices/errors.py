"""Why an invoice is set aside. Errors carry identifiers of rules and kinds of findings, never what an invoice says."""

from __future__ import annotations

from esign.sealing.errors import SealingError


class InvoiceRejected(SealingError):
    """An invoice is not sealed: it, or what the document says about it, does not hold."""

    code = "sealing.invoice"


class InvoiceMissing(InvoiceRejected):
    """The policy asks for an e-invoice within the document, and there is none."""

    code = "sealing.invoice.missing"


class InvoiceAmbiguous(InvoiceRejected):
    """More than one e-invoice stands in the document, or two readers would find different ones."""

    code = "sealing.invoice.several"
    source = "Factur-X 1.0, ZUGFeRD 2: one invoice, embedded once"


class InvoiceUnreadable(InvoiceRejected):
    """The e-invoice cannot be read, or is written in a way that nobody has to write an invoice in."""

    code = "sealing.invoice.unreadable"


class InvoiceProfileUnknown(InvoiceRejected):
    """The e-invoice names a specification that is not known here; its rules cannot be chosen."""

    code = "sealing.invoice.profile"
    source = "EN 16931-1, BT-24"


class InvoiceAgainstSchema(InvoiceRejected):
    """The e-invoice breaks the XML schema of its profile."""

    code = "sealing.invoice.schema"


class InvoiceAgainstRules(InvoiceRejected):
    """The e-invoice breaks business rules of its profile."""

    code = "sealing.invoice.rules"
    source = "EN 16931-1 clause 6.4"


class InvoiceMismatch(InvoiceRejected):
    """What the document declares about its e-invoice is not what the e-invoice is."""

    code = "sealing.invoice.mismatch"


class InvoiceRulesNotAvailable(InvoiceRejected):
    """The rules for the e-invoice could not be run; it was not checked."""

    code = "sealing.invoice.rules_not_available"


class InvoiceChanged(InvoiceRejected):
    """The seal would change the e-invoice within the document, or what the document claims to be."""

    code = "sealing.invoice.changed"


class InvoiceNotRendered(InvoiceRejected):
    """An e-invoice that came without a document cannot be made readable."""

    code = "sealing.invoice.not_rendered"


class RulesFolderUnusable(SealingError):
    """The operator's folder of rules has no list of digests, or its files are not what the list says."""

    code = "sealing.rules_folder"
