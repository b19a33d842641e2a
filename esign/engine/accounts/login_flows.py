"""Challenges that were handed out: kept sealed, answered once, in the browser that asked for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from esign.access.errors import LoginExpired
from esign.engine.accounts.records import FlowRecord
from esign.engine.accounts.rows import token_digest
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.foundation.digests import equal
from esign.foundation.identifiers import new_token

LIFE = timedelta(minutes=10)
"""How long a challenge may be answered."""

_PURPOSE = "login/flow"


def begin(house: Household, tx: Transaction, kind: str, payload: Mapping[str, Any]) -> str:
    """Keep a challenge and return the token of the browser that gets it."""
    token = new_token()
    digest = token_digest(token)
    sealed = tx.vault.seal(_PURPOSE, json.dumps(payload).encode(), kind, digest.hex())
    tx.logins.add_flow(FlowRecord(token_digest=digest, kind=kind, expires_at=house.clock.now() + LIFE, sealed=sealed))
    return token


def take(house: Household, token: str, *kinds: str, state: str | None = None) -> dict[str, Any]:
    """Return the payload of a challenge and forget it, in a transaction of its own: no answer is tried twice.

    Args:
        house: The household.
        token: The browser's token.
        kinds: Kinds that are expected.
        state: For a visit elsewhere: the state with which the browser came back. Another site can send a browser here
            with a state of its own; that is no answer, and the visit stays as it is.

    Raises:
        LoginExpired: There is no such challenge of these kinds, its time is over, or the state is of another visit.
    """
    digest = token_digest(token)
    with house.store.transaction() as tx:
        record = tx.logins.take_flow(digest)
        if record is None or record.kind not in kinds or record.expires_at <= house.clock.now():
            found = None
        else:
            found = json.loads(tx.vault.open(_PURPOSE, record.sealed, record.kind, digest.hex()))
            if state is not None and not equal(found["state"].encode(), state.encode("utf-8", "surrogatepass")):
                raise LoginExpired
    if record is None or found is None:
        raise LoginExpired
    return {**found, "kind": record.kind}
