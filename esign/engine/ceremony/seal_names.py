"""Under which names content is sealed: each names its row, so that no row's content opens in another row.

Content that lies in a blob is found by the digest of its sealed bytes, which stands inside sealed content itself.
"""

from __future__ import annotations


def attempt(tau: str) -> str:
    """Return the name of an attempt's state."""
    return f"attempt/{tau}"


def enrolment(enrolment_id: str) -> str:
    """Return the name of an enrolment."""
    return f"enrolment/{enrolment_id}"


def message(invitation_id: str, jti: str) -> str:
    """Return the name of a message that came."""
    return f"message/{invitation_id}/{jti}"


def answer(invitation_id: str, jti: str) -> str:
    """Return the name of the answer, or the refusal, that a message gets."""
    return f"answer/{invitation_id}/{jti}"


def delivery(kind: str) -> str:
    """Return the name of what a delivery of a kind needs."""
    return f"delivery/{kind}"
