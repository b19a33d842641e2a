"""What must go on although nobody asks: interrupted conclusions, what is overdue, reminders."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from esign.engine.ceremony import attempts, conclusion
from esign.engine.ceremony.admission import LIVE
from esign.engine.contracts import turns
from esign.engine.contracts.ending import UNDER_WAY, expire
from esign.engine.contracts.notices import REMINDER, queue_notice
from esign.engine.contracts.validity import moments, with_next_reminder
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptRecord, InvitationRecord
from esign.foundation.clock import seconds
from esign.foundation.errors import EsignError

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
"""Between two tries of this process to conclude the same attempt; the pause doubles. Who asks is never kept waiting."""

_log = logging.getLogger("esign.engine.upkeep")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    until: datetime
    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepDesk:
    """Tidies up behind lost connections and crashes. What goes wrong with one row holds up no other."""

    household: Household
    _pauses: dict[str, _Pause] = field(default_factory=dict, repr=False, compare=False)

    def conclude_abandoned(self) -> int:
        """Conclude attempts whose signature is complete and that nobody is concluding; return how many were."""
        now = self.household.clock.now()
        with self.household.store.reading() as tx:
            waiting = tx.ceremonies.abandoned(now)
        for tau in self._pauses.keys() - {record.tau for record in waiting}:
            del self._pauses[tau]
        due = [record for record in waiting if record.tau not in self._pauses or self._pauses[record.tau].until <= now]
        return _each(due, self._conclude)

    def _conclude(self, record: AttemptRecord) -> bool:
        before = self._pauses.get(record.tau)
        length = FIRST_PAUSE if before is None else min(before.length * 2, LONGEST_PAUSE)
        self._pauses[record.tau] = _Pause(until=self.household.clock.now() + length, length=length)
        conclusion.conclude(self.household, record.tau)
        return True

    def end_overdue(self) -> int:
        """End attempts whose time is over, so that no live seed outlives them; return how many were ended."""
        with self.household.store.reading() as tx:
            overdue = tx.ceremonies.overdue(self.household.clock.now())
        return _each(overdue, self._end)

    def _end(self, record: AttemptRecord) -> bool:
        with self.household.store.transaction() as tx:
            current = tx.ceremonies.attempt(record.tau)
            if current is None or current.state != record.state:
                return False
            return attempts.end_expired(self.household, tx, current)

    def remind_due(self) -> int:
        """Remind parties that have not signed and whose invitation ends soon; return how many were reminded.

        Each of the contract's days counts once; where some were missed, one mail stands for all of them. Whose turn has
        not come is not reminded.
        """
        house, now = self.household, self.household.clock.now()
        days = house.settings.reminder_days
        with house.store.reading() as tx:
            due = tx.invitations.to_remind(now, unknown_before=now + timedelta(days=max(days, default=0)))

        def remind(found: InvitationRecord) -> bool:
            with house.store.transaction() as tx:
                return self._remind(tx, found.id, now)

        return _each(due, remind)

    def _remind(self, tx: Transaction, invitation_id: str, now: datetime) -> bool:
        house = self.household
        invitation = tx.invitations.get(invitation_id)
        contract = tx.contracts.get(invitation.contract_id) if invitation else None
        if invitation is None or contract is None or contract.state not in UNDER_WAY or invitation.state not in LIVE:
            return False
        settings = house.settings
        due = sum(moment <= now for moment in moments(settings, contract, invitation))
        contents = house.contract_contents(tx, contract)
        if due <= invitation.reminded or now >= invitation.expires_at:
            return False
        if not turns.is_turn(tx, contents, contract.id, invitation.party):
            return False
        tx.invitations.update(with_next_reminder(settings, contract, replace(invitation, reminded=due), now))
        until = seconds(invitation.expires_at)
        queue_notice(house, tx, contract.id, REMINDER, party=invitation.party, expires_at=until)
        return True

    def end_expired_contracts(self) -> int:
        """End contracts that a party let expire: whoever else was invited is told; return how many were ended."""
        house = self.household
        with house.store.reading() as tx:
            over = tx.invitations.ending(house.clock.now())

        def end(found: InvitationRecord) -> bool:
            with house.store.transaction() as tx:
                return expire(house, tx, found.id)

        return _each(over, end)


def _each(rows: Iterable[_Row], act: Callable[[_Row], bool]) -> int:
    """Do something with each row and return how often it was done; the next row has its turn whatever happens."""
    done = 0
    for row in rows:
        try:
            done += act(row)
        except EsignError as error:  # postponed, taken up by somebody else, or failed: recorded where it belongs
            _log.info("upkeep refused", extra={"code": error.code})
        except Exception as error:
            _log.error("upkeep broke", exc_info=error)
    return done
