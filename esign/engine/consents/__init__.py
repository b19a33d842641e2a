"""Consents beside the declaration: given and revoked on a page of the person's own, without a login.

What enters: the address that stands in the invitation's mail, and what was ticked; or what a company tells with its
evidence. What leaves: entries ``consent.*`` in the ledger, each committing to the exact words; a mail that confirms
them; and for the period for withdrawal what was consented to. The ledger's sealed contents are the only place where the
words are kept. Nothing here is a condition of the contract: neither invitation nor declaration looks at it. Clauses:
BGB §§ 312f (3), 356 (5), (6), 357a (2); VVG § 9 (2); UWG § 7; GDPR Art. 7, 9.
"""
