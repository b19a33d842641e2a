"""A sandbox of its own for every test, standing at one instant."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certs.sandbox import Sandbox
from esign.foundation.clock import FixedClock
from esign.foundation.identifiers import Oid

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FixedClock(at=NOW)


@pytest.fixture
def sandbox(tmp_path, clock):
    return Sandbox.create(tmp_path / "sandbox", clock=clock)


@pytest.fixture
def client(sandbox):
    return sandbox.wsgi().test_client()


def key_binding(*, passkey=True):
    """The DER that docs/ceremony-spec.md section 3 asks for, written by hand."""
    content = core.Integer(1).dump() + core.OctetString(b"c" * 32).dump() + core.OctetString(b"d" * 32).dump()
    content += (b"\x80\x20" + b"p" * 32) if passkey else b""
    return b"\x30" + bytes([len(content)]) + content


@dataclass(frozen=True)
class Request:
    key: ec.EllipticCurvePrivateKey
    der: bytes

    @property
    def nonce(self):
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).rstrip(b"=").decode()


def make_request(*, binding=None, key=None, subject=(), extra=(), critical=False, algorithm=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(list(subject)))
    binding = key_binding() if binding is None else binding
    if binding:
        value = x509.UnrecognizedExtension(x509.ObjectIdentifier(Oid.KEY_BINDING), binding)
        builder = builder.add_extension(value, critical)
    for extension in extra:
        builder = builder.add_extension(extension, False)
    builder = builder.add_attribute(x509.ObjectIdentifier(Oid.ENROLMENT_NONCE), b"\x04\x20" + b"n" * 32)
    return Request(key=key, der=builder.sign(key, algorithm or hashes.SHA256()).public_bytes(Encoding.DER))


@pytest.fixture
def request_maker():
    return make_request


@pytest.fixture
def binding_maker():
    return key_binding
