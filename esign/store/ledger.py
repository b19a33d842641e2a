"""The ledger in the database: append-only, serialised, O(log n) an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, text

from esign.evidence.commitment import SALT_LENGTH, Opening
from esign.evidence.entry import Entry
from esign.evidence.errors import EntryError
from esign.evidence.head import Head, StampedHead
from esign.evidence.kinds import EntryKind
from esign.evidence.ledger import StoredEntry
from esign.evidence.ports import ContractKeys
from esign.foundation.clock import Clock
from esign.proof.chain import GENESIS, entry_hash
from esign.proof.merkle import (
    ConsistencyProof,
    Frontier,
    InclusionProof,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
)
from esign.signing import Receipt
from esign.store.errors import LedgerStoreError
from esign.store.statements import changed_by, found_by, keys
from esign.store.tables_ledger import ledger_entry, ledger_head, ledger_node, ledger_tail, sealed_content

NODE_LEVEL = 8
"""Complete subtrees of ``2**NODE_LEVEL`` leaves and more have their root kept."""

_LOCK = 0x65736967_6E000002
"""Key of the advisory lock that serialises appending on PostgreSQL (SQLite: the write transaction does)."""

_PAGE = 1000

_TAIL, _TAIL_MOVED = found_by(ledger_tail, "id"), changed_by(ledger_tail, "size")
_NEW_ENTRY, _NEW_NODE, _NEW_CONTENT = insert(ledger_entry), insert(ledger_node), insert(sealed_content)


class SqlLedger:
    """The ledger, within the transaction of the connection: what is appended is there exactly if that commits."""

    def __init__(self, connection: Connection, keys: ContractKeys, clock: Clock) -> None:
        self._connection = connection
        self._keys = keys
        self._clock = clock

    def append(
        self,
        kind: str,
        contract_id: str | None,
        facts: Mapping[str, object],
        contents: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Append an entry; it commits to the contents, which are kept sealed beside it.

        Returns:
            The receipt. It is worth something once the transaction has committed.

        Raises:
            EntryError: Kind, facts or names are not of the closed forms.
            ErasedError: There are contents, but the contract's key does not exist any more.
        """
        openings = [Opening.fresh(name, content) for name, content in sorted((contents or {}).items())]
        if openings and contract_id is None:
            raise EntryError("content belongs to a contract: its key seals it")
        self._lock()
        tail, last = self._tail()
        try:
            entry = Entry(
                seq=tail.size,
                at=self._clock.now(),
                kind=EntryKind(kind),
                contract=contract_id,
                prev=last,
                facts=facts,  # type: ignore[arg-type]  # Entry checks each of them
                commitments={opening.name: opening.commitment for opening in openings},
            )
        except ValueError as error:
            raise EntryError("not one of the closed list of kinds") from error
        sealed = [
            {
                "entry_seq": entry.seq,
                "name": opening.name,
                "sealed": self._keys.seal(
                    contract_id or "", _seal_name(entry.seq, opening.name), opening.salt + opening.content
                ),
            }
            for opening in openings
        ]
        own = self._keep(entry, tail)
        if sealed:
            self._connection.execute(_NEW_CONTENT, sealed)
        return Receipt(sequence=entry.seq, entry=own)

    def tail(self) -> Frontier:
        """Return size and frontier of the ledger."""
        return self._tail()[0]

    def read(self, start: int = 0) -> Iterator[StoredEntry]:
        """Return all entries in order, from ``start``."""
        position = start - 1
        while True:
            rows = self._connection.execute(
                select(ledger_entry).where(ledger_entry.c.seq > position).order_by(ledger_entry.c.seq).limit(_PAGE)
            ).all()
            for row in rows:
                position = row.seq
                yield StoredEntry(
                    seq=row.seq,
                    hash=row.hash,
                    prev=row.prev,
                    kind=row.kind,
                    contract=row.contract_id,
                    data=row.bytes,
                )
            if len(rows) < _PAGE:
                return

    def of_contract(self, contract_id: str) -> tuple[Entry, ...]:
        """Return the entries about one contract, in order."""
        rows = self._connection.execute(
            select(ledger_entry.c.bytes).where(ledger_entry.c.contract_id == contract_id).order_by(ledger_entry.c.seq)
        )
        return tuple(Entry.parse(data) for data in rows.scalars())

    def openings(self, seq: int) -> tuple[Opening, ...]:
        """Return what opens the commitments of an entry; empty once it is erased.

        Raises:
            ErasedError: The contract's key was destroyed.
        """
        contract_id = self._connection.execute(
            select(ledger_entry.c.contract_id).where(ledger_entry.c.seq == seq)
        ).scalar_one_or_none()
        rows = self._connection.execute(
            select(sealed_content.c.name, sealed_content.c.sealed)
            .where(sealed_content.c.entry_seq == seq)
            .order_by(sealed_content.c.name)
        )
        found = []
        for row in rows:
            opened = self._keys.open(contract_id or "", _seal_name(seq, row.name), row.sealed)
            found.append(Opening(name=row.name, salt=opened[:SALT_LENGTH], content=opened[SALT_LENGTH:]))
        return tuple(found)

    def erase_contents(self, contract_id: str) -> int:
        """Delete the sealed contents of a contract's entries; return how many. The entries themselves stay."""
        entries = select(ledger_entry.c.seq).where(ledger_entry.c.contract_id == contract_id)
        return self._connection.execute(delete(sealed_content).where(sealed_content.c.entry_seq.in_(entries))).rowcount

    def inclusion(self, seq: int, size: int) -> InclusionProof:
        """Return the proof that an entry is in the ledger of the first ``size`` entries."""
        return prove_inclusion(self._node, seq, size)

    def consistency(self, old: int, new: int) -> ConsistencyProof:
        """Return the proof that the ledger only grew between two sizes."""
        return prove_consistency(self._node, old, new)

    def head(self, at: datetime) -> Head | None:
        """Return the head of the ledger as it stands, or None while it is empty."""
        tail, last = self._tail()
        return Head(size=tail.size, root=tail.root(), last=last, at=at) if tail.size else None

    def add_head(self, stamped: StampedHead) -> None:
        """Keep a timestamped head."""
        size = Head.parse(stamped.head).size
        self._connection.execute(insert(ledger_head).values(size=size, bytes=stamped.head, token=stamped.token))

    def heads(self) -> Iterator[StampedHead]:
        """Return the timestamped heads, smallest first."""
        for row in self._connection.execute(select(ledger_head).order_by(ledger_head.c.size)).all():
            yield StampedHead(head=row.bytes, token=row.token)

    def last_head(self) -> StampedHead | None:
        """Return the timestamped head that covers most entries, or None while there is none."""
        row = self._connection.execute(select(ledger_head).order_by(ledger_head.c.size.desc()).limit(1)).first()
        return None if row is None else StampedHead(head=row.bytes, token=row.token)

    def head_covering(self, size: int) -> StampedHead | None:
        """Return the smallest timestamped head that covers at least ``size`` entries."""
        row = self._connection.execute(
            select(ledger_head).where(ledger_head.c.size >= size).order_by(ledger_head.c.size).limit(1)
        ).first()
        return None if row is None else StampedHead(head=row.bytes, token=row.token)

    def _lock(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})

    def _tail(self) -> tuple[Frontier, bytes]:
        row = self._connection.execute(_TAIL, keys(id=1)).first()
        if row is None:
            return Frontier(), GENESIS
        peaks = tuple(row.peaks[place : place + 32] for place in range(0, len(row.peaks), 32))
        return Frontier(size=row.size, peaks=peaks), row.last

    def _keep(self, entry: Entry, tail: Frontier) -> bytes:
        data = entry.canonical()
        own = entry_hash(data)
        grown, completed = tail.grow(own)
        run = self._connection.execute
        row = {
            "seq": entry.seq,
            "hash": own,
            "prev": entry.prev,
            "kind": str(entry.kind),
            "contract_id": entry.contract,
            "bytes": data,
        }
        run(_NEW_ENTRY, row)
        for level, index, node in completed[NODE_LEVEL:]:
            run(_NEW_NODE, {"level": level, "index": index, "hash": node})
        state = {"size": grown.size, "last": own, "peaks": b"".join(grown.peaks)}
        if not tail.size:
            run(insert(ledger_tail).values(id=1, **state))
        elif run(_TAIL_MOVED, keys(size=tail.size) | state).rowcount != 1:
            raise LedgerStoreError("the tail moved during an append")
        return own

    def _node(self, level: int, index: int) -> bytes:
        if level >= NODE_LEVEL:
            kept: bytes = self._connection.execute(
                select(ledger_node.c.hash).where(ledger_node.c.level == level, ledger_node.c.index == index)
            ).scalar_one()
            return kept
        start = index << level
        leaves = self._connection.execute(
            select(ledger_entry.c.hash)
            .where(ledger_entry.c.seq >= start, ledger_entry.c.seq < start + (1 << level))
            .order_by(ledger_entry.c.seq)
        ).scalars()
        if level == 0:
            return leaf_hash(leaves.one())
        frontier = Frontier()
        for leaf in leaves:
            frontier = frontier.append(leaf)
        if frontier.size != 1 << level:
            raise LedgerStoreError("entries are missing", start=start)
        return frontier.root()


def _seal_name(seq: int, name: str) -> str:
    return f"ledger/{seq}/{name}"
