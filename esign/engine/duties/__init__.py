"""What is told before the order: drawn up with the contract, delivered before the declaration, logged as delivered.

What enters: a contract that is being drawn up, an invitation's mail that was handed over, a device that fetched the
document. What leaves: files, entries ``duty.*``, and the refusal of a declaration before the delivery is logged. Nobody
confirms having read anything: a delivery is a fact with time, channel and digest. Clauses: BGB §§ 309 No. 12 (b), 312d,
312i, 312j; EGBGB Art. 246a–246c; VVG § 7; TKG § 54.
"""
