"""The dossier as a value, and as named parts: one value has one set of parts, and no other is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from esign.ceremony import Sealed, Transcript, UserVerificationStatement
from esign.evidence.commitment import Opening
from esign.evidence.dossier_statement import statement_of
from esign.evidence.errors import DossierError
from esign.evidence.ledger_extract import LedgerExtract, SequencedOpening
from esign.foundation.canonical import canonical, parse_canonical
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url, from_b64url

VERSION = "esign-dossier/1"
"""The form of the parts. Another form gets another number; this one stays readable for ever."""


class PartError(DossierError):
    """A part is missing, unknown, or not in its one form; ``facts["part"]`` names it."""

    code = "evidence.dossier.part"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything about one concluded contract.

    Args:
        document: The signed PDF.
        transcript: Canonical transcript of the attempt that was signed.
        declaration: The declaration's text.
        summary: Canonical order summary.
        policy: Source of the signature policy.
        capsule: What was sealed to the signatory.
        certificate: The certificate that signed: the signatory's, or the company's seal at the simple level (DER).
        chain: The certificates above it (DER).
        enrolment: How the signatory's certificate came to be; None at the simple level.
        messages: The agent's messages (compact JWS) in the order of their arrival.
        user_verification: The passkey's statement over the transcript, if there is one.
        agent_manifest: Manifest of the agent that was served.
        contract: Canonical contract data.
        ledger: Entries about the contract with their proofs.
        openings: What opens the commitments in them.
        mails: Mails exactly as they were sent.
        seed: The disclosed seed of the capsule, in a dispute.
    """

    document: bytes = field(repr=False)
    transcript: bytes = field(repr=False)
    declaration: str = field(repr=False)
    summary: bytes = field(repr=False)
    policy: bytes = field(repr=False)
    capsule: Sealed = field(repr=False)
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    enrolment: EnrolmentEvidence | None = field(repr=False)
    messages: tuple[bytes, ...] = field(repr=False)
    user_verification: UserVerificationStatement | None = field(repr=False)
    agent_manifest: bytes = field(repr=False)
    contract: bytes = field(repr=False)
    ledger: LedgerExtract = field(repr=False)
    openings: tuple[SequencedOpening, ...] = field(default=(), repr=False)
    mails: tuple[bytes, ...] = field(default=(), repr=False)
    seed: bytes | None = field(default=None, repr=False)

    def parts(self) -> dict[str, bytes]:
        """Return the parts, by name.

        Raises:
            PartError: The transcript is none.
        """
        parts = {
            "document.pdf": self.document,
            "transcript.json": self.transcript,
            "declaration.txt": self.declaration.encode("utf-8"),
            "summary.json": self.summary,
            "policy.yaml": self.policy,
            "capsule.json": canonical({"enc": b64url(self.capsule.enc), "ct": b64url(self.capsule.ct)}),
            "certificates/signer.der": self.certificate,
            "agent-manifest.json": self.agent_manifest,
            "contract.json": self.contract,
            "ledger.json": canonical(self.ledger.to_mapping()),
        }
        parts |= {f"certificates/chain-{place:02}.der": der for place, der in enumerate(self.chain, 1)}
        parts |= {f"messages/{place:03}.jws": message for place, message in enumerate(self.messages, 1)}
        parts |= {f"mails/{place:03}.eml": mail for place, mail in enumerate(self.mails, 1)}
        if self.enrolment is not None:
            parts["enrolment.json"] = canonical(_enrolment(self.enrolment))
        if self.user_verification is not None:
            parts["user-verification.json"] = canonical(_user_verification(self.user_verification))
        if self.seed is not None:
            parts["disclosure.json"] = canonical({"seed": b64url(self.seed)})
        opened = [_opening(each, parts) for each in self.openings]
        try:
            statement = statement_of(Transcript.parse(self.transcript))
        except DossierError:
            raise
        except Exception as error:
            raise PartError("the transcript cannot be read", part="transcript.json") from error
        parts["commitments.json"] = canonical({"openings": opened})
        parts["statement.json"] = canonical({"v": VERSION, **statement})
        return parts

    @classmethod
    def from_parts(cls, parts: Mapping[str, bytes]) -> Self:
        """Return the dossier whose parts these are.

        Raises:
            PartError: A part is missing, unknown, or not exactly as it is written here.
        """
        reader = _Reader(parts)
        capsule = reader.json("capsule.json")
        dossier = cls(
            document=reader.raw("document.pdf"),
            transcript=reader.raw("transcript.json"),
            declaration=reader.parse("declaration.txt", lambda data: data.decode("utf-8")),
            summary=reader.raw("summary.json"),
            policy=reader.raw("policy.yaml"),
            capsule=reader.parse(
                "capsule.json", lambda _: Sealed(enc=_bytes(capsule, "enc"), ct=_bytes(capsule, "ct"))
            ),
            certificate=reader.raw("certificates/signer.der"),
            chain=reader.numbered(r"certificates/chain-\d\d\.der"),
            enrolment=reader.optional("enrolment.json", _read_enrolment),
            messages=reader.numbered(r"messages/\d\d\d\.jws"),
            user_verification=reader.optional("user-verification.json", _read_user_verification),
            agent_manifest=reader.raw("agent-manifest.json"),
            contract=reader.raw("contract.json"),
            ledger=reader.parse("ledger.json", lambda data: LedgerExtract.from_mapping(parse_canonical(data))),
            openings=reader.parse("commitments.json", lambda data: _read_openings(parse_canonical(data), parts)),
            mails=reader.numbered(r"mails/\d\d\d\.eml"),
            seed=reader.optional("disclosure.json", lambda value: _bytes(value, "seed")),
        )
        again = dossier.parts()
        for name in sorted(again.keys() | parts.keys()):
            if name not in again:
                raise PartError("an unknown part, or one out of its sequence", part=name)
            if again[name] != parts.get(name):
                raise PartError("not in its one form" if name in parts else "missing", part=name)
        return dossier


