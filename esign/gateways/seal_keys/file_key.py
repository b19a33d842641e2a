"""A seal key in a PKCS #12 file: the one place where such a file is opened. The key is loaded and checked once."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from esign.foundation.clock import Clock, SystemClock
from esign.gateways.seal_keys.certified import Certified, CertifiedKey
from esign.gateways.seal_keys.small_files import read_small
from esign.gateways.seal_keys.token_pin import PinSource
from esign.sealing.key_errors import SealKeyKindWrong, SealKeyMissing, SealKeyPinRefused, SealKeyUnreadable

_ECDSA = ec.ECDSA(hashes.SHA256())
_PKCS1, _SHA256 = padding.PKCS1v15(), hashes.SHA256()


class FileSealKey(CertifiedKey):
    """A seal key whose private part lies in a file (advanced electronic seal, eIDAS Art. 36).

    OpenSSL's keys may be used by several threads at once; signing frees them for one another.
    """

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        certified: Certified,
        *,
        clock: Clock | None = None,
    ) -> None:
        certified.require_key(key.public_key())
        self._key = key
        self._certified = certified
        self._clock = clock or SystemClock()

    @classmethod
    def load(
        cls, path: Path, pin_path: Path | None, *, clock: Clock | None = None, ask_pin: PinSource | None = None
    ) -> FileSealKey:
        """Load the key.

        Args:
            path: The PKCS #12 file.
            pin_path: The file with its PIN.
            clock: Tells whether the certificate is valid.
            ask_pin: Answers the PIN where no file holds it; None: the key file has none.

        Raises:
            SealKeyError: A file cannot be read, the PIN is wrong, there is no key with its certificate, they do not
                belong together, or the key is not one with which a seal is made.
        """
        data = read_small(path)
        pin = None if pin_path is None else read_small(pin_path).strip()
        if pin_path is None and ask_pin is not None and (asked := ask_pin()) is not None:
            pin = asked.encode()
        try:
            bundle = pkcs12.load_pkcs12(data, pin)
        except ValueError as error:
            # The library says both with one class; only the text of a wrong PIN speaks of a password.
            if "password" in str(error).lower():
                raise SealKeyPinRefused("the PIN does not open the seal file", file=path.name) from error
            raise SealKeyUnreadable("the seal file is not PKCS #12", file=path.name) from error
        except UnsupportedAlgorithm as error:
            raise SealKeyKindWrong(file=path.name) from error
        key, leaf = bundle.key, bundle.cert
        if key is None or leaf is None:
            raise SealKeyMissing("the seal file holds no key with its certificate", file=path.name)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise SealKeyKindWrong(file=path.name)
        certified = Certified.read(leaf.certificate, [item.certificate for item in bundle.additional_certs])
        return cls(key, certified, clock=clock)

    @property
    def threads(self) -> int:
        """How many threads make the best of it: one: more of them compete for the processor."""
        return 1

    def sign(self, data: bytes) -> bytes:
        """Sign data with SHA-256.

        Raises:
            SealKeyExpired: The certificate has ended.
            SealKeyNotYetValid: It has not begun.
        """
        self.certified.require_valid(self._clock)
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, _PKCS1, _SHA256)
        return self._key.sign(data, _ECDSA)
