"""The identity provider's statements: ID tokens (ES256), and the keys to check them with.

The key set carries the certificate chain up to the sandbox root (``x5c``), so that a token that is kept as evidence can
be verified years later, offline, with nothing but the root.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from certs.sandbox.authority import der
from certs.sandbox.hierarchy import EndEntity
from certs.sandbox.persons import Person, Persons
from esign.foundation.clock import Clock, seconds
from esign.foundation.encoding import b64url

STAFF_CLIENT = "esign-company"
"""Client of the company's staff; it has a secret (RFC 6749 section 2.1, confidential)."""

FORMS_CLIENT = "esign-forms"
"""Client that recognises who fills a form in; public, and nobody gets a certificate over its tokens."""

MAX_TOKEN = 8192
"""Characters of an ID token that are looked at."""


class TokenRefused(Exception):
    """An ID token is not one of this provider's, not for this audience, or not valid now; the text says which."""


class IdentityProvider:
    """Issues and checks ID tokens. Source: OpenID Connect Core 1.0 sections 2, 3.1.3.7, 8.1.

    Args:
        signer: The signing service for tokens.
        persons: Whom it can identify.
        base_url: The sandbox's address; the issuer is ``<base_url>/idp``.
        client_id: The one client, which is public.
        assurance: Level of assurance that every token claims (``acr``); a URI of Regulation (EU) 2015/1502.
        pairwise_secret: Makes every audience see another ``sub`` for the same person.
        lifetime: How long a token is valid.
        clock: Where the time comes from.
    """

    def __init__(
        self,
        signer: EndEntity,
        *,
        persons: Persons,
        base_url: str,
        client_id: str,
        assurance: str,
        pairwise_secret: bytes,
        lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self.issuer = f"{base_url}/idp"
        self.client_id = client_id
        self.assurance = assurance
        self.persons = persons
        self._secret = pairwise_secret
        self._lifetime = lifetime
        self._clock = clock
        pem = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = ECKey.import_key(pem)
        self._key_id = self._key.thumbprint()
        self._chain = tuple(der(item) for item in (signer.certificate, *signer.chain))

    def key_set(self) -> Mapping[str, Any]:
        """Return the JSON Web Key Set: one key, with its certificate chain. Source: RFC 7517 section 4.7."""
        chain = [base64.b64encode(item).decode("ascii") for item in self._chain]
        return {
            "keys": [
                {
                    **self._key.as_dict(private=False),
                    "kid": self._key_id,
                    "use": "sig",
                    "alg": "ES256",
                    "x5c": chain,
                }
            ]
        }

    def discovery(self) -> Mapping[str, Any]:
        """Return the provider's metadata. Source: OpenID Connect Discovery 1.0 section 3."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            "scopes_supported": ["openid", "profile"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": [self.assurance],
            "claims_supported": ["sub", "auth_time", "acr", "given_name", "family_name", "birthdate", "sandbox"],
            "prompt_values_supported": ["login"],
            "ui_locales_supported": ["de", "en"],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }

    def issue(self, person_id: str, nonce: str, audience: str | None = None) -> str:
        """Identify a person without a browser.

        Args:
            person_id: Who, as in ``persons.yaml``.
            nonce: What the person signs up for: ``base64url(SHA-256(CSR))`` in an enrolment.
            audience: The client; None for the one that the provider knows.

        Returns:
            The ID token, a compact JWS.

        Raises:
            UnknownPerson: There is no such person.
        """
        return self.identify(self.persons.find(person_id), nonce, audience or self.client_id, self._clock.now())

    def identify(self, person: Person, nonce: str, audience: str, authenticated_at: datetime) -> str:
        """Return the ID token about a person who logged in at an instant."""
        now = self._clock.now()
        claims = {
            "iss": self.issuer,
            "sub": self._subject(person, audience),
            "aud": audience,
            "iat": seconds(now),
            "exp": seconds(now + self._lifetime),
            "auth_time": seconds(authenticated_at),
            "nonce": nonce,
            "acr": self.assurance,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birthdate": person.birth_date.isoformat(),
            "sandbox": True,
        }
        return jwt.encode({"alg": "ES256", "kid": self._key_id}, claims, self._key)

    def verify(self, token: str, audience: str | None = None) -> Mapping[str, Any]:
        """Return the claims of a token that this provider signed, for this audience, valid now.

        Raises:
            TokenRefused: Otherwise.
        """
        if len(token) > MAX_TOKEN:
            raise TokenRefused("the ID token is too large")
        try:
            claims = jwt.decode(token, self._key, algorithms=["ES256"]).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise TokenRefused("the ID token is not signed by this identity provider") from error
        now = seconds(self._clock.now())
        if claims.get("iss") != self.issuer:
            raise TokenRefused("the ID token has another issuer")
        if claims.get("aud") != (audience or self.client_id):
            raise TokenRefused("the ID token is for another audience")
        expires, issued = claims.get("exp"), claims.get("iat")
        if type(expires) is not int or type(issued) is not int or not issued <= now < expires:
            raise TokenRefused("the ID token is not valid now")
        return claims

    def _subject(self, person: Person, audience: str) -> str:
        return b64url(hmac.digest(self._secret, f"{audience}|{person.id}".encode(), "sha256"))
