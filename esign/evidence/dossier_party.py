"""What a dossier holds of each signatory after the first: the same parts as of the first, in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from esign.ceremony import Sealed, UserVerificationStatement
from esign.evidence.dossier_forms import EnrolmentEvidence

SHARED = (
    *("readme.txt", "document.pdf", "policy.yaml", "contract.json", "ledger.json", "commitments.json"),
    "formation.json",
)
"""Parts that stand in a dossier once, whoever signed; ``mails/`` too."""


def folder(number: int) -> str:
    """Return the folder of a signatory's parts: ``signatories/2/``; the first one's stand at the top."""
    return "" if number == 1 else f"signatories/{number}/"


def seen_by(parts: Mapping[str, bytes], number: int) -> dict[str, bytes]:
    """Return the parts of one signatory under their plain names, with the shared ones."""
    own = folder(number)
    shared = {name: data for name, data in parts.items() if name in SHARED or name.startswith("mails/")}
    if not own:
        return {name: data for name, data in parts.items() if not name.startswith("signatories/")}
    return shared | {name.removeprefix(own): data for name, data in parts.items() if name.startswith(own)}


def whole_name(name: str | None, number: int) -> str | None:
    """Return a signatory's part by its whole name; shared parts have the same name for everybody."""
    if name is None or name in SHARED or name.startswith("mails/"):
        return name
    return f"{folder(number)}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatoryEvidence:
    """Everything about one further signatory; the members mean what they mean in a dossier of one."""

    transcript: bytes = field(repr=False)
    declaration: str = field(repr=False)
    summary: bytes = field(repr=False)
    capsule: Sealed = field(repr=False)
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    enrolment: EnrolmentEvidence | None = field(repr=False)
    messages: tuple[bytes, ...] = field(repr=False)
    user_verification: UserVerificationStatement | None = field(repr=False)
    agent_manifest: bytes = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)
