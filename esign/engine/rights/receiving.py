"""A declaration arrives: kept at once and whole, whatever it says, whoever sent it, however late it is.

Source: BGB §§ 130, 312k, 355, 356a.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from esign.access import Actor
from esign.access.people import address_key
from esign.contracts.rights import Function, Right, RightDeclaration, function, read
from esign.engine.ceremony import seal_names
from esign.engine.company.search import fold
from esign.engine.household import BERLIN, Household
from esign.engine.ports import AlreadyKept, Transaction
from esign.engine.rights.records import (
    CONTENTS,
    HOLDERS,
    Channel,
    DeclarationContents,
    DeclarationRecord,
    DeclarationState,
)
from esign.engine.rights.refusals import DeclarationIncomplete, DeclarationStateRefused
from esign.evidence.kinds import EntryKind
from esign.foundation.canonical import canonical
from esign.foundation.clock import rfc3339
from esign.foundation.identifiers import new_id

WITHDRAWAL_MAIL = "right_withdrawal"
TERMINATION_MAIL = "right_termination"
KINDS: Mapping[str, Right] = {WITHDRAWAL_MAIL: Right.WITHDRAWAL, TERMINATION_MAIL: Right.TERMINATION}
"""Kinds of work in the outbox."""
_MAILS = {right: kind for kind, right in KINDS.items()}
_ENTRIES = {
    Right.WITHDRAWAL: EntryKind.RIGHT_WITHDRAWAL_RECEIVED,
    Right.TERMINATION: EntryKind.RIGHT_TERMINATION_RECEIVED,
}

AT_ONCE = 20
"""Acknowledgements that go to one address within a day without a pause."""
PAUSE = timedelta(minutes=1)
"""Between those that come after: a door without a login must not flood a stranger's mailbox, and none is lost."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What the door says: the same whatever there is."""

    id: str
    received_at: datetime
    declaration: RightDeclaration = field(repr=False)
    button: str


def receive(
    house: Household, right: Right, tenant: str, typed: Mapping[str, str], *, press: str, lang: str
) -> Received:
    """Keep a declaration and queue its acknowledgement.

    1. The instant is taken before anything that can wait.
    2. A page makes one declaration: the same press again, by a reload or a second click, changes nothing.
    3. What says the same as an earlier declaration is kept and acknowledged again, and knows the first.
    4. Nothing here looks at a contract, so neither the answer nor its time tells anything about one.

    Args:
        house: The household.
        right: Which of the two.
        tenant: Whose customer declares.
        typed: The fields by name, as they arrived.
        press: A random word of the page on which the button was pressed.
        lang: Language of that page.

    Raises:
        DeclarationIncomplete: A prescribed field is empty, or the address is none.
    """
    now = house.clock.now()
    known = function(right, now.astimezone(BERLIN).date())
    found = read(known, typed)
    if found.declaration is None:
        raise DeclarationIncomplete(fields=" ".join(found.missing))
    for _ in range(2):  # a second click that came in the same moment finds what the first one kept
        with suppress(AlreadyKept), house.store.transaction() as tx:
            return keep(house, tx, known, tenant, found.declaration, typed, press=press, lang=lang, now=now)
    raise DeclarationStateRefused("the same press is being kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """How a declaration came that a clerk writes down."""

    by: Actor
    channel: Channel
    sent_at: datetime | None
    received_on: str
    """The local day (ISO), where only that is known; empty: the instant is."""
    entered_at: datetime


def keep(
    house: Household,
    tx: Transaction,
    known: Function,
    tenant: str,
    declared: RightDeclaration,
    typed: Mapping[str, str],
    *,
    press: str,
    lang: str,
    now: datetime,
    entered: Entered | None = None,
) -> Received:
    """Keep a declaration in the transaction, and queue its acknowledgement where there is an address.

    Args:
        house: The household.
        tx: The transaction.
        known: The function in force.
        tenant: Whose customer declares.
        declared: What is declared.
        typed: The same as it arrived.
        press: A random word of the page, or of the entry.
        lang: Language of the acknowledgement.
        now: The instant of receipt.
        entered: By whom and how, where a clerk writes it down; None: the consumer used the function.
    """
    right = known.right
    button = known.label("confirm", lang) if entered is None else ""
    likeness = _likeness(tx, tenant, declared)
    once = tx.vault.index("right/press", press.encode(), tenant, right.value, likeness.hex())
    before = tx.declarations.by_press(once)
    if before is not None:
        return Received(id=before.id, received_at=before.received_at, declaration=declared, button=button)
    first = tx.declarations.first_alike(tenant, likeness)
    mailbox = tx.vault.index("right/mailbox", address_key(declared.email), tenant)
    earlier = tx.declarations.to_mailbox(mailbox, now - _DAY)
    declaration_id = new_id()
    tx.safe.new_key(declaration_id, HOLDERS)
    contents = DeclarationContents(
        values=dict(declared.values),
        typed={item.name: str(typed.get(item.name, ""))[:4000] for item in known.fields},
        lang=lang,
        button=button,
        version=known.version,
    )
    if entered is not None:
        contents = replace(
            contents,
            channel=entered.channel.value,
            sent_at=rfc3339(entered.sent_at) if entered.sent_at else "",
            received_on=entered.received_on,
            entered_by=entered.by.name,
            entered_at=rfc3339(entered.entered_at),
        )
    tx.declarations.add(
        DeclarationRecord(
            id=declaration_id,
            tenant=tenant,
            right=right,
            state=DeclarationState.RECEIVED,
            received_at=now,
            once=once,
            likeness=likeness,
            mailbox=mailbox,
            same_as=first.id if first is not None else None,
            sealed=tx.safe.seal(declaration_id, CONTENTS, contents.to_bytes()),
        )
    )
    facts: dict[str, object] = {"right": right.value, "version": known.version, "lang": lang}
    if first is not None:
        facts["same_as"] = first.id
    if entered is not None:
        facts["channel"] = entered.channel.value
    said = canonical({"values": contents.values, "typed": contents.typed, "button": button})
    by = entered.by if entered is not None else None
    house.record(tx, _ENTRIES[right], declaration_id, facts, {"declaration": said}, by=by)
    if not declared.email:
        return Received(id=declaration_id, received_at=now, declaration=declared, button=button)
    wait = PAUSE * max(0, earlier - AT_ONCE + 1)
    payload = json.dumps({"declaration": declaration_id}).encode()
    kind = _MAILS[right]
    tx.outbox.add(declaration_id, kind, tx.safe.seal(declaration_id, seal_names.delivery(kind), payload), now + wait)
    return Received(id=declaration_id, received_at=now, declaration=declared, button=button)


def _likeness(tx: Transaction, tenant: str, declared: RightDeclaration) -> bytes:
    """Return the keyed index of what is declared: case, spaces and umlauts make no difference."""
    values = {name: fold(" ".join(value.split())) for name, value in declared.values.items()}
    return tx.vault.index("right/likeness", canonical({"right": declared.right.value, **values}), tenant)
