"""Reports: a verdict for people, for programs and for other validators.

What enters: a verdict, the file that it is about, who makes the report. What leaves: words and pictures that
``esign.documents.report`` draws as a PDF, JSON, and XML by ETSI TS 119 102-2. What may be touched here: helper
processes for pictures (``esign.documents.compare``). Clauses: ETSI TS 119 102-2; eIDAS Art. 32, 33 (what a report of
ours is not).
"""
