"""The certificate that the signatory got back: my key, my bound keys, my name, valid now.

Source: docs/ceremony-spec.md section 4, ``enrol``.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from certs.signatory.errors import SignatoryRefused, demand
from certs.signatory.requests import KEY_BINDING


def check_certificate(
    certificate: bytes, *, signature_key: bytes, binding: bytes, given_name: str, family_name: str, now: datetime
) -> None:
    """Check a certificate.

    Args:
        certificate: DER.
        signature_key: SubjectPublicKeyInfo of my signature key.
        binding: DER of my ``KeyBinding``.
        given_name: As the greeting said.
        family_name: As the greeting said.
        now: The present instant.

    Raises:
        SignatoryRefused: It is not mine.
    """
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        key = parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        extension = parsed.extensions.get_extension_for_oid(x509.ObjectIdentifier(KEY_BINDING))
        given = [each.value for each in parsed.subject.get_attributes_for_oid(NameOID.GIVEN_NAME)]
        family = [each.value for each in parsed.subject.get_attributes_for_oid(NameOID.SURNAME)]
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        raise SignatoryRefused("agent.certificate.malformed") from error
    demand(key == signature_key, "agent.certificate.other_key")
    bound = extension.value.value if isinstance(extension.value, x509.UnrecognizedExtension) else b""
    demand(bound == binding and not extension.critical, "agent.certificate.other_binding")
    demand(given == [given_name] and family == [family_name], "agent.certificate.other_person")
    demand(parsed.not_valid_before_utc <= now <= parsed.not_valid_after_utc, "agent.certificate.not_valid_now")
