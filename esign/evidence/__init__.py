"""Evidence (station 6): the ledger, its heads, and the dossier that proves one contract without us.

What enters: facts, digests and contents of what happened. What leaves: entries, heads, verdicts, and the dossier – one
file with everything about one contract, verifiable offline. What may be touched here: nothing; ledger, vault and seal
come in through the ports. Clauses: eIDAS Art. 26, 32, 41; RFC 6962; RFC 3161; ETSI EN 319 162-1 (ASiC-E);
GDPR Art. 5 (1) (c), (e) and Art. 17.

The ledger holds no personal data: identifiers, digests, codes, counts, and salted commitments whose salts go with the
erasure.
"""

from esign.evidence.commitment import Opening
from esign.evidence.entry import Entry, Fact
from esign.evidence.errors import (
    CommitmentError,
    ContainerError,
    DossierError,
    EntryError,
    ErasedError,
    EvidenceError,
    HeadError,
)
from esign.evidence.head import Head, StampedHead
from esign.evidence.kinds import EntryKind
from esign.evidence.ledger import LedgerReport, StoredEntry, verify_ledger
from esign.evidence.ports import ContractKeys, LedgerStore, Sealer, Vault

__all__ = [
    "CommitmentError",
    "ContainerError",
    "ContractKeys",
    "DossierError",
    "Entry",
    "EntryError",
    "EntryKind",
    "ErasedError",
    "EvidenceError",
    "Fact",
    "Head",
    "HeadError",
    "LedgerReport",
    "LedgerStore",
    "Opening",
    "Sealer",
    "StampedHead",
    "StoredEntry",
    "Vault",
    "verify_ledger",
]
