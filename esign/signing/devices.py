"""The devices that an installation has, and the refusal to sign with less than was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from esign.signing.errors import SigningError
from esign.signing.ports import CreationDevice


class NoQualifiedDevice(SigningError):
    """No qualified device is configured, so no qualified signature can be made."""

    code = "signing.qualified.no_device"
    source = "eIDAS Art. 3 (12), Art. 29, Annex II"


class NoSealDevice(SigningError):
    """No seal is configured, so nothing can be sealed."""

    code = "signing.seal.no_device"
    source = "eIDAS Art. 36"


class SealNotValid(SigningError):
    """The certificate of the company's seal has expired, or is not valid yet: what it sealed would not be accepted."""

    code = "signing.seal.not_valid"
    source = "eIDAS Art. 36"


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """The creation devices of an installation, beside those that the signatories hold themselves."""

    seal: CreationDevice | None = None
    """Holds the key of the company's advanced electronic seal."""
    qualified: CreationDevice | None = None
    """Remote qualified device of a trust service provider, activated by the signatory's own act."""

    def for_seal(self) -> CreationDevice:
        """Return the seal's device.

        Raises:
            NoSealDevice: None is configured.
        """
        if self.seal is None:
            raise NoSealDevice("no seal configured")
        return self.seal

    def for_qualified(self) -> CreationDevice:
        """Return the qualified device.

        Raises:
            NoQualifiedDevice: None is configured. Nothing less is ever used in its place.
        """
        if self.qualified is None:
            raise NoQualifiedDevice("no qualified device configured")
        return self.qualified
