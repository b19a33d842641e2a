"""What must go on although nobody asks: conclusions that were interrupted, attempts whose time is over."""

from __future__ import annotations

from dataclasses import dataclass

from esign.engine import attempts, conclusion
from esign.engine.household import Household
from esign.foundation.errors import EsignError


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepDesk:
    """Tidies up behind lost connections and crashes."""

    household: Household

    def conclude_abandoned(self) -> int:
        """Conclude attempts whose signature is complete and that nobody is concluding; return how many were."""
        with self.household.store.reading() as tx:
            waiting = tx.ceremonies.abandoned(self.household.clock.now())
        done = 0
        for record in waiting:
            try:
                conclusion.conclude(self.household, record.tau)
            except EsignError:
                continue  # postponed, taken up by somebody else, or failed: each is recorded where it belongs
            done += 1
        return done

    def end_overdue(self) -> int:
        """End attempts whose time is over, so that no live seed outlives them; return how many were ended."""
        now = self.household.clock.now()
        with self.household.store.reading() as tx:
            overdue = tx.ceremonies.overdue(now)
        for record in overdue:
            with self.household.store.transaction() as tx:
                current = tx.ceremonies.attempt(record.tau)
                if current is not None and current.state == record.state:
                    attempts.end_expired(self.household, tx, current)
        return len(overdue)
