"""Clocks: what becomes due some day, done by the installation or handed to a clerk as a task.

What enters: the ledger, read from where the last round ended; the present instant. What leaves: one row for each act
that becomes due, done once; tasks with their last day; a calendar. What may be touched here: rows of acts, tasks and
calendars, the outbox, the ledger (``clock.*``, ``task.*``, ``calendar.*``). Clauses: BGB §§ 146, 148, 193, 312k,
355–357b; EGBGB Art. 246b § 2 (2); VVG § 9.

1. Nobody has to remember anything: a round looks at what is new in the ledger and plans, so what happened while no
   worker ran is planned by the next one.
2. One act about one thing is one row. It is done in the transaction that marks it as done: a kill in between undoes
   both, and a second worker finds it done.
3. What is due is asked again at the moment of doing it, from the facts of that moment.
"""
