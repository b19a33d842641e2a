"""Why a seal key cannot be used. Facts name files without their folders, kinds and counts; never a PIN or a token."""

from __future__ import annotations

from esign.sealing.errors import SealKeyError


class SealKeyUriWrong(SealKeyError):
    """This URI names no key: ``file:KEY.p12?pin-file=PATH``, ``pkcs11:…`` or ``csc:NAME`` is expected."""

    code = "sealing.key.uri"
    source = "RFC 3986; RFC 7512"


class SealKeyUnreadable(SealKeyError):
    """The file of the key, its certificates or its PIN cannot be read, or is not of its form."""

    code = "sealing.key.unreadable"


class SealKeyPinRefused(SealKeyError):
    """The PIN is wrong, or the token asks that nobody tries another one. It is not tried a second time."""

    code = "sealing.key.pin"


class SealKeyMissing(SealKeyError):
    """There is no key, or no certificate of it, where the URI points."""

    code = "sealing.key.missing"


class SealKeyAmbiguous(SealKeyError):
    """Several keys are meant by the URI; none of them is used."""

    code = "sealing.key.ambiguous"


class SealKeyMismatch(SealKeyError):
    """The key is not the one that its certificate certifies."""

    code = "sealing.key.mismatch"


class SealKeyKindWrong(SealKeyError):
    """The key is of another kind than ECDSA over P-256, P-384 or P-521, or RSA of at least 2048 bits."""

    code = "sealing.key.kind"
    source = "ETSI TS 119 312"


class SealKeyNotForSigning(SealKeyError):
    """The certificate is not one for signatures and seals: its key usage says otherwise, or it is an authority's."""

    code = "sealing.key.usage"
    source = "RFC 5280 section 4.2.1.3"


class SealKeyExpired(SealKeyError):
    """The certificate of the key has expired: what it sealed would not be accepted."""

    code = "sealing.key.expired"
    source = "eIDAS Art. 36"


class SealKeyNotYetValid(SealKeyError):
    """The certificate of the key is not valid yet."""

    code = "sealing.key.not_yet_valid"
    source = "eIDAS Art. 36"


class SealKeyRevoked(SealKeyError):
    """The certificate of the key is revoked or suspended."""

    code = "sealing.key.revoked"
    source = "eIDAS Art. 38 (4)"


class SealKeyUnavailable(SealKeyError):
    """The token is not there or the service does not answer now; the next use tries again."""

    code = "sealing.key.unavailable"


class SealKeyRefused(SealKeyError):
    """The token or the service answered and refused to sign."""

    code = "sealing.key.refused"


class SealKeySignatureWrong(SealKeyError):
    """What the token or the service returned is not a signature by the certificate's key over what was handed in."""

    code = "sealing.key.signature"


class SealKeyDriverMissing(SealKeyError):
    """The program library that speaks to the token is not installed or cannot be loaded."""

    code = "sealing.key.driver"


class SealKeyServiceWrong(SealKeyError):
    """The remote signing service is not described, or described wrongly (``csc.toml``)."""

    code = "sealing.key.service"
    source = "docs/sealing.md"


class SealKeyNotInPerson(SealKeyError):
    """A person's own act is needed: a key on a token or at a service, with the PIN from the person, not from a file."""

    code = "sealing.key.in_person"
    source = "eIDAS Art. 26 (c), Art. 3 (12), Annex II"
