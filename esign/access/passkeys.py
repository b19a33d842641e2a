"""Passkeys of accounts: discoverable credentials behind a verified user; no name has to be typed.

Source: W3C WebAuthn Level 3 sections 5.4, 5.5, 7.1, 7.2. The checks themselves are those of the library ``webauthn``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from esign.access.errors import PasskeyRejected
from esign.foundation.digests import equal

NAME = "esign"
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_MILLISECONDS = 300_000
_LONGEST = 16_384
_COUNT_REPEATED = "sign count"
_HOSTILE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the library and the JSON reader say to an answer that no browser made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """What is known of a passkey that was made for an account."""

    credential_id: bytes
    public_key: bytes
    """COSE key."""
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where passkeys of accounts are used."""

    origin: str
    relying_party: str
    """Host of the origin."""

    def making(
        self, *, challenge: bytes, user: bytes, name: str, display_name: str, known: Sequence[bytes]
    ) -> dict[str, Any]:
        """Return the options with which a browser makes a passkey (``PublicKeyCredentialCreationOptionsJSON``).

        Args:
            challenge: Fresh, used once.
            user: Handle of the account; no personal data (WebAuthn section 14.6.1).
            name: What authenticators show.
            display_name: What authenticators show.
            known: Credentials of the account: no authenticator gets a second one.
        """
        options = generate_registration_options(
            rp_id=self.relying_party,
            rp_name=NAME,
            user_id=user,
            user_name=name,
            user_display_name=display_name,
            challenge=challenge,
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                require_resident_key=True,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=item) for item in known],
            supported_pub_key_algs=_ALGORITHMS,
        )
        return dict(json.loads(options_to_json(options)))

    def using(self, *, challenge: bytes, known: Sequence[bytes] = ()) -> dict[str, Any]:
        """Return the options with which a browser uses a passkey (``PublicKeyCredentialRequestOptionsJSON``).

        Args:
            challenge: Fresh, used once.
            known: Credentials of whoever is asked; none: whoever answers is found by the answer.
        """
        options = generate_authentication_options(
            rp_id=self.relying_party,
            challenge=challenge,
            timeout=_MILLISECONDS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=item) for item in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return dict(json.loads(options_to_json(options)))

    def made(self, answer: str, *, challenge: bytes) -> Passkey:
        """Return the passkey that a browser made.

        Raises:
            PasskeyRejected: The answer does not hold.
        """
        try:
            _refuse_frames(answer)
            verified = verify_registration_response(
                credential=parse_registration_credential_json(_short(answer)),
                expected_challenge=challenge,
                expected_rp_id=self.relying_party,
                expected_origin=self.origin,
                require_user_verification=True,
                supported_pub_key_algs=_ALGORITHMS,
            )
        except _HOSTILE as error:
            raise PasskeyRejected from error
        return Passkey(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
        )

    def used(self, answer: str, passkey: Passkey, *, challenge: bytes, user: bytes) -> int:
        """Return the passkey's new counter, after it is proven that its verified user answered this challenge.

        Raises:
            PasskeyRejected: The answer does not hold, or the counter went back: the passkey may have been copied.
        """
        try:
            credential = parse_authentication_credential_json(_short(answer))
            handle = credential.response.user_handle
            if credential.raw_id != passkey.credential_id or (handle is not None and not equal(handle, user)):
                raise PasskeyRejected
            _refuse_frames(answer)
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.relying_party,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _HOSTILE as error:
            raise PasskeyRejected(copied=_COUNT_REPEATED in str(error).lower()) from error
        return int(verified.new_sign_count)


def credential_of(answer: str) -> bytes:
    """Return which credential an answer claims to be of; nothing of it is proven yet.

    Raises:
        PasskeyRejected: The answer cannot be read.
    """
    try:
        return bytes(parse_authentication_credential_json(_short(answer)).raw_id)
    except _HOSTILE as error:
        raise PasskeyRejected from error


def _short(answer: str) -> str:
    if len(answer) > _LONGEST:
        raise PasskeyRejected("longer than any honest answer")
    return answer


def _refuse_frames(answer: str) -> None:
    """Refuse what was made inside a frame of another site: these pages are never framed."""
    from webauthn.helpers import base64url_to_bytes

    client = json.loads(base64url_to_bytes(json.loads(_short(answer))["response"]["clientDataJSON"]))
    if client.get("crossOrigin", False) is not False or "topOrigin" in client:
        raise PasskeyRejected("made inside a frame")
