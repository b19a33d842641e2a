"""Signatures of any maker: forms of CMS, algorithms, attributes, and what is refused in them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from esign.pades import der
from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SignatureObject, SubIndication
from esign.validation.process.algorithms import Check, digest_algorithm_name, read_scheme, verify_value
from esign.validation.process.ber import Cursor
from tests.validation.process_pki import T0, certify, ocsp_answer
from tests.validation.process_world import (
    CONTENT,
    File,
    World,
    attribute,
    cms,
    digester,
    judge,
    reference,
    signature_timestamp,
    signed_attributes,
)

AT = T0 + timedelta(hours=2)
PASSED = (Indication.TOTAL_PASSED, None)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def said(result):
    return result.indication, result.sub_indication


def verdict(world, signature, content=CONTENT, *, subfilter="ETSI.CAdES.detached", crls=()):
    return judge(File().sign(signature, content, subfilter=subfilter), world, AT, crls=(*world.crls(), *crls))[0]


@pytest.mark.parametrize(
    ("kind", "hash_name", "pss"),
    [
        ("p256", "sha256", False),
        ("p384", "sha384", False),
        ("p521", "sha512", False),
        ("brainpool256", "sha256", False),
        ("brainpool384", "sha384", False),
        ("brainpool512", "sha512", False),
        ("rsa2048", "sha256", False),
        ("rsa2048", "sha512", True),
        ("ed25519", "sha512", False),
        ("ed448", "sha512", False),
        ("ml-dsa-65", "sha512", False),
    ],
)
def test_rfc_5652_5_6_every_algorithm_verifies_and_refuses_other_bytes(world, kind, hash_name, pss):
    signer = certify("Signer", world.authority, kind=kind)
    signature = cms(signer, hash_name=hash_name, pss=pss)
    assert said(verdict(world, signature)) == PASSED
    assert verdict(world, signature, b"x").sub_indication is SubIndication.HASH_FAILURE
    changed = bytearray(signature)
    changed[-3] ^= 4
    assert verdict(world, bytes(changed)).sub_indication is SubIndication.SIG_CRYPTO_FAILURE


@pytest.mark.parametrize("hash_name", ["sha1", "md5"])
def test_ts_119_312_old_hashes_verify_but_prove_nothing_today(world, hash_name):
    signer = certify("Signer", world.authority, kind="rsa2048")
    result = verdict(world, cms(signer, hash_name=hash_name))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    assert [finding.kind for finding in result.findings] == [FindingKind.WEAK_CRYPTO]
    assert result.signature_verified


def test_iso_32000_12_8_3_3_pkcs7_detached_without_reference_passes_and_has_no_binding(world):
    result = verdict(world, cms(world.signer, version=0), subfilter="adbe.pkcs7.detached")
    assert said(result) == PASSED
    assert result.level.signing_certificate == 0


def test_rfc_5652_5_4_without_signed_attributes_the_content_itself_is_signed(world):
    signature = cms(world.signer, no_attributes=True)
    assert said(verdict(world, signature, subfilter="adbe.pkcs7.detached")) == PASSED
    failed = verdict(world, signature, b"other", subfilter="adbe.pkcs7.detached")
    assert said(failed) == (Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE)


def test_iso_32000_12_8_3_3_pkcs7_sha1_holds_the_digest_as_content(world):
    inner = hashlib.sha1(CONTENT).digest()
    signature = cms(world.signer, inner, embedded=inner)
    result = verdict(world, signature, subfilter="adbe.pkcs7.sha1")
    assert said(result) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    assert result.signature_verified and "sha1" in result.algorithms
    changed = verdict(world, signature, b"other", subfilter="adbe.pkcs7.sha1")
    assert said(changed) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)


@pytest.mark.parametrize("hash_type", [hashes.SHA1, hashes.SHA256])
def test_iso_32000_12_8_3_2_x509_rsa_sha1_is_a_bare_value(world, hash_type):
    signer = certify("Signer", world.authority, kind="rsa2048")
    value = der.octets(signer.key.sign(CONTENT, padding.PKCS1v15(), hash_type()))

    def judged(content: bytes):
        source = SignatureObject(
            cms=value + bytes(40),
            content_digest=digester(content),
            covered_until=2000,
            subfilter="adbe.x509.rsa_sha1",
            certificates=(signer.der, *signer.chain),
        )
        return judge(File(objects=[source]), world, AT, crls=world.crls())[0]

    expected = SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE if hash_type is hashes.SHA1 else None
    assert judged(CONTENT).sub_indication is expected
    assert judged(CONTENT).signature_verified
    assert said(judged(b"other")) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)


def test_rfc_5652_5_3_a_subject_key_identifier_names_the_signer_as_well(world):
    assert said(verdict(world, cms(world.signer, key_identifier=True))) == PASSED


def test_en_319_102_5_2_2_two_signers_are_a_format_failure(world):
    result = verdict(world, cms(world.signer, signers=2))
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert result.reason == "more than one signer"
    assert not result.level.readable


def test_en_319_102_5_2_2_no_signer_is_a_format_failure(world):
    assert said(verdict(world, cms(world.signer, signers=0))) == (
        Indication.TOTAL_FAILED,
        SubIndication.FORMAT_FAILURE,
    )


def test_en_319_102_5_2_3_without_the_certificate_no_signing_certificate(world):
    result = verdict(world, cms(world.signer, certificates=()))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)


@pytest.mark.parametrize("version", [1, 2])
def test_en_319_122_5_2_2_both_versions_of_the_reference_bind(world, version):
    result = verdict(world, cms(world.signer, version=version))
    assert said(result) == PASSED
    assert result.level.signing_certificate == version


def test_en_319_102_5_2_3_4_a_reference_to_another_certificate_is_refused(world):
    again = certify("Erika Mustermann", world.authority, key=world.signer.key)
    attributes = signed_attributes(CONTENT, again.der)
    result = verdict(world, cms(world.signer, attributes=attributes))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
    assert [finding.kind for finding in result.findings] == [FindingKind.CERTIFICATE_DIFFERS]


def test_en_319_102_5_2_3_4_a_reference_to_another_issuer_is_refused(world):
    issuer_serial = der.sequence(
        der.sequence(der.tlv(0xA4, world.root.certificate.subject.public_bytes())),
        der.integer(world.signer.certificate.serial_number),
    )
    digest = der.octets(hashlib.sha256(world.signer.der).digest())
    other = attribute("1.2.840.113549.1.9.16.2.47", der.sequence(der.sequence(der.sequence(digest, issuer_serial))))
    result = verdict(world, cms(world.signer, version=0, more=(other,)))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)


def test_rfc_5652_11_a_doubled_attribute_is_a_format_failure(world):
    result = verdict(world, cms(world.signer, more=(reference(world.signer.der),)))
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)


def test_rfc_5652_11_1_another_content_type_is_a_format_failure(world):
    attributes = signed_attributes(CONTENT, world.signer.der, kind="1.2.840.113549.1.9.16.1.4")
    result = verdict(world, cms(world.signer, attributes=attributes))
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)


def test_iso_32000_12_8_3_3_content_in_a_detached_signature_must_be_what_is_covered(world):
    result = verdict(world, cms(world.signer, CONTENT, embedded=CONTENT), b"shown")
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    attributes = signed_attributes(b"shown", world.signer.der)
    result = verdict(world, cms(world.signer, attributes=attributes, embedded=CONTENT), b"shown")
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    result = verdict(world, cms(world.signer, CONTENT, embedded=CONTENT))
    assert (said(result), result.level.detached) == (PASSED, False)


def test_a_digest_algorithm_named_by_the_signature_algorithm_is_understood(world):
    signer = certify("Signer", world.authority, kind="rsa2048")
    foreign = cms(signer, digest_algorithm="1.2.840.113549.1.1.11")
    assert said(verdict(world, foreign, subfilter="adbe.pkcs7.detached")) == PASSED
    assert digest_algorithm_name("1.2.840.113549.1.1.11") == "sha256"
    assert digest_algorithm_name("1.2.840.113549.1.1.1") is None


def test_tr_03111_5_2_1_1_plain_ecdsa_values_verify(world):
    key = world.signer.key
    r, s = decode_dss_signature(key.sign(CONTENT, ec.ECDSA(hashes.SHA256())))
    value = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    scheme = read_scheme(der.sequence(der.oid("0.4.0.127.0.7.1.1.4.1.3")))
    assert verify_value(key.public_key(), scheme, value, CONTENT) is Check.VALID
    assert verify_value(key.public_key(), scheme, value[:-1] + b"\0", CONTENT) is Check.INVALID
    assert verify_value(key.public_key(), scheme, value[:-1], CONTENT) is Check.INVALID


def test_zeros_behind_the_cms_are_padding_and_anything_else_is_told(world):
    assert verdict(world, cms(world.signer) + bytes(999)).findings == ()
    result = verdict(world, cms(world.signer) + b"\0junk\0")
    assert said(result) == PASSED
    assert [finding.kind for finding in result.findings] == [FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT]


def _indefinite(data: bytes, depth: int = 0) -> bytes:
    """Write the outer structures of a CMS without lengths, and its octet strings in pieces."""
    start = der.element_length(data) - len(data)
    assert start == 0
    header = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    body, out, position = data[header:], b"", 0
    while position < len(body):
        size = der.element_length(body[position:])
        element = body[position : position + size]
        out += _indefinite(element, depth + 1) if depth < 2 and element[0] in (0x30, 0xA0) else element
        position += size
    return bytes((data[0], 0x80)) + out + b"\0\0"


def test_x690_8_1_3_6_indefinite_lengths_are_read(world):
    foreign = _indefinite(cms(world.signer, unsigned=signature_timestamp(world.tsa)))
    assert foreign[:2] == b"\x30\x80"
    result = verdict(world, foreign + bytes(10))
    assert (said(result), result.findings, result.proven_at) == (PASSED, (), T0)


def test_rfc_5652_5_4_signed_attributes_without_lengths_are_signed_with_them(world):
    signature = cms(world.signer, sent=lambda attributes: _without_lengths(attributes, 0))
    assert b"\xa0\x80\x30\x80" in signature
    assert said(verdict(world, signature)) == PASSED


def _without_lengths(element: bytes, depth: int) -> bytes:
    reader = der.Reader(element[2:] if element[1] < 0x80 else element[2 + (element[1] & 0x7F) :])
    parts = []
    while not reader.empty:
        part = reader.raw(reader.tag() or 0)
        parts.append(_without_lengths(part, depth + 1) if part[0] & 0x20 and depth < 3 else part)
    return bytes((element[0], 0x80)) + b"".join(parts) + b"\0\0"


def test_x690_8_7_3_octet_strings_in_pieces_are_read():
    pieces = b"\x24\x80" + der.octets(b"ab") + b"\x24\x05" + der.octets(b"cde") + b"\0\0"
    assert Cursor(pieces).octets() == b"abcde"


def test_iso_32000_12_8_3_3_2_revocation_data_among_the_signed_attributes(world):
    lists = world.crls()
    answer = ocsp_answer(world.signer, world.authority)
    archival = attribute(
        "1.2.840.113583.1.1.8",
        der.sequence(der.tlv(0xA0, der.sequence(lists[1])), der.tlv(0xA1, der.sequence(answer))),
    )
    file = File().sign(cms(world.signer, more=(archival,)), subfilter="adbe.pkcs7.detached")
    (result,) = judge(file, world, AT)
    assert said(result) == PASSED
    assert result.level.revocation_in_cms and result.level.revocation_complete


def test_rfc_5652_10_2_1_revocation_lists_in_the_cms(world):
    (result,) = judge(File().sign(cms(world.signer, crls=world.crls())), world, AT)
    assert said(result) == PASSED


def test_en_319_122_5_2_policy_and_commitment_are_values(world):
    policy = der.sequence(
        der.oid("1.2.3.4"), der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.octets(bytes(32)))
    )
    more = (
        attribute("1.2.840.113549.1.9.16.2.15", policy),
        attribute("1.2.840.113549.1.9.16.2.16", der.sequence(der.oid("1.2.840.113549.1.9.16.6.5"))),
        attribute("1.2.840.113549.1.9.5", der.tlv(0x17, T0.strftime("%y%m%d%H%M%SZ").encode())),
    )
    result = verdict(world, cms(world.signer, more=more))
    assert said(result) == PASSED
    assert result.level.policy == "1.2.3.4"
    assert result.level.commitments == ("1.2.840.113549.1.9.16.6.5",)
    assert result.level.signing_time and result.signed_at == T0


def test_an_unknown_signature_algorithm_is_no_proof(world):
    signature = cms(world.signer)
    before, _, behind = signature.rpartition(der.oid("1.2.840.10045.4.3.2"))
    result = verdict(world, before + der.oid("1.2.840.10045.4.3.9") + behind)
    assert said(result) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


def test_what_raises_while_digesting_is_signed_data_not_found(world):
    def broken(_: str) -> bytes:
        raise OSError

    source = SignatureObject(cms=cms(world.signer), content_digest=broken)
    (result,) = judge(File(objects=[source]), world, AT, crls=world.crls())
    assert said(result) == (Indication.INDETERMINATE, SubIndication.SIGNED_DATA_NOT_FOUND)


def test_garbage_beside_good_data_changes_nothing(world):
    file = (
        File()
        .sign(cms(world.signer))
        .store(
            certificates=(b"", b"\x30\x03garbage"), crls=(b"\x30\x80", *world.crls()), responses=(b"no", b"\x30\x00")
        )
    )
    (result,) = judge(file, world, AT)
    assert said(result) == PASSED


def test_one_broken_signature_does_not_disturb_another(world):
    file = File().sign(b"not cms").sign(cms(world.signer))
    first, second = judge(file, world, AT, crls=world.crls())
    assert said(first) == (Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE)
    assert said(second) == PASSED


def test_en_319_102_5_2_3_a_forged_certificate_of_the_same_number_does_not_take_the_signers_place(world):
    lookalike = certify("Authority", authority=True)
    forged = certify("Somebody", lookalike, key=world.signer.key, serial=world.signer.certificate.serial_number)
    signature = cms(world.signer, version=0, certificates=(forged.der, world.signer.der, *world.signer.chain))
    result = verdict(world, signature, subfilter="adbe.pkcs7.detached")
    assert (said(result), result.signer) == (PASSED, world.signer.der)


@pytest.mark.parametrize("same", [True, False])
def test_en_319_122_5_2_2_both_references_must_name_the_certificate(world, same):
    again = certify("Erika Mustermann", world.authority, key=world.signer.key)
    older = reference(world.signer.der if same else again.der, 1)
    result = verdict(world, cms(world.signer, more=(older,)))
    assert (result.sub_indication is None) is same
    assert result.sub_indication in (None, SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
