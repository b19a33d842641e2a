"""What e-invoices cost beside the seal: reading, comparing, schema, business rules, the check afterwards, rendering.

Run by itself: ``python -m benchmarks.sealing_invoices``. The limit is inflating and parsing the invoice's XML alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from benchmarks.figures import Row, table
from esign.sealing import Sealer, SealProfile
from esign.sealing.invoices import InvoiceRules, read_invoice, render_xrechnung, unchanged
from esign.sealing.invoices.compare import compare
from tests.sealing import invoice_samples as samples
from tests.sealing.sealing_worlds import seal_key

REPETITIONS = 40
SIZES = {"111 KB": 106_000, "2.2 MB": 2_195_000}
PROFILES = ("MINIMUM", "BASIC WL", "BASIC", "EN 16931", "EXTENDED", "XRECHNUNG")
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def measure() -> str:
    """Return the section: milliseconds by the clock, one document after the other."""
    rows = []
    sealer = Sealer(seal_key(), SealProfile(name="Muster GmbH"))
    for name, size in SIZES.items():
        document = samples.invoice_pdf(size=size)
        invoice = read_invoice(document)
        assert invoice is not None
        xml, tail = invoice.xml, sealer.seal(document, claimed_at=AT).tail
        rows += [
            _row(f"{name}: the seal itself (P-256)", lambda d=document: sealer.seal(d, claimed_at=AT)),
            _row(f"{name}: read and compare", lambda d=document: compare(read_invoice(d))),
            _row(f"{name}: limit, parse the XML alone", lambda x=xml: etree.fromstring(x)),
            _row(f"{name}: unchanged after sealing", lambda d=document, t=tail: unchanged(d, t)),
        ]
    with InvoiceRules() as rules:
        for profile in PROFILES:
            found = read_invoice(samples.invoice_pdf(profile))
            rows.append(_row(f"{profile} (2 lines): schema and rules", lambda f=found: rules.check(f)))
        large = read_invoice(samples.invoice_pdf("EN 16931", lines=100))
        rows.append(_row("EN 16931 (100 lines): schema and rules", lambda: rules.check(large)))
    rows.append(_row("XRechnung XML made into pages", lambda: render_xrechnung(samples.cii("XRECHNUNG"), at=AT), 10))
    return "\n".join(
        [
            "## E-invoices in bulk",
            "",
            "One process, one thread and its helper for the rules; rules compiled before. For how many invoices they",
            "are run is the policy's: with `rules: sample` and `every: 100` a hundredth of the cost remains.",
            "",
            table(rows),
        ]
    )


def _row(what: str, action: Callable[[], object], repetitions: int = REPETITIONS) -> Row:
    action()
    values = []
    for _ in range(repetitions):
        begun = time.perf_counter()
        action()
        values.append((time.perf_counter() - begun) * 1e3)
    return Row(what, "ms", tuple(values))


if __name__ == "__main__":
    print(measure())
