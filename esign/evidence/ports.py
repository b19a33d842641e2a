"""What this room needs from outside: a place for the ledger, a vault for keys, a seal and its revocation data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from esign.evidence.commitment import Opening
from esign.evidence.entry import Entry
from esign.evidence.head import Head, StampedHead
from esign.evidence.ledger import StoredEntry
from esign.proof.merkle import ConsistencyProof, Frontier, InclusionProof
from esign.signing import Receipt


class Vault(Protocol):
    """Seals under a master key that never leaves it (*Tresor*)."""

    def seal(self, purpose: str, data: bytes, *context: str) -> bytes:
        """Return the data sealed for one purpose and context; only the very same purpose and context open it."""

    def open(self, purpose: str, sealed: bytes, *context: str) -> bytes:
        """Return the data.

        Raises:
            EsignError: Sealed under another master key, for another purpose or context, or changed.
        """

    def index(self, purpose: str, data: bytes, *context: str) -> bytes:
        """Return a keyed index of the data (32 bytes): the same data are found again, and nobody else can test a guess.

        Only for finding sealed rows by what they hold, such as an address.
        """


class HeldKey(Protocol):
    """A contract's or batch's key, taken out of the transaction; thread-safe. Not kept longer than its work takes."""

    def seal(self, name: str, content: bytes) -> bytes:
        """Return the content sealed, bound to its name."""

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return content sealed before.

        Raises:
            EsignError: Other bytes, or sealed under another name.
        """


class ContractKeys(Protocol):
    """The key of each contract, wrapped once for every person concerned. Bound to the caller's transaction."""

    def new_key(self, contract_id: str, holders: Sequence[str]) -> None:
        """Make the contract's key and keep it wrapped for each holder (an opaque word, no name)."""

    def holders(self, contract_id: str) -> tuple[str, ...]:
        """Return the holders whose wrappings still exist, in order."""

    def destroy(self, contract_id: str, holder: str) -> bool:
        """Destroy one holder's wrapping; return whether nothing of the contract can be read any more."""

    def held(self, contract_id: str) -> HeldKey:
        """Return the contract's key for work outside of the transaction.

        Raises:
            ErasedError: The contract's key does not exist any more.
        """

    def seal(self, contract_id: str, name: str, content: bytes) -> bytes:
        """Return the content sealed under the contract's key, bound to contract and name.

        Raises:
            ErasedError: The contract's key does not exist any more.
        """

    def open(self, contract_id: str, name: str, sealed: bytes) -> bytes:
        """Return content sealed before.

        Raises:
            ErasedError: The contract's key does not exist any more.
        """


class LedgerStore(Protocol):
    """The ledger, bound to the caller's transaction: what is appended is there exactly if that commits."""

    def append(
        self,
        kind: str,
        contract_id: str | None,
        facts: Mapping[str, object],
        contents: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Append an entry; it commits to the contents, which are kept sealed beside it.

        Raises:
            EntryError: Kind, facts or names are not of the closed forms.
            ErasedError: There are contents, but the contract's key does not exist any more.
        """

    def tail(self) -> Frontier:
        """Return size and frontier of the ledger."""

    def read(self, start: int = 0) -> Iterator[StoredEntry]:
        """Return all entries in order, from ``start``."""

    def of_contract(self, contract_id: str) -> tuple[Entry, ...]:
        """Return the entries about one contract, in order."""

    def openings(self, seq: int) -> tuple[Opening, ...]:
        """Return what opens the commitments of an entry; empty once it is erased."""

    def inclusion(self, seq: int, size: int) -> InclusionProof:
        """Return the proof that an entry is in the ledger of the first ``size`` entries."""

    def consistency(self, old: int, new: int) -> ConsistencyProof:
        """Return the proof that the ledger only grew between two sizes."""

    def head(self, at: datetime) -> Head | None:
        """Return the head of the ledger as it stands, or None while it is empty."""

    def add_head(self, stamped: StampedHead) -> None:
        """Keep a timestamped head."""

    def heads(self) -> Iterator[StampedHead]:
        """Return the timestamped heads, smallest first."""

    def last_head(self) -> StampedHead | None:
        """Return the timestamped head that covers most entries, or None while there is none."""

    def head_covering(self, size: int) -> StampedHead | None:
        """Return the smallest timestamped head that covers at least ``size`` entries."""


class Sealer(Protocol):
    """Makes one signature value with the key of the company's seal."""

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature value over the data with SHA-256 (DER for ECDSA, PKCS #1 v1.5 for RSA)."""
