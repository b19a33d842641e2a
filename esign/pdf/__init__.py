"""PDF: from bytes to objects, revision by revision, strictly; what readers may understand differently is said.

What enters: the bytes of a file and limits. What leaves: objects as values, and of each revision which bytes are whose.
What may be touched here: nothing. Clauses: ISO 32000-2 clauses 7.2 to 7.5.
"""
