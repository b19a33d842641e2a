"""The company's own identity provider: staff log in there (OpenID Connect, authorisation code with PKCE).

Source: OpenID Connect Core 1.0 section 3.1, RFC 6749 section 4.1, RFC 7636, RFC 9207, RFC 9700.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, urlencode, urlsplit

from esign.foundation.clock import Clock
from esign.gateways.errors import GatewayAnswerMalformed
from esign.gateways.http import HttpCaller
from esign.gateways.identity_provider import HttpIdentityProvider
from esign.identity.id_token import ProviderKeys

_FORM = "application/x-www-form-urlencoded"
_JSON = ("application/json",)


class HttpCompanyProvider:
    """A :class:`~esign.engine.accounts.ports.CompanyProvider` over HTTP.

    Args:
        http: Makes the calls.
        issuer: The identifier that is trusted, exactly.
        client_id: This installation's client.
        secret: The client's secret; empty: a public client (PKCE alone).
        clock: Tells how old known keys are.
        scope: What the provider is asked to say.
    """

    def __init__(
        self, http: HttpCaller, issuer: str, client_id: str, secret: str, *, clock: Clock, scope: str = "openid"
    ) -> None:
        self._http = http
        self._provider = HttpIdentityProvider(http, issuer, clock=clock)
        self._secret = secret
        self._scope = scope
        self.issuer = issuer
        self.client_id = client_id

    def address(self, *, state: str, nonce: str, challenge: str, redirect_uri: str, anew: bool) -> str:
        """Return where the browser is sent."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if anew else {}),
        }
        endpoint = self._provider.configuration().authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def redeem(self, *, code: str, verifier: str, redirect_uri: str) -> str:
        """Return the ID token for a code; a code is sent once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if self._secret:
            # RFC 6749 section 2.3.1: both parts form-encoded before they are joined.
            pair = f"{quote(self.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
        else:
            form["client_id"] = self.client_id
        answer = self._http.post(
            self._provider.configuration().token_endpoint,
            urlencode(form).encode(),
            content_type=_FORM,
            accept=_JSON,
            repeatable=False,
            headers=headers,
        )
        try:
            token = json.loads(answer.body.decode("utf-8"))["id_token"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise GatewayAnswerMalformed("no ID token in the answer") from error
        if not isinstance(token, str):
            raise GatewayAnswerMalformed("no ID token in the answer")
        return token

    def keys(self, *, fresh: bool = False) -> ProviderKeys:
        """Return the provider's keys."""
        return self._provider.keys(fresh=fresh)
