"""The disclosure of a seed: two persons, each with a dispute key of their own, or nobody.

Source: docs/ceremony-spec.md section 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from esign.ceremony.attempt import SignedAttempt
from esign.ceremony.capsule import open_escrow
from esign.ceremony.errors import CapsuleUnopenedError
from esign.ceremony.keys import key_id, spki_of
from esign.engine.refusals import DisputeKeyRefused, TwoPersonsNeeded

Pair = tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeKeys:
    """The private dispute keys of two persons; they are not kept."""

    pair: Pair = field(repr=False)

    @classmethod
    def read(cls, keys: Sequence[bytes]) -> DisputeKeys | None:
        """Return the two keys (PEM), or None where none is given.

        Raises:
            TwoPersonsNeeded: One key alone, the same key twice, or more than two.
            DisputeKeyRefused: A key cannot be read, or is not of P-256.
        """
        if not keys:
            return None
        if len(keys) != 2:
            raise TwoPersonsNeeded("the dispute keys of two persons are needed", given=len(keys))
        first, second = (_read(key) for key in keys)
        if _id(first) == _id(second):
            raise TwoPersonsNeeded("the same dispute key was given twice", given=1)
        return cls(pair=(first, second))

    def disclose(self, signed: SignedAttempt) -> Disclosed:
        """Return the seed of an attempt; the keys may be given in either order.

        Raises:
            DisputeKeyRefused: They are not the keys that it was escrowed to.
        """
        first, second = self.pair
        for inner, outer in ((first, second), (second, first)):
            try:
                seed = open_escrow(signed.escrow, tau=signed.tau, dispute_keys=(inner, outer))
            except CapsuleUnopenedError:
                continue
            return Disclosed(seed=seed, inner_key=_id(inner), outer_key=_id(outer))
        raise DisputeKeyRefused("the dispute keys do not open the escrow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A seed, and whose keys opened it (hexadecimal key ids)."""

    seed: bytes = field(repr=False)
    inner_key: str
    outer_key: str


def _read(pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DisputeKeyRefused("a dispute key cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise DisputeKeyRefused("a dispute key is not of P-256")
    return key


def _id(key: ec.EllipticCurvePrivateKey) -> str:
    return key_id(spki_of(key.public_key())).hex()
