"""The statements of the journal of sealing in bulk that are run over many rows."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from esign.sealing.batches.items import ItemResult, ItemState
from esign.store.many_rows import ManyRows
from esign.store.tables_sealing import NOT_ENDED, seal_item, seal_output

RUNNING, WAITING = ItemState.RUNNING.value, ItemState.WAITING.value
FRESH: dict[str, Any] = {"attempt": 0, "level": "", "path": "", "facts": "", "again": False, "seconds": 0.0}
FINISH = ManyRows(
    update(seal_item)
    .where(
        seal_item.c.id == bindparam("the_id"),
        seal_item.c.owner == bindparam("the_owner"),
        seal_item.c.attempt == bindparam("the_attempt"),
        seal_item.c.state == RUNNING,
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                *("state", "digest_in", "digest_out", "level", "path", "code", "detail", "facts", "again", "seconds"),
                "finished_at",
            )
        }
    )
)
GIVEN_OUT = ManyRows(
    update(seal_output)
    .where(
        seal_output.c.store == bindparam("the_store"),
        seal_output.c.output == bindparam("the_output"),
        seal_output.c.digest_out == bindparam("the_digest"),
        seal_output.c.sealed_at.is_(None),
    )
    .values(sealed_at=bindparam("sealed_at"))
)
"""Mark a promise as kept."""
TAKEN_BACK = ManyRows(
    delete(seal_output).where(
        seal_output.c.store == bindparam("the_store"),
        seal_output.c.output == bindparam("the_output"),
        seal_output.c.sealed_at.is_(None),
        seal_output.c.digest_in == bindparam("the_digest"),
    )
)
HELD = select(seal_item.c.id, seal_item.c.attempt).where(
    NOT_ENDED,
    seal_item.c.batch_id == bindparam("the_batch"),
    seal_item.c.state == RUNNING,
    seal_item.c.owner == bindparam("the_owner"),
)
WAITS = (
    select(seal_item.c.id, seal_item.c.attempt, seal_item.c.source, seal_item.c.output)
    .where(NOT_ENDED, seal_item.c.batch_id == bindparam("the_batch"), seal_item.c.state == WAITING)
    .order_by(seal_item.c.id)
    .limit(bindparam("the_limit"))
)
LEASE = (
    update(seal_item)
    .where(
        NOT_ENDED,
        seal_item.c.batch_id == bindparam("the_batch"),
        seal_item.c.state == WAITING,
        seal_item.c.attempt == bindparam("the_attempt"),
        seal_item.c.id.between(bindparam("the_first"), bindparam("the_last")),
    )
    .values(
        state=RUNNING,
        owner=bindparam("the_owner"),
        attempt=seal_item.c.attempt + 1,
        lease_until=bindparam("the_end"),
    )
)
"""Lease what WAITS has found: write transactions come one after the other, so no document is in between."""
OUTPUTS = select(
    seal_output.c.output,
    seal_output.c.digest_in,
    seal_output.c.digest_out,
    seal_output.c.level,
    seal_output.c.sealed_at,
).where(
    NOT_ENDED,
    seal_item.c.batch_id == bindparam("the_batch"),
    seal_item.c.state == RUNNING,
    seal_item.c.owner == bindparam("the_owner"),
    seal_output.c.store == bindparam("the_store"),
    seal_output.c.output == seal_item.c.output,
)
"""What was promised or given out under the names of the documents that somebody holds."""
ADD, PROMISE = ManyRows(insert(seal_item)), ManyRows(insert(seal_output))


def finished_row(owner: str, result: ItemResult, now: Any) -> dict[str, Any]:
    """Return what FINISH writes of a result."""
    return {
        "the_id": result.item.number,
        "the_owner": owner,
        "the_attempt": result.item.attempt,
        "state": result.state.value,
        "digest_in": result.digest_in or None,
        "digest_out": (result.digest_out or None) if result.sealed else None,
        "level": result.level,
        "path": result.path,
        "code": result.code,
        "detail": result.detail,
        "facts": json.dumps(dict(result.facts), ensure_ascii=False, default=str) if result.facts else "",
        "again": result.again,
        "seconds": result.seconds,
        "finished_at": now,
    }
