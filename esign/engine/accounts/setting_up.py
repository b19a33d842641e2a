"""Whoever adds a way to log in: by the one-time link of an account, or logged in to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from esign.access.errors import AccountLinkUnknown, ConfirmationNeeded, LoginNeeded
from esign.engine.accounts.records import AccountRecord, AccountState
from esign.engine.accounts.rows import actor_of, note, token_digest
from esign.engine.accounts.sessions import Opened, open_session
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who may add a way to log in to an account: whoever has its link, or is logged in to it."""

    account_id: str
    link: str = ""
    """Token of the link; empty: logged in."""
    session: str = ""
    """Identifier of the login; empty: by link."""

    def account(self, house: Household, tx: Transaction, *, fresh: bool = True) -> AccountRecord:
        """Return the account, after it is checked that link or login still stand.

        Args:
            house: The household.
            tx: The transaction.
            fresh: Whether who is logged in has to have proven just now who it is.

        Raises:
            AccountLinkUnknown: The link was used, replaced, or its time is over.
            LoginNeeded: The login has ended.
            ConfirmationNeeded: The person has to prove again who it is.
        """
        if self.link:
            return by_link(house, tx, self.link)
        record = tx.accounts.get(self.account_id)
        sessions = {item.id: item for item in tx.logins.sessions(self.account_id)}
        if record is None or record.state is not AccountState.ACTIVE or self.session not in sessions:
            raise LoginNeeded
        confirmed_at = sessions[self.session].confirmed_at
        if fresh and not actor_of(record, confirmed_at=confirmed_at).confirmed(house.clock.now()):
            raise ConfirmationNeeded
        return record


def by_link(house: Household, tx: Transaction, link: str) -> AccountRecord:
    """Return the account that a link sets up.

    Raises:
        AccountLinkUnknown: The link was used, replaced, or its time is over.
    """
    found = tx.accounts.link(token_digest(link))
    record = None if found is None else tx.accounts.get(found.account_id)
    if found is None or found.expires_at <= house.clock.now():
        raise AccountLinkUnknown
    if record is None or record.state is not AccountState.INVITED:
        raise AccountLinkUnknown
    return record


def settle(house: Household, tx: Transaction, record: AccountRecord, holder: Holder, way: str) -> Opened | None:
    """Record a new way to log in; by link, the account is set up now, the link is used up, and its owner is logged in.

    Args:
        house: The household.
        tx: The transaction.
        record: The account as it is kept, with the new way.
        holder: Who added it.
        way: Which.
    """
    if not holder.link:
        note(house, tx, EntryKind.ACCOUNT_WAY_ADDED, actor_of(record), way=way)
        return None
    active = replace(record, state=AccountState.ACTIVE, changed_at=house.clock.now())
    tx.accounts.update(active)
    tx.accounts.drop_links(record.id)
    note(house, tx, EntryKind.ACCOUNT_SET_UP, actor_of(active), way=way)
    return open_session(house, tx, active, way)
