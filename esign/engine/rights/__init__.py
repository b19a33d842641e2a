"""Rights that customers exercise without a login: withdrawal (BGB § 356a) and termination (§ 312k).

What enters: what somebody typed at a public door, and when it arrived there. What leaves: a receipt at the door, the
acknowledgement by mail as a sealed PDF, a task with its due date for a clerk. What may be touched here: the
declarations, sealed under a key of their own; the outbox; the ledger (``right.*``). Clauses: BGB §§ 312k, 355–357b.

1. A declaration is kept in one short transaction, with the instant of its arrival; it is never refused.
2. The door's answer is the same whatever there is: which contract it concerns is looked for later, by the worker.
3. The worker matches and judges, draws up the acknowledgement, seals it and sends it; a mute timestamp authority delays
   nothing.
4. What becomes of it a person decides.
"""
