"""What a dossier takes from the ledger: the entries about one contract, and the proof that they stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from esign.evidence.commitment import Opening
from esign.evidence.entry import Entry
from esign.evidence.errors import DossierError, EvidenceError
from esign.evidence.head import Head, StampedHead
from esign.evidence.ports import LedgerStore
from esign.foundation.encoding import b64url, from_b64url, from_hex
from esign.proof.merkle import InclusionProof, check_inclusion


class NotStampedError(DossierError):
    """The newest entries about the contract stand behind the last timestamped head; timestamp the ledger first."""

    code = "evidence.dossier.not_stamped"


class ExtractError(EvidenceError):
    """An entry does not stand in the ledger where the extract says."""

    code = "evidence.extract"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerExtract:
    """Entries about one contract with their proofs.

    Args:
        entries: Canonical bytes, in order.
        paths: For each entry its audit path in the tree of the head (32 bytes a node).
        head: Timestamped head that covers all of them.
    """

    entries: tuple[bytes, ...]
    paths: tuple[tuple[bytes, ...], ...]
    head: StampedHead

    @classmethod
    def collect(cls, ledger: LedgerStore, contract_id: str) -> tuple[Self, tuple[SequencedOpening, ...]]:
        """Return the extract about a contract, and what opens the commitments in it.

        Raises:
            NotStampedError: No timestamped head covers all entries yet.
            ErasedError: The contract's data were erased.
            DossierError: There is no entry about the contract.
        """
        entries = ledger.of_contract(contract_id)
        if not entries:
            raise DossierError("no entry about the contract", contract=contract_id)
        stamped = ledger.head_covering(entries[-1].seq + 1)
        if stamped is None:
            raise NotStampedError(contract=contract_id)
        size = Head.parse(stamped.head).size
        extract = cls(
            entries=tuple(entry.canonical() for entry in entries),
            paths=tuple(ledger.inclusion(entry.seq, size).path for entry in entries),
            head=stamped,
        )
        openings = tuple(
            SequencedOpening(seq=entry.seq, opening=opening)
            for entry in entries
            for opening in ledger.openings(entry.seq)
        )
        return extract, openings

    def check(self) -> tuple[Entry, ...]:
        """Return the entries after checking that each stands in the head, in order; its timestamp is checked elsewhere.

        Raises:
            EntryError, HeadError: Bytes that are no entry or head.
            ExtractError: An entry is not in the tree of the head, or they are not in order.
        """
        head = Head.parse(self.head.head)
        entries = tuple(Entry.parse(data) for data in self.entries)
        places = [entry.seq for entry in entries]
        if places != sorted(set(places)) or len(self.paths) != len(entries):
            raise ExtractError("entries are not in order")
        for entry, path in zip(entries, self.paths, strict=True):
            proof = InclusionProof(index=entry.seq, size=head.size, path=path)
            check_inclusion(proof, leaf=entry.hash, root=head.root)
        for before, after in pairwise(entries):
            if after.seq == before.seq + 1 and after.prev != before.hash:
                raise ExtractError("an entry does not follow the one before it", seq=after.seq)
        return entries

    def to_mapping(self) -> dict[str, Any]:
        """Return the extract as JSON."""
        return {
            "entries": [data.decode("utf-8") for data in self.entries],
            "inclusion": [[node.hex() for node in path] for path in self.paths],
            "head": self.head.head.decode("utf-8"),
            "token": b64url(self.head.token),
        }

    @classmethod
    def from_mapping(cls, value: Any) -> Self:
        """Return the extract that was written as JSON; other members are refused by whoever writes it again."""
        return cls(
            entries=tuple(text.encode("utf-8") for text in value["entries"]),
            paths=tuple(tuple(from_hex(node, 32) for node in path) for path in value["inclusion"]),
            head=StampedHead(head=value["head"].encode("utf-8"), token=from_b64url(value["token"])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencedOpening:
    """An opening, and the entry whose commitment it opens."""

    seq: int
    opening: Opening
