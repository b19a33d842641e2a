"""The receiver's side of webhooks: is this message from the installation, unchanged, and of now?

The receiver also remembers the names of the messages that it has worked on, for as long as it accepts old ones (five
minutes) and better for as long as they are repeated (three days): a repetition has the same name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from esign.client.errors import ClientError

TOLERANCE = 300
"""Seconds by which the clocks of both sides may differ. Source: Standard Webhooks, "Verifying the timestamp"."""

_PREFIX = "whsec_"


class WebhookRefused(ClientError):
    """The message is not from the installation, was changed, or is not of now."""

    code = "client.webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A message that is genuine."""

    id: str
    """Name of the event, the same at every repetition."""
    kind: str
    at: str
    """When it happened (RFC 3339, UTC)."""
    contract: str | None
    party: str | None
    case: str | None = None
    """What a customer sent in by form."""
    bulk: str | None = None
    """A run of many contracts at once."""
    seal_batch: str | None = None
    """A batch of documents that were sealed."""
    declaration: str | None = None
    """A withdrawal or termination; what it says is read by ``GET /declarations/…``."""


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Iterable[str],
    *,
    now: float | None = None,
    tolerance: int = TOLERANCE,
) -> WebhookEvent:
    """Return the event of a message.

    Args:
        body: The exact bytes that came, before any parsing.
        headers: The request's headers, in any case.
        secrets: The webhook's secret; while it is being replaced, both.
        now: Seconds since the epoch; None: the machine's clock.
        tolerance: Seconds by which the message's time may be off.

    Raises:
        WebhookRefused: A header is missing, the time is off, or no signature is of one of the secrets.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        name, timestamp = lower["webhook-id"], lower["webhook-timestamp"]
        signatures = lower["webhook-signature"].split(" ")
        at = int(timestamp)
    except (KeyError, ValueError) as error:
        raise WebhookRefused("a header is missing or malformed") from error
    if abs((time.time() if now is None else now) - at) > tolerance:
        raise WebhookRefused("the message is not of now", tolerance=tolerance)
    signed = b".".join((name.encode(), timestamp.encode(), body))
    wanted = [_signature(secret, signed) for secret in secrets]
    genuine = [hmac.compare_digest(each.encode(), want.encode()) for each in signatures for want in wanted]
    if not any(genuine):
        raise WebhookRefused("no signature is of one of the secrets")
    try:
        told = json.loads(body)
        data = told["data"]
        return WebhookEvent(
            id=name,
            kind=told["type"],
            at=told["timestamp"],
            contract=data.get("contract"),
            party=data.get("party"),
            case=data.get("case"),
            bulk=data.get("bulk"),
            seal_batch=data.get("seal_batch"),
            declaration=data.get("declaration"),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WebhookRefused("the message is not of this form") from error


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise WebhookRefused("the secret is none") from error
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
