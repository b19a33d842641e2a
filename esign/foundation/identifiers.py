"""Identifiers: random names for things, secret tokens, and the product's own arc of object identifiers."""

from __future__ import annotations

import secrets

from esign.foundation.encoding import b64url

ARC = "2.25.36891572898651591109044014128263442416"
"""The product's arc: ``2.25.<UUID 1bc10ef9-783f-4c42-9305-1c4c4431aff0>`` (ITU-T X.667, no registration needed)."""


class Oid:
    """Object identifiers of this product. Once published, a number is never given another meaning."""

    KEY_BINDING = f"{ARC}.1.1"
    """Certificate extension: the capsule, device and passkey keys that belong to the certified key."""
    ENROLMENT_NONCE = f"{ARC}.1.2"
    """PKCS #10 attribute: the nonce of the enrolment that the request belongs to."""
    CEREMONY_EVIDENCE = f"{ARC}.2.1"
    """CMS signed attribute: transcript, capsule, proof of intent, statement."""
    SIGNATURE_POLICY = f"{ARC}.3"
    """Signature policies hang below it; see ``policies/signature/``."""
    HELD_BY_SIGNATORY_PASSKEY = f"{ARC}.4.1"
    """Certificate policy: the key lives on the signatory's device, and a passkey verifies its user for every signature.

    Where the passkey offers PRF it also wraps the key; which of the two it was stands in the enrolment's evidence
    (``prf``), not in the certificate: no signature of an authenticator covers it.
    """
    HELD_BY_SIGNATORY = f"{ARC}.4.2"
    """Certificate policy: the key lives on the signatory's device, without user verification."""
    HELD_BY_SIGNATORY_COMPANY_DEVICE = f"{ARC}.4.5"
    """Certificate policy: the key was made for one transaction on a device of the company, and is kept nowhere."""
    HELD_BY_COMPANY = f"{ARC}.4.3"
    """Certificate policy: the key is held by the company that seals."""
    IDENTIFIED_BY_PROVIDER = f"{ARC}.4.4"
    """Certificate policy: an identity provider confirmed the name over this very key (ID token nonce = H(CSR))."""
    SANDBOX = f"{ARC}.4.9"
    """Certificate policy: issued by a sandbox; proves nothing to anybody."""
    SANDBOX_TIMESTAMP = f"{ARC}.5.9"
    """Timestamp policy of a sandbox's timestamp authority."""
    VALIDATION_POLICY = f"{ARC}.6.1"
    """Policy by which ``esign verify`` validates; in XML reports also the namespace of our own words."""


def new_id() -> str:
    """Return a fresh random name (128 bits, base64url, 22 characters). Not a secret.

    None begins with a hyphen: a command would take it for an option.
    """
    while (name := b64url(secrets.token_bytes(16))).startswith("-"):
        pass
    return name


def new_token() -> str:
    """Return a fresh bearer secret (256 bits, base64url, 43 characters)."""
    return b64url(secrets.token_bytes(32))
