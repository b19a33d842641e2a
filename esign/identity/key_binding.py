"""The certificate extension that ties capsule key, device key and passkey to the certified signature key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from cryptography.hazmat import asn1

from esign.identity.errors import KeyBindingMalformed
from esign.identity.public_keys import key_id

VERSION = 1


@asn1.sequence
class _KeyBinding:
    """The ASN.1 of docs/ceremony-spec.md section 3."""

    version: int
    capsule_key: bytes
    device_key: bytes
    passkey: Annotated[bytes | None, asn1.Implicit(0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBinding:
    """The key ids (32 bytes each) of the keys that belong to a certified signature key; ``passkey`` may be None."""

    capsule_key: bytes
    device_key: bytes
    passkey: bytes | None = None

    def __post_init__(self) -> None:
        for digest in (self.capsule_key, self.device_key, self.passkey):
            if digest is not None and len(digest) != 32:
                raise KeyBindingMalformed("a key id has 32 bytes", length=len(digest))

    @classmethod
    def of_keys(cls, *, capsule_key: bytes, device_key: bytes, passkey: bytes | None) -> Self:
        """Return the binding of exactly these public keys (DER ``SubjectPublicKeyInfo``)."""
        return cls(
            capsule_key=key_id(capsule_key),
            device_key=key_id(device_key),
            passkey=None if passkey is None else key_id(passkey),
        )

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Return the binding that the bytes are the canonical DER of.

        Raises:
            KeyBindingMalformed: Anything else than the one encoding of a version 1 binding.
        """
        try:
            value = asn1.decode_der(_KeyBinding, der)
        except Exception as error:  # hostile bytes
            raise KeyBindingMalformed from error
        if value.version != VERSION:
            raise KeyBindingMalformed("unknown version")
        binding = cls(capsule_key=value.capsule_key, device_key=value.device_key, passkey=value.passkey)
        if binding.encode() != der:
            raise KeyBindingMalformed("not the canonical encoding")
        return binding

    def encode(self) -> bytes:
        """Return the DER encoding."""
        return asn1.encode_der(
            _KeyBinding(
                version=VERSION,
                capsule_key=self.capsule_key,
                device_key=self.device_key,
                passkey=self.passkey,
            )
        )
