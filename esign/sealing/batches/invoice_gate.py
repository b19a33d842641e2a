"""The gate for e-invoices: what a document says about its invoice holds before it is sealed, and still does after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from esign.sealing.batches.ports import Admitted, Buffer
from esign.sealing.document_errors import DocumentError, EmptyDocument, NotPdf
from esign.sealing.invoices.check import InvoiceRules, check_invoice, judge_invoice
from esign.sealing.invoices.errors import InvoiceUnreadable
from esign.sealing.invoices.findings import InvoiceReport
from esign.sealing.invoices.invoice import read_xml_invoice
from esign.sealing.invoices.policy import InvoicePolicy
from esign.sealing.invoices.unchanged import unchanged

_HEADER_WITHIN = 1024
_XML = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceGate:
    """A :class:`~esign.sealing.batches.Preparation` for e-invoices.

    Args:
        policy: What the operator decided.
        rules: Schemas and rules, and the process that runs them.
        render: Makes a PDF of an invoice that is XML, the XML embedded.
        diagnose: Raises why a PDF cannot be sealed, if that is so: a better answer than that no invoice can be read.
    """

    policy: InvoicePolicy
    rules: InvoiceRules
    render: Callable[[bytes], bytes]
    diagnose: Callable[[Buffer], None]

    def admit(self, document: Buffer) -> Admitted:
        """Check the e-invoice of a document; XML by itself is made a PDF that carries it.

        Raises:
            InvoiceRejected: The document is set aside; the facts name the rules.
            DocumentError: It cannot be sealed anyway.
        """
        begin = bytes(document[:_HEADER_WITHIN])
        if not begin:
            raise EmptyDocument
        if begin.lstrip().startswith(_XML):
            xml = bytes(document)
            report = judge_invoice(read_xml_invoice(xml), self.policy, self.rules)
            return Admitted(facts=_facts(report), instead=self.render(xml))
        if b"%PDF-" not in begin:
            raise NotPdf
        try:
            report = check_invoice(bytes(document), self.policy, self.rules)
        except InvoiceUnreadable as error:
            try:
                self.diagnose(document)
            except DocumentError as better:
                raise better from error
            raise
        return Admitted(facts=_facts(report), watched=report.syntax is not None)

    def unchanged(self, document: Buffer, tail: bytes) -> None:
        """Check that sealing left invoice, metadata and PDF/A identification as they were.

        Raises:
            InvoiceChanged: It did not; it is not given out.
        """
        unchanged(bytes(document), tail)


def _facts(report: InvoiceReport) -> dict[str, object]:
    """Return what the result says about an invoice: kinds and identifiers, nothing of what it says."""
    if report.syntax is None:
        return {}
    return {
        "invoice": {
            "profile": report.profile.value if report.profile is not None else None,
            "checked": report.checked,
            "notes": list(report.notes),
            "rules": [{"name": each.name, "version": each.version} for each in report.rules],
        }
    }
