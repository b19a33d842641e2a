"""What must go on although nobody asks: interrupted conclusions, what is overdue, reminders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.engine import attempts, conclusion, turns
from esign.engine.admission import LIVE
from esign.engine.ending import close_all
from esign.engine.household import Household
from esign.engine.invitations import UNDER_WAY
from esign.engine.notices import CANCELLATION, REMINDER, queue_notice
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, ContractState
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
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

    def remind_due(self) -> int:
        """Remind parties that have not signed and whose invitation ends soon; return how many were reminded.

        Each of the configured days counts once; where some were missed, one mail stands for all of them. Whose turn has
        not come is not reminded.
        """
        house, now = self.household, self.household.clock.now()
        days = house.settings.reminder_days
        with house.store.reading() as tx:
            soon = tx.invitations.ending(now + timedelta(days=max(days, default=0)))
        done = 0
        for found in soon:
            with house.store.transaction() as tx:
                done += self._remind(tx, found.id, now)
        return done

    def _remind(self, tx: Transaction, invitation_id: str, now: datetime) -> bool:
        house = self.household
        invitation = tx.invitations.get(invitation_id)
        contract = tx.contracts.get(invitation.contract_id) if invitation else None
        if invitation is None or contract is None or contract.state not in UNDER_WAY or invitation.state not in LIVE:
            return False
        moments = [invitation.expires_at - timedelta(days=days) for days in house.settings.reminder_days]
        due = sum(invitation.created_at < moment <= now for moment in moments)
        contents = house.contract_contents(tx, contract)
        if due <= invitation.reminded or now >= invitation.expires_at:
            return False
        if not turns.is_turn(tx, contents, contract.id, invitation.party):
            return False
        tx.invitations.update(replace(invitation, reminded=due))
        until = seconds(invitation.expires_at)
        queue_notice(house, tx, contract.id, REMINDER, party=invitation.party, expires_at=until)
        return True

    def end_expired_contracts(self) -> int:
        """End contracts that a party let expire: whoever else was invited is told; return how many were ended."""
        house, now = self.household, self.household.clock.now()
        with house.store.reading() as tx:
            over = tx.invitations.ending(now)
        ended = 0
        for found in over:
            with house.store.transaction() as tx:
                ended += self._expire(tx, found.id)
        return ended

    def _expire(self, tx: Transaction, invitation_id: str) -> bool:
        house = self.household
        invitation = tx.invitations.get(invitation_id)
        contract = tx.contracts.get(invitation.contract_id) if invitation else None
        if invitation is None or contract is None or contract.state not in UNDER_WAY or invitation.state not in LIVE:
            return False
        everybody = tx.invitations.of_contract(contract.id)
        if any(a.state is AttemptState.CONCLUDING for each in everybody for a in tx.ceremonies.attempts(each.id)):
            return False  # a signature that was made in time is being put into the file
        close_all(house, tx, contract.id, cause="expired")
        tx.contracts.update(replace(contract, state=ContractState.EXPIRED))
        facts = {"invitation": invitation.id, "party": invitation.party}
        house.record(tx, EntryKind.CONTRACT_EXPIRED, contract.id, facts)
        for other in everybody:
            if other.id != invitation.id:
                queue_notice(house, tx, contract.id, CANCELLATION, party=other.party, reason="")
        return True
