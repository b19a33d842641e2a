"""The company's seal in a PKCS #12 file: the key is loaded once and used only with a permission."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12

from esign.signing import Permission
from esign.store.errors import SealKeyError


class FileSealKey:
    """A seal creation device whose key lies in a file (advanced electronic seal, eIDAS Art. 36)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, certificate: bytes, chain: Sequence[bytes]):
        self._key = key
        self._certificate = certificate
        self._chain = tuple(chain)

    @classmethod
    def load(cls, path: Path, pin_path: Path | None) -> FileSealKey:
        """Load the seal.

        Raises:
            SealKeyError: A file cannot be read, the PIN is wrong, or the key is of another kind than ECDSA or RSA.
        """
        try:
            pin = pin_path.read_bytes().strip() if pin_path else None
            bundle = pkcs12.load_pkcs12(path.read_bytes(), pin)
        except (OSError, ValueError) as error:
            raise SealKeyError("the seal file cannot be opened", file=path.name) from error
        key, leaf = bundle.key, bundle.cert
        if leaf is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise SealKeyError("the seal file holds no usable key with its certificate", file=path.name)
        if _public(key.public_key()) != _public(leaf.certificate.public_key()):
            raise SealKeyError("the key in the seal file is not the one that its certificate certifies", file=path.name)
        others = [item.certificate for item in bundle.additional_certs]
        return cls(key, _der(leaf.certificate), [_der(item) for item in _ordered(leaf.certificate, others)])

    @property
    def certificate(self) -> bytes:
        """The seal's certificate, DER."""
        return self._certificate

    @property
    def chain(self) -> Sequence[bytes]:
        """The certificates above it, DER, issuer first."""
        return self._chain

    def sign(self, data: bytes, permission: Permission) -> bytes:
        """Sign data with SHA-256, using the permission up.

        Raises:
            PermissionRefused: The permission is for other data, for another key, or was spent before.
        """
        permission.spend(certificate=self._certificate, data=data)
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _public(key: PublicKeyTypes | CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _ordered(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    path, current = [], leaf
    rest = list(others)
    while current.issuer != current.subject:
        above = next((item for item in rest if item.subject == current.issuer), None)
        if above is None:
            break
        rest.remove(above)
        path.append(above)
        current = above
    return path
