"""The company hands the customer on by link, and gets the customer back: never in a frame.

The company's own pages send the customer to the link of an invitation that goes out without a mail. The mail is what
shows who signs at the simple level; there the link is the customer's alone, and no journey can be made.

The way back leads through this installation: the agent knows only the name of the journey. Only origins that are
registered for the tenant at that very moment are returned to. What is said on the way is a state, a time, and the
identifiers that the company knows already, signed with the origin's secret; nothing personal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from esign.access import Actor, Permission
from esign.engine.api.errors import JourneyRefused, JourneyUnknown, ReturnAddressRefused, ReturnAddressUnknown
from esign.engine.api.records import JourneyRecord, ReturnAddress
from esign.engine.contracts import invitations, turns
from esign.engine.contracts.ending import UNDER_WAY, refuse_if_ended
from esign.engine.contracts.invitations import Invited
from esign.engine.household import Household
from esign.engine.own import known, own
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState, InvitationRecord, InvitationState
from esign.engine.refusals import ContractStateRefused
from esign.engine.webhooks.message import SECRET_PREFIX, new_secret
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import label
from esign.foundation.identifiers import new_id
from esign.policy import LegalLevel

MOST = 20
"""Return addresses of a tenant."""

_ORIGIN = re.compile(r"https://[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?(:[1-9][0-9]{0,4})?\Z")
_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,4})?\Z")
_REST = re.compile(r"(/[A-Za-z0-9._~%/-]*)?(\?[A-Za-z0-9._~%/=&-]*)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyDesk:
    """Makes links that the company hands on, and leads customers back."""

    household: Household

    def register(self, actor: Actor, origin: str) -> ReturnAddress:
        """Allow customers to be sent back to an origin.

        Args:
            actor: Who allows it.
            origin: ``https://host[:port]``; with sandbox trust also a port of this machine without TLS.

        Returns:
            The address with its secret, which is shown only here.

        Raises:
            AccessDenied: The actor may not.
            ConfirmationNeeded: An account's person did not prove just now who it is.
            ReturnAddressRefused: No origin, registered already, or too many.
        """
        actor.require(Permission.WEBHOOKS_WRITE)
        actor.require_present(self.household.clock.now())
        local = self.household.settings.sandbox and _LOCAL.match(origin)
        if not _ORIGIN.match(origin) and not local:
            raise ReturnAddressRefused("not an origin as browsers write it: https, no path", place="origin")
        record = ReturnAddress(
            id=new_id(),
            tenant=actor.tenant,
            origin=origin,
            created_at=self.household.clock.now(),
            secret=new_secret(),
        )
        with self.household.store.transaction() as tx:
            present = tx.journeys.addresses(actor.tenant)
            if len(present) >= MOST or any(each.origin == origin for each in present):
                raise ReturnAddressRefused("registered already, or as many as there may be", place="origin")
            tx.journeys.add_address(record)
            self.household.record(tx, EntryKind.RETURN_ADDRESS_ADDED, None, {"address": record.id}, by=actor)
        return record

    def addresses(self, actor: Actor) -> tuple[ReturnAddress, ...]:
        """Return the tenant's return addresses.

        Raises:
            AccessDenied: The actor may not see them.
        """
        actor.require(Permission.WEBHOOKS_READ)
        with self.household.store.reading() as tx:
            return tx.journeys.addresses(actor.tenant)

    def unregister(self, actor: Actor, return_id: str) -> None:
        """Send nobody back to an origin any more, whatever links are out.

        Raises:
            AccessDenied: The actor may not.
            ReturnAddressUnknown: There is none of this name.
        """
        actor.require(Permission.WEBHOOKS_WRITE)
        with self.household.store.transaction() as tx:
            record = own(tx.journeys.address(return_id), actor, ReturnAddressUnknown)
            tx.journeys.remove_address(record.id)
            self.household.record(tx, EntryKind.RETURN_ADDRESS_REMOVED, None, {"address": record.id}, by=actor)

    def link(self, actor: Actor, contract_id: str, *, party: str, return_url: str) -> Invited:
        """Return a link for a party that the company hands on itself; no mail is sent, an older link ends.

        Args:
            actor: Who asks.
            contract_id: The contract.
            party: ``signatory-1``, …
            return_url: Where the customer is sent afterwards; its origin is registered.

        Raises:
            AccessDenied: The actor may not.
            ContractUnknown: There is no such contract.
            PartyUnknown: The contract has no such party.
            JourneyRefused: The contract's level is simple.
            ReturnAddressRefused: The address is none, or its origin is not registered.
            ContractStateRefused: The contract has ended.
            AlreadySigned: The party has signed.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            address = _registered(tx, actor.tenant, return_url)
            if record.level is LegalLevel.SIMPLE:
                raise JourneyRefused(level=record.level.word)
            refuse_if_ended(record)
            if record.state not in (ContractState.DRAWN_UP, *UNDER_WAY):
                raise ContractStateRefused("the contract has ended", state=record.state.value)
            turns.party_of(house.contract_contents(tx, record), party)
            former = turns.invitations(tx, record.id).get(party)
            if former is not None:
                invitations.revoke(house, tx, former, cause="sent_anew")
            made = invitations.make(
                house, tx, record.id, party, replaces=former.id if former else "", by=actor, channel="company"
            )
            if record.state is ContractState.DRAWN_UP:
                tx.contracts.update(replace(record, state=ContractState.INVITED))
            invitation = turns.invitations(tx, record.id)[party]
            journey_id = new_id()
            journey = JourneyRecord(
                id=journey_id,
                invitation_id=invitation.id,
                contract_id=record.id,
                return_id=address.id,
                created_at=house.clock.now(),
                sealed=tx.safe.seal(record.id, f"journey/{journey_id}", return_url.encode()),
            )
            tx.journeys.add(journey)
        return made

    def way_back(self, journey_id: str) -> str:
        """Return the address to which a customer is sent back, with the signed state.

        Raises:
            JourneyUnknown: There is no such journey, its origin is not registered any more, or its content is erased.
        """
        house = self.household
        with house.store.reading() as tx:
            journey = tx.journeys.get(journey_id)
            address = tx.journeys.address(journey.return_id) if journey else None
            invitation = tx.invitations.get(journey.invitation_id) if journey else None
            contract = tx.contracts.get(journey.contract_id) if journey else None
            if journey is None or address is None or invitation is None or contract is None:
                raise JourneyUnknown
            if address.tenant != contract.tenant:
                raise JourneyUnknown
            url = tx.safe.open(contract.id, f"journey/{journey.id}", journey.sealed).decode()
        said = {
            "esign_contract": contract.id,
            "esign_party": invitation.party,
            "esign_state": _state(contract, invitation),
            "esign_at": str(int(house.clock.now().timestamp())),
        }
        signed = {**said, "esign_signature": sign(address.secret, said)}
        return f"{url}{'&' if '?' in url else '?'}{urlencode(signed)}"


