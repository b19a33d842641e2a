"""API keys, answers that are given again, and journeys in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert

from esign.engine.api.records import ApiKeyRecord, JourneyRecord, KeptAnswer, ReturnAddress
from esign.evidence.ports import Vault
from esign.foundation.encoding import b64url, from_b64url
from esign.store.statements import changed_by, found_by, keys, row_of
from esign.store.tables_api import api_answer, api_key, journey, return_address

_KEY, _BY_DIGEST, _KEY_NEW = found_by(api_key, "id"), found_by(api_key, "digest"), insert(api_key)
_KEY_CHANGED = changed_by(api_key, "id")
_OF_TENANT = found_by(api_key, "tenant").order_by(api_key.c.created_at.desc(), api_key.c.id)
_ANSWER, _ANSWER_NEW = found_by(api_answer, "key_id", "digest"), insert(api_answer)
_RETURN, _RETURNS = found_by(return_address, "id"), found_by(return_address, "tenant").order_by(return_address.c.origin)
_JOURNEY, _JOURNEY_OF = found_by(journey, "id"), found_by(journey, "invitation_id")
_PURPOSE_ANSWER, _PURPOSE_RETURN = "api-answer", "return-address"


class SqlApiKeys:
    """The API keys, within the transaction of the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: ApiKeyRecord) -> None:
        """Keep a new key."""
        self._connection.execute(_KEY_NEW, row_of(record))

    def get(self, key_id: str) -> ApiKeyRecord | None:
        """Return a key."""
        return _key(self._connection.execute(_KEY, keys(id=key_id)).first())

    def by_digest(self, digest: bytes) -> ApiKeyRecord | None:
        """Return the key of a digest."""
        return _key(self._connection.execute(_BY_DIGEST, keys(digest=digest)).first())

    def of_tenant(self, tenant: str) -> tuple[ApiKeyRecord, ...]:
        """Return a tenant's keys, newest first."""
        rows = self._connection.execute(_OF_TENANT, keys(tenant=tenant))
        return tuple(ApiKeyRecord(**row._mapping) for row in rows)

    def update(self, record: ApiKeyRecord) -> None:
        """Replace a key."""
        self._connection.execute(_KEY_CHANGED, keys(id=record.id) | row_of(record))


class SqlAnswers:
    """Answers that are given again, sealed, within the transaction of the connection."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def get(self, key_id: str, digest: bytes, now: datetime) -> KeptAnswer | None:
        """Return the answer to a request of a key, while it is kept."""
        row = self._connection.execute(_ANSWER, keys(key_id=key_id, digest=digest)).first()
        if row is None or row.expires_at <= now:
            return None
        table = json.loads(self._vault.open(_PURPOSE_ANSWER, row.sealed, key_id, digest.hex()))
        return KeptAnswer(
            fingerprint=table["fingerprint"],
            status=table["status"],
            headers=tuple((name, value) for name, value in table["headers"]),
            body=from_b64url(table["body"]),
        )

    def put(self, key_id: str, digest: bytes, answer: KeptAnswer, expires_at: datetime) -> None:
        """Keep an answer; one whose time is over gives way."""
        table = {
            "fingerprint": answer.fingerprint,
            "status": answer.status,
            "headers": answer.headers,
            "body": b64url(answer.body),
        }
        sealed = self._vault.seal(_PURPOSE_ANSWER, json.dumps(table).encode(), key_id, digest.hex())
        self._connection.execute(delete(api_answer).where(api_answer.c.key_id == key_id, api_answer.c.digest == digest))
        row = {"key_id": key_id, "digest": digest, "expires_at": expires_at, "sealed": sealed}
        self._connection.execute(_ANSWER_NEW, row)

    def forget(self, now: datetime) -> int:
        """Delete the answers whose time is over; return how many."""
        return self._connection.execute(delete(api_answer).where(api_answer.c.expires_at <= now)).rowcount


class SqlJourneys:
    """Links that the company hands on itself, and where they may lead back to."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add_address(self, record: ReturnAddress) -> None:
        """Keep a new origin."""
        sealed = self._vault.seal(_PURPOSE_RETURN, record.secret.encode(), record.id, record.tenant)
        self._connection.execute(
            insert(return_address).values(
                id=record.id,
                tenant=record.tenant,
                origin=record.origin,
                created_at=record.created_at,
                sealed=sealed,
            )
        )

    def address(self, return_id: str) -> ReturnAddress | None:
        """Return an origin."""
        found = self._addresses(self._connection.execute(_RETURN, keys(id=return_id)))
        return found[0] if found else None

    def addresses(self, tenant: str) -> tuple[ReturnAddress, ...]:
        """Return a tenant's origins."""
        return self._addresses(self._connection.execute(_RETURNS, keys(tenant=tenant)))

    def remove_address(self, return_id: str) -> None:
        """Forget an origin: nobody is sent there any more."""
        self._connection.execute(delete(return_address).where(return_address.c.id == return_id))

    def add(self, record: JourneyRecord) -> None:
        """Keep a new journey."""
        self._connection.execute(insert(journey).values(**row_of(record)))

    def get(self, journey_id: str) -> JourneyRecord | None:
        """Return a journey."""
        return _journey(self._connection.execute(_JOURNEY, keys(id=journey_id)).first())

    def of_invitation(self, invitation_id: str) -> JourneyRecord | None:
        """Return the journey of an invitation."""
        return _journey(self._connection.execute(_JOURNEY_OF, keys(invitation_id=invitation_id)).first())

    def _addresses(self, rows: Iterable[Row[Any]]) -> tuple[ReturnAddress, ...]:
        return tuple(
            ReturnAddress(
                id=row.id,
                tenant=row.tenant,
                origin=row.origin,
                created_at=row.created_at,
                secret=self._vault.open(_PURPOSE_RETURN, row.sealed, row.id, row.tenant).decode(),
            )
            for row in rows
        )


def _key(row: Row[Any] | None) -> ApiKeyRecord | None:
    return None if row is None else ApiKeyRecord(**row._mapping)


def _journey(row: Row[Any] | None) -> JourneyRecord | None:
    return None if row is None else JourneyRecord(**row._mapping)
