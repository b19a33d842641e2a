"""Which legal level a ceremony reaches under a signature policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from esign.policy import LegalLevel, SignaturePolicy
from esign.signing.errors import SigningError


class LevelNotReached(SigningError):
    """What happened does not amount to the level that the declaration needs."""

    code = "signing.level.not_reached"
    source = "eIDAS Art. 26"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolding:
    """What is known about the key that is to sign."""

    certified: bool
    """A certificate names the signatory as holder of the key."""
    identity_bound: bool
    """An identity provider confirmed the name over this very key."""
    user_verified: bool
    """The key lies behind a passkey that verifies the user."""
    qualified_device: bool = False
    """The key lies in a certified qualified device and its certificate is qualified."""
    company_device: bool = False
    """The key was made for one transaction on a device of the company."""


def level_reached(holding: KeyHolding, policy: SignaturePolicy) -> LegalLevel:
    """Return the level that a signature with this key reaches under the policy.

    1. A certified key in a qualified device, behind user verification: qualified.
    2. A certified key, bound to the identity, and user verification wherever the policy requires it: advanced
       (uniquely linked, identifying, sole control, change detectable: Art. 26 (a)–(d)).
    3. Everything else: simple. A key on a device of the company reaches what a policy for such devices says, and
       nothing under any other; a policy for such devices is good for no other key.
    """
    if holding.company_device != policy.company_device:
        return LegalLevel.SIMPLE
    if not (holding.certified and holding.identity_bound) or policy.level is LegalLevel.SIMPLE:
        return LegalLevel.SIMPLE
    if holding.qualified_device and holding.user_verified and policy.level is LegalLevel.QUALIFIED:
        return LegalLevel.QUALIFIED
    if holding.user_verified or policy.user_verification != "required":
        return LegalLevel.ADVANCED
    return LegalLevel.SIMPLE


def require_level(holding: KeyHolding, policy: SignaturePolicy, needed: LegalLevel) -> LegalLevel:
    """Return the level reached.

    Raises:
        LevelNotReached: It is less than the declaration needs.
    """
    reached = level_reached(holding, policy)
    if reached < needed:
        raise LevelNotReached("the key does not reach the level", needed=needed.word, reached=reached.word)
    return reached


def statement_held_by(
    holding: KeyHolding,
) -> Literal["signatory-passkey", "signatory", "signatory-company-device", "company"]:
    """Return the word for who holds the key, as it stands in the signed statement (docs/ceremony-spec.md, 3)."""
    if not holding.certified:
        return "company"
    if holding.company_device:
        return "signatory-company-device"
    return "signatory-passkey" if holding.user_verified else "signatory"
