"""Logins by the company's identity provider: who it names is known by issuer and subject, after a first link.

1. The browser is sent to the provider with state, nonce and the digest of a verifier (PKCE); all three are kept sealed
   for this one browser. 2. It comes back with the state and a code. 3. The code and the verifier get a token, which is
   checked like every other: signature, issuer, audience, times, nonce. 4. Issuer and subject name an account, or, for
   somebody who sets one up, become its own. Roles never come from outside.

Source: OpenID Connect Core 1.0 sections 3.1.2, 3.1.3.7, 5.7; RFC 9700 sections 2.1, 4.4; RFC 9207.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esign.access import Actor, system
from esign.access.errors import LoginNeeded, LoginRefused, WayNotOffered
from esign.engine.accounts import login_flows
from esign.engine.accounts.ports import CompanyProvider
from esign.engine.accounts.records import AccountState, IdentityRecord
from esign.engine.accounts.rows import actor_of, note, subject_index
from esign.engine.accounts.sessions import Opened, live, open_session, renewed
from esign.engine.accounts.setting_up import Holder, settle
from esign.engine.household import Household
from esign.engine.refusals import AccountExists
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from esign.identity.errors import TokenError, TokenKeyUnknown
from esign.identity.id_token import LEEWAY, ProviderKeys, verified_claims

LOGIN, CONFIRM, ADD = "provider.login", "provider.confirm", "provider.add"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where a browser is sent, and the token by which it is known when it comes back."""

    token: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came of a visit at the provider."""

    purpose: str
    """``login``, ``confirm`` or ``add``."""
    opened: Opened | None
    """None where a way to log in was added to a login that stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDesk:
    """Sends browsers to the company's identity provider and takes them back."""

    household: Household

    def depart(self, purpose: str, *, redirect_uri: str, holder: Holder | None = None) -> Departure:
        """Return where to send a browser.

        Args:
            purpose: ``login``, ``confirm`` (prove again who it is) or ``add`` (let the provider vouch for an account).
            redirect_uri: Where the browser comes back.
            holder: For ``confirm`` and ``add``: whose account it is.

        Raises:
            WayNotOffered: No identity provider is configured.
            ConfirmationNeeded: To add a way to log in, the person has to prove again who it is.
            EsignError: It could not be asked for its endpoints.
        """
        provider = self._provider()
        random = self.household.random
        state, nonce, verifier = (b64url(random(32)) for _ in range(3))
        payload = {"state": state, "nonce": nonce, "verifier": verifier, "redirect_uri": redirect_uri}
        if holder is not None:
            with self.household.store.reading() as tx:
                holder.account(self.household, tx, fresh=purpose == "add")
            payload |= {"account": holder.account_id, "link": holder.link, "session": holder.session}
        address = provider.address(
            state=state,
            nonce=nonce,
            challenge=b64url(sha256(verifier.encode("ascii"))),
            redirect_uri=redirect_uri,
            anew=purpose == "confirm",
        )
        payload["began"] = str(self.household.clock.now().timestamp())
        with self.household.store.transaction() as tx:
            token = login_flows.begin(self.household, tx, f"provider.{purpose}", payload)
        return Departure(token=token, address=address)

    def arrive(
        self, token: str, *, state: str, code: str, issuer: str | None, session_token: str | None = None
    ) -> Arrival:
        """Take a browser back.

        Args:
            token: By which the browser is known.
            state: As it came back.
            code: As it came back; empty: the provider refused.
            issuer: ``iss`` as it came back, where the provider sends it (RFC 9207).
            session_token: The browser's login, where one stands.

        Raises:
            LoginExpired: Another browser, another visit, or too late.
            LoginRefused: The provider refused, its token does not hold, or nobody here is known by it.
            EsignError: The provider did not answer.
        """
        flow = login_flows.take(self.household, token, LOGIN, CONFIRM, ADD, state=state)
        provider = self._provider()
        if not code or issuer not in (None, provider.issuer):
            raise LoginRefused("the provider refused, or another one answered")
        subject = self._subject(provider, flow, code)
        kind = flow["kind"]
        if kind == ADD:
            return self._add(flow, provider.issuer, subject)
        return self._let_in(kind, flow, provider.issuer, subject, session_token)

    def _subject(self, provider: CompanyProvider, flow: dict[str, str], code: str) -> str:
        id_token = provider.redeem(code=code, verifier=flow["verifier"], redirect_uri=flow["redirect_uri"])
        now = self.household.clock.now()

        def verified(keys: ProviderKeys) -> Mapping[str, Any]:
            return verified_claims(id_token, keys, audience=provider.client_id, nonce=flow["nonce"], now=now)

        try:
            try:
                claims = verified(provider.keys())
            except TokenKeyUnknown:
                claims = verified(provider.keys(fresh=True))
        except TokenError as error:
            raise LoginRefused("the provider's token does not hold", why=error.code) from error
        if flow["kind"] == CONFIRM:
            proven = claims.get("auth_time")
            if not isinstance(proven, int) or proven < float(flow["began"]) - LEEWAY.total_seconds():
                raise LoginRefused("the provider did not ask again who it is")
        return str(claims["sub"])

    def _let_in(self, kind: str, flow: dict[str, str], issuer: str, subject: str, session_token: str | None) -> Arrival:
        house = self.household
        with house.store.transaction() as tx:
            known = tx.accounts.identity(subject_index(tx, issuer, subject))
            record = None if known is None else tx.accounts.get(known.account_id)
            if record is not None and record.state is AccountState.ACTIVE:
                if kind == LOGIN:
                    return Arrival(purpose="login", opened=open_session(house, tx, record, "provider"))
                found = live(house, tx, session_token or "")
                if found is not None and found[1].id == record.id == flow["account"]:
                    note(house, tx, EntryKind.ACCOUNT_CONFIRMED, actor_of(record), method="provider")
                    return Arrival(purpose="confirm", opened=renewed(house, tx, found[0], confirmed=True))
            tenant = house.settings.tenants[0] if record is None else record.tenant
            facts = {"account": None if record is None else record.id, "method": "provider"}
            house.record(tx, EntryKind.ACCOUNT_LOGIN_REFUSED, None, facts, by=system(tenant))
        raise LoginRefused

    def _add(self, flow: dict[str, str], issuer: str, subject: str) -> Arrival:
        house = self.household
        holder = Holder(account_id=flow["account"], link=flow["link"], session=flow["session"])
        with house.store.transaction() as tx:
            record = holder.account(house, tx, fresh=False)  # it was when the browser departed
            index = subject_index(tx, issuer, subject)
            known = tx.accounts.identity(index)
            if known is not None and known.account_id != record.id:
                raise AccountExists("somebody else's account is known by this person at the provider")
            if known is None:
                tx.accounts.add_identity(
                    IdentityRecord(subject_index=index, account_id=record.id, linked_at=house.clock.now())
                )
            return Arrival(purpose="add", opened=settle(house, tx, record, holder, "provider"))

    def _provider(self) -> CompanyProvider:
        provider = self.household.company_provider
        if provider is None or "provider" not in self.household.settings.company_login:
            raise WayNotOffered(way="provider")
        return provider


def own(actor: Actor) -> Holder:
    """Return the holder that a logged-in account is.

    Raises:
        LoginNeeded: Not an account.
    """
    if not actor.session:
        raise LoginNeeded
    return Holder(account_id=actor.id, link="", session=actor.session)
