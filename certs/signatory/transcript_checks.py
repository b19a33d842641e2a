"""Every member of the transcript against what this signatory knows itself; unknown members are refused.

Source: docs/ceremony-spec.md section 5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from certs.signatory.errors import demand
from certs.signatory.requests import ARC
from certs.signatory.words import h
from esign.foundation.canonical import CanonicalJsonError, parse_canonical

SUITE = "DHKEM(P-256,HKDF-SHA256)/HKDF-SHA256/AES-256-GCM"
PROOF_OF_APPROVAL = "1.2.840.113549.1.9.16.6.5"
LONGEST_LIFE = 3600

Shape = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the signatory knows without asking the server again; digests and key names in hexadecimal."""

    origin: str
    agent: str
    contract: str
    ceremony: str | None
    name: str
    role: str
    represents: str
    level: str
    sandbox: bool
    identified_by: str
    held_by: str
    certificate: str
    capsule_key: str
    device_key: str
    passkey: str
    client_nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What came along with the transcript."""

    declaration: str
    policy: bytes
    summary: bytes


def read_transcript(data: bytes) -> Mapping[str, Any]:
    """Return the members of a transcript.

    Raises:
        SignatoryRefused: Not canonical JSON, or not exactly the members of section 5.
    """
    try:
        value = parse_canonical(data)
    except CanonicalJsonError:
        value = {}
    demand(_TRANSCRIPT(value), "agent.transcript.malformed")
    return value


def check_transcript(t: Mapping[str, Any], own: Own, enclosed: Enclosed) -> None:
    """Hold every member but the document's own against what is known.

    Raises:
        SignatoryRefused: The first member that does not fit, by its code.
    """
    demand(t["contract"] == own.contract, "agent.transcript.other_contract")
    demand(own.ceremony in (None, t["ceremony"]), "agent.transcript.other_ceremony")
    demand(t["aud"] == own.origin, "agent.transcript.other_site")
    demand(t["agent"] == own.agent, "agent.transcript.other_agent")
    demand(t["client_nonce"] == own.client_nonce, "agent.transcript.stale")
    demand(0 < t["expires_at"] - t["issued_at"] <= LONGEST_LIFE, "agent.transcript.lifetime")
    signatory, statement, policy, code = t["signatory"], t["statement"], t["policy"], t["code"]
    demand(signatory["name"] == own.name, "agent.transcript.other_person")
    demand((signatory["role"], signatory["represents"]) == (own.role, own.represents), "agent.transcript.other_role")
    keys = (signatory["certificate"], signatory["capsule_key"], signatory["device_key"], signatory["passkey"])
    demand(keys == (own.certificate, own.capsule_key, own.device_key, own.passkey), "agent.transcript.other_keys")
    demand(t["user_verification"] == ("passkey" if own.passkey else "none"), "agent.transcript.user_verification")
    demand(statement["level"] == own.level, "agent.transcript.other_level")
    demand(statement["held_by"] == own.held_by, "agent.transcript.other_holder")
    demand(statement["identified_by"] == own.identified_by, "agent.transcript.other_identification")
    demand(statement["trust"] == ("sandbox" if own.sandbox else "configured"), "agent.transcript.other_trust")
    demand(t["suite"] == SUITE, "agent.transcript.suite")
    demand(t["commitment"] == PROOF_OF_APPROVAL, "agent.transcript.commitment")
    demand(code["length"] == 6 and code["tries"] == 5, "agent.transcript.code")
    demand(
        re.fullmatch(rf"{re.escape(ARC)}\.3\.[1-9][0-9]{{0,8}}", policy["oid"]) is not None, "agent.transcript.policy"
    )
    demand(t["declaration"]["sha256"] == h(enclosed.declaration.encode()).hex(), "agent.transcript.declaration")
    demand(t["order"]["summary"] == h(enclosed.summary).hex(), "agent.transcript.summary")
    demand(policy["sha256"] == h(enclosed.policy).hex(), "agent.transcript.policy")


def read_summary(data: bytes) -> Mapping[str, Any]:
    """Return the summary that stands directly above the order button.

    Raises:
        SignatoryRefused: It is none.
    """
    try:
        value = parse_canonical(data)
    except CanonicalJsonError:
        value = {}
    demand(_SUMMARY(value), "agent.transcript.summary")
    return value


def _text(pattern: str) -> Shape:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _one(*words: str) -> Shape:
    return lambda value: isinstance(value, str) and value in words


def _number(lowest: int, highest: int) -> Shape:
    return lambda value: type(value) is int and lowest <= value <= highest


def _list(item: Shape, shortest: int, longest: int) -> Shape:
    return lambda value: isinstance(value, list) and shortest <= len(value) <= longest and all(map(item, value))


def _members(**shapes: Shape) -> Shape:
    return lambda value: (
        isinstance(value, dict) and value.keys() == shapes.keys() and all(shapes[k](value[k]) for k in shapes)
    )


_DIGEST = _text("[0-9a-f]{64}")
_DIGEST_OR_EMPTY = _text("([0-9a-f]{64})?")
_ID = _text("[A-Za-z0-9_-]{1,64}")
_LINE = _text(r"[^\x00-\x1f\x7f]{1,400}")
_LINE_OR_EMPTY = _text(r"[^\x00-\x1f\x7f]{0,250}")
_FILE = _text(r"[^\x00-\x1f\x7f/\\]{1,200}")
_OFFSET = _number(0, 2**53 - 1)
_LANG = _one("de", "en")

_TRANSCRIPT = _members(
    v=_one("esign/1"),
    ceremony=_ID,
    contract=_ID,
    attempt=_number(1, 20),
    aud=_LINE,
    agent=_DIGEST,
    document=_members(
        sha256=_DIGEST,
        byte_range=_list(_OFFSET, 4, 4),
        length=_OFFSET,
        name=_FILE,
        revisions=_list(
            _members(kind=_one("draft", "signature", "security_store"), length=_OFFSET, sha256=_DIGEST), 1, 64
        ),
        attachments=_list(_members(name=_FILE, sha256=_DIGEST), 0, 64),
    ),
    declaration=_members(lang=_LANG, sha256=_DIGEST),
    order=_members(label=_LINE, summary=_DIGEST),
    signatory=_members(
        name=_LINE,
        role=_LINE,
        represents=_LINE_OR_EMPTY,
        certificate=_DIGEST_OR_EMPTY,
        capsule_key=_DIGEST,
        device_key=_DIGEST,
        passkey=_DIGEST_OR_EMPTY,
    ),
    statement=_members(level=_LINE, held_by=_LINE, identified_by=_LINE, trust=_LINE),
    policy=_members(oid=_LINE, sha256=_DIGEST),
    commitment=_LINE,
    suite=_LINE,
    code=_members(length=_OFFSET, tries=_OFFSET, commitment=_DIGEST),
    user_verification=_one("passkey", "none"),
    issued_at=_OFFSET,
    expires_at=_OFFSET,
    client_nonce=_DIGEST,
    server_nonce=_DIGEST,
)
_SUMMARY = _members(
    lang=_LANG,
    title=_LINE,
    lines=_list(_members(label=_LINE, value=_text(r"[^\x00-\x09\x0b-\x1f\x7f]{1,4000}")), 0, 200),
)
