"""A signatory's certificate signing request, as the sandbox's authority reads it.

Written apart from the engine's own reader on purpose: the authority stands for a stranger who implements the
specification (docs/ceremony-spec.md, sections 3 and 4), so that an error on one side does not hide on the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto import core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from esign.foundation.identifiers import Oid

MAX_REQUEST = 8192
"""Octets of DER; a P-256 request has about 400."""


class RequestRefused(Exception):
    """The signing request is not one that this authority serves; the text says why."""


class _KeyBinding(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [
        ("version", core.Integer),
        ("capsule_key", core.OctetString),
        ("device_key", core.OctetString),
        ("passkey", core.OctetString, {"implicit": 0, "optional": True}),
        ("company_device", core.Boolean, {"implicit": 1, "optional": True}),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRequest:
    """A checked PKCS #10 request: P-256 key in the requester's possession, empty subject, one extension."""

    der: bytes
    public_key: ec.EllipticCurvePublicKey
    key_binding: bytes
    """DER of the KeyBinding extension's value, copied into the certificate as it is."""
    behind_passkey: bool
    company_device: bool

    @classmethod
    def parse(cls, data: bytes) -> SigningRequest:
        """Read and check a request.

        Raises:
            RequestRefused: Anything is not as the specification says.
        """
        if len(data) > MAX_REQUEST:
            raise RequestRefused("the request is too large")
        try:
            request = x509.load_der_x509_csr(data)
            key = request.public_key()
            possession = request.is_signature_valid
            algorithm = request.signature_hash_algorithm
            extensions = list(request.extensions)
            subject = list(request.subject)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
            raise RequestRefused("not a PKCS #10 request") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise RequestRefused("the key is not ECDSA P-256")
        if not isinstance(algorithm, hashes.SHA256) or not possession:
            raise RequestRefused("possession of the private key is not proven with ecdsa-with-SHA256")
        if subject:
            raise RequestRefused("the subject must be empty: the name comes from the ID token")
        if [item.oid.dotted_string for item in extensions] != [Oid.KEY_BINDING] or extensions[0].critical:
            raise RequestRefused("exactly one extension must be requested: KeyBinding, not critical")
        value = extensions[0].value
        binding = value.value if isinstance(value, x509.UnrecognizedExtension) else b""
        behind_passkey, company_device = _holder(binding)
        return cls(
            der=data,
            public_key=key,
            key_binding=binding,
            behind_passkey=behind_passkey,
            company_device=company_device,
        )


def _holder(binding: bytes) -> tuple[bool, bool]:
    """Tell whether a KeyBinding names a passkey, and a device of the company; first, whether it is in its one form."""
    try:
        parsed = _KeyBinding.load(binding, strict=True)
        content = parsed.native
        again = _KeyBinding({name: value for name, value in content.items() if value is not None}).dump()
    except (ValueError, TypeError) as error:
        raise RequestRefused("KeyBinding is malformed") from error
    keys = [content[name] for name in ("capsule_key", "device_key", "passkey") if content[name] is not None]
    passkey, company = content["passkey"] is not None, content["company_device"]
    version = 1 if company is None else 2
    if again != binding or content["version"] != version or any(len(key) != 32 for key in keys):
        raise RequestRefused("KeyBinding is malformed")
    if company is False or (company and passkey):
        raise RequestRefused("KeyBinding says what is never said")
    return passkey, company is True
