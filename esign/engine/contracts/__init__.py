"""The company's contracts: drawn up, their parties invited, reminded, corrected, replaced; how they end.

What enters: an actor and contract data. What leaves: identifiers, views, invitations on their way. What may be touched
here: the contracts' and invitations' rows, the outbox, the ledger. Clauses: BGB §§ 130, 145-148, 164.
"""
