"""Intake: a company's PDF becomes one revision without anything that acts or hides, or is refused.

What enters: bytes from outside, in a helper process with limits (:mod:`esign.documents.intake.worker`). What leaves: a
normalised PDF, or one reason. Nothing here knows the engine; the modules run with pikepdf, Pillow and our own reader
(:mod:`esign.pdf`) alone.
The typefaces below ``fonts/`` stand in for the standard ones where a file leaves them out: Liberation Sans (OFL 1.1),
Foxit's (BSD), as pdf.js ships them. Clauses: ISO 32000-1 7.5, 12.5, 12.6, 8.11; docs/ceremony-spec.md section 5.
"""
