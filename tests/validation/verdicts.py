"""Asking for verdicts in tests: the shipped schema is always applied."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from esign.validation.qualification import TrustedServices
from esign.validation.verdict import FileVerdict, verify

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "verify.schema.json").read_text("utf-8"))
_VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def fits(found: dict[str, Any]) -> dict[str, Any]:
    """Return the object if it keeps to the schema."""
    _VALIDATOR.validate(found)
    return found


def said(
    pdf: bytes,
    walked: Any,
    *,
    at: datetime | None = None,
    trust: TrustAnchors | None = None,
    crls: tuple[bytes, ...] = (),
    lists: TrustedServices | None = None,
) -> FileVerdict:
    """Return the verdict in the small world, ten minutes after everything was signed."""
    verdict = verify(
        pdf,
        trust=trust or TrustAnchors(certificates=(walked.world.root.der,)),
        material=Material(crls=crls),
        at=at or walked.world.now + timedelta(minutes=10),
        lists=lists,
        name="contract.pdf",
    )
    fits(verdict.to_json())
    return verdict


def kinds(verdict: FileVerdict) -> list[str]:
    """Return the kinds of findings as the JSON has them."""
    found: list[str] = verdict.to_json()["findings"]
    return found
