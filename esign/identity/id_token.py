"""An ID token: the identity provider's signed word that a person has this name, over exactly this key."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from joserfc import jwk, jws
from joserfc.errors import JoseError

from esign.foundation.encoding import EncodingError, from_b64url
from esign.foundation.foreign_json import read_object
from esign.identity.errors import (
    TokenAlgorithmRefused,
    TokenAudienceDiffers,
    TokenBirthDateMalformed,
    TokenExpired,
    TokenIssuerDiffers,
    TokenKeyUnknown,
    TokenKeyUnsuitable,
    TokenMalformed,
    TokenNameMissing,
    TokenNonceDiffers,
    TokenNotYetValid,
    TokenSignatureInvalid,
    TokenTooOld,
)
from esign.identity.person import AssuranceLevel, IdentifiedPerson

ALGORITHMS = {"ES256": "EC", "RS256": "RSA", "PS256": "RSA"}
"""Accepted signature algorithms and the kind of key that each needs. Never ``none``, never one with a shared secret."""

_LAST_SECOND = 253402300799
"""9999-12-31T23:59:59Z."""
LEEWAY = timedelta(seconds=60)
"""How far the provider's clock and ours may lie apart."""

MAX_AGE = timedelta(minutes=10)
"""How long ago the token may have been issued."""

MAX_LENGTH = 16_384
"""Characters of a token at the most."""

MAX_NAME = 200
"""Characters of a name at the most."""

_ASSURANCE = {
    "low": AssuranceLevel.LOW,
    "substantial": AssuranceLevel.SUBSTANTIAL,
    "high": AssuranceLevel.HIGH,
    "http://eidas.europa.eu/LoA/low": AssuranceLevel.LOW,
    "http://eidas.europa.eu/LoA/substantial": AssuranceLevel.SUBSTANTIAL,
    "http://eidas.europa.eu/LoA/high": AssuranceLevel.HIGH,
}
_MINIMUM_RSA_BITS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderKeys:
    """What an identity provider publishes: its issuer identifier and its JWK set, as fetched at an instant."""

    issuer: str
    jwks: Mapping[str, Any]
    fetched_at: datetime


def verify_id_token(
    token: str,
    provider: ProviderKeys,
    *,
    audience: str,
    nonce: str,
    now: datetime,
    max_age: timedelta | None = MAX_AGE,
) -> IdentifiedPerson:
    """Return the person whom a provider's token identifies.

    1. Compact JWS, one of three algorithms, a key that the provider publishes. 2. Signature. 3. Issuer. 4. Audience.
    5. Times. 6. Nonce. 7. Names, date of birth where given, level of assurance where stated.

    Args:
        token: The compact JWS.
        provider: The provider that is trusted, and its keys.
        audience: Our client identifier.
        nonce: What the token must have been given over: base64url of H(CSR).
        now: The instant at which the token must be valid.
        max_age: How long ago it may have been issued; None when an old token is checked again at its own instant.

    Raises:
        TokenError: One subclass for each way in which a token can be wrong.
    """
    claims = verified_claims(token, provider, audience=audience, nonce=nonce, now=now, max_age=max_age)
    return IdentifiedPerson(
        issuer=provider.issuer,
        subject=_text(claims, "sub", 255, TokenMalformed),
        given_name=_text(claims, "given_name", MAX_NAME, TokenNameMissing),
        family_name=_text(claims, "family_name", MAX_NAME, TokenNameMissing),
        birth_date=_birth_date(claims),
        assurance=_ASSURANCE.get(str(claims.get("acr")), AssuranceLevel.UNSTATED),
        token=token,
        nonce=nonce,
        authenticated_at=_authenticated_at(claims),
    )


def verified_claims(
    token: str,
    provider: ProviderKeys,
    *,
    audience: str,
    nonce: str,
    now: datetime,
    max_age: timedelta | None = MAX_AGE,
) -> Mapping[str, Any]:
    """Return what a provider's token claims, after steps 1 to 6 of :func:`verify_id_token`, with a subject.

    Raises:
        TokenError: One subclass for each way in which a token can be wrong.
    """
    header, _ = _decode(token)
    key = signing_key(provider, header)
    try:
        payload = jws.deserialize_compact(token, key, algorithms=list(ALGORITHMS)).payload
    except (JoseError, ValueError, TypeError) as error:
        raise TokenSignatureInvalid from error
    claims = _json(payload)
    if claims.get("iss") != provider.issuer:
        raise TokenIssuerDiffers
    _check_audience(claims, audience)
    _check_times(claims, now, max_age)
    if claims.get("nonce") != nonce:
        raise TokenNonceDiffers
    _text(claims, "sub", 255, TokenMalformed)
    return claims


