"""How each contract comes about: the room that keeps the facts and asks the law.

What enters: what happens on the walk (drawn up, offered, received, order button, declarations, declined, cancelled,
over). What leaves: entries ``formation.*`` in the ledger, each committing to the typed events of
:mod:`esign.contracts.formation`; a refusal with clause and consequence before anything is done; and the answer whether
a contract is concluded. The ledger's sealed contents are the only place where the events are kept: who reads them folds
them anew, and with the contract's key they are gone. What may be touched here: the ledger and the contract's key,
through the ports. Clauses: BGB §§ 104-108, 125-126b, 130, 145-151, 312i, 312j; TKG § 54 (3).
"""
