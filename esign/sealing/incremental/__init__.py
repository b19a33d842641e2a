"""Incremental: reading of a document what a seal needs, and one revision behind it.

What enters: a document that is read where it lies. What leaves: the bytes to append. What may be touched here: nothing.
What is written in a way that this room does not know goes to :mod:`esign.pades` (``library.py``).

Clauses: ISO 32000-2 clauses 7.5 and 12.8, ISO 19005-3 clauses 6.1 and 6.3, ETSI EN 319 142-1 clause 5.
"""
