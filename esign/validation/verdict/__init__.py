"""The verdict: the truth about any signed PDF, put together from its bytes, its signatures and what stands behind them.

What enters: a file, its evidence record, trust anchors, validation data, trusted lists, an instant. What leaves: one
value with its JSON, whatever the file holds. What may be touched here: nothing. Clauses: ETSI EN 319 102-1 clause 5,
ETSI EN 319 142-1 and -2 (levels), ETSI TS 119 615 (qualification), RFC 4998 (evidence records).
"""

from esign.validation.certificates import NoTrustAnchors
from esign.validation.verdict import words
from esign.validation.verdict.errors import FileEncrypted, FormatFailure, LimitExceeded
from esign.validation.verdict.evidence_record import EvidenceRecordVerdict
from esign.validation.verdict.file_verdict import FileVerdict, Outcome, Status, VerdictError
from esign.validation.verdict.place import Place
from esign.validation.verdict.signature_verdict import AttachmentVerdict, SignatureVerdict, TimestampVerdict
from esign.validation.verdict.verify import verify

__all__ = [
    "AttachmentVerdict",
    "EvidenceRecordVerdict",
    "FileEncrypted",
    "FileVerdict",
    "FormatFailure",
    "LimitExceeded",
    "NoTrustAnchors",
    "Outcome",
    "Place",
    "SignatureVerdict",
    "Status",
    "TimestampVerdict",
    "VerdictError",
    "verify",
    "words",
]
