"""Declarations as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from esign.contracts.rights import Right, Verdict
from esign.engine.contents import Contents

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
