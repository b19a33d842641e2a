"""The ceremony's door: each message of the agent is admitted, answered, and leads to the next state; the conclusion.

What enters: tokens and signed messages (docs/ceremony-spec.md, section 4). What leaves: answers that are kept and given
again, the signed document. What may be touched here: attempts, enrolments, devices, the outbox, the ledger.
"""
