"""The dossier as a value, and as named parts: one value has one set of parts, and no other is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from esign.ceremony import Sealed, Transcript, UserVerificationStatement
from esign.evidence.dossier_forms import (
    EnrolmentEvidence,
    PasskeyEvidence,
    enrolment_form,
    opening_form,
    read_bytes,
    read_enrolment,
    read_openings,
    read_user_verification,
    user_verification_form,
)
from esign.evidence.dossier_party import SignatoryEvidence, folder
from esign.evidence.dossier_readme import README, SEVERAL
from esign.evidence.dossier_statement import statement_of
from esign.evidence.errors import DossierError
from esign.evidence.ledger_extract import LedgerExtract, SequencedOpening
from esign.foundation.canonical import canonical, parse_canonical
from esign.foundation.encoding import b64url

__all__ = ["VERSION", "Dossier", "EnrolmentEvidence", "PartError", "PasskeyEvidence"]

VERSION = "esign-dossier/1"
"""The form of the parts. Another form gets another number; this one stays readable for ever."""


MOST_SIGNATORIES = 5
"""More persons than may sign one contract."""


class PartError(DossierError):
    """A part is missing, unknown, or not in its one form; ``facts["part"]`` names it."""

    code = "evidence.dossier.part"


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
        formation: How the contract came about, ``esign-formation/1``; None for contracts from before it was recorded.
        further: Each signatory after the first; transcript, declaration, summary, capsule, certificates, enrolment,
            messages, user verification, agent and seed above are the first one's.
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
    formation: bytes | None = field(default=None, repr=False)
    further: tuple[SignatoryEvidence, ...] = field(default=(), repr=False)

    @property
    def signatories(self) -> int:
        """How many persons signed."""
        return 1 + len(self.further)

    def of(self, number: int) -> Dossier:
        """Return the dossier as it would be if only one of its signatories had signed, from 1."""
        if number == 1:
            return replace(self, further=())
        other = self.further[number - 2]
        return replace(self, further=(), **{each.name: getattr(other, each.name) for each in fields(other)})

    def parts(self) -> dict[str, bytes]:
        """Return the parts, by name.

        Raises:
            PartError: The transcript is none.
        """
        readme = README + SEVERAL if self.further else README
        parts = {
            "readme.txt": readme.encode("utf-8"),
            "document.pdf": self.document,
            "policy.yaml": self.policy,
            "contract.json": self.contract,
            "ledger.json": canonical(self.ledger.to_mapping()),
        }
        parts |= {"formation.json": self.formation} if self.formation is not None else {}
        parts |= {f"mails/{place:03}.eml": mail for place, mail in enumerate(self.mails, 1)}
        for number in range(1, self.signatories + 1):
            own = _own_parts(self.of(number))
            parts |= {folder(number) + name: data for name, data in own.items()}
        opened = [opening_form(each, parts) for each in self.openings]
        for number in range(1, self.signatories + 1):
            name = f"{folder(number)}transcript.json"
            try:
                statement = statement_of(Transcript.parse(parts[name]))
            except DossierError:
                raise
            except Exception as error:
                raise PartError("the transcript cannot be read", part=name) from error
            parts[f"{folder(number)}statement.json"] = canonical({"v": VERSION, **statement})
        parts["commitments.json"] = canonical({"openings": opened})
        return parts

    @classmethod
    def from_parts(cls, parts: Mapping[str, bytes]) -> Self:
        """Return the dossier whose parts these are.

        Raises:
            PartError: A part is missing, unknown, or not exactly as it is written here.
        """
        reader = _Reader(parts)
        last = 1
        while last < MOST_SIGNATORIES and f"{folder(last + 1)}transcript.json" in parts:
            last += 1
        dossier = cls(
            document=reader.raw("document.pdf"),
            **_read_own(_Reader(parts, folder(1))),
            further=tuple(
                SignatoryEvidence(**_read_own(_Reader(parts, folder(number)))) for number in range(2, last + 1)
            ),
            policy=reader.raw("policy.yaml"),
            contract=reader.raw("contract.json"),
            ledger=reader.parse("ledger.json", lambda data: LedgerExtract.from_mapping(parse_canonical(data))),
            openings=reader.parse("commitments.json", lambda data: read_openings(parse_canonical(data), parts)),
            mails=reader.numbered(r"mails/\d\d\d\.eml"),
            formation=reader.raw("formation.json") if "formation.json" in parts else None,
        )
        again = dossier.parts()
        for name in sorted(again.keys() | parts.keys()):
            if name not in again:
                raise PartError("an unknown part, or one out of its sequence", part=name)
            if again[name] != parts.get(name):
                raise PartError("not in its one form" if name in parts else "missing", part=name)
        return dossier


def _own_parts(dossier: Dossier) -> dict[str, bytes]:
    """Return the parts that each signatory has of his or her own, but the statement."""
    parts = {
        "transcript.json": dossier.transcript,
        "declaration.txt": dossier.declaration.encode("utf-8"),
        "summary.json": dossier.summary,
        "capsule.json": canonical({"enc": b64url(dossier.capsule.enc), "ct": b64url(dossier.capsule.ct)}),
        "certificates/signer.der": dossier.certificate,
        "agent-manifest.json": dossier.agent_manifest,
    }
    parts |= {f"certificates/chain-{place:02}.der": der for place, der in enumerate(dossier.chain, 1)}
    parts |= {f"messages/{place:03}.jws": message for place, message in enumerate(dossier.messages, 1)}
    if dossier.enrolment is not None:
        parts["enrolment.json"] = canonical(enrolment_form(dossier.enrolment))
    if dossier.user_verification is not None:
        parts["user-verification.json"] = canonical(user_verification_form(dossier.user_verification))
    if dossier.seed is not None:
        parts["disclosure.json"] = canonical({"seed": b64url(dossier.seed)})
    return parts


def _read_own(reader: _Reader) -> dict[str, Any]:
    capsule = reader.json("capsule.json")
    return {
        "transcript": reader.raw("transcript.json"),
        "declaration": reader.parse("declaration.txt", lambda data: data.decode("utf-8")),
        "summary": reader.raw("summary.json"),
        "capsule": reader.parse(
            "capsule.json", lambda _: Sealed(enc=read_bytes(capsule, "enc"), ct=read_bytes(capsule, "ct"))
        ),
        "certificate": reader.raw("certificates/signer.der"),
        "chain": reader.numbered(r"certificates/chain-\d\d\.der"),
        "enrolment": reader.optional("enrolment.json", read_enrolment),
        "messages": reader.numbered(r"messages/\d\d\d\.jws"),
        "user_verification": reader.optional("user-verification.json", read_user_verification),
        "agent_manifest": reader.raw("agent-manifest.json"),
        "seed": reader.optional("disclosure.json", lambda value: read_bytes(value, "seed")),
    }


class _Reader:
    def __init__(self, parts: Mapping[str, bytes], own: str = "") -> None:
        self._parts = parts
        self._own = own

    def raw(self, name: str) -> bytes:
        name = self._own + name
        if name not in self._parts:
            raise PartError("missing", part=name)
        return self._parts[name]

    def parse(self, name: str, read: Any) -> Any:
        data = self.raw(name)
        try:
            return read(data)
        except Exception as error:  # hostile bytes: whatever a reader raises, the part cannot be read
            raise PartError("cannot be read", part=self._own + name) from error

    def json(self, name: str) -> dict[str, Any]:
        value: dict[str, Any] = self.parse(name, parse_canonical)
        return value

    def optional(self, name: str, read: Any) -> Any:
        return self.parse(name, lambda data: read(parse_canonical(data))) if self._own + name in self._parts else None

    def numbered(self, pattern: str) -> tuple[bytes, ...]:
        whole = re.escape(self._own) + pattern
        return tuple(self._parts[name] for name in sorted(self._parts) if re.fullmatch(whole, name, re.ASCII))
