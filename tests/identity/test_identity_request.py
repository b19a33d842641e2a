import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.signatory import der
from certs.signatory.requests import (
    ECDSA_WITH_SHA256,
    ENROLMENT_NONCE,
    EXTENSION_REQUEST,
    KEY_BINDING,
    certificate_request,
    request_info,
)
from esign.foundation.encoding import from_b64url
from esign.identity.errors import (
    IdentityError,
    KeyBindingMalformed,
    PublicKeyRefused,
    RequestAlgorithmRefused,
    RequestAttributesRefused,
    RequestError,
    RequestKeyRefused,
    RequestMalformed,
    RequestSignatureInvalid,
    RequestSubjectNotEmpty,
)
from esign.identity.key_binding import KeyBinding
from esign.identity.public_keys import parse_p256
from esign.identity.request import MAX_LENGTH, CertificateRequest
from tests.identity.helpers.people import NONCE, Signatory
from tests.identity.helpers.pki import RSA_KEY, p256, spki

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "ceremony.json").read_text("utf-8"))
PLAIN = Signatory()
WITH_PASSKEY = Signatory(passkey=p256())
KEY = p256()
EMPTY = der.sequence()


def sign(info: bytes, *, key=KEY, algorithm=None, signature=None) -> bytes:
    """Put a request together from parts, however wrong."""
    signature = key.sign(info, ec.ECDSA(hashes.SHA256())) if signature is None else signature
    return der.sequence(info, algorithm or der.sequence(der.oid(ECDSA_WITH_SHA256)), der.bits(signature))


def info(*, version=b"\x02\x01\x00", subject=EMPTY, key=None, attributes=None, tag=0xA0) -> bytes:
    attributes = [extension_request(), nonce_attribute()] if attributes is None else attributes
    return der.sequence(version, subject, key or spki(KEY), der.set_of(attributes, tag=tag))


def extension_request(value: bytes = PLAIN.binding, *, oid=KEY_BINDING, critical=b"", more=b"") -> bytes:
    extensions = der.sequence(der.sequence(der.oid(oid), critical, der.octets(value)), more)
    return der.sequence(der.oid(EXTENSION_REQUEST), der.set_of([extensions]))


def nonce_attribute(value: bytes | None = None, *, oid=ENROLMENT_NONCE) -> bytes:
    return der.sequence(der.oid(oid), der.set_of([der.octets(NONCE) if value is None else value]))


@pytest.mark.parametrize("signatory", [PLAIN, WITH_PASSKEY], ids=["plain", "passkey"])
def test_request_of_an_honest_signatory_is_read_exactly(signatory):
    request = CertificateRequest.parse(signatory.csr)
    assert request.spki == spki(signatory.signature)
    assert request.nonce == NONCE
    assert request.key_binding == KeyBinding.of_keys(
        capsule_key=spki(signatory.capsule),
        device_key=spki(signatory.device),
        passkey=None if signatory.passkey is None else spki(signatory.passkey),
    )
    assert request.der == signatory.csr


def test_request_of_the_published_vectors_is_read_exactly():
    vector = VECTORS["csr"]
    request = CertificateRequest.parse(from_b64url(vector["csr"]))
    assert request.spki == from_b64url(VECTORS["keys"]["signature"]["spki"])
    assert request.nonce == from_b64url(vector["enrolment_nonce"])
    assert request.id_token_nonce == vector["id_token_nonce"]
    keys = {name: from_b64url(VECTORS["keys"][name]["spki"]) for name in ("capsule", "device", "passkey")}
    binding = KeyBinding.of_keys(capsule_key=keys["capsule"], device_key=keys["device"], passkey=keys["passkey"])
    assert binding.encode() == from_b64url(vector["key_binding"])
    assert request.key_binding == binding
    without = KeyBinding.of_keys(capsule_key=keys["capsule"], device_key=keys["device"], passkey=None)
    assert without.encode() == from_b64url(vector["key_binding_without_passkey"])
    company = replace(without, company_device=True)
    assert company.encode() == from_b64url(vector["key_binding_company_device"])
    assert KeyBinding.parse(company.encode()) == company


