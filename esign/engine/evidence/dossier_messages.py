"""Which messages go into a dossier: those of the signing device, under the token that bound it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from esign.foundation.encoding import from_b64url


def of_one_invitation(messages: Sequence[bytes], client_nonce: bytes) -> tuple[bytes, ...]:
    """Return the messages that name the same invitation hash as the ``open`` of the attempt.

    A device may have greeted with another token before it was bound (and was refused): such a message is kept, but does
    not belong to this ceremony.

    Args:
        messages: Compact JWS that were verified when they came, all by one device.
        client_nonce: Of the attempt that was signed.
    """
    payloads = [_payload(message) for message in messages]
    opened = {item["invitation"] for item in payloads if item.get("client_nonce") == client_nonce.hex()}
    return tuple(
        message for message, item in zip(messages, payloads, strict=True) if not opened or item["invitation"] in opened
    )


def _payload(message: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(from_b64url(message.split(b".")[1].decode("ascii")))
    return found
