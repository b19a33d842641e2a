"""The certificate signing request of a signatory: keys and a nonce, no name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509.oid import SignatureAlgorithmOID

from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from esign.foundation.identifiers import Oid
from esign.identity.errors import (
    KeyBindingMalformed,
    RequestAlgorithmRefused,
    RequestAttributesRefused,
    RequestKeyRefused,
    RequestMalformed,
    RequestSignatureInvalid,
    RequestSubjectNotEmpty,
)
from esign.identity.key_binding import KeyBinding
from esign.identity.public_keys import encode_public_key
from esign.proof.der import tlv

MAX_LENGTH = 1024
"""Bytes; an honest request has about 440."""

_KEY_BINDING = x509.ObjectIdentifier(Oid.KEY_BINDING)
_ENROLMENT_NONCE = x509.ObjectIdentifier(Oid.ENROLMENT_NONCE)
_EXTENSION_REQUEST = x509.ObjectIdentifier("1.2.840.113549.1.9.14")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """A request whose sender has shown possession of the key.

    ``der`` is the whole request, ``spki`` the signature key, ``nonce`` the 32 bytes of the enrolment.
    """

    der: bytes
    spki: bytes
    key_binding: KeyBinding
    nonce: bytes

    @property
    def id_token_nonce(self) -> str:
        """The nonce with which an identity provider confirms a name over this very key: base64url of H(CSR)."""
        return b64url(sha256(self.der))

    @classmethod
    def parse(cls, der: bytes) -> Self:
        """Return the request that the bytes are the one canonical encoding of.

        1. PKCS #10, version 0. 2. Empty subject. 3. Signed with ecdsa-with-SHA256. 4. A key on P-256. 5. Possession of
        the key is shown. 6. Exactly the two attributes. 7. Written again from what was read, the bytes are the same:
        so nothing else can stand anywhere in it.

        Raises:
            RequestError: One subclass for each of these.
        """
        if len(der) > MAX_LENGTH:
            raise RequestMalformed("longer than any honest request", length=len(der))
        try:
            request = x509.load_der_x509_csr(der)
            empty = not list(request.subject)
            algorithm = request.signature_algorithm_oid
            key = request.public_key()
        except Exception as error:  # hostile bytes: the kinds of exception differ by what is wrong
            raise RequestMalformed from error
        if not empty:
            raise RequestSubjectNotEmpty
        if algorithm != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
            raise RequestAlgorithmRefused
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise RequestKeyRefused
        _check_possession(request)
        binding, nonce = _read_attributes(request)
        parsed = cls(der=der, spki=encode_public_key(key), key_binding=binding, nonce=nonce)
        if _write(parsed, request.signature) != der:
            raise RequestMalformed("not the canonical encoding")
        return parsed


def _check_possession(request: x509.CertificateSigningRequest) -> None:
    try:
        valid = request.is_signature_valid
        canonical = encode_dss_signature(*decode_dss_signature(request.signature)) == request.signature
    except Exception as error:  # hostile bytes
        raise RequestSignatureInvalid from error
    if not valid or not canonical:
        raise RequestSignatureInvalid


def _read_attributes(request: x509.CertificateSigningRequest) -> tuple[KeyBinding, bytes]:
    try:
        attributes = {attribute.oid: attribute for attribute in request.attributes}
        count = len(request.attributes)
        extensions = list(request.extensions)
    except Exception as error:  # hostile bytes
        raise RequestAttributesRefused from error
    if count != 2 or set(attributes) != {_EXTENSION_REQUEST, _ENROLMENT_NONCE}:
        raise RequestAttributesRefused("not exactly extensionRequest and enrolment nonce")
    nonce = attributes[_ENROLMENT_NONCE]
    if len(nonce.value) != 32:
        raise RequestAttributesRefused("the enrolment nonce has not 32 bytes", length=len(nonce.value))
    if len(extensions) != 1 or extensions[0].oid != _KEY_BINDING or extensions[0].critical:
        raise RequestAttributesRefused("not exactly the key binding, not critical, is asked for")
    try:
        binding = KeyBinding.parse(extensions[0].value.public_bytes())
    except KeyBindingMalformed as error:
        raise RequestAttributesRefused("the key binding is malformed") from error
    return binding, nonce.value


def _write(request: CertificateRequest, signature: bytes) -> bytes:
    """Return the canonical encoding (RFC 2986 section 4) of a request with this signature."""
    extension = tlv(0x30, _oid(_KEY_BINDING), tlv(0x04, request.key_binding.encode()))
    attributes = sorted(
        (
            tlv(0x30, _oid(_EXTENSION_REQUEST), tlv(0x31, tlv(0x30, extension))),
            tlv(0x30, _oid(_ENROLMENT_NONCE), tlv(0x31, tlv(0x04, request.nonce))),
        )
    )
    info = tlv(0x30, b"\x02\x01\x00", tlv(0x30), request.spki, tlv(0xA0, *attributes))
    algorithm = tlv(0x30, _oid(SignatureAlgorithmOID.ECDSA_WITH_SHA256))
    return tlv(0x30, info, algorithm, tlv(0x03, b"\x00", signature))


def _oid(identifier: x509.ObjectIdentifier) -> bytes:
    return asn1.encode_der(identifier)
