"""The vault: a master key, and under it whatever must not be readable at rest."""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from esign.foundation.digests import equal, label, labelled, length_prefixed
from esign.store.errors import VaultKeyError, VaultSealBroken

KEY_LENGTH = 32
"""Bytes of the master key and of every key below it."""

_VERSION = b"\x01"
_ID = 8
_NONCE = 12


class SealingKey:
    """Seals under one key with AES-256-GCM.

    Each purpose and context has a key of its own (HKDF-SHA-256), so that nothing sealed for one opens as another, and
    random nonces never come near their bound. Form: version (1), key id (8), nonce (12), ciphertext with tag.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_LENGTH:
            raise VaultKeyError("a key has 32 bytes")
        self._key = key
        self._id = labelled("vault/key-id", key)[:_ID]

    def seal(self, purpose: str, data: bytes, *context: str) -> bytes:
        """Return the data sealed for one purpose and context."""
        nonce = secrets.token_bytes(_NONCE)
        aead, bound = self._aead(purpose, context)
        return _VERSION + self._id + nonce + aead.encrypt(nonce, data, bound)

    def open(self, purpose: str, sealed: bytes, *context: str) -> bytes:
        """Return the data.

        Raises:
            VaultSealBroken: Another key, another purpose or context, or changed bytes.
        """
        if sealed[:1] != _VERSION:
            raise VaultSealBroken("not in the form of sealed bytes")
        if not equal(sealed[1 : 1 + _ID], self._id):
            raise VaultSealBroken("sealed under another key")
        nonce, body = sealed[1 + _ID : 1 + _ID + _NONCE], sealed[1 + _ID + _NONCE :]
        aead, bound = self._aead(purpose, context)
        try:
            return aead.decrypt(nonce, body, bound)
        except (InvalidTag, ValueError) as error:
            raise VaultSealBroken("changed, or sealed for another purpose or context") from error

    def index(self, purpose: str, data: bytes, *context: str) -> bytes:
        """Return a keyed index of the data (HMAC-SHA-256, 32 bytes) under a key of its own for purpose and context."""
        bound = label("index/" + purpose) + length_prefixed(*(item.encode("utf-8") for item in context))
        key = HKDF(SHA256(), KEY_LENGTH, salt=None, info=bound).derive(self._key)
        return hmac.digest(key, data, "sha256")

    def _aead(self, purpose: str, context: tuple[str, ...]) -> tuple[AESGCM, bytes]:
        bound = label("sealed/" + purpose) + length_prefixed(*(item.encode("utf-8") for item in context))
        return AESGCM(HKDF(SHA256(), KEY_LENGTH, salt=None, info=bound).derive(self._key)), bound
