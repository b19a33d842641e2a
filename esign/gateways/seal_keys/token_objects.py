"""What lies on a token: the key that is meant, its public part, and its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.gateways.seal_keys.certified import Certified, PublicKey
from esign.sealing.key_errors import (
    SealKeyAmbiguous,
    SealKeyKindWrong,
    SealKeyMismatch,
    SealKeyMissing,
    SealKeyUnreadable,
)


def find_private_key(session: Any, uri: Pkcs11Uri) -> Any:
    """Return the one private key that a URI means.

    Raises:
        SealKeyMissing: There is none.
        SealKeyAmbiguous: There are several.
    """
    import pkcs11

    wanted: dict[Any, Any] = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
    if uri.label is not None:
        wanted[pkcs11.Attribute.LABEL] = uri.label
    if uri.id is not None:
        wanted[pkcs11.Attribute.ID] = uri.id
    found = list(session.get_objects(wanted))
    if not found:
        raise SealKeyMissing("the token holds no private key of that name")
    if len(found) > 1:
        raise SealKeyAmbiguous("the token holds several private keys of that name: give its id", keys=len(found))
    if found[0].key_type not in (pkcs11.KeyType.EC, pkcs11.KeyType.RSA):
        raise SealKeyKindWrong
    return found[0]


def public_part(session: Any, key: Any) -> PublicKey | None:
    """Return the public part of a key as the token tells it; None where it does not."""
    import pkcs11
    from pkcs11.util.ec import encode_ec_public_key

    if key.key_type is pkcs11.KeyType.RSA and (numbers := _rsa_numbers(key)):
        return numbers
    identifier = attribute(key, pkcs11.Attribute.ID)
    if not identifier:
        return None
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.Attribute.ID: identifier}
    found = [item for item in session.get_objects(wanted) if item.key_type is key.key_type]
    if len(found) != 1:
        return None
    if key.key_type is pkcs11.KeyType.RSA:
        return _rsa_numbers(found[0])
    try:
        public = load_der_public_key(encode_ec_public_key(found[0]))
    except (pkcs11.PKCS11Error, ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        return None
    return public if isinstance(public, PublicKey) else None


def certified(session: Any, key: Any, given: Sequence[x509.Certificate], *, at: datetime) -> Certified:
    """Return the certificate of a key with its chain, from the token or from those that were given.

    Of several (a renewed one lies beside the old one) that one is taken that is valid now.

    Raises:
        SealKeyMissing: There is no certificate of the key.
        SealKeyMismatch: The certificates of that name are of another key.
        SealKeyAmbiguous: Several are valid now.
        SealKeyKindWrong: The certified key is of a kind with which nothing is sealed.
        SealKeyNotForSigning: The certificate is for something else.
    """
    import pkcs11

    identifier, label = attribute(key, pkcs11.Attribute.ID), attribute(key, pkcs11.Attribute.LABEL)
    on_token, named = [], []
    for item in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}):
        value = attribute(item, pkcs11.Attribute.VALUE)
        if not value:
            continue
        try:
            certificate = x509.load_der_x509_certificate(bytes(value))
        except ValueError as error:
            raise SealKeyUnreadable("a certificate on the token cannot be read") from error
        on_token.append(certificate)
        name = attribute(item, pkcs11.Attribute.ID if identifier else pkcs11.Attribute.LABEL)
        if name and name == (identifier or label):
            named.append(certificate)
    public = public_part(session, key)
    candidates = list(dict.fromkeys(named or [item for item in given if not _authority(item)]))
    if not candidates:
        raise SealKeyMissing("there is no certificate of the key: put it on the token, or name a chain-file")
    if public is not None:
        wanted = _spki(public)
        candidates = [item for item in candidates if _spki_of(item) == wanted]
        if not candidates:
            raise SealKeyMismatch("the certificates of that name are of another key")
    valid = [item for item in candidates if item.not_valid_before_utc <= at <= item.not_valid_after_utc]
    if len(valid) > 1 or (not valid and len(candidates) > 1):
        raise SealKeyAmbiguous("several certificates of the key could be meant", certificates=len(candidates))
    return Certified.read((valid or candidates)[0], [*on_token, *given])


def attribute(item: Any, name: Any) -> Any:
    """Return an attribute of an object; None where the token does not tell it."""
    import pkcs11

    try:
        return item[name]
    except (
        pkcs11.exceptions.AttributeSensitive,
        pkcs11.exceptions.AttributeTypeInvalid,
        pkcs11.exceptions.AttributeValueInvalid,
        KeyError,
        NotImplementedError,
    ):
        return None


def _rsa_numbers(key: Any) -> rsa.RSAPublicKey | None:
    import pkcs11

    modulus = attribute(key, pkcs11.Attribute.MODULUS)
    exponent = attribute(key, pkcs11.Attribute.PUBLIC_EXPONENT)
    if not modulus or not exponent:
        return None
    try:
        return rsa.RSAPublicNumbers(
            int.from_bytes(bytes(exponent), "big"), int.from_bytes(bytes(modulus), "big")
        ).public_key()
    except ValueError:
        return None


def _authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _spki_of(certificate: x509.Certificate) -> bytes | None:
    try:
        return _spki(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return None


def _spki(public: Any) -> bytes:
    encoded: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
