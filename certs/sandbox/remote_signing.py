"""A remote signing service (CSC API) as a sandbox: credentials, tokens, authorisations and signatures, without HTTP.

Of each credential it says what it is for: one that signs without more ado, one with RSA, one that wants a PIN for
exactly those hashes (SCAL 2), and one that wants a person each time. It proves nothing to anybody.

Source: Cloud Signature Consortium, API for Remote Signature Service Providers 2.0.0.2 and 1.0.4.0.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from certs.sandbox.authority import Authority, distinguished_name
from certs.sandbox.keys import KeyFolder
from certs.sandbox.profiles import signing_profile
from esign.foundation.clock import Clock

CLIENT = "esign-seal"
"""The one OAuth 2 client of the service."""
TOKEN_LIFE, SAD_LIFE = timedelta(hours=1), timedelta(minutes=5)
PIN = "123456"
"""Of the credential that has one; everybody may know it."""
SHA256 = "2.16.840.1.101.3.4.2.1"
MULTISIGN = 100
"""Signatures that one authorisation allows."""

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SigningRefused(Exception):
    """The service refuses. ``status`` is the HTTP status, the text the interface's word for it."""

    def __init__(self, word: str, status: int = 400) -> None:
        self.status = status
        super().__init__(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningFaults:
    """Misbehaviour of the service. The default is none; only tests hand in anything else."""

    wrong_key: bool = False
    """Signs with another key than the certificate's."""
    one_less: bool = False
    """Returns one signature less than it was asked for."""
    side_by_side: bool = False
    """Returns ECDSA signatures as r and s side by side instead of DER."""
    answers: list[int] = field(default_factory=list)
    """HTTP statuses that the next calls get, one each; 0: the work is done, and then the answer is lost (504)."""
    certificate_status: str = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCredential:
    """A key at the service with its certificate, and how it is used."""

    id: str
    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    pin: bool = False
    person: bool = False
    """Whether it wants a one-time password as well."""

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Object identifiers of the signature algorithms."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11")
        return ("1.2.840.10045.2.1", "1.2.840.10045.4.3.2")


@dataclass(slots=True, kw_only=True)
class _Authorisation:
    credential: str
    hashes: frozenset[str] | None
    left: int
    ends: datetime


@dataclass(slots=True, kw_only=True)
class _Issued:
    tokens: dict[str, datetime] = field(default_factory=dict)
    authorisations: dict[str, _Authorisation] = field(default_factory=dict)


class RemoteSigning:
    """The service. Made when it is first needed; its keys lie in the sandbox's folder, that for RSA in memory.

    Attributes:
        faults: How it misbehaves (tests only).
        calls: How often each method was called.
        batches: How many hashes each call of signHash brought.
    """

    def __init__(
        self, folder: Path, *, authority: Authority, country: str, policies: Sequence[str], secret: bytes, clock: Clock
    ) -> None:
        self._folder = folder
        self._authority = authority
        self._country = country
        self._policies = policies
        self._clock = clock
        self.client_secret = hmac.digest(secret, CLIENT.encode(), "sha256").hex()
        self.faults = SigningFaults()
        self.calls: dict[str, int] = {}
        self.batches: list[int] = []
        self._issued = _Issued()
        self._lock = threading.Lock()
        self._credentials: Mapping[str, RemoteCredential] | None = None

    @property
    def credentials(self) -> Mapping[str, RemoteCredential]:
        """Every credential by its identifier."""
        with self._lock:
            if self._credentials is None:
                keys = KeyFolder(self._folder)
                found = (
                    self._credential("seal", keys.key("seal")),
                    self._credential("seal-rsa", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
                    self._credential("seal-pin", keys.key("seal-pin"), pin=True),
                    self._credential("person", keys.key("person"), pin=True, person=True),
                )
                self._credentials = {item.id: item for item in found}
            return self._credentials

    def token(self, client: str, secret: str) -> str:
        """Return an access token for the client (RFC 6749 section 4.4)."""
        good = hmac.compare_digest(secret.encode(), self.client_secret.encode())
        if client != CLIENT or not good:
            raise SigningRefused("invalid_client", 401)
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._issued.tokens[token] = self._clock.now() + TOKEN_LIFE
        return token

    def forget_tokens(self) -> None:
        """End all tokens at once, as a service does that was started again."""
        with self._lock:
            self._issued.tokens.clear()

    def require_token(self, token: str) -> None:
        """Refuse a call without a token that is still good."""
        with self._lock:
            ends = self._issued.tokens.get(token)
        if ends is None or ends < self._clock.now():
            raise SigningRefused("invalid_token", 401)

    def find(self, identifier: object) -> RemoteCredential:
        """Return a credential."""
        found = self.credentials.get(identifier) if isinstance(identifier, str) else None
        if found is None:
            raise SigningRefused("invalid_request")
        return found

    def authorize(self, credential: RemoteCredential, asked: Sequence[str], pin: object) -> str:
        """Return signature activation data for exactly these hashes."""
        if credential.person:
            raise SigningRefused("invalid_otp")
        if credential.pin and pin != PIN:
            raise SigningRefused("invalid_pin")
        if not 1 <= len(asked) <= MULTISIGN:
            raise SigningRefused("invalid_request")
        sad = secrets.token_urlsafe(32)
        with self._lock:
            self._issued.authorisations[sad] = _Authorisation(
                credential=credential.id,
                hashes=frozenset(asked),
                left=len(asked),
                ends=self._clock.now() + SAD_LIFE,
            )
        return sad

    def sign(
        self, credential: RemoteCredential, sad: object, asked: Sequence[tuple[str, bytes]], algorithm: object
    ) -> tuple[bytes, ...]:
        """Return a signature value for each hash, using the authorisation up.

        Args:
            credential: Whose key.
            sad: The activation data.
            asked: Each hash as it was written, and its bytes.
            algorithm: Object identifier of the signature algorithm.
        """
        if algorithm not in credential.algorithms or any(len(digest) != 32 for _, digest in asked):
            raise SigningRefused("invalid_request")
        with self._lock:
            found = self._issued.authorisations.get(sad) if isinstance(sad, str) else None
            if found is None or found.credential != credential.id or found.ends < self._clock.now():
                raise SigningRefused("invalid_request")
            if len(asked) > found.left or (
                found.hashes is not None and not {text for text, _ in asked} <= found.hashes
            ):
                raise SigningRefused("invalid_request")
            found.left -= len(asked)
            self.batches.append(len(asked))
        key = credential.key if not self.faults.wrong_key else ec.generate_private_key(ec.SECP256R1())
        made = tuple(self._value(key, digest) for _, digest in asked)
        return made[1:] if self.faults.one_less else made

    def _value(self, key: Key, digest: bytes) -> bytes:
        prehashed = Prehashed(hashes.SHA256())
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(digest, padding.PKCS1v15(), prehashed)
        value = key.sign(digest, ec.ECDSA(prehashed))
        if self.faults.side_by_side:
            return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(value))
        return value

    def _credential(self, name: str, key: Key, **more: bool) -> RemoteCredential:
        now = self._clock.now().replace(microsecond=0)
        certificate = self._authority.issue(
            distinguished_name(
                country=self._country, organization="Beispielwerke GmbH (SANDBOX)", common_name=f"SANDBOX remote {name}"
            ),
            key.public_key(),
            begins=now - timedelta(hours=1),
            ends=now + timedelta(days=365),
            extensions=signing_profile(self._policies),
            at=now,
        )
        return RemoteCredential(id=name, key=key, certificate=certificate, chain=self._authority.chain, **more)
