"""Background work: what must happen although nobody is asking at the moment.

What enters: the engine's use cases that look for something due. What leaves: their effects, each done once (the rows
with leases in the database see to that, not this room). What may be touched here: the clock, for waiting, and the log.
Clauses: none of the law's. Any number of workers may run, on any number of machines.
"""

from esign.jobs.backoff import Backoff
from esign.jobs.beside import Beside
from esign.jobs.worker import Task, Worker

__all__ = ["Backoff", "Beside", "Task", "Worker"]
