"""How a formation stands at an instant; each state is a type of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.contracts.formation.values import Clause, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Ineffective:
    """A declaration that was made and has no effect, with the rule that takes it away."""

    declaration: str
    """Identifier of the event."""
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOffered:
    """Nobody is bound: nothing was declared, or not all who have to offer have offered."""

    invited: bool
    """Whether somebody was asked to make an offer."""
    missing: tuple[str, ...]
    """Declarants of the offering side who have not offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An offer is there and can be accepted."""

    offer: str
    offered_by: Side
    received: bool
    """Whether it has reached everybody; until then it can be revoked (BGB § 130 (1))."""
    until: datetime | None
    """Exclusive UTC instant by which acceptances must be received; None: as long as the parties speak (§ 147 (1))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOffered(Open):
    """A late or changed acceptance became a new offer, which the other side can accept."""

    because: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class PartlyDeclared:
    """Some have accepted with effect, others have not: no contract yet."""

    offer: str
    declared: tuple[str, ...]
    missing: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LateInTransit:
    """An acceptance came late that was sent in time: it counts unless its lateness is notified at once."""

    offer: str
    received_at: datetime
    notify_until: datetime
    """Exclusive UTC instant; after it the acceptance counts as in time."""
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """All have declared, but a point is open that a party wants regulated: in doubt no contract."""

    points: tuple[str, ...]
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The contract has no effect until those named approve it."""

    by: tuple[str, ...]
    clause: Clause
    until: datetime | None = None
    """Exclusive UTC instant by which they have to; None: nothing ends it by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The contract is there."""

    at: datetime
    offer: str
    by: tuple[str, ...]
    """Identifiers of the events whose declarations match: offers first, then acceptances, then approvals."""
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLapsed:
    """The offer was not accepted in time."""

    offer: str
    at: datetime
    clause: Clause
    ineffective: tuple[Ineffective, ...]
    """What was declared without effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The offer was rejected."""

    offer: str
    at: datetime
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedOffer:
    """The offer was revoked before it bound anybody."""

    offer: str
    at: datetime
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Declarations were made that have no effect; nothing is concluded by them."""

    offer: str
    ineffective: tuple[Ineffective, ...]
    until: datetime | None


State = (
    NotOffered
    | Open
    | CounterOffered
    | PartlyDeclared
    | LateInTransit
    | Unsettled
    | Pending
    | Concluded
    | OfferLapsed
    | Rejected
    | RevokedOffer
    | Refused
)
