"""Evidence records: one timestamp proves since when each of many documents exists, without showing the others.

What enters: the digests of documents and one timestamp over all of them, or a record and a document. What leaves: a
record for each document, or what its timestamps must stamp. What may be touched here: nothing; the timestamp comes in
by the port of :mod:`esign.proof`. Clauses: RFC 4998 sections 3 to 5.
"""

from esign.proof.evidence_records.errors import (
    EvidenceRecordAlgorithmUnknown,
    EvidenceRecordChainBroken,
    EvidenceRecordError,
    EvidenceRecordMalformed,
    EvidenceRecordOfAnother,
)
from esign.proof.evidence_records.hash_tree import HashTree
from esign.proof.evidence_records.issuing import evidence_records
from esign.proof.evidence_records.record import LARGEST, CoveredImprint, EvidenceRecord, evidence_record

__all__ = [
    "LARGEST",
    "CoveredImprint",
    "EvidenceRecord",
    "EvidenceRecordAlgorithmUnknown",
    "EvidenceRecordChainBroken",
    "EvidenceRecordError",
    "EvidenceRecordMalformed",
    "EvidenceRecordOfAnother",
    "HashTree",
    "evidence_record",
    "evidence_records",
]
