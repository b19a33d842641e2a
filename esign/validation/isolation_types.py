"""The types that a verdict is made of: nothing else is read out of a helper's answer."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from esign.pdf import Name
from esign.validation.changes import Change, ChangeKind, Changes, Hidden, HiddenKind
from esign.validation.findings import Finding, FindingKind
from esign.validation.process import (
    Indication,
    LevelMaterial,
    Outcome,
    ProofOfExistence,
    SignatureKind,
    StampOutcome,
    Step,
    SubIndication,
    Validated,
)
from esign.validation.qc_statements import QcType
from esign.validation.qualification import Moment, Qualification, QualificationReport
from esign.validation.qualification import Step as QualificationStep
from esign.validation.qualification_rules import Answer
from esign.validation.verdict import (
    AttachmentVerdict,
    EvidenceRecordVerdict,
    FileVerdict,
    Place,
    SignatureVerdict,
    TimestampVerdict,
    VerdictError,
)
from esign.validation.verdict import Outcome as FileOutcome

_TYPES: tuple[type, ...] = (
    Answer,
    AttachmentVerdict,
    Change,
    ChangeKind,
    Changes,
    EvidenceRecordVerdict,
    FileOutcome,
    FileVerdict,
    Finding,
    FindingKind,
    Hidden,
    HiddenKind,
    Indication,
    LevelMaterial,
    Moment,
    Name,
    Outcome,
    Place,
    ProofOfExistence,
    QcType,
    Qualification,
    QualificationReport,
    QualificationStep,
    SignatureKind,
    SignatureVerdict,
    StampOutcome,
    Step,
    SubIndication,
    TimestampVerdict,
    Validated,
    VerdictError,
    datetime,
    timedelta,
    timezone,
)
ALLOWED = {(found.__module__, found.__qualname__): found for found in _TYPES}
"""By module and name."""
