"""The server's answers, checked against the protocol before they leave.

Source: docs/ceremony-spec.md section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from esign.ceremony.capsule import Sealed
from esign.ceremony.errors import AnswerMalformedError
from esign.ceremony.limits import VERSION
from esign.ceremony.schema import check
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedEnrolment:
    """An enrolment that the agent may use once: its name, nonce (32 bytes) and end (seconds)."""

    id: str
    nonce: bytes
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcIdentification:
    """Identification by an OpenID Connect provider, as this public client."""

    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What ``hello`` is answered with.

    Attributes:
        identification: Nothing at the simple level: then the e-mail address is the identification.
        enrolment: Nothing at the simple level and in ended ceremonies.
        represents: In whose name the signatory declares; empty: in the own one.
        server_time: Seconds; the agent measures its clock's difference against it.
        expires_at: Seconds; the end of the invitation.
        way_back: Where the person goes on afterwards; empty: nowhere.
    """

    state: Literal["waiting", "not_yet", "open", "signed", "closed"]
    server_time: int
    sandbox: bool
    contract_id: str
    title: str
    company: str
    reference: str
    given_name: str
    family_name: str
    role: str
    represents: str
    level: Literal["simple", "advanced"]
    user_verification: Literal["required", "recorded", "none"]
    identification: OidcIdentification | None
    enrolment: OfferedEnrolment | None
    expires_at: int
    way_back: str = ""
    company_device: bool = False
    """Whether the link was handed over for a device of the company."""


def answer_hello(greeting: Greeting) -> bytes:
    """Return the answer to ``hello``.

    Raises:
        AnswerMalformedError: A value of ours does not fit the protocol.
    """
    oidc, enrolment = greeting.identification, greeting.enrolment
    return _answer(
        "hello",
        {
            "v": VERSION,
            "state": greeting.state,
            "server_time": greeting.server_time,
            "sandbox": greeting.sandbox,
            "contract": {
                "id": greeting.contract_id,
                "title": greeting.title,
                "company": greeting.company,
                "reference": greeting.reference,
            },
            "signatory": {
                "given_name": greeting.given_name,
                "family_name": greeting.family_name,
                "role": greeting.role,
                "represents": greeting.represents,
            },
            "level": greeting.level,
            "user_verification": greeting.user_verification,
            "identification": {"method": "email"}
            if oidc is None
            else {"method": "oidc", "issuer": oidc.issuer, "client_id": oidc.client_id},
            "enrolment": None
            if enrolment is None
            else {"id": enrolment.id, "nonce": b64url(enrolment.nonce), "expires_at": enrolment.expires_at},
            "expires_at": greeting.expires_at,
            **({"way_back": greeting.way_back} if greeting.way_back else {}),
            **({"device": "company"} if greeting.company_device else {}),
        },
    )


def answer_enrol(*, certificate: bytes, chain: Sequence[bytes]) -> bytes:
    """Return the answer to ``enrol``: the issued certificate (DER) and the chain above it.

    Raises:
        AnswerMalformedError: A value of ours does not fit the protocol.
    """
    return _answer(
        "enrol",
        {
            "certificate": b64url(certificate),
            "chain": [b64url(each) for each in chain],
            "certificate_id": sha256(certificate).hex(),
        },
    )


def answer_open(*, transcript: bytes, declaration: str, policy: bytes, summary: bytes, capsule: Sealed) -> bytes:
    """Return the answer to ``open``: everything that the person is shown and the capsule.

    Raises:
        AnswerMalformedError: A value of ours does not fit the protocol.
    """
    return _answer(
        "open",
        {
            "transcript": b64url(transcript),
            "declaration": declaration,
            "policy": b64url(policy),
            "summary": b64url(summary),
            "capsule": {"enc": b64url(capsule.enc), "ct": b64url(capsule.ct)},
        },
    )


def answer_intent(*, attributes: bytes) -> bytes:
    """Return the answer to ``intent`` at the advanced level: the signed attributes (DER, tag 0x31).

    Raises:
        AnswerMalformedError: A value of ours does not fit the protocol.
    """
    return _answer("intent", {"attributes": b64url(attributes)})


def answer_signed(*, document_digest: bytes) -> bytes:
    """Return the answer that ends a ceremony: to ``signature``, and to ``intent`` at the simple level.

    Args:
        document_digest: SHA-256 of the finished file.

    Raises:
        AnswerMalformedError: A value of ours does not fit the protocol.
    """
    return _answer("signature", {"state": "signed", "document": {"sha256": document_digest.hex()}})


def answer_handover(*, token: str, link: str, expires_at: int, qr: Sequence[Sequence[int]]) -> bytes:
    """Return the answer to ``handover``.

    Args:
        token: Binds exactly one further device.
        link: The address that the other device opens; the token stands in its fragment.
        expires_at: Seconds; until when the token binds.
        qr: The link's QR code: rows of modules, 1 is dark.

    Raises:
        AnswerMalformedError: A value of ours does not fit the protocol.
    """
    return _answer(
        "handover", {"token": token, "link": link, "expires_at": expires_at, "qr": [list(row) for row in qr]}
    )


def answer_decline() -> bytes:
    """Return the answer to ``decline``."""
    return _answer("decline", {"state": "closed"})


def _answer(name: str, value: Mapping[str, Any]) -> bytes:
    check(f"answers/{name}", value, lambda place: AnswerMalformedError(place=place))
    return canonical(value)
