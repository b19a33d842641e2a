"""More time for a contract, and a new one in the place of one that ended without being concluded.

What a party was told is never shortened: an offer binds until the end of its period (BGB §§ 145, 148). A renewed
contract is a new document of today under a new identifier; everybody is invited anew, whoever had signed too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from esign.access import Actor, Permission
from esign.engine.ceremony.admission import LIVE
from esign.engine.contracts.desk import ContractDesk
from esign.engine.contracts.ending import UNDER_WAY
from esign.engine.contracts.validity import (
    Validity,
    ValidityRefused,
    end_of_day,
    moments,
    wished,
    with_next_reminder,
)
from esign.engine.contracts.views import Corrected
from esign.engine.formation import offering
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState, InvitationRecord
from esign.engine.refusals import ContractStateRefused
from esign.evidence.kinds import EntryKind

RENEWABLE = (ContractState.EXPIRED, ContractState.DECLINED, ContractState.CANCELLED, ContractState.FAILED)
"""States that end a contract without its being concluded."""
_CHANGEABLE = (ContractState.DRAWN_UP, *UNDER_WAY, ContractState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalDesk:
    """Gives time, and begins anew. A contract of another tenant is as unknown as one that does not exist."""

    household: Household
    contracts: ContractDesk

    def change_validity(self, actor: Actor, contract_id: str, validity: Validity) -> datetime | None:
        """Give a contract more time, or other reminders; what is None stays as it is.

        Returns:
            When the last invitation that is live ends; None: none is.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ValidityRefused: Out of bounds, beyond the offer, or less than a party was told.
            ContractStateRefused: The contract is concluded, or has ended otherwise than by its time.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        wished(house, validity)
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            if record.state not in _CHANGEABLE:
                raise ContractStateRefused("its time cannot be changed", state=record.state.value)
            offer = _offer(json.loads(house.contract_contents(tx, record).data))
            if validity.until is not None and offer is not None and validity.until > offer:
                raise ValidityRefused("nothing outlives the offer", reason="offer", place="validity/until")
            changed = _changed(record, validity.of_record(house.settings, offer), validity)
            ends = [self._move(tx, actor, changed, each) for each in tx.invitations.of_contract(record.id)]
            tx.contracts.update(changed)
            facts: dict[str, object] = {"days": changed.valid_days, "until": changed.valid_until}
            facts = {name: value for name, value in facts.items() if value is not None}
            if changed.reminder_days is not None:
                facts["reminders"] = changed.reminder_days.replace(",", "+") or "none"
            house.record(tx, EntryKind.CONTRACT_VALIDITY_CHANGED, record.id, facts, by=actor)
        return max((end for end in ends if end is not None), default=None)

    def renew(
        self,
        actor: Actor,
        contract_id: str,
        *,
        accept_until: date | None = None,
        validity: Validity | None = None,
        invite: bool = True,
    ) -> Corrected:
        """Draw a contract that ended up anew, dated today, and invite to it.

        Args:
            actor: Who renews.
            contract_id: The contract that ended.
            accept_until: Last local day of the new offer; None: as many days as the former one had.
            validity: Until when the new one can be signed; None: days and reminders of the former one.
            invite: Whether its parties are invited at once.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract.
            ContractStateRefused: It has not ended, is concluded, or was replaced already.
            ValidityRefused: The validity is not within the bounds.
            ContractsError: What the contract says does not hold today, such as a beginning that is over.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.reading() as tx:
            record = known(tx, actor, contract_id)
            _refuse_if_replaced(tx, record)
            data = json.loads(house.contract_contents(tx, record).data)
        kept = wished(house, validity) if validity is not None else _kept(record, house)
        drawn = replace(
            self.contracts.prepare(actor, _of_today(data, house.today(), accept_until), again=contract_id),
            validity=kept,
        )
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            _refuse_if_replaced(tx, record)
            new, invited = self.contracts.enter(tx, actor, drawn, invite=invite, replaces=contract_id)
            house.record(tx, EntryKind.CONTRACT_RENEWED, contract_id, {"replaced_by": new}, by=actor)
        return Corrected(contract_id=new, invited=invited)

    def _move(
        self, tx: Transaction, actor: Actor, record: ContractRecord, invitation: InvitationRecord
    ) -> datetime | None:
        if invitation.state not in LIVE:
            return None
        settings, now = self.household.settings, self.household.clock.now()
        days = settings.invitation_days if record.valid_days is None else record.valid_days
        end = invitation.created_at + timedelta(days=days)
        if record.valid_until is not None:
            end = min(end, end_of_day(date.fromisoformat(record.valid_until)))
        if end < invitation.expires_at:
            raise ValidityRefused("a party was told a later end", reason="shorter", place="validity")
        moved = replace(invitation, expires_at=end)
        moved = replace(moved, reminded=sum(moment <= now for moment in moments(settings, record, moved)))
        tx.invitations.update(with_next_reminder(settings, record, moved, now))
        if end > invitation.expires_at:
            offering.offered(self.household, tx, record, end, by=actor)
        return end


def _changed(record: ContractRecord, wanted: Mapping[str, Any], validity: Validity) -> ContractRecord:
    if validity.days is not None or validity.until is not None:
        record = replace(record, valid_days=wanted["valid_days"], valid_until=wanted["valid_until"])
    return record if validity.reminders is None else replace(record, reminder_days=wanted["reminder_days"])


def _kept(record: ContractRecord, house: Household) -> Validity:
    """Return days and reminders of a contract; its last day is over or soon will be."""
    days = None if record.valid_until is not None else record.valid_days
    reminders = record.reminder_days
    return Validity(
        days=None if days is None else min(days, house.settings.invitation_days_most),
        reminders=None if reminders is None else tuple(int(each) for each in reminders.split(",") if each),
    )


def _of_today(data: Mapping[str, Any], today: date, accept_until: date | None) -> dict[str, Any]:
    made = {**data, "date": today.isoformat()}
    offer = _offer(data)
    if offer is not None or accept_until is not None:
        span = timedelta() if offer is None else offer - date.fromisoformat(data["date"])
        made["offer"] = {"accept_until": (accept_until or today + span).isoformat()}
    return made


def _offer(data: Mapping[str, Any]) -> date | None:
    until = data.get("offer", {}).get("accept_until")
    return None if until is None else date.fromisoformat(until)


def _refuse_if_replaced(tx: Transaction, record: ContractRecord) -> None:
    if record.state not in RENEWABLE:
        raise ContractStateRefused("it has not ended", state=record.state.value)
    if any("replaced_by" in entry.facts for entry in tx.ledger.of_contract(record.id)):
        raise ContractStateRefused("another contract has taken its place", state=record.state.value)
