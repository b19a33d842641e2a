"""Sealing for backend systems: one document at once, or a batch that is handed over and worked on in the background.

What enters: documents with a name, the level, who asks. What leaves: sealed documents, a result for each, evidence
records. What may be touched here: ledger, store and the ports of this room; the key only after its use was recorded.
A batch belongs to who opened it; for everybody else there is none. Clauses: eIDAS Art. 35, 36; docs/sealing.md.
"""
