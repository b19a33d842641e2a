"""Where accounts and logins are kept, and who vouches for staff outside, in the engine's words."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from esign.engine.accounts.records import (
    AccountRecord,
    FlowRecord,
    IdentityRecord,
    LinkRecord,
    PasskeyRecord,
    SessionRecord,
    ThrottleRecord,
)
from esign.identity.id_token import ProviderKeys


class AddressTaken(Exception):
    """The tenant has an account of this address."""


class Accounts(Protocol):
    """Accounts and how they log in."""

    def add(self, record: AccountRecord) -> None:
        """Keep a new account.

        Raises:
            AddressTaken: There is one of this address.
        """

    def get(self, account_id: str) -> AccountRecord | None:
        """Return an account."""

    def by_email(self, tenant: str, email_index: bytes) -> AccountRecord | None:
        """Return a tenant's account of an address."""

    def of_tenant(self, tenant: str) -> tuple[AccountRecord, ...]:
        """Return a tenant's accounts, oldest first."""

    def update(self, record: AccountRecord) -> None:
        """Replace an account."""

    def add_link(self, record: LinkRecord) -> None:
        """Keep a link; every other one of the account goes."""

    def link(self, token_digest: bytes) -> LinkRecord | None:
        """Return a link."""

    def drop_links(self, account_id: str) -> None:
        """Forget the links of an account."""

    def add_passkey(self, record: PasskeyRecord) -> None:
        """Keep a passkey."""

    def passkey(self, credential_id: bytes) -> PasskeyRecord | None:
        """Return the passkey of a credential."""

    def passkeys(self, account_id: str) -> tuple[PasskeyRecord, ...]:
        """Return the passkeys of an account, oldest first."""

    def update_passkey(self, record: PasskeyRecord) -> None:
        """Replace a passkey."""

    def drop_passkey(self, passkey_id: str) -> None:
        """Forget a passkey."""

    def add_identity(self, record: IdentityRecord) -> None:
        """Keep who at the provider has an account."""

    def identity(self, subject_index: bytes) -> IdentityRecord | None:
        """Return who has an account."""

    def identities(self, account_id: str) -> tuple[IdentityRecord, ...]:
        """Return the links of an account to the provider."""

    def drop_identities(self, account_id: str) -> None:
        """Forget the links of an account to the provider."""


class Logins(Protocol):
    """Sessions, challenges and failures."""

    def add_session(self, record: SessionRecord) -> None:
        """Keep a session."""

    def session(self, token_digest: bytes) -> SessionRecord | None:
        """Return a session."""

    def sessions(self, account_id: str) -> tuple[SessionRecord, ...]:
        """Return the sessions of an account, newest first."""

    def seen(self, token_digest: bytes, at: datetime) -> None:
        """Note that a session was used."""

    def drop_session(self, session_id: str) -> bool:
        """End a session; return whether there was one."""

    def drop_sessions(self, account_id: str, *, but: str = "") -> int:
        """End the sessions of an account, all but one; return how many."""

    def add_flow(self, record: FlowRecord) -> None:
        """Keep a challenge."""

    def take_flow(self, token_digest: bytes) -> FlowRecord | None:
        """Return a challenge and forget it."""

    def throttle(self, name: bytes) -> ThrottleRecord | None:
        """Return how often logins failed under a name."""

    def keep_throttle(self, record: ThrottleRecord) -> None:
        """Keep how often logins failed under a name."""

    def drop_throttle(self, name: bytes) -> None:
        """Forget the failures of a name."""

    def forget_old(self, now: datetime, *, unseen: datetime, calm: datetime) -> int:
        """Forget what is over: sessions unused since ``unseen``, failures older than ``calm``; return how many rows."""


class CompanyProvider(Protocol):
    """The company's own identity provider: who works there (OpenID Connect, confidential client)."""

    @property
    def issuer(self) -> str:
        """Its identifier."""

    @property
    def client_id(self) -> str:
        """This installation's client there."""

    def address(self, *, state: str, nonce: str, challenge: str, redirect_uri: str, anew: bool) -> str:
        """Return where the browser is sent.

        Args:
            state: Comes back with the answer.
            nonce: Comes back in the token.
            challenge: base64url SHA-256 of the verifier (PKCE).
            redirect_uri: Where the browser comes back.
            anew: Whether the person has to prove again who it is.

        Raises:
            EsignError: The provider could not be asked for its endpoints.
        """

    def redeem(self, *, code: str, verifier: str, redirect_uri: str) -> str:
        """Return the ID token for a code.

        Raises:
            EsignError: The provider did not answer, or refused.
        """

    def keys(self, *, fresh: bool = False) -> ProviderKeys:
        """Return the provider's keys.

        Raises:
            EsignError: They could not be had.
        """
