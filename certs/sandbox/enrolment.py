"""Enrolment: a signing request and an ID token over it become a certificate with the name from the token.

1. The ID token is genuine, for this client, valid now (else 401).
2. The request is well formed: possession, P-256, empty subject, KeyBinding alone (else 400).
3. The token's nonce is ``base64url(SHA-256(CSR))``: the person was identified for this very key (else 403).
4. Issue, and write to the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certs.sandbox.authority import Authority, der
from certs.sandbox.description import SignatoryDescription
from certs.sandbox.identity_provider import IdentityProvider, TokenRefused
from certs.sandbox.profiles import short_term, signing_profile
from certs.sandbox.signing_request import RequestRefused, SigningRequest
from esign.foundation.clock import Clock
from esign.foundation.digests import equal, sha256
from esign.foundation.encoding import b64url
from esign.foundation.identifiers import Oid

MARK = " (SANDBOX)"
"""Stands behind the name in every signatory's certificate."""
MAX_COMMON_NAME = 64
"""Characters. Source: RFC 5280 appendix A.1, ub-common-name."""


class EnrolmentRefused(Exception):
    """No certificate is issued. ``status`` is the HTTP status, the text says why."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSignatory:
    """A signatory's certificate (DER) and the certificates above it, root last."""

    certificate: bytes
    chain: tuple[bytes, ...]


class Enrolment:
    """Issues the certificates of signatories."""

    def __init__(
        self,
        authority: Authority,
        description: SignatoryDescription,
        *,
        country: str,
        provider: IdentityProvider,
        clock: Clock,
    ) -> None:
        self._authority = authority
        self._description = description
        self._country = country
        self._provider = provider
        self._clock = clock

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The issuing authority's certificate and the root's (DER)."""
        return tuple(der(item) for item in self._authority.chain)

    def issue(self, *, request: bytes, id_token: str) -> IssuedSignatory:
        """Issue a certificate for the key of a request (DER) to the person of an ID token.

        Raises:
            EnrolmentRefused: With 401, 400 or 403 as in the list at the head of this file.
        """
        try:
            claims = self._provider.verify(id_token)
        except TokenRefused as refusal:
            raise EnrolmentRefused(401, str(refusal)) from refusal
        try:
            parsed = SigningRequest.parse(request)
        except RequestRefused as refusal:
            raise EnrolmentRefused(400, str(refusal)) from refusal
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not equal(nonce.encode(), b64url(sha256(request)).encode()):
            raise EnrolmentRefused(403, "the person was not identified for this request (nonce of the ID token)")
        now = self._clock.now().replace(microsecond=0)
        held_by = Oid.HELD_BY_SIGNATORY_PASSKEY if parsed.behind_passkey else Oid.HELD_BY_SIGNATORY
        if parsed.company_device:
            held_by = Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE
        binding = x509.UnrecognizedExtension(ObjectIdentifier(Oid.KEY_BINDING), parsed.key_binding)
        certificate = self._authority.issue(
            _subject(claims, self._country),
            parsed.public_key,
            begins=now - self._description.backdate,
            ends=now + self._description.lifetime,
            extensions=(
                *signing_profile((*self._description.policies, held_by)),
                short_term(),
                (binding, False),
            ),
            at=now,
            request=request,
        )
        return IssuedSignatory(certificate=der(certificate), chain=self.chain)


def _subject(claims: Mapping[str, Any], country: str) -> x509.Name:
    """Return C, GN, SN, CN, serialNumber. Source: ETSI EN 319 412-2 clause 4.2.4 (natural persons)."""
    given, family = claims.get("given_name"), claims.get("family_name")
    if not isinstance(given, str) or not isinstance(family, str) or not given or not family:
        raise EnrolmentRefused(403, "the ID token names nobody")
    full = f"{given} {family}"[: MAX_COMMON_NAME - len(MARK)].rstrip() + MARK
    pseudonym = "SANDBOX-" + sha256(f"{claims['iss']}|{claims['sub']}".encode()).hex()[:16]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.GIVEN_NAME, given),
            x509.NameAttribute(NameOID.SURNAME, family),
            x509.NameAttribute(NameOID.COMMON_NAME, full),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, pseudonym),
        ]
    )
