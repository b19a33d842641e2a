"""Use cases: load, decide, save. Every step is four beats, and can be repeated after a crash without doing it twice.

1. One transaction appends the intent to the ledger and commits. 2. Its receipt mints the permission that an effect
needs. 3. The effect runs outside any transaction. 4. A second transaction appends the result and queues what must be
delivered.

A room for each theme: ``forms``, ``contracts``, ``ceremony`` and ``evidence`` are the walk; ``accounts``, ``company``
and ``templates`` the company's side; ``api`` and ``webhooks`` serve other systems. What all of them share lies here.

What enters: contract data, the agents' messages. What leaves: answers, deliveries, dossiers. What may be touched here:
only what comes in through :class:`~esign.engine.household.Household`. Clauses live in the rooms that are called.
"""

from esign.engine.application import Application
from esign.engine.ceremony.received import Answer
from esign.engine.contracts.invitations import Invited
from esign.engine.contracts.views import ContractView, Corrected
from esign.engine.refusals import EngineError

__all__ = ["Answer", "Application", "ContractView", "Corrected", "EngineError", "Invited"]
