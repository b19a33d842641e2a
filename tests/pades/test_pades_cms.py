import pytest
from asn1crypto import cms as asn1
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.pades import PadesError, der, raw_to_der, read_signed_data, signed_data
from esign.pades.errors import CmsError, SignatureValueError


@pytest.fixture(scope="module")
def signer(small):
    return small.World().signatory()


def make(small, signer, **changes):
    attributes = small.walk.__globals__["signed_attributes"](
        document_digest=bytes(32),
        certificate=signer.der,
        policy_oid=small.POLICY_OID,
        policy_digest=small.POLICY_DIGEST,
        evidence=small.EVIDENCE,
    )
    values = {
        "attributes": attributes,
        "signature": signer.sign(attributes),
        "certificate": signer.der,
        "chain": signer.chain,
        "signature_timestamp": None,
    }
    return signed_data(**{**values, **changes})


def test_another_implementation_reads_the_same_parts(walked):
    info = asn1.ContentInfo.load(walked.cms, strict=True)
    content = info["content"]
    signer = content["signer_infos"][0]
    assert content["version"].native == "v1" and signer["version"].native == "v1"
    assert b"\x31" + signer["signed_attrs"].dump()[1:] == walked.attributes
    assert {c.dump() for c in content["certificates"]} >= {walked.signer.der, *walked.signer.chain}
    assert signer["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
    assert [a["type"].native for a in signer["unsigned_attrs"]] == ["signature_time_stamp_token"]


def test_reading_gives_back_what_was_written(walked):
    held = read_signed_data(walked.cms)
    assert held.attributes == walked.attributes
    assert held.certificate == walked.signer.der
    assert set(held.certificates) == {walked.signer.der, *walked.signer.chain}
    assert held.signature_timestamp is not None


def test_a_timestamp_that_was_not_given_is_not_there(small, signer):
    assert read_signed_data(make(small, signer)).signature_timestamp is None


def test_an_rsa_key_signs_too(small):
    signer = small.World().signatory(key_type="rsa")
    assert read_signed_data(make(small, signer)).certificate == signer.der


def test_a_signature_that_does_not_verify_is_never_embedded(small, signer):
    with pytest.raises(SignatureValueError) as caught:
        make(small, signer, signature=signer.sign(b"other attributes"))
    assert caught.value.code == "pades.cms.signature_invalid"


def test_a_signature_of_another_key_is_never_embedded(small, signer):
    with pytest.raises(SignatureValueError):
        make(small, signer, certificate=small.World().signatory().der)


@pytest.mark.parametrize("part", [b"", b"\x30", b"\x30\x01", b"\x30\x00\x00"])
def test_a_part_that_is_not_one_whole_element_is_refused(small, signer, part):
    with pytest.raises(CmsError):
        make(small, signer, chain=(part,))
    with pytest.raises(CmsError):
        make(small, signer, certificate=part)


def test_raw_ecdsa_signatures_become_der():
    raw = (1).to_bytes(32, "big") + (2**255).to_bytes(32, "big")
    assert decode_dss_signature(raw_to_der(raw)) == (1, 2**255)
    for length in (0, 63, 65):
        with pytest.raises(CmsError):
            raw_to_der(bytes(length))


def test_two_signers_are_refused(walked):
    held = walked.cms
    reader = der.Reader(held).inside(der.SEQUENCE)
    oid = reader.raw(der.OBJECT_IDENTIFIER)
    content = reader.inside(0xA0).inside(der.SEQUENCE)
    parts = [content.raw(tag) for tag in (der.INTEGER, der.SET, der.SEQUENCE, 0xA0)]
    infos = content.content(der.SET)
    twice = der.sequence(oid, der.tlv(0xA0, der.sequence(*parts, der.tlv(der.SET, infos, infos))))
    with pytest.raises(CmsError):
        read_signed_data(twice)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_bytes_never_raise_anything_but_errors_of_this_room(walked, data):
    cms = bytearray(walked.cms)
    for _ in range(data.draw(st.integers(1, 4))):
        cms[data.draw(st.integers(0, len(cms) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_signed_data(bytes(cms))
    except PadesError as error:
        assert error.code.startswith("pades.")
