"""Signature policies: what must have happened before a signature of a level exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.policy.levels import LegalLevel
from esign.policy.reader import PolicyError, PolicyMalformed, PolicyNotFound, policies_root, read_policy, read_source


class PolicyLevelDiffers(PolicyError):
    """The signature policy that is configured for a level is a policy of another level."""

    code = "policy.level"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePolicy:
    """The rules of one kind of signature; its source bytes are what the signature's policy hash covers.

    Source: ETSI EN 319 122-1 clause 5.2.9 (signature-policy-identifier).
    """

    name: str
    oid: str
    level: LegalLevel
    user_verification: Literal["required", "recorded", "none"]
    """``required``: only with a passkey. ``recorded``: with one if there is one. ``none``: not asked for."""
    valid_from: date
    valid_to: date | None
    """The last day on which the policy applies, or None."""
    source: bytes
    company_device: bool = False
    """Whether it is for keys on a device of the company, handed to the signatory for one transaction."""

    @staticmethod
    def frozen(source: bytes) -> SignaturePolicy:
        """Return the policy that its source bytes mean, whatever the files say today.

        The bytes were checked against their schema when they were new; a later schema has no say about them.

        Raises:
            PolicyMalformed: Not the source of a signature policy.
        """
        return _meaning(source)

    @classmethod
    def _of(cls, data: Mapping[str, Any], source: bytes) -> Self:
        try:
            if data["user_verification"] not in ("required", "recorded", "none"):
                raise PolicyMalformed("no such demand for user verification", file=str(data["id"]))
            return cls(
                name=data["id"],
                oid=f"{Oid.SIGNATURE_POLICY}.{data['arc']}",
                level=LegalLevel.parse(data["level"]),
                user_verification=data["user_verification"],
                valid_from=date.fromisoformat(data["valid_from"]),
                valid_to=date.fromisoformat(data["valid_to"]) if data.get("valid_to") else None,
                source=source,
                company_device=data.get("device") == "company",
            )
        except (KeyError, ValueError, TypeError) as error:
            raise PolicyMalformed("not a signature policy") from error

    @property
    def digest(self) -> bytes:
        """SHA-256 of the policy's source bytes."""
        return sha256(self.source)

    def in_force(self, day: date) -> bool:
        """Tell whether the policy applies on a local day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@lru_cache(maxsize=64)
def _meaning(source: bytes) -> SignaturePolicy:
    """Return the policy that these bytes are: always the same one, and reading them is dear."""
    return SignaturePolicy._of(read_source(source, name="frozen"), source)


@cache
def signature_policies(root: Path | None = None) -> tuple[SignaturePolicy, ...]:
    """Return every signature policy in ``policies/signature``; read once in the life of a process.

    Raises:
        PolicyMalformed: One of the files cannot be used.
    """
    folder = (root or policies_root()) / "signature"
    return tuple(_load(path) for path in sorted(folder.glob("*.yaml")))


def signature_policy(name: str, day: date, root: Path | None = None) -> SignaturePolicy:
    """Return the policy of a name that is in force on a day.

    Raises:
        PolicyNotFound: There is none.
    """
    for policy in signature_policies(root):
        if policy.name == name and policy.in_force(day):
            return policy
    raise PolicyNotFound("no signature policy of this name is in force", name=name, day=day.isoformat())


def _load(path: Path) -> SignaturePolicy:
    read_policy(path)
    return SignaturePolicy.frozen(path.read_bytes())
