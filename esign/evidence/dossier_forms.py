"""The JSON forms of what stands in a dossier: an enrolment, a passkey's statement, openings of commitments.

Reading here is lenient where writing again is strict: whoever reads a part writes it again and requires the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esign.ceremony import UserVerificationStatement
from esign.evidence.commitment import Opening
from esign.evidence.ledger_extract import SequencedOpening
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url, from_b64url


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyEvidence:
    """The passkey that was registered with the enrolment; ``public_key`` is DER ``SubjectPublicKeyInfo``."""

    credential_id: bytes
    public_key: bytes
    algorithm: int
    prf: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentEvidence:
    """How the signatory's certificate came to be.

    Args:
        request: Certificate signing request, DER.
        capsule_key: K_enc, DER ``SubjectPublicKeyInfo``.
        device_key: K_dev, likewise.
        passkey: The passkey, if there is one.
        id_token: The identity provider's signed word, compact JWS.
        issuer: The provider.
        jwks: Its key set as fetched, JSON text.
        audience: Our client identifier at the provider.
    """

    request: bytes
    capsule_key: bytes
    device_key: bytes
    passkey: PasskeyEvidence | None
    id_token: str
    issuer: str
    jwks: str
    audience: str


def read_bytes(value: Mapping[str, Any], name: str) -> bytes:
    """Return the bytes that a member holds as base64url."""
    return from_b64url(value[name])


def enrolment_form(enrolment: EnrolmentEvidence) -> dict[str, Any]:
    """Return an enrolment as JSON."""
    passkey = enrolment.passkey
    return {
        "csr": b64url(enrolment.request),
        "capsule_key": b64url(enrolment.capsule_key),
        "device_key": b64url(enrolment.device_key),
        "passkey": None
        if passkey is None
        else {
            "credential_id": b64url(passkey.credential_id),
            "public_key": b64url(passkey.public_key),
            "algorithm": passkey.algorithm,
            "prf": passkey.prf,
        },
        "id_token": enrolment.id_token,
        "provider": {"issuer": enrolment.issuer, "jwks": enrolment.jwks},
        "audience": enrolment.audience,
    }


def read_enrolment(value: Mapping[str, Any]) -> EnrolmentEvidence:
    """Return the enrolment that was written as JSON."""
    passkey, provider = value["passkey"], value["provider"]
    texts = (value["id_token"], provider["issuer"], provider["jwks"], value["audience"])
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("not text")
    if passkey is not None and (passkey["algorithm"] not in (-7, -257) or type(passkey["prf"]) is not bool):
        raise ValueError("a passkey of another kind")
    return EnrolmentEvidence(
        request=read_bytes(value, "csr"),
        capsule_key=read_bytes(value, "capsule_key"),
        device_key=read_bytes(value, "device_key"),
        passkey=None
        if passkey is None
        else PasskeyEvidence(
            credential_id=read_bytes(passkey, "credential_id"),
            public_key=read_bytes(passkey, "public_key"),
            algorithm=passkey["algorithm"],
            prf=passkey["prf"],
        ),
        id_token=texts[0],
        issuer=texts[1],
        jwks=texts[2],
        audience=texts[3],
    )


def user_verification_form(statement: UserVerificationStatement) -> dict[str, Any]:
    """Return a passkey\'s statement as JSON, as the intent message carries it."""
    return {
        "authenticator_data": b64url(statement.authenticator_data),
        "client_data": b64url(statement.client_data),
        "signature": b64url(statement.signature),
    }


def read_user_verification(value: Mapping[str, Any]) -> UserVerificationStatement:
    """Return the passkey\'s statement that was written as JSON."""
    return UserVerificationStatement(
        authenticator_data=read_bytes(value, "authenticator_data"),
        client_data=read_bytes(value, "client_data"),
        signature=read_bytes(value, "signature"),
    )


def opening_form(sequenced: SequencedOpening, parts: Mapping[str, bytes]) -> dict[str, Any]:
    """Return an opening as JSON; content that stands in a part, or is the digest of one, is only named."""
    opening = sequenced.opening
    head = {"seq": sequenced.seq, "name": opening.name, "salt": b64url(opening.salt)}
    for name in sorted(parts):
        if parts[name] == opening.content:
            return {**head, "part": name}
    for name in sorted(parts):
        if sha256(parts[name]) == opening.content:
            return {**head, "digest_of": name}
    return {**head, "content": b64url(opening.content)}


def read_openings(value: Mapping[str, Any], parts: Mapping[str, bytes]) -> tuple[SequencedOpening, ...]:
    """Return the openings that were written as JSON, with the content that they name."""
    found = []
    for item in value["openings"]:
        if "part" in item:
            content = parts[item["part"]]
        elif "digest_of" in item:
            content = sha256(parts[item["digest_of"]])
        else:
            content = read_bytes(item, "content")
        if type(item["seq"]) is not int or not isinstance(item["name"], str):
            raise ValueError("an opening of another form")
        opening = Opening(name=item["name"], salt=read_bytes(item, "salt"), content=content)
        found.append(SequencedOpening(seq=item["seq"], opening=opening))
    return tuple(found)
