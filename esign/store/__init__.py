"""Where things are kept: database, vault, blobs, ledger, outbox.

What enters: values and sealed bytes. What leaves: the same, unchanged, or an error. What may be touched here: the
database, the folder of blobs, the master key file. Clauses: GDPR Art. 17, 25, 32; eIDAS Art. 24 (2) (f), (g).

Everything is bound to the transaction of its caller: a class that takes a connection neither begins nor commits.
"""
