"""Keys, serial numbers and signatures from a seed, so that a file that was made once can be made again."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

_SERIAL_BITS = 158
_derived = ec.derive_private_key
_ecdsa = ec.ECDSA.__init__


def _from_key_and_message(self: ec.ECDSA, algorithm: Any, deterministic_signing: bool = True) -> None:
    """Sign with numbers from key and message (RFC 6979); the class stays, for the library keeps it elsewhere too."""
    _ecdsa(self, algorithm, deterministic_signing=True)


@contextmanager
def reproducible(seed: str) -> Iterator[None]:
    """Take whatever would be random from a seed: elliptic keys, serial numbers, signatures, identifiers of files.

    Args:
        seed: The same one makes the same.
    """
    chance = random.Random(seed)

    def key(curve: ec.EllipticCurve, backend: Any = None) -> ec.EllipticCurvePrivateKey:
        return _derived(chance.randrange(2, 2 ** (curve.key_size - 1)), curve)

    with (
        mock.patch.object(ec, "generate_private_key", key),
        mock.patch.object(ec.ECDSA, "__init__", _from_key_and_message),
        mock.patch.object(x509, "random_serial_number", lambda: chance.getrandbits(_SERIAL_BITS) | 1),
        mock.patch.object(os, "urandom", chance.randbytes),
    ):
        yield
