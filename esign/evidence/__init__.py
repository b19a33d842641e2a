"""Evidence (station 6): the ledger, its heads, and the dossier that proves one contract without us.

What enters: facts, digests and contents of what happened. What leaves: entries, heads, verdicts, and the dossier – one
file with everything about one contract, verifiable offline. What may be touched here: nothing; ledger, vault and seal
come in through the ports. Clauses: eIDAS Art. 26, 32, 41; RFC 6962; RFC 3161; ETSI EN 319 162-1 (ASiC-E);
GDPR Art. 5 (1) (c), (e) and Art. 17.

The ledger holds no personal data: identifiers, digests, codes, counts, and salted commitments whose salts go with the
erasure.
"""

from esign.evidence.commitment import Opening
from esign.evidence.dossier import PreparedDossier, SealedDossier, build_dossier, prepare_dossier
from esign.evidence.dossier_parts import Dossier, EnrolmentEvidence, PasskeyEvidence
from esign.evidence.dossier_report import DossierReport, Outcome, Step
from esign.evidence.dossier_verify import verify_dossier
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
from esign.evidence.ledger import LedgerReport, StoredEntry, dated_ahead, verify_ledger
from esign.evidence.ledger_extract import LedgerExtract, SequencedOpening
from esign.evidence.ports import ContractKeys, LedgerStore, Sealer, Vault

__all__ = [
    "CommitmentError",
    "ContainerError",
    "ContractKeys",
    "Dossier",
    "DossierError",
    "DossierReport",
    "EnrolmentEvidence",
    "Entry",
    "EntryError",
    "EntryKind",
    "ErasedError",
    "EvidenceError",
    "Fact",
    "Head",
    "HeadError",
    "LedgerExtract",
    "LedgerReport",
    "LedgerStore",
    "Opening",
    "Outcome",
    "PasskeyEvidence",
    "PreparedDossier",
    "SealedDossier",
    "Sealer",
    "SequencedOpening",
    "StampedHead",
    "Step",
    "StoredEntry",
    "Vault",
    "build_dossier",
    "dated_ahead",
    "prepare_dossier",
    "verify_dossier",
    "verify_ledger",
]
