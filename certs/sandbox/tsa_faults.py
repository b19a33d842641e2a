"""The ways in which the timestamp authority can misbehave when a test asks it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TsaFaults:
    """Misbehaviour of the timestamp authority. The default is none; only tests hand in anything else."""

    silent: bool = False
    """Answers nothing: holds the request for ``hold_seconds``, then closes with HTTP 503 and an empty body."""
    late: bool = False
    """Answers correctly, but only after ``hold_seconds``."""
    hold_seconds: float = 0.0
    """Seconds for which a silent or late authority lets its client wait."""
    wrong_digest: bool = False
    """Stamps another digest than it was asked to."""
    wrong_nonce: bool = False
    """Answers with another nonce than it was asked with."""
    wrong_certificate: bool = False
    """Signs with a certificate of the same root that is not made for timestamps."""
    broken_signature: bool = False
    """Sends a token whose signature value does not fit."""
    old_by: timedelta = timedelta()
    """The time in the token lies this far in the past."""
    rejects: bool = False
    """Refuses every request (``systemFailure``)."""
    http_500: bool = False
    """Answers HTTP 500."""

    @property
    def wait(self) -> float:
        """Seconds to wait before answering."""
        return self.hold_seconds if self.silent or self.late else 0.0