def test_parts_put_together_by_hand_are_a_good_request():
    """The refusals below mean something only if this passes."""
    assert CertificateRequest.parse(sign(info())).nonce == NONCE


NAMED = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody Else")]).public_bytes()
P384 = ec.generate_private_key(ec.SECP384R1())
OTHER = x509.ObjectIdentifier("1.2.3.4")


@pytest.mark.parametrize(
    ("request_der", "error"),
    [
        pytest.param(sign(info(version=b"\x02\x01\x01")), RequestMalformed, id="version 1"),
        pytest.param(sign(info(subject=NAMED)), RequestSubjectNotEmpty, id="names somebody"),
        pytest.param(sign(info(key=spki(P384)), key=P384), RequestKeyRefused, id="P-384"),
        pytest.param(
            sign(info(), algorithm=der.sequence(der.oid("1.2.840.10045.4.3.3"))), RequestAlgorithmRefused, id="SHA-384"
        ),
        pytest.param(sign(info(), key=p256()), RequestSignatureInvalid, id="signed by another key"),
        pytest.param(sign(info(), signature=b""), RequestSignatureInvalid, id="no signature"),
        pytest.param(
            sign(info(), algorithm=der.sequence(der.oid(ECDSA_WITH_SHA256), b"\x05\x00")),
            (RequestMalformed, RequestAlgorithmRefused, RequestSignatureInvalid),
            id="NULL parameters",
        ),
        pytest.param(sign(info(attributes=[extension_request()])), RequestAttributesRefused, id="no nonce"),
        pytest.param(sign(info(attributes=[nonce_attribute()])), RequestAttributesRefused, id="no key binding"),
        pytest.param(sign(info(attributes=[])), RequestAttributesRefused, id="no attributes"),
        pytest.param(
            sign(info(attributes=[extension_request(), nonce_attribute(), nonce_attribute(oid="1.2.3.4")])),
            RequestAttributesRefused,
            id="a third attribute",
        ),
        pytest.param(
            sign(info(attributes=[extension_request(), nonce_attribute(), nonce_attribute()])),
            RequestAttributesRefused,
            id="nonce twice",
        ),
        pytest.param(
            sign(info(attributes=[extension_request(), nonce_attribute(der.octets(NONCE[:31]))])),
            RequestAttributesRefused,
            id="nonce of 31 bytes",
        ),
        pytest.param(
            sign(info(attributes=[extension_request(), nonce_attribute(der.tlv(0x0C, NONCE))])),
            RequestMalformed,
            id="nonce as text",
        ),
        pytest.param(
            sign(info(attributes=[extension_request(critical=b"\x01\x01\xff"), nonce_attribute()])),
            RequestAttributesRefused,
            id="critical key binding",
        ),
        pytest.param(
            sign(info(attributes=[extension_request(oid="1.2.3.4"), nonce_attribute()])),
            RequestAttributesRefused,
            id="another extension",
        ),
        pytest.param(
            sign(
                info(
                    attributes=[
                        extension_request(more=der.sequence(der.oid("2.5.29.19"), der.octets(b"\x30\x00"))),
                        nonce_attribute(),
                    ]
                )
            ),
            RequestAttributesRefused,
            id="a further extension",
        ),
        pytest.param(
            sign(info(attributes=[extension_request(b"\x30\x00"), nonce_attribute()])),
            RequestAttributesRefused,
            id="empty key binding",
        ),
        pytest.param(PLAIN.csr + b"\x00", RequestMalformed, id="trailing byte"),
        pytest.param(PLAIN.csr[:-1], RequestMalformed, id="a byte too short"),
        pytest.param(b"", RequestMalformed, id="nothing"),
        pytest.param(b"\x30" * (MAX_LENGTH + 1), RequestMalformed, id="too long"),
    ],
)
def test_every_departure_from_the_request_is_refused(request_der, error):
    with pytest.raises(error):
        CertificateRequest.parse(request_der)


