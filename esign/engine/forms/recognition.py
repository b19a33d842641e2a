"""A customer is recognised at the identity provider, and finds a form filled in with what the company knows.

1. The browser is sent to the provider with state, nonce and the digest of a verifier (PKCE), kept sealed for this one
   browser, its form, and the draft that it holds.
2. It comes back with state and code; they are good once, in that browser, as long as it has begun no other draft of
   that form meanwhile: nobody's answers are put aside.
3. The token says name and date of birth; they are the key, and nothing that somebody typed.
4. Nothing is shown unless exactly one customer is known by it.

The client is not the one over whose tokens certificates are issued: a server that chose the nonce of such a token could
have a key of its own certified in the customer's name.

Source: OpenID Connect Core 1.0 sections 3.1.2, 3.1.3.7; RFC 7636; RFC 9700 section 2.1; RFC 9207.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from esign.access.errors import LoginExpired
from esign.engine.accounts import login_flows
from esign.engine.accounts.ports import CompanyProvider
from esign.engine.accounts.provider_logins import Departure
from esign.engine.forms.desk import FormDesk
from esign.engine.forms.drafts import digest
from esign.engine.forms.refusals import NotRecognised, PrefillNotConfigured
from esign.engine.forms.views import DraftOpened
from esign.engine.household import Household
from esign.foundation.digests import equal, sha256
from esign.foundation.encoding import b64url
from esign.identity import IdentifiedPerson, verify_id_token
from esign.identity.errors import TokenError, TokenKeyUnknown

FLOW = "form.recognition"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionDesk:
    """Sends a customer's browser to the identity provider and takes it back."""

    household: Household
    forms: FormDesk

    def depart(self, tenant: str, form: str, *, redirect_uri: str, draft: str = "") -> Departure:
        """Return where to send a browser, and the token by which it is known when it comes back.

        Args:
            tenant: The company.
            form: The form.
            redirect_uri: Where the browser comes back.
            draft: The draft's token that the browser holds for this form; empty: none.

        Raises:
            FormNotOffered: The company offers no such form.
            PrefillNotConfigured: Nobody is recognised for it.
            EsignError: The provider could not be asked for its endpoints.
        """
        self.forms.definition(tenant, form)
        provider = self._provider(tenant, form)
        random = self.household.random
        state, nonce, verifier = (b64url(random(32)) for _ in range(3))
        address = provider.address(
            state=state,
            nonce=nonce,
            challenge=b64url(sha256(verifier.encode("ascii"))),
            redirect_uri=redirect_uri,
            anew=False,
        )
        payload = {
            "state": state,
            "nonce": nonce,
            "verifier": verifier,
            "redirect_uri": redirect_uri,
            "tenant": tenant,
            "form": form,
            "draft": digest(draft).hex(),
        }
        with self.household.store.transaction() as tx:
            token = login_flows.begin(self.household, tx, FLOW, payload)
        return Departure(token=token, address=address)

    def arrive(
        self, token: str, *, state: str, code: str, issuer: str | None, holds: Callable[[str, str], str]
    ) -> DraftOpened:
        """Take a browser back and begin the form, filled in where exactly one customer is known.

        Args:
            token: By which the browser is known.
            state: As it came back; one of another visit leaves this one as it is.
            code: As it came back; empty: the provider refused.
            issuer: ``iss`` as it came back, where the provider sends it (RFC 9207).
            holds: Returns the draft's token that the browser holds now, of a company and a form; empty: none.

        Raises:
            NotRecognised: Another browser, another visit, too late, the browser has begun the form otherwise meanwhile,
                or the provider did not say who it is.
            EsignError: The provider did not answer.
        """
        try:
            flow = login_flows.take(self.household, token, FLOW, state=state)
        except LoginExpired as error:
            raise NotRecognised from error
        provider = self._provider(flow["tenant"], flow["form"])
        if not equal(flow["draft"].encode(), digest(holds(flow["tenant"], flow["form"])).hex().encode()):
            raise NotRecognised("the browser has begun this form otherwise meanwhile")
        if not code or issuer not in (None, provider.issuer):
            raise NotRecognised("the provider refused, or another one answered")
        id_token = provider.redeem(code=code, verifier=flow["verifier"], redirect_uri=flow["redirect_uri"])
        person = self._person(provider, id_token, flow["nonce"])
        return self.forms.begin(flow["tenant"], flow["form"], person=person)

    def _person(self, provider: CompanyProvider, id_token: str, nonce: str) -> IdentifiedPerson:
        now, client = self.household.clock.now(), provider.client_id
        try:
            try:
                return verify_id_token(id_token, provider.keys(), audience=client, nonce=nonce, now=now)
            except TokenKeyUnknown:
                return verify_id_token(id_token, provider.keys(fresh=True), audience=client, nonce=nonce, now=now)
        except TokenError as error:
            raise NotRecognised("the provider's token does not hold", why=error.code) from error

    def _provider(self, tenant: str, form: str) -> CompanyProvider:
        provider = self.household.customer_provider
        if provider is None or not self.forms.prefill.by_identity(tenant, form):
            raise PrefillNotConfigured
        return provider
