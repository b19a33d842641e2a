"""Private keys of the sandbox: ECDSA P-256, one PEM file each, made when they are first needed."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from certs.sandbox.errors import StateDamaged
from certs.sandbox.files import PRIVATE_FILE, private_folder, write_private


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key as unencrypted PKCS #8 PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def spki(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as DER SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class KeyFolder:
    """A folder (mode 0700) of private keys (files of mode 0600)."""

    def __init__(self, folder: Path) -> None:
        self._folder = private_folder(folder)

    def key(self, name: str) -> ec.EllipticCurvePrivateKey:
        """Return the key of that name; a missing one is made.

        Raises:
            StateDamaged: The file is no P-256 key.
        """
        path = self._folder / f"{name}.pem"
        if not path.exists():
            write_private(path, private_pem(ec.generate_private_key(ec.SECP256R1())))
        path.chmod(PRIVATE_FILE)
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            raise StateDamaged("a key file cannot be read", key=name) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise StateDamaged("a key file holds no P-256 key", key=name)
        return key
