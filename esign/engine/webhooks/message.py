"""What a webhook is told, byte for byte, and how it is signed.

Standard Webhooks (https://www.standardwebhooks.com): the headers ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature``; the signature is ``v1,`` and the Base64 of HMAC-SHA-256 over ``id.timestamp.body``; with several
secrets there are several, divided by blanks. The receiver compares in constant time, refuses timestamps that are more
than five minutes off, and remembers the names that it has worked on: a repetition has the same one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from esign.engine.api.records import WebhookDelivery
from esign.foundation.canonical import canonical
from esign.foundation.clock import rfc3339

SECRET_PREFIX = "whsec_"  # noqa: S105 - the word before every secret, no secret
"""Source: Standard Webhooks, "Signature scheme"."""


def new_secret() -> str:
    """Return a fresh secret: 256 bits."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def body(delivery: WebhookDelivery) -> bytes:
    """Return what is sent: identifiers, a kind and an instant; the same bytes at every try."""
    data: dict[str, object] = {"event": delivery.event_id, "contract": delivery.contract_id}
    if delivery.case_id is not None:
        data["case"] = delivery.case_id
    if delivery.bulk_id is not None:
        data["bulk"] = delivery.bulk_id
    if delivery.batch_id is not None:
        data["seal_batch"] = delivery.batch_id
    if delivery.declaration_id is not None:
        data["declaration"] = delivery.declaration_id
    if delivery.party is not None:
        data["party"] = delivery.party
    return canonical({"type": delivery.kind, "timestamp": rfc3339(delivery.occurred_at), "data": data})


def headers(delivery: WebhookDelivery, body: bytes, signing: Sequence[str], now: datetime) -> dict[str, str]:
    """Return the headers that prove who sends this, when, and that nothing was changed."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "esign-webhooks/1",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(sign(secret, delivery.event_id, timestamp, body) for secret in signing),
    }


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Return one signature, ``v1,…``."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
