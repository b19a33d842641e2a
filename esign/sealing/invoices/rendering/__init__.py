"""Rendering: an e-invoice that came as XML alone becomes pages that people can read, with the XML within.

What enters: XML in UBL or CII. What leaves: PDF/A-3a, every value of the XML on its pages. What may be touched here:
the template of this folder, read-only. Clauses: EN 16931-1 (terms), ISO 19005-3 clause 6.8, Factur-X 1.0 section 6.
"""

from esign.sealing.invoices.rendering.document import render_xrechnung

__all__ = ["render_xrechnung"]
