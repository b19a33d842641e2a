"""Distinct invoices for measuring: PDF/A-3 with an e-invoice inside, some written anew, the others varied cheaply."""

from __future__ import annotations

import os
from typing import Final

import typst

from tests.sealing.invoice_samples import cii

SIZES: Final = {"111 KB": 111_000, "2.2 MB": 2_200_000}
"""What invoices with and without pictures weigh."""
STRUCTURES: Final = 24
"""How many invoices are typeset: each has another number of lines, so that their objects are numbered differently."""

_NUMBER: Final = "RE-2026-00000000"
_INVOICE: Final = f"""
#set document(title: "{_NUMBER}", author: "Muster GmbH", date: datetime(year: 2026, month: 11, day: 22))
#set text(lang: "de", font: "Libertinus Serif")
#set page(paper: "a4", margin: 2cm, numbering: "1/1")
#pdf.attach("factur-x.xml", bytes(sys.inputs.at("xml")), relationship: "alternative", mime-type: "text/xml",
  description: "Rechnung")
#pdf.attach("picture.bin", bytes(sys.inputs.at("filling")), relationship: "supplement",
  mime-type: "application/octet-stream", description: "Bild")
= Rechnung
Muster GmbH, Musterstraße 1, 12345 Musterstadt
#for line in range(int(sys.inputs.at("lines"))) [
  == Position #str(line + 1)
  #lorem(12)
]
"""


def invoices(size: int, count: int) -> list[bytes]:
    """Return distinct invoices of about one size.

    Args:
        size: Bytes.
        count: How many.
    """
    bases = [_typeset(size, lines) for lines in range(2, 2 + min(STRUCTURES, count))]
    return [bases[n % len(bases)].replace(_NUMBER.encode(), b"RE-2026-%08d" % n) for n in range(count)]


def _typeset(size: int, lines: int) -> bytes:
    told = {"xml": cii(lines=lines).decode(), "lines": str(lines)}

    def compiled(filling: int) -> bytes:
        random = os.urandom(max(1, filling) // 2).hex()
        return typst.compile(
            _INVOICE.encode(), format="pdf", pdf_standards=["a-3b"], sys_inputs={**told, "filling": random}
        )

    bare = len(compiled(0))
    return compiled(int((size - bare) * 1.845))
