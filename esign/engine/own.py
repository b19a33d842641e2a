"""Records belong to a tenant: one of another tenant is as unknown as one that does not exist."""

from __future__ import annotations

from typing import Protocol, TypeVar

from esign.access import Actor
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.engine.refusals import ContractUnknown
from esign.foundation.errors import EsignError


class Owned(Protocol):
    """A record of a tenant."""

    @property
    def tenant(self) -> str:
        """Whose it is."""


_Owned = TypeVar("_Owned", bound=Owned)


def own(record: _Owned | None, actor: Actor, refusal: EsignError | type[EsignError]) -> _Owned:
    """Return a record that the actor's tenant has.

    Raises:
        EsignError: The refusal: it has none.
    """
    if record is None or record.tenant != actor.tenant:
        raise refusal
    return record


def known(tx: Transaction, actor: Actor, contract_id: str) -> ContractRecord:
    """Return a contract of the actor's tenant.

    Raises:
        ContractUnknown: There is none of this name.
    """
    return own(tx.contracts.get(contract_id), actor, ContractUnknown("there is no such contract"))
