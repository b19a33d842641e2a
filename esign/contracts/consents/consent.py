"""A consent that was given: an object of its own, with its words, its time, and perhaps its revocation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esign.contracts.consents.text import ConsentText, Statement
from esign.foundation.canonical import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody consented to."""

    id: str
    party: str
    given_at: datetime
    channel: str
    """``page``: by the person's own link; ``form``: ticked in a form; ``company``: told, with evidence."""
    text: ConsentText
    evidence: str = field(default="", repr=False)
    """What the company says proves it; empty where the page does."""
    revoked_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been revoked."""
        return self.revoked_at is None


def effects(consents: Iterable[Consent]) -> tuple[tuple[str, datetime], ...]:
    """Return what the computation of the period for withdrawal takes from consents: events with their instants.

    A consent that was revoked has no effect for what had not been done by then: the cautious reading takes none at all.

    Source: BGB §§ 356 (5), (6), 357a (2); VVG § 9 (2) No. 2.
    """
    found = (
        (statement.event, consent.given_at)
        for consent in consents
        if consent.stands
        for statement in consent.text.statements
        if statement.event
    )
    return tuple(sorted(found, key=lambda each: each[1]))


def consent_record(text: ConsentText, evidence: str) -> bytes:
    """Return what the ledger commits to and keeps sealed of a consent."""
    return canonical({"text": _plain(text), "evidence": evidence})


def read_consent(
    data: bytes, *, consent_id: str, party: str, channel: str, given_at: datetime, revoked_at: datetime | None
) -> Consent:
    """Return the consent that :func:`consent_record` wrote, with what its ledger entries say."""
    value: dict[str, Any] = json.loads(data)
    words = dict(value["text"])
    statements = tuple(Statement(**item) for item in words.pop("statements"))
    return Consent(
        id=consent_id,
        party=party,
        given_at=given_at,
        channel=channel,
        text=ConsentText(**words, statements=statements),
        evidence=str(value["evidence"]),
        revoked_at=revoked_at,
    )


def _plain(text: ConsentText) -> dict[str, Any]:
    names = ("kind", "version", "lang", "title", "purpose", "revocation", "source", "mark", "in_confirmation")
    members = ("id", "text", "source", "mark", "event")
    said = [{name: getattr(each, name) for name in members} for each in text.statements]
    return {**{name: getattr(text, name) for name in names}, "statements": said}
