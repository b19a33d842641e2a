"""The one-time link with which an account is set up: made, and sent to the address of its owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import Actor
from esign.access.people import Person
from esign.engine.accounts.records import AccountRecord, LinkRecord
from esign.engine.accounts.rows import note, token_digest
from esign.engine.accounts.texts import link_mail
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.foundation.errors import EsignError
from esign.foundation.identifiers import new_id, new_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An account whose owner has yet to set it up. The link is a secret of that person."""

    account_id: str
    link: str
    expires_at: datetime
    sent: bool = False
    """Whether the link went to the account's address by mail."""


def make_link(house: Household, tx: Transaction, record: AccountRecord) -> Linked:
    """Make the link of an account; one that was made before is worth nothing any more."""
    now = house.clock.now()
    token = new_token()
    until = now + timedelta(hours=house.settings.account_link_hours)
    tx.accounts.add_link(
        LinkRecord(token_digest=token_digest(token), account_id=record.id, created_at=now, expires_at=until)
    )
    link = f"{house.settings.web_url}/company/invitation/{token}"
    return Linked(account_id=record.id, link=link, expires_at=until)


def send_link(house: Household, actor: Actor, linked: Linked, person: Person) -> Linked:
    """Send the link; that it could not be sent is said and recorded, and the account stays."""
    mail = link_mail(
        person, link=linked.link, until=linked.expires_at, identifier=new_id(), sandbox=house.settings.sandbox
    )
    outcome = "sent"
    try:
        house.mailer.send(mail)
    except EsignError as error:
        outcome = error.code
    with house.store.transaction() as tx:
        note(house, tx, EntryKind.ACCOUNT_LINK_SENT, actor, linked.account_id, outcome=outcome)
    return replace(linked, sent=outcome == "sent")
