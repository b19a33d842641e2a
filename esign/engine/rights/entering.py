"""A declaration that came by letter, mail or telephone: a clerk writes it down, and it goes the same way.

Source: BGB §§ 130, 355 (1), 356a; VVG § 8 (1); law.md B2, B3, B49.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from esign.access import Actor, Permission
from esign.contracts.deadlines import DeadlineError
from esign.contracts.deadlines.instants import within
from esign.contracts.rights import Right, RightDeclaration, function, tidy
from esign.contracts.rights.declaration import is_address
from esign.engine.clocks import tasks
from esign.engine.clocks.records import TaskKind
from esign.engine.household import BERLIN, Household
from esign.engine.rights import acknowledging, matching
from esign.engine.rights.receiving import Entered, keep
from esign.engine.rights.records import Channel
from esign.engine.rights.refusals import DeclarationIncomplete

LONGEST = 1000
OLDEST = timedelta(days=3660)
"""What was received longer ago is a slip of the pen."""
CHANNELS = tuple(channel for channel in Channel if channel is not Channel.FUNCTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteringDesk:
    """Writes down declarations that did not come by the function; late, partial and unclear ones too."""

    household: Household

    def enter(self, actor: Actor, right: Right, written: Mapping[str, str]) -> str:
        """Keep a declaration as it came, acknowledge it, and return its name.

        An acknowledgement by mail goes out by itself. Without an address its file is drawn up at once, and a task says
        that somebody has to send it.

        Args:
            actor: Who writes it down.
            right: Withdrawal or termination.
            written: ``channel``, ``received`` and perhaps ``sent`` (local day, or instant with its offset), ``name``,
                ``contract``, perhaps ``email``, ``lang``; for a termination ``how``, ``reason``, ``wished``.

        Raises:
            AccessDenied: The actor may not.
            DeclarationIncomplete: The facts name the fields: nobody and nothing is named, no such address, day or way.
        """
        actor.require(Permission.CASES_DECIDE)
        house = self.household
        now = house.clock.now()
        declared, wrong = _declared(right, written)
        received_at, received_on = _instant(written.get("received", ""), now)
        sent_at, _ = _instant(written.get("sent", ""), now)
        wrong += ["received"] if received_at is None else []
        if written.get("sent", "") and (sent_at is None or (received_at is not None and sent_at > received_at)):
            wrong += ["sent"]
        wrong += ["channel"] if written.get("channel", "") not in CHANNELS else []
        if wrong or received_at is None:
            raise DeclarationIncomplete(fields=" ".join(wrong))
        entered = Entered(
            by=actor,
            channel=Channel(written["channel"]),
            sent_at=sent_at,
            received_on=received_on,
            entered_at=now,
        )
        with house.store.transaction() as tx:
            received = keep(
                house,
                tx,
                function(right, house.today()),
                actor.tenant,
                declared,
                dict(declared.values),
                press=f"entered {secrets.token_urlsafe(16)}",
                lang="en" if written.get("lang") == "en" else "de",
                now=received_at,
                entered=entered,
            )
            if not declared.email:
                tasks.ensure(
                    house,
                    tx,
                    TaskKind.ACKNOWLEDGEMENT,
                    received.id,
                    tenant=actor.tenant,
                    contract_id=None,
                    due_on=house.today().isoformat(),
                )
        if not declared.email:
            matching.settle_once(house, received.id)
            acknowledging.prepare_file(house, received.id)
        return received.id


def _declared(right: Right, written: Mapping[str, str]) -> tuple[RightDeclaration, list[str]]:
    """Return what was declared, and the fields that cannot be taken."""
    values = {
        name: tidy(written.get(name, ""))[:LONGEST] for name in ("name", "contract", "email", "how", "reason", "wished")
    }
    wrong = [] if values["name"] or values["contract"] else ["name", "contract"]
    if values["email"] and not is_address(values["email"]):
        wrong.append("email")
    how, wished = "", None
    if right is Right.TERMINATION:
        how = values["how"] or "ordinary"
        if how not in ("ordinary", "extraordinary"):
            wrong.append("how")
        wished = _day(values["wished"])
        if values["wished"] and wished is None:
            wrong.append("wished")
    declared = RightDeclaration(
        right=right,
        name=values["name"],
        contract=values["contract"],
        email=values["email"],
        how=how,
        reason=values["reason"] if how == "extraordinary" else "",
        wished=wished,
    )
    return declared, wrong


def _instant(text: str, now: datetime) -> tuple[datetime | None, str]:
    """Return the instant of a day's beginning or of an instant, and the day where only that is known."""
    text = text.strip()
    day = _day(text) if "T" not in text else None
    if day is not None:
        at, said = datetime.combine(day, time(), BERLIN), day.isoformat()
    else:
        try:
            at, said = datetime.fromisoformat(text), ""
        except ValueError:
            return None, ""
        if at.tzinfo is None:
            at = at.replace(tzinfo=BERLIN)
    if not now - OLDEST <= at <= now:
        return None, ""
    return at.astimezone(now.tzinfo), said


def _day(text: str) -> date | None:
    try:
        return within(date.fromisoformat(text))
    except (ValueError, DeadlineError):
        return None
