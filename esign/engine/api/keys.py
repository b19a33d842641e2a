"""API keys: made by administrators, shown once, kept as a digest, good for a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import AccessDenied, Actor, ActorKind, Permission
from esign.engine.accounts.desk import still_managing
from esign.engine.api.errors import ApiKeyInvalid, ApiKeyRefused, ApiKeyUnknown
from esign.engine.api.records import ApiKeyRecord
from esign.engine.household import Household
from esign.engine.own import own
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.digests import equal, labelled
from esign.foundation.identifiers import new_id, new_token

PREFIX = "esk_"
"""Every API key begins with it, so that people and scanners of source code recognise one."""

LONGEST = timedelta(days=731)
"""Two years: a key that nobody renews ends."""

SHOWN = 12
"""Characters of a key by which it is recognised; 48 of its 256 random bits."""

_KEY = re.compile(r"esk_[A-Za-z0-9_-]{43}_[0-9a-f]{8}\Z")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyView:
    """What may be shown of a key."""

    id: str
    tenant: str
    prefix: str
    name: str
    scopes: frozenset[Permission]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A new key; only here stands the secret itself."""

    view: ApiKeyView
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyDesk:
    """Makes, shows, revokes and recognises API keys."""

    household: Household

    def create(self, actor: Actor, *, name: str, scopes: Iterable[Permission], expires_at: datetime) -> MadeKey:
        """Make a key for a backend system.

        Args:
            actor: Who makes it.
            name: The company's own word for it; names no person.
            scopes: What the key may do, at least one thing.
            expires_at: When it ends, at most two years from now.

        Raises:
            AccessDenied: The actor may not manage accounts, or is an API key itself.
            ConfirmationNeeded: The actor has to prove again who it is.
            ApiKeyInvalid: Name, scopes or end are not as described.
        """
        actor.require(Permission.ACCOUNTS_MANAGE)
        wanted = frozenset(scopes)
        now = self.household.clock.now()
        actor.require_confirmed(now)
        if not _NAME.match(name):
            raise ApiKeyInvalid("a name has 1 to 80 characters", place="name")
        if not wanted:
            raise ApiKeyInvalid("a key without any scope is good for nothing", place="scopes")
        if not now < expires_at <= now + LONGEST:
            raise ApiKeyInvalid("a key ends within two years", place="expires_at", days=LONGEST.days)
        secret = _fresh()
        record = ApiKeyRecord(
            id=new_id(),
            tenant=actor.tenant,
            digest=_digest(secret),
            prefix=secret[:SHOWN],
            name=name,
            scopes=" ".join(sorted(wanted)),
            created_by=actor.id,
            created_at=now,
            expires_at=expires_at,
        )
        with self.household.store.transaction() as tx:
            still_managing(tx, actor)
            tx.api_keys.add(record)
            facts = {"key": record.id, "scopes": "+".join(sorted(wanted))[:200], "expires_at": seconds(expires_at)}
            self.household.record(tx, EntryKind.KEY_MADE, None, facts, by=actor)
        return MadeKey(view=_view(record), secret=secret)

    def list(self, actor: Actor) -> tuple[ApiKeyView, ...]:
        """Return the tenant's keys, newest first.

        Raises:
            AccessDenied: The actor may not manage accounts.
        """
        actor.require(Permission.ACCOUNTS_MANAGE)
        with self.household.store.reading() as tx:
            return tuple(_view(record) for record in tx.api_keys.of_tenant(actor.tenant))

    def view(self, actor: Actor, key_id: str) -> ApiKeyView:
        """Return what may be shown of a key.

        Raises:
            AccessDenied: The actor may not manage accounts.
            ApiKeyUnknown: There is no such key.
        """
        actor.require(Permission.ACCOUNTS_MANAGE)
        with self.household.store.reading() as tx:
            record = own(tx.api_keys.get(key_id), actor, ApiKeyUnknown)
        return _view(record)

    def revoke(self, actor: Actor, key_id: str) -> None:
        """Revoke a key: from now on it is as unknown as a guess. Doing it twice changes nothing.

        Raises:
            AccessDenied: The actor may not manage accounts, or is an API key itself.
            ApiKeyUnknown: There is no such key.
        """
        actor.require(Permission.ACCOUNTS_MANAGE)
        if actor.kind is ActorKind.API_KEY:
            raise AccessDenied("an API key does not do this")
        with self.household.store.transaction() as tx:
            record = own(tx.api_keys.get(key_id), actor, ApiKeyUnknown)
            if record.revoked_at is not None:
                return
            tx.api_keys.update(replace(record, revoked_at=self.household.clock.now()))
            self.household.record(tx, EntryKind.KEY_REVOKED, None, {"key": record.id}, by=actor)

    def own(self, actor: Actor) -> ApiKeyView:
        """Return what may be shown of the key that is asking; no permission is needed to see oneself.

        Raises:
            ApiKeyRefused: Whoever asks is no API key.
        """
        with self.household.store.reading() as tx:
            record = tx.api_keys.get(actor.id) if actor.kind is ActorKind.API_KEY else None
        if record is None:
            raise ApiKeyRefused
        return _view(record)

    def authenticate(self, secret: str | None) -> Actor:
        """Return who shows a key.

        A key that cannot be one (its last eight characters check the others) is refused without a look into the
        database. The last day of use is noted once a day.

        Raises:
            ApiKeyRefused: Missing, malformed, unknown, expired or revoked; all in the same words.
        """
        if secret is None or not _KEY.match(secret) or not equal(_check(secret[:-9]).encode(), secret[-8:].encode()):
            raise ApiKeyRefused
        digest = _digest(secret)
        now = self.household.clock.now()
        with self.household.store.reading() as tx:
            record = tx.api_keys.by_digest(digest)
        if record is None or not equal(record.digest, digest):
            raise ApiKeyRefused
        if record.revoked_at is not None or record.expires_at <= now:
            raise ApiKeyRefused
        today = self.household.today().isoformat()
        if record.last_used != today:
            self._note_use(record.id, today)
        return Actor(
            tenant=record.tenant, kind=ActorKind.API_KEY, id=record.id, permissions=_permissions(record.scopes)
        )

    def _note_use(self, key_id: str, today: str) -> None:
        with self.household.store.transaction() as tx:
            record = tx.api_keys.get(key_id)
            if record is not None and record.last_used != today:
                tx.api_keys.update(replace(record, last_used=today))


def _fresh() -> str:
    body = PREFIX + new_token()
    return f"{body}_{_check(body)}"


def _check(body: str) -> str:
    return labelled("api-key/check", body.encode()).hex()[:8]


def _digest(secret: str) -> bytes:
    return labelled("api-key", secret.encode())


def _permissions(scopes: str) -> frozenset[Permission]:
    """Return the permissions of a key; a word that this version does not know allows nothing."""
    known = {permission.value: permission for permission in Permission}
    return frozenset(known[word] for word in scopes.split() if word in known)


def _view(record: ApiKeyRecord) -> ApiKeyView:
    return ApiKeyView(
        id=record.id,
        tenant=record.tenant,
        prefix=record.prefix,
        name=record.name,
        scopes=_permissions(record.scopes),
        created_at=record.created_at,
        expires_at=record.expires_at,
        revoked_at=record.revoked_at,
        last_used=record.last_used,
    )