def test_rsa_request_is_refused():
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    request = builder.sign(RSA_KEY, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(RequestAlgorithmRefused):
        CertificateRequest.parse(request)


def test_attributes_out_of_order_are_refused():
    backwards = sorted([extension_request(), nonce_attribute()], reverse=True)
    unsorted = der.sequence(b"\x02\x01\x00", der.sequence(), spki(KEY), der.tlv(0xA0, *backwards))
    with pytest.raises(RequestError):
        CertificateRequest.parse(sign(unsorted))


def test_signature_in_another_encoding_is_refused():
    """An INTEGER with a superfluous zero byte: the same numbers, other bytes."""
    content = info()
    r, s = decode_dss_signature(KEY.sign(content, ec.ECDSA(hashes.SHA256())))
    padded = b"\x00" + r.to_bytes(r.bit_length() // 8 + 1, "big")
    loose = der.sequence(der.tlv(0x02, padded), der.integer(s))
    with pytest.raises(RequestError):
        CertificateRequest.parse(sign(content, signature=loose))


def test_compressed_key_is_refused():
    from cryptography.hazmat.primitives.serialization import PublicFormat

    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    algorithm = der.sequence(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7"))
    compressed = der.sequence(algorithm, der.bits(point))
    with pytest.raises(RequestMalformed):
        CertificateRequest.parse(sign(info(key=compressed)))
    with pytest.raises(PublicKeyRefused):
        parse_p256(compressed)


def test_no_single_changed_bit_of_a_request_passes():
    for position in range(len(PLAIN.csr)):
        for bit in (0x01, 0x80):
            changed = bytearray(PLAIN.csr)
            changed[position] ^= bit
            with pytest.raises(RequestError):
                CertificateRequest.parse(bytes(changed))


@pytest.mark.parametrize("binding", [PLAIN.binding, WITH_PASSKEY.binding], ids=["plain", "passkey"])
def test_key_binding_is_read_and_written_alike(binding):
    assert KeyBinding.parse(binding).encode() == binding


@pytest.mark.parametrize(
    "binding",
    [
        b"",
        b"\x30\x00",
        PLAIN.binding + b"\x00",
        PLAIN.binding[:-1],
        PLAIN.binding.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1),
        b"\x30\x81\x47" + PLAIN.binding[2:],
        WITH_PASSKEY.binding.replace(b"\x80\x20", b"\x81\x20", 1),
        der.sequence(der.integer(1), der.octets(bytes(31)), der.octets(bytes(32))),
        der.sequence(der.integer(1), der.octets(bytes(32)), der.octets(bytes(32)), der.octets(bytes(33), tag=0x80)),
        der.sequence(der.integer(1), der.octets(bytes(32)), der.octets(bytes(32)), der.octets(b"", tag=0x80)),
        der.sequence(der.integer(1), der.octets(bytes(32)), der.octets(bytes(32)), b"\x05\x00"),
    ],
    ids=range(11),
)
def test_only_the_one_encoding_of_a_key_binding_is_read(binding):
    with pytest.raises(KeyBindingMalformed):
        KeyBinding.parse(binding)


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_nothing_but_the_rooms_errors_escapes_from_arbitrary_bytes(data):
    for read in (KeyBinding.parse, CertificateRequest.parse, parse_p256):
        with pytest.raises(IdentityError):
            read(data)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PLAIN.csr) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_request_is_refused_or_unchanged(changes):
    damaged = bytearray(PLAIN.csr)
    for position, value in changes:
        damaged[position] = value
    try:
        CertificateRequest.parse(bytes(damaged))
    except RequestError:
        return
    assert bytes(damaged) == PLAIN.csr


def test_info_written_here_is_that_of_the_signatory():
    binding = PLAIN.binding
    assert info() == request_info(key=KEY.public_key(), binding=binding, nonce=NONCE)
    assert CertificateRequest.parse(certificate_request(KEY, binding=binding, nonce=NONCE))
