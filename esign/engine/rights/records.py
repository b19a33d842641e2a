"""Declarations as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from esign.contracts.rights import Right, Verdict
from esign.engine.contents import Contents
from esign.foundation.clock import from_rfc3339

HOLDERS = ("company",)
CONTENTS = "declaration"
"""Name under which a declaration's content is sealed."""
DOCUMENT = "acknowledgement"
"""Name under which the acknowledgement's file is sealed."""


class DeclarationState(StrEnum):
    """Where a declaration stands."""

    RECEIVED = "received"
    """Nobody has looked for its contract yet."""
    OPEN = "open"
    """It is a task for a clerk."""
    REPEATED = "repeated"
    """It says what an earlier one says: acknowledged again, no task of its own."""
    SETTLED = "settled"


class Channel(StrEnum):
    """How a declaration came; every way is as good as the function (law.md B49; VVG § 8 (1): Textform)."""

    FUNCTION = "function"
    LETTER = "letter"
    EMAIL = "email"
    PHONE = "phone"
    FAX = "fax"
    IN_PERSON = "in_person"
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationRecord:
    """A declaration of withdrawal or termination."""

    id: str
    tenant: str
    right: Right
    state: DeclarationState
    received_at: datetime
    """The server's clock when it arrived: dispatch and receipt in one (BGB § 356a (5), § 312k (4) sentence 2)."""
    once: bytes = field(repr=False)
    """Keyed index of the page on which the button was pressed: a page makes one declaration."""
    likeness: bytes = field(repr=False)
    """Keyed index of what was declared."""
    mailbox: bytes = field(repr=False)
    """Keyed index of the address for the acknowledgement."""
    same_as: str | None = None
    """The first declaration that says the same."""
    contract_id: str | None = None
    verdict: Verdict | None = None
    due_on: str | None = None
    """Last local day (ISO) for what the company has to do."""
    acknowledged_at: datetime | None = None
    settled_at: datetime | None = None
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationContents(Contents):
    """What was declared, and what was made of it."""

    values: dict[str, str]
    """The fields as they were shown before the button was pressed."""
    typed: dict[str, str]
    """The same as they arrived."""
    lang: str
    button: str
    """Label of the button that was pressed."""
    version: str
    """Version of the function's policy."""
    matched_by: str = ""
    """``reference``, ``date`` or ``clerk``; empty: no contract was found."""
    by_party: bool = False
    """Whether name or address is one of the contract's parties'."""
    own_mailbox: bool = False
    """Whether the address is one of the contract's parties': only there may a mail say anything about the contract."""
    rule: str = ""
    exercisable_until: str = ""
    ends: str = ""
    """Last local day (ISO) of a terminated contract, where it could be calculated."""
    document: str = ""
    """Blob of the sealed acknowledgement."""
    sealing: str = ""
    """``timestamped``, ``plain`` or ``none``: how the acknowledgement is sealed."""
    words: str = ""
    """A clerk's note at the end."""
    channel: str = "function"
    """How it came: by the function, or as a clerk wrote down (:class:`Channel`)."""
    sent_at: str = ""
    """When it was sent (RFC 3339): a postmark, a mail's date; empty: as it was received."""
    received_on: str = ""
    """Local day (ISO) of receipt, where only that is known; empty: the instant of the record."""
    entered_by: str = ""
    """Kind and name of the clerk or key that wrote it down; empty: the consumer did."""
    entered_at: str = ""

    def sent(self, received_at: datetime) -> datetime:
        """Return when it was sent; where nobody knows, when it was received: never later.

        Source: BGB §§ 355 (1) sentence 5, 356a (5).
        """
        return min(from_rfc3339(self.sent_at), received_at) if self.sent_at else received_at
