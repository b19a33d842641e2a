"""The key that is asking."""

from __future__ import annotations

from web.api import shapes
from web.api.calls import Call, Reply


def own(call: Call) -> Reply:
    """Return what may be shown of the key."""
    return Reply(content=shapes.key(call.application.api_keys.own(call.actor)))
