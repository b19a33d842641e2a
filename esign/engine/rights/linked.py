"""Contracts that fall with one that is withdrawn from: named by it or naming it; a person decides what becomes of them.

Source: BGB §§ 358, 360; VVG § 9 (5).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from esign.contracts.linked import Relation, linked_contracts
from esign.engine.company import search
from esign.engine.company.records import Wanted
from esign.engine.contents import ContractContents
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.evidence.errors import ErasedError

MOST = 20
"""Contracts that are named as linked to one."""
_INVERSE = {Relation.LINKED: Relation.LINKED, Relation.ANCILLARY: Relation.MAIN, Relation.MAIN: Relation.ANCILLARY}
_CLAUSES: Mapping[Relation, str] = {Relation.LINKED: "BGB § 358 (1), (2)", Relation.ANCILLARY: "BGB § 360 (1)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Another contract that belongs to one, seen from it."""

    reference: str
    company: str
    """With whom; empty: with the same company."""
    relation: Relation
    contract_id: str | None
    """Where the installation knows it."""
    title: str
    state: ContractState | None

    @property
    def falls(self) -> bool:
        """Whether it falls with the contract that is withdrawn from; a main contract stays where the other one goes."""
        return self.relation in _CLAUSES

    @property
    def clause(self) -> str:
        """The clause by which it falls; empty where it stays."""
        return _CLAUSES.get(self.relation, "")

    @property
    def named(self) -> str:
        """How a text names it."""
        return f"{self.reference} ({self.company})" if self.company else self.reference


def linked_of(
    house: Household, tx: Transaction, contract: ContractRecord, contents: ContractContents
) -> tuple[Linked, ...]:
    """Return the contracts that belong to one: those that its data name, and those whose data name it.

    Where two say different things about one another, the one that takes more along counts: the customer is told more,
    and a person decides.
    """
    found: dict[str, Linked] = {}
    for each in (*_named(tx, contract, contents), *_naming(house, tx, contract)):
        key = f"{each.reference.casefold()}/{each.company.casefold()}"
        before = found.get(key)
        if before is None or (each.falls and not before.falls):
            found[key] = each
    return tuple(found.values())[:MOST]


def _named(tx: Transaction, contract: ContractRecord, contents: ContractContents) -> Iterator[Linked]:
    for each in linked_contracts(json.loads(contents.data).get("linked_contracts", ())):
        known = () if each.company else _with_reference(tx, contract.tenant, each.reference)
        record = known[0] if len(known) == 1 else None
        yield Linked(
            reference=each.reference,
            company=each.company,
            relation=each.relation,
            contract_id=record.id if record is not None else None,
            title=record.title if record is not None else "",
            state=record.state if record is not None else None,
        )


def _naming(house: Household, tx: Transaction, contract: ContractRecord) -> Iterator[Linked]:
    wanted = search.tokens(tx.vault, contract.tenant, {search.link_word(contract.reference)})
    for record in tx.search.find(contract.tenant, Wanted(), wanted, after=None, limit=MOST):
        if record.id == contract.id:
            continue
        try:
            data = json.loads(house.contract_contents(tx, record).data)
        except ErasedError:
            continue
        for each in linked_contracts(data.get("linked_contracts", ())):
            if each.reference.casefold() == contract.reference.casefold() and not each.company:
                yield Linked(
                    reference=record.reference,
                    company="",
                    relation=_INVERSE[each.relation],
                    contract_id=record.id,
                    title=record.title,
                    state=record.state,
                )


def _with_reference(tx: Transaction, tenant: str, reference: str) -> tuple[ContractRecord, ...]:
    found = tx.search.find(tenant, Wanted(text=reference), frozenset(), after=None, limit=MOST)
    alike = tuple(record for record in found if record.reference.casefold() == reference.casefold())
    # Drawn up anew, a contract keeps its reference: the one that came about is meant.
    return tuple(record for record in alike if record.state is ContractState.CONCLUDED) or alike