def way_back_of(house: Household, tx: Transaction, invitation: InvitationRecord) -> str:
    """Return the address at this installation of the way back of an invitation; empty where it leads nowhere."""
    journey = tx.journeys.of_invitation(invitation.id)
    if journey is None or tx.journeys.address(journey.return_id) is None:
        return ""
    return f"{house.settings.web_url}/return/{journey.id}"


def sign(secret: str, said: dict[str, str]) -> str:
    """Return the signature over what is said on the way back: HMAC-SHA-256, base64url, over a label and the values."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    names = ("esign_contract", "esign_party", "esign_state", "esign_at")
    signed = label("return") + b"\n" + "\n".join(said[name] for name in names).encode()
    return base64.urlsafe_b64encode(hmac.new(key, signed, hashlib.sha256).digest()).rstrip(b"=").decode()


def _registered(tx: Transaction, tenant: str, url: str) -> ReturnAddress:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ReturnAddressRefused(place="return_url") from error
    origin = f"{parts.scheme}://{parts.netloc}"
    if len(url) > 500 or not url.startswith(origin) or not _REST.match(url[len(origin) :]):
        raise ReturnAddressRefused("not an address that can be returned to", place="return_url")
    for address in tx.journeys.addresses(tenant):
        if address.origin == origin:
            return address
    raise ReturnAddressRefused("the origin is not registered", place="return_url")


def _state(contract: ContractRecord, invitation: InvitationRecord) -> str:
    if invitation.state is InvitationState.SIGNED:
        return "signed"
    ended = (ContractState.DECLINED, ContractState.CANCELLED, ContractState.EXPIRED, ContractState.FAILED)
    if contract.state in ended:
        return contract.state.value
    return "closed" if invitation.state in (InvitationState.CLOSED, InvitationState.REVOKED) else "open"
