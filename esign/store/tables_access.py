"""Tables of the company's side: accounts, how they log in, their sessions, and who did what.

Names and addresses of persons are inside ``sealed``; to find an account by its address there is a keyed index. Of
secrets only digests are kept; seeds and password hashes are sealed by the vault.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from esign.store.metadata import Instant, metadata

account = Table(
    "account",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("tenant", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("roles", String(120), nullable=False),
    Column("email_index", LargeBinary(32), nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("password", LargeBinary, nullable=True),
    Column("totp", LargeBinary, nullable=True),
    Column("totp_step", BigInteger, nullable=False),
    UniqueConstraint("tenant", "email_index"),
)

account_link = Table(
    "account_link",
    metadata,
    Column("token_digest", LargeBinary(32), primary_key=True),
    Column("account_id", String(64), ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)
"""The one-time links with which an account is set up, for the first time or anew. A row goes when its link is used."""

account_passkey = Table(
    "account_passkey",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("account_id", String(64), ForeignKey("account.id"), nullable=False, index=True),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
)

account_identity = Table(
    "account_identity",
    metadata,
    Column("subject_index", LargeBinary(32), primary_key=True),
    Column("account_id", String(64), ForeignKey("account.id"), nullable=False, index=True),
    Column("linked_at", Instant, nullable=False),
)
"""Which account somebody at the company's identity provider has; issuer and subject as a keyed index only."""

account_session = Table(
    "account_session",
    metadata,
    Column("token_digest", LargeBinary(32), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("account_id", String(64), ForeignKey("account.id"), nullable=False, index=True),
    Column("method", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

login_flow = Table(
    "login_flow",
    metadata,
    Column("token_digest", LargeBinary(32), primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Challenges that were handed out and not answered yet; a row goes with its answer, so that none counts twice."""

login_throttle = Table(
    "login_throttle",
    metadata,
    Column("name", LargeBinary(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    Column("blocked_until", Instant, nullable=True),
)
"""How often somebody failed to log in under an address, whether or not there is an account of it (keyed index)."""

audit = Table(
    "audit",
    metadata,
    Column(
        "seq",
        BigInteger().with_variant(Integer(), "sqlite"),
        ForeignKey("ledger_entry.seq"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("tenant", String(32), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("kind", String(40), nullable=False),
    Index(None, "tenant", "seq"),
    Index(None, "tenant", "actor", "seq"),
)
"""Which entries of the ledger say what somebody on a company's side did."""
