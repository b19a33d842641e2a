"""Whose turn it is: who has signed, who may sign now, and who is invited next."""

from __future__ import annotations

from collections.abc import Mapping

from esign.engine.contents import ContractContents, PartyContents
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, InvitationRecord, InvitationState
from esign.engine.refusals import NotYet, PartyUnknown

GIVEN = "given"
"""Signing order: one after the other, as the contract data names the parties."""


def party_of(contents: ContractContents, name: str) -> PartyContents:
    """Return a party of a contract by name.

    Raises:
        PartyUnknown: There is none of this name.
    """
    try:
        return contents.party(name)
    except LookupError as error:
        raise PartyUnknown("there is no such party of the contract", party=name[:16]) from error


def invitations(tx: Transaction, contract_id: str) -> Mapping[str, InvitationRecord]:
    """Return party to invitation; parties that were not invited yet are not in it."""
    return {invitation.party: invitation for invitation in tx.invitations.of_contract(contract_id)}


def signed(tx: Transaction, contract_id: str) -> frozenset[str]:
    """Return the parties that have signed."""
    found = invitations(tx, contract_id).items()
    return frozenset(party for party, invitation in found if invitation.state is InvitationState.SIGNED)


def is_turn(tx: Transaction, contents: ContractContents, contract_id: str, party: str) -> bool:
    """Tell whether a party may sign now: in a given order, everybody before has signed."""
    if contents.order != GIVEN:
        return True
    names = [each.name for each in contents.parties]
    return set(names[: names.index(party_of(contents, party).name)]) <= signed(tx, contract_id)


def require_turn(tx: Transaction, contents: ContractContents, contract_id: str, party: str) -> None:
    """Refuse a party whose turn has not come.

    Raises:
        NotYet: Somebody else has to sign first.
    """
    if not is_turn(tx, contents, contract_id, party):
        raise NotYet("somebody else has to sign first")


def uninvited(tx: Transaction, contents: ContractContents, contract_id: str) -> tuple[str, ...]:
    """Return the parties that are to be invited now: all, or in a given order the one whose turn it is."""
    known = invitations(tx, contract_id)
    return tuple(
        each.name
        for each in contents.parties
        if each.name not in known and is_turn(tx, contents, contract_id, each.name)
    )


def remaining(tx: Transaction, contents: ContractContents, contract_id: str) -> tuple[str, ...]:
    """Return the parties that have not signed, in order."""
    done = signed(tx, contract_id)
    return tuple(each.name for each in contents.parties if each.name not in done)


def somebody_concludes(tx: Transaction, contract_id: str, *, but: str) -> bool:
    """Tell whether another party's signature is being put into the file right now.

    Args:
        tx: The transaction.
        contract_id: The contract.
        but: Invitation that does not count.
    """
    return any(
        attempt.state is AttemptState.CONCLUDING
        for invitation in tx.invitations.of_contract(contract_id)
        if invitation.id != but
        for attempt in tx.ceremonies.attempts(invitation.id)
    )