class _Reader:
    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts

    def raw(self, name: str) -> bytes:
        if name not in self._parts:
            raise PartError("missing", part=name)
        return self._parts[name]

    def parse(self, name: str, read: Any) -> Any:
        data = self.raw(name)
        try:
            return read(data)
        except Exception as error:  # hostile bytes: whatever a reader raises, the part cannot be read
            raise PartError("cannot be read", part=name) from error

    def json(self, name: str) -> dict[str, Any]:
        value: dict[str, Any] = self.parse(name, parse_canonical)
        return value

    def optional(self, name: str, read: Any) -> Any:
        return self.parse(name, lambda data: read(parse_canonical(data))) if name in self._parts else None

    def numbered(self, pattern: str) -> tuple[bytes, ...]:
        return tuple(self._parts[name] for name in sorted(self._parts) if re.fullmatch(pattern, name, re.ASCII))


def _bytes(value: Mapping[str, Any], name: str) -> bytes:
    return from_b64url(value[name])


def _enrolment(enrolment: EnrolmentEvidence) -> dict[str, Any]:
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


def _read_enrolment(value: Mapping[str, Any]) -> EnrolmentEvidence:
    passkey, provider = value["passkey"], value["provider"]
    texts = (value["id_token"], provider["issuer"], provider["jwks"], value["audience"])
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("not text")
    return EnrolmentEvidence(
        request=_bytes(value, "csr"),
        capsule_key=_bytes(value, "capsule_key"),
        device_key=_bytes(value, "device_key"),
        passkey=None
        if passkey is None
        else PasskeyEvidence(
            credential_id=_bytes(passkey, "credential_id"),
            public_key=_bytes(passkey, "public_key"),
            algorithm=passkey["algorithm"],
            prf=passkey["prf"],
        ),
        id_token=texts[0],
        issuer=texts[1],
        jwks=texts[2],
        audience=texts[3],
    )


def _user_verification(statement: UserVerificationStatement) -> dict[str, Any]:
    return {
        "authenticator_data": b64url(statement.authenticator_data),
        "client_data": b64url(statement.client_data),
        "signature": b64url(statement.signature),
    }


def _read_user_verification(value: Mapping[str, Any]) -> UserVerificationStatement:
    return UserVerificationStatement(
        authenticator_data=_bytes(value, "authenticator_data"),
        client_data=_bytes(value, "client_data"),
        signature=_bytes(value, "signature"),
    )


def _opening(sequenced: SequencedOpening, parts: Mapping[str, bytes]) -> dict[str, Any]:
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


def _read_openings(value: Mapping[str, Any], parts: Mapping[str, bytes]) -> tuple[SequencedOpening, ...]:
    found = []
    for item in value["openings"]:
        if "part" in item:
            content = parts[item["part"]]
        elif "digest_of" in item:
            content = sha256(parts[item["digest_of"]])
        else:
            content = _bytes(item, "content")
        opening = Opening(name=item["name"], salt=_bytes(item, "salt"), content=content)
        found.append(SequencedOpening(seq=item["seq"], opening=opening))
    return tuple(found)
