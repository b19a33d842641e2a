"""The report for programs: the verdict as ``esign verify --json`` prints it, with every step on the way there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from esign.validation.process import StampOutcome, Step
from esign.validation.qualification import QualificationReport
from esign.validation.reports.links import Link, links_of
from esign.validation.reports.phrases import SAYING
from esign.validation.reports.subject import Maker, Subject
from esign.validation.verdict import FileVerdict, SignatureVerdict, TimestampVerdict
from esign.validation.verdict.signature_verdict import spoken, written

VERSION = "esign-report/1"
"""The shape (docs/schemas/verification-report.schema.json); another shape gets another number."""


def json_report(verdict: FileVerdict, subject: Subject, maker: Maker, *, made_at: datetime) -> bytes:
    """Return the report as JSON (docs/schemas/verification-report.schema.json).

    Args:
        verdict: What was found.
        subject: The file.
        maker: Who makes the report.
        made_at: When it is made.
    """
    found = {
        "version": VERSION,
        "notice": SAYING["not_qualified_short"]["en"],
        "made_by": {"program": maker.name, "operator": maker.operator or None},
        "made_at": written(made_at),
        "validated_at": written(verdict.at),
        "document": {"name": subject.name, "size": subject.size, "sha256": subject.sha256.hex()},
        "verdict": {**verdict.to_json(), "file": subject.name},
        "details": [_details(part) for part in verdict.parts],
    }
    return json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8")


def _details(part: SignatureVerdict | TimestampVerdict) -> dict[str, Any]:
    result, place = part.result, part.place
    qualified = part.qualified if isinstance(part, SignatureVerdict) else None
    return {
        "field": part.field,
        "kind": "signature" if isinstance(part, SignatureVerdict) else "document_timestamp",
        "indication": part.indication.value,
        "sub_indication": part.sub_indication.value if part.sub_indication else None,
        "reason": result.reason,
        "trusted": result.trusted,
        "byte_range": list(place.byte_range),
        "algorithms": list(result.algorithms),
        "reliable_until": written(result.reliable_until),
        "revoked_at": written(result.revoked_at),
        "findings": spoken(part.findings),
        "said": [{"kind": finding.kind.value, "what": finding.what} for finding in part.findings],
        "changes": [
            {"kind": one.kind.value, "permitted": one.permitted, "what": one.what, "page": one.page}
            for one in part.changes.changes
        ],
        "chain": _chain(links_of(result.chain)),
        "timestamps": [_stamp(stamp) for stamp in result.timestamps],
        "proofs": [
            {"kind": poe.kind, "object": poe.object.hex(), "at": written(poe.at), "by": poe.by.hex()}
            for poe in result.poes
        ],
        "steps": [_step(step) for step in result.steps],
        "qualification": _qualification(qualified),
    }


def _chain(links: Sequence[Link]) -> list[dict[str, Any]]:
    return [
        {
            "name": link.name,
            "issuer": link.issuer,
            "serial": link.serial,
            "not_before": written(link.not_before),
            "not_after": written(link.not_after),
            "sha256": link.fingerprint.hex(),
        }
        for link in links
    ]


def _stamp(stamp: StampOutcome) -> dict[str, Any]:
    return {
        "purpose": stamp.purpose,
        "indication": stamp.indication.value,
        "sub_indication": stamp.sub_indication.value if stamp.sub_indication else None,
        "at": written(stamp.gen_time),
        "serial": None if stamp.serial is None else f"{stamp.serial:x}",
        "policy": stamp.policy,
        "sha256": stamp.identifier.hex(),
        "chain": _chain(links_of(stamp.chain)),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "title": step.title,
        "clause": step.clause,
        "outcome": step.outcome.value,
        "facts": list(step.facts),
    }


def _qualification(report: QualificationReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {
        "reason": report.reason,
        "steps": [
            {
                "number": step.number,
                "question": step.question,
                "answer": step.answer.value,
                "reason": step.reason,
                "clause": step.clause,
            }
            for step in report.steps
        ],
    }
