"""E-invoices: found in a document, checked by its profile's schema and rules, compared with what the document declares.

What enters: a PDF (Factur-X, ZUGFeRD 1.0 and 2) or XML by itself (XRechnung in UBL or CII), the operator's policy. What
leaves: a report, or one error with a stable code; both carry identifiers of rules and paths of elements, never what an
invoice says. What may be touched here: the schemas and rules of the package ``factur-x`` and of the operator's folder,
read-only; one helper process that runs the rules. Clauses: EN 16931-1, ISO 19005-3 clause 6.8; UStG § 14 (1).
"""

from esign.sealing.invoices.check import InvoiceRules, check_invoice
from esign.sealing.invoices.errors import (
    InvoiceAgainstRules,
    InvoiceAgainstSchema,
    InvoiceAmbiguous,
    InvoiceChanged,
    InvoiceMismatch,
    InvoiceMissing,
    InvoiceNotRendered,
    InvoiceProfileUnknown,
    InvoiceRejected,
    InvoiceRulesNotAvailable,
    InvoiceUnreadable,
    RulesFolderUnusable,
)
from esign.sealing.invoices.findings import FindingKind, InvoiceReport, RuleFinding, RuleSet
from esign.sealing.invoices.invoice import Invoice, read_invoice, read_xml_invoice
from esign.sealing.invoices.policy import Decision, InvoicePolicy, invoice_policy, read_invoice_policy
from esign.sealing.invoices.profiles import Profile, Syntax
from esign.sealing.invoices.rendering import render_xrechnung
from esign.sealing.invoices.unchanged import unchanged, unchanged_files

__all__ = [
    "Decision",
    "FindingKind",
    "Invoice",
    "InvoiceAgainstRules",
    "InvoiceAgainstSchema",
    "InvoiceAmbiguous",
    "InvoiceChanged",
    "InvoiceMismatch",
    "InvoiceMissing",
    "InvoiceNotRendered",
    "InvoicePolicy",
    "InvoiceProfileUnknown",
    "InvoiceRejected",
    "InvoiceReport",
    "InvoiceRules",
    "InvoiceRulesNotAvailable",
    "InvoiceUnreadable",
    "Profile",
    "RuleFinding",
    "RuleSet",
    "RulesFolderUnusable",
    "Syntax",
    "check_invoice",
    "invoice_policy",
    "read_invoice",
    "read_invoice_policy",
    "read_xml_invoice",
    "render_xrechnung",
    "unchanged",
    "unchanged_files",
]
