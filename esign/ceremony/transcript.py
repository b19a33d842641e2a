"""The transcript: everything an attempt is about, in one canonical text that both sides hash.

Source: docs/ceremony-spec.md section 5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from esign.ceremony.capsule import transcript_hash
from esign.ceremony.errors import TranscriptMalformedError
from esign.ceremony.limits import CODE_DIGITS, CODE_TRIES, MAX_ATTEMPT_SECONDS, PROOF_OF_APPROVAL, SUITE, VERSION
from esign.ceremony.schema import check
from esign.foundation.canonical import CanonicalJsonError, canonical, parse_canonical

_REMEMBERED = 64
"""Transcripts whose bytes are remembered: one attempt asks for them a dozen times."""

Level = Literal["simple", "advanced", "qualified"]
HeldBy = Literal["signatory-passkey", "signatory", "signatory-company-device", "company"]
Trust = Literal["sandbox", "configured"]
UserVerification = Literal["passkey", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier revision of the document: the file's first ``length`` bytes."""

    kind: str
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file inside the document that is allowed to be there."""

    name: str
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptDocument:
    """The prepared document: its digest is taken over the byte range, all but the hole for the signature."""

    sha256: bytes
    byte_range: tuple[int, int, int, int]
    length: int
    name: str
    revisions: tuple[Revision, ...]
    attachments: tuple[AttachedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptDeclaration:
    """The declaration of intent that is shown: language and H(UTF-8 text)."""

    lang: Literal["de", "en"]
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptOrder:
    """The exact label of the control that declares, and the digest of the summary directly above it.

    Source: BGB § 312j (2), (3).
    """

    label: str
    summary: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptSignatory:
    """Who declares, and the keys of this attempt; certificate and passkey are absent where there is none."""

    name: str
    certificate: bytes | None
    capsule_key: bytes
    device_key: bytes
    passkey: bytes | None
    role: str
    """What the person is in the contract, such as ``Kundin``."""
    represents: str = ""
    """In whose name the person declares; empty: in the own one (BGB § 164 (1))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptStatement:
    """What the signature will say of itself: level, who holds the key, who identified the person, whose trust."""

    level: Level
    held_by: HeldBy
    identified_by: str
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptPolicy:
    """The signature policy: its object identifier and the digest of its text."""

    oid: str
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One attempt of one ceremony, complete.

    The protocol's constants (version, commitment type, cipher suite, length and tries of the code) are not fields: they
    are written and required as they are.
    """

    ceremony: str
    contract: str
    attempt: int
    audience: str
    agent: bytes
    document: TranscriptDocument
    declaration: TranscriptDeclaration
    order: TranscriptOrder
    signatory: TranscriptSignatory
    statement: TranscriptStatement
    policy: TranscriptPolicy
    code_commitment: bytes
    user_verification: UserVerification
    issued_at: int
    expires_at: int
    client_nonce: bytes
    server_nonce: bytes

    def canonical(self) -> bytes:
        """Return the transcript's bytes.

        Raises:
            TranscriptMalformedError: A field does not fit the protocol; the fact ``place`` says which.
        """
        return _written(self)

    @property
    def tau(self) -> bytes:
        """The transcript hash, 32 bytes."""
        return transcript_hash(self.canonical())

    @classmethod
    def parse(cls, data: bytes) -> Transcript:
        """Return the transcript that the bytes are.

        Raises:
            TranscriptMalformedError: Not canonical JSON, a member unknown or missing, a value that does not fit.
        """
        return _read(data)

    def to_mapping(self) -> dict[str, Any]:
        """Return the members as section 5 names them."""
        document, signatory, statement = self.document, self.signatory, self.statement
        return {
            "v": VERSION,
            "ceremony": self.ceremony,
            "contract": self.contract,
            "attempt": self.attempt,
            "aud": self.audience,
            "agent": self.agent.hex(),
            "document": {
                "sha256": document.sha256.hex(),
                "byte_range": list(document.byte_range),
                "length": document.length,
                "name": document.name,
                "revisions": [
                    {"kind": each.kind, "length": each.length, "sha256": each.sha256.hex()}
                    for each in document.revisions
                ],
                "attachments": [{"name": each.name, "sha256": each.sha256.hex()} for each in document.attachments],
            },
            "declaration": {"lang": self.declaration.lang, "sha256": self.declaration.sha256.hex()},
            "order": {"label": self.order.label, "summary": self.order.summary.hex()},
            "signatory": {
                "name": signatory.name,
                "role": signatory.role,
                "represents": signatory.represents,
                "certificate": (signatory.certificate or b"").hex(),
                "capsule_key": signatory.capsule_key.hex(),
                "device_key": signatory.device_key.hex(),
                "passkey": (signatory.passkey or b"").hex(),
            },
            "statement": {
                "level": statement.level,
                "held_by": statement.held_by,
                "identified_by": statement.identified_by,
                "trust": statement.trust,
            },
            "policy": {"oid": self.policy.oid, "sha256": self.policy.sha256.hex()},
            "commitment": PROOF_OF_APPROVAL,
            "suite": SUITE,
            "code": {"length": CODE_DIGITS, "tries": CODE_TRIES, "commitment": self.code_commitment.hex()},
            "user_verification": self.user_verification,
            "issued_at": self.issued_at,
            "expires_at": self.expires_at,
            "client_nonce": self.client_nonce.hex(),
            "server_nonce": self.server_nonce.hex(),
        }

    @classmethod
    def _from_mapping(cls, value: Mapping[str, Any]) -> Transcript:
        document, signatory = value["document"], value["signatory"]
        first, second, third, fourth = document["byte_range"]
        return cls(
            ceremony=value["ceremony"],
            contract=value["contract"],
            attempt=value["attempt"],
            audience=value["aud"],
            agent=bytes.fromhex(value["agent"]),
            document=TranscriptDocument(
                sha256=bytes.fromhex(document["sha256"]),
                byte_range=(first, second, third, fourth),
                length=document["length"],
                name=document["name"],
                revisions=tuple(
                    Revision(kind=each["kind"], length=each["length"], sha256=bytes.fromhex(each["sha256"]))
                    for each in document["revisions"]
                ),
                attachments=tuple(
                    AttachedFile(name=each["name"], sha256=bytes.fromhex(each["sha256"]))
                    for each in document["attachments"]
                ),
            ),
            declaration=TranscriptDeclaration(
                lang=value["declaration"]["lang"], sha256=bytes.fromhex(value["declaration"]["sha256"])
            ),
            order=TranscriptOrder(label=value["order"]["label"], summary=bytes.fromhex(value["order"]["summary"])),
            signatory=TranscriptSignatory(
                name=signatory["name"],
                certificate=bytes.fromhex(signatory["certificate"]) or None,
                capsule_key=bytes.fromhex(signatory["capsule_key"]),
                device_key=bytes.fromhex(signatory["device_key"]),
                passkey=bytes.fromhex(signatory["passkey"]) or None,
                role=signatory["role"],
                represents=signatory["represents"],
            ),
            statement=TranscriptStatement(**value["statement"]),
            policy=TranscriptPolicy(oid=value["policy"]["oid"], sha256=bytes.fromhex(value["policy"]["sha256"])),
            code_commitment=bytes.fromhex(value["code"]["commitment"]),
            user_verification=value["user_verification"],
            issued_at=value["issued_at"],
            expires_at=value["expires_at"],
            client_nonce=bytes.fromhex(value["client_nonce"]),
            server_nonce=bytes.fromhex(value["server_nonce"]),
        )


@lru_cache(maxsize=_REMEMBERED)
def _written(transcript: Transcript) -> bytes:
    value = transcript.to_mapping()
    _require(value)
    return canonical(value)


@lru_cache(maxsize=_REMEMBERED)
def _read(data: bytes) -> Transcript:
    try:
        value = parse_canonical(data)
    except CanonicalJsonError as error:
        raise TranscriptMalformedError("not canonical JSON") from error
    _require(value)
    return Transcript._from_mapping(value)


def _require(value: Mapping[str, Any]) -> None:
    check("transcript", value, _refuse)
    document = value["document"]
    start, hole, after, rest = document["byte_range"]
    lengths = [each["length"] for each in document["revisions"]]
    kinds = "".join(each["kind"][0] if each["kind"] != "security_store" else "+" for each in document["revisions"])
    names = [each["name"] for each in document["attachments"]]
    statement, signatory = value["statement"], value["signatory"]
    rules = {
        "$.document.byte_range": start == 0 and 0 < hole < after and after + rest == document["length"],
        "$.document.revisions": lengths == sorted(set(lengths))
        and lengths[-1] < document["length"]
        and re.fullmatch(r"d(s\+?)*", kinds) is not None,
        "$.document.attachments": len(set(names)) == len(names),
        "$.signatory.certificate": (signatory["certificate"] == "") == (statement["level"] == "simple"),
        "$.statement.held_by": (statement["held_by"] == "company") == (statement["level"] == "simple")
        and (statement["held_by"] == "signatory-passkey") == (signatory["passkey"] != ""),
        "$.user_verification": (value["user_verification"] == "passkey") == (signatory["passkey"] != ""),
        "$.expires_at": 0 < value["expires_at"] - value["issued_at"] <= MAX_ATTEMPT_SECONDS,
    }
    for place, kept in rules.items():
        if not kept:
            raise _refuse(place)


def _refuse(place: str) -> TranscriptMalformedError:
    return TranscriptMalformedError("a member does not fit the protocol", place=place)