def token_header(token: str) -> Mapping[str, Any]:
    """Return the header of a token, nothing of which is checked yet but its algorithm.

    Raises:
        TokenMalformed: Not a compact JWS with JSON inside.
        TokenAlgorithmRefused: Not one of the three algorithms.
    """
    return _decode(token)[0]


def signing_key(provider: ProviderKeys, header: Mapping[str, Any]) -> jwk.RSAKey | jwk.ECKey:
    """Return the provider's one key that a token's header names.

    Raises:
        TokenKeyUnknown: No key of that name, or several.
        TokenKeyUnsuitable: The key is not one for this algorithm.
    """
    return _usable(find_key(provider, header), header["alg"])


def find_key(provider: ProviderKeys, header: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JWK that a token's header names.

    Raises:
        TokenKeyUnknown: No key of that name, or several.
    """
    keys = provider.jwks.get("keys")
    candidates = keys if isinstance(keys, Sequence) and not isinstance(keys, str) else ()
    found = [key for key in candidates if isinstance(key, Mapping) and key.get("kid") == header["kid"]]
    if len(found) != 1:
        raise TokenKeyUnknown(keys=len(found))
    return found[0]


def _decode(token: str) -> tuple[Mapping[str, Any], bytes]:
    if not isinstance(token, str) or len(token) > MAX_LENGTH:
        raise TokenMalformed("not text, or longer than any token")
    try:
        header, payload, _ = (from_b64url(part) for part in token.split("."))
    except (ValueError, EncodingError) as error:
        raise TokenMalformed("not three parts of base64url") from error
    fields = _json(header)
    if "crit" in fields or "b64" in fields:
        raise TokenMalformed("header with an extension that must be understood")
    algorithm = fields.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise TokenAlgorithmRefused
    if not isinstance(fields.get("kid"), str):
        raise TokenKeyUnknown("the token does not name its key")
    return fields, payload


def _json(data: bytes) -> dict[str, Any]:
    try:
        return read_object(data)
    except ValueError as error:
        raise TokenMalformed("not a JSON object") from error


def _usable(key: Mapping[str, Any], algorithm: str) -> jwk.RSAKey | jwk.ECKey:
    kind = ALGORITHMS[algorithm]
    if key.get("kty") != kind or key.get("alg", algorithm) != algorithm or key.get("use", "sig") != "sig":
        raise TokenKeyUnsuitable
    operations = key.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise TokenKeyUnsuitable
    public = {name: key[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in key}
    try:
        imported = jwk.import_key(public)
        if isinstance(imported, jwk.RSAKey) and imported.public_key.key_size >= _MINIMUM_RSA_BITS:
            return imported
        if isinstance(imported, jwk.ECKey) and imported.curve_name == "P-256" and imported.public_key:
            return imported
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenKeyUnsuitable from error
    raise TokenKeyUnsuitable


def _check_audience(claims: Mapping[str, Any], audience: str) -> None:
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    if audience not in audiences or not all(isinstance(name, str) for name in audiences):
        raise TokenAudienceDiffers
    authorised = claims.get("azp")
    if (len(audiences) > 1 and authorised is None) or authorised not in (None, audience):
        raise TokenAudienceDiffers("another party is authorised")


def _check_times(claims: Mapping[str, Any], now: datetime, max_age: timedelta | None) -> None:
    issued, expires = _instant(claims, "iat"), _instant(claims, "exp")
    present = now.timestamp()
    leeway = LEEWAY.total_seconds()
    if issued > present + leeway or ("nbf" in claims and _instant(claims, "nbf") > present + leeway):
        raise TokenNotYetValid
    if present >= expires + leeway:
        raise TokenExpired
    if max_age is not None and present - issued > max_age.total_seconds() + leeway:
        raise TokenTooOld


def _instant(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        raise TokenMalformed("a time is missing or not a number", claim=name)
    return value


def _authenticated_at(claims: Mapping[str, Any]) -> datetime | None:
    """Return when the person logged in (OpenID Connect Core 1.0 section 2); None for anything but whole seconds."""
    value = claims.get("auth_time")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LAST_SECOND or value % 1:
        return None
    return datetime.fromtimestamp(int(value), UTC)


def _text(claims: Mapping[str, Any], name: str, limit: int, error: type[TokenMalformed | TokenNameMissing]) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise error(claim=name)
    if any(unicodedata.category(character).startswith("C") for character in value):
        raise error("control character or half a character", claim=name)
    return value


def _birth_date(claims: Mapping[str, Any]) -> date | None:
    """Return the date of birth; OpenID Connect allows a year alone or a day without its year, which is no date."""
    value = claims.get("birthdate")
    if value is None:
        return None
    if not isinstance(value, str):
        raise TokenBirthDateMalformed
    if re.fullmatch(r"[0-9]{4}|0000-[0-9]{2}-[0-9]{2}", value):
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise TokenBirthDateMalformed
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise TokenBirthDateMalformed from error
