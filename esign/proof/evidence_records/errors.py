"""What can go wrong with evidence records."""

from __future__ import annotations

from esign.proof.errors import ProofError


class EvidenceRecordError(ProofError):
    """An evidence record does not prove what it should."""

    code = "proof.evidence_record"
    source = "RFC 4998"


class EvidenceRecordMalformed(EvidenceRecordError):
    """The bytes are no evidence record, or one with more than is looked at."""

    code = "proof.evidence_record.malformed"


class EvidenceRecordOfAnother(EvidenceRecordError):
    """The evidence record is one of another document, or the document was changed."""

    code = "proof.evidence_record.another"
    source = "RFC 4998 section 4.3"


class EvidenceRecordChainBroken(EvidenceRecordError):
    """A renewal in the evidence record does not cover what it renewed."""

    code = "proof.evidence_record.chain"
    source = "RFC 4998 section 5.3"


class EvidenceRecordAlgorithmUnknown(EvidenceRecordError):
    """The evidence record uses a hash that proves nothing here."""

    code = "proof.evidence_record.algorithm"
    source = "ETSI TS 119 312"
