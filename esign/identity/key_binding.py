"""The certificate extension that ties capsule key, device key and passkey to the certified signature key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from cryptography.hazmat import asn1

from esign.identity.errors import KeyBindingMalformed
from esign.identity.public_keys import key_id

VERSION = 1
COMPANY_DEVICE_VERSION = 2
"""Of bindings that say that the device belongs to the company, and of no others."""


@asn1.sequence
class _KeyBinding:
    """The ASN.1 of docs/ceremony-spec.md section 3."""

    version: int
    capsule_key: bytes
    device_key: bytes
    passkey: Annotated[bytes | None, asn1.Implicit(0)]
    company_device: Annotated[bool | None, asn1.Implicit(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBinding:
    """The key ids (32 bytes each) of the keys that belong to a certified signature key; ``passkey`` may be None.

    ``company_device`` says that they were made for one transaction on a device of the company, without a passkey.
    """

    capsule_key: bytes
    device_key: bytes
    passkey: bytes | None = None
    company_device: bool = False

    def __post_init__(self) -> None:
        if self.company_device and self.passkey is not None:
            raise KeyBindingMalformed("a passkey on a device of the company would verify somebody else")
        for digest in (self.capsule_key, self.device_key, self.passkey):
            if digest is not None and len(digest) != 32:
                raise KeyBindingMalformed("a key id has 32 bytes", length=len(digest))

    @classmethod
    def of_keys(
        cls, *, capsule_key: bytes, device_key: bytes, passkey: bytes | None, company_device: bool = False
    ) -> Self:
        """Return the binding of exactly these public keys (DER ``SubjectPublicKeyInfo``)."""
        return cls(
            capsule_key=key_id(capsule_key),
            device_key=key_id(device_key),
            passkey=None if passkey is None else key_id(passkey),
            company_device=company_device,
        )

    @property
    def version(self) -> int:
        """The version that this binding is written in."""
        return COMPANY_DEVICE_VERSION if self.company_device else VERSION

    @property
    def held_by(self) -> str:
        """Who holds the certified key, in the word of the statement (docs/ceremony-spec.md section 3)."""
        if self.company_device:
            return "signatory-company-device"
        return "signatory" if self.passkey is None else "signatory-passkey"

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Return the binding that the bytes are the canonical DER of.

        Raises:
            KeyBindingMalformed: Anything else than the one encoding of a binding.
        """
        try:
            value = asn1.decode_der(_KeyBinding, der)
        except Exception as error:  # hostile bytes
            raise KeyBindingMalformed from error
        binding = cls(
            capsule_key=value.capsule_key,
            device_key=value.device_key,
            passkey=value.passkey,
            company_device=value.company_device is True,
        )
        if value.version != binding.version:
            raise KeyBindingMalformed("unknown version, or one that does not go with what it says")
        if binding.encode() != der:
            raise KeyBindingMalformed("not the canonical encoding")
        return binding

    def encode(self) -> bytes:
        """Return the DER encoding."""
        return asn1.encode_der(
            _KeyBinding(
                version=self.version,
                capsule_key=self.capsule_key,
                device_key=self.device_key,
                passkey=self.passkey,
                company_device=True if self.company_device else None,
            )
        )
