"""SHA-256 with a label for each use, so that no digest can stand in for another."""

from __future__ import annotations

import hashlib
import hmac

LABEL_PREFIX = b"esign/1/"
"""Every labelled hash and MAC of this product begins with it (docs/ceremony-spec.md, section 2)."""


def label(name: str) -> bytes:
    """Return the domain-separation label of a use: ``esign/1/<name>`` in ASCII."""
    return LABEL_PREFIX + name.encode("ascii")


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 digest (32 bytes) of the parts one after the other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def labelled(name: str, *parts: bytes) -> bytes:
    """Return SHA-256 over the label of the use followed by the parts."""
    return sha256(label(name), *parts)


def hmac_sha256(key: bytes, name: str, *parts: bytes) -> bytes:
    """Return HMAC-SHA-256 under the key over the label of the use followed by the parts."""
    mac = hmac.new(key, label(name), hashlib.sha256)
    for part in parts:
        mac.update(part)
    return mac.digest()


def length_prefixed(*parts: bytes) -> bytes:
    """Return the parts, each behind its length as four big-endian bytes: unambiguous to concatenate."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def equal(left: bytes, right: bytes) -> bool:
    """Compare two secrets or digests in constant time."""
    return hmac.compare_digest(left, right)
