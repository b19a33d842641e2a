"""The verdict with trusted lists: trust from a listed service, qualified or not, lists handed over as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certs.trusted_lists import ListWorld
from certs.trusted_lists.world import LOTL, encode_statements
from esign.validation.certificates import TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Material, SubIndication
from esign.validation.qualification import Qualification, TrustedServices
from esign.validation.trusted_lists import ListDiffersFromPointer, ListMalformed, ListSignatureInvalid
from esign.validation.verdict import Status
from esign.validation.verdict.handed_lists import load_handed
from tests.validation.verdicts import kinds, said

YEAR = timedelta(days=365)
QUALIFIED = (("0.4.0.1862.1.1", b""), ("0.4.0.1862.1.4", b""))


def handed_lists(files, *, at):
    return TrustedServices.of(load_handed(files, at=at))


@pytest.fixture(scope="module")
def world(small) -> ListWorld:
    return ListWorld.create(small.NOW)


@pytest.fixture(scope="module")
def services(world, small):
    return handed_lists([world.files[LOTL], world.files[world.location("DE")]], at=small.NOW)


def signed_under(small, world, service: str, statements=QUALIFIED):
    """Return a walk whose signatory has a certificate of a listed service, and the service's revocation list."""
    issuer = world.issuers[service]
    key = ec.generate_private_key(ec.SECP256R1())
    usage = dict.fromkeys(
        (
            "digital_signature", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
            "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Anna Beispiel")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(small.NOW - YEAR)
        .not_valid_after(small.NOW + YEAR)
        .add_extension(x509.KeyUsage(content_commitment=True, **usage), critical=True)
    )
    if statements:
        value = encode_statements(statements)
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), value)
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(issuer.key, hashes.SHA256())
    holder = small.Holder(key=key, certificate=certificate, chain=(issuer.der,))
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(small.NOW - timedelta(minutes=1))
        .next_update(small.NOW + timedelta(days=7))
        .sign(issuer.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    return small.walk(signer=holder), (crl,)


def test_a_qualified_certificate_of_a_listed_service_is_trusted_and_qualified(small, world, services):
    walked, crls = signed_under(small, world, "granted")
    verdict = said(walked.finished, walked, crls=crls, lists=services)
    (signature,) = verdict.signatures
    assert (verdict.status, signature.qualification, signature.legal_level) == (
        Status.VALID,
        Qualification.QUALIFIED_SIGNATURE,
        "qualified",
    )
    assert signature.held_by is None  # the certificate says nothing of ours about its key
    assert signature.qualified.steps


def test_the_same_without_lists_is_open_and_nobody_says_qualified(small, world):
    walked, crls = signed_under(small, world, "granted")
    (signature,) = said(walked.finished, walked, crls=crls).signatures
    assert (signature.sub_indication, signature.qualification, signature.legal_level) == (
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        None,
        None,
    )


def test_without_its_qualified_statements_it_is_trusted_and_not_qualified(small, world, services):
    walked, crls = signed_under(small, world, "granted", statements=())
    (signature,) = said(walked.finished, walked, crls=crls, lists=services).signatures
    assert (signature.qualification, signature.legal_level) == (Qualification.NOT_QUALIFIED, None)


def test_a_helper_comes_to_the_same_with_lists(small, world, services):
    walked, crls = signed_under(small, world, "granted")
    trust = TrustAnchors(certificates=(walked.world.root.der,))
    at = walked.world.now + timedelta(minutes=10)
    with Isolation(trust=trust, material=Material(crls=crls), lists=services) as isolation:
        found = isolation.verify(walked.finished, at=at, name="contract.pdf")
    assert found == said(walked.finished, walked, crls=crls, lists=services)


def test_a_stale_list_is_named_and_leaves_it_open(small, world):
    late = small.NOW + timedelta(days=300)
    stale = handed_lists([world.files[world.location("DE")]], at=late)
    walked, crls = signed_under(small, world, "granted")
    verdict = said(walked.finished, walked, crls=crls, lists=stale)
    assert verdict.signatures[0].qualification is Qualification.INDETERMINATE
    assert "trusted_list_stale" in kinds(verdict)


def test_a_list_that_the_list_of_lists_does_not_name_is_refused(world, small):
    other = ListWorld.create(small.NOW)
    with pytest.raises(ListDiffersFromPointer):
        handed_lists([world.files[LOTL], other.files[other.location("DE")]], at=small.NOW)


def test_a_list_that_is_not_whole_is_refused(world, small):
    data = world.files[world.location("DE")]
    with pytest.raises(ListSignatureInvalid):
        handed_lists([data.replace(b"SANDBOX granted", b"SANDBOX grantee", 1)], at=small.NOW)
    with pytest.raises(ListMalformed):
        handed_lists([b"<html/>"], at=small.NOW)


def types(number: int) -> tuple[str, bytes]:
    oid = x509.ObjectIdentifier(f"0.4.0.1862.1.6.{number}").dotted_string
    encoded = core.ObjectIdentifier(oid).dump()
    return ("0.4.0.1862.1.6", bytes([0x30, len(encoded)]) + encoded)


@pytest.mark.parametrize(
    ("service", "statements", "qualification", "level"),
    [
        ("granted", (QUALIFIED[0],), Qualification.ADVANCED_SIGNATURE_QC, "advanced"),
        ("granted-seals", (*QUALIFIED, types(2)), Qualification.QUALIFIED_SEAL, "qualified"),
        ("granted-seals", (QUALIFIED[0], types(2)), Qualification.ADVANCED_SEAL_QC, "advanced"),
        ("granted-web", (*QUALIFIED, types(3)), Qualification.WEB, None),
        ("granted", (*QUALIFIED, types(2)), Qualification.NOT_QUALIFIED, None),
    ],
)
def test_the_level_that_the_lists_say_and_seals_apart_from_signatures(
    small, world, services, service, statements, qualification, level
):
    walked, crls = signed_under(small, world, service, statements=statements)
    (signature,) = said(walked.finished, walked, crls=crls, lists=services).signatures
    assert (signature.qualification, signature.legal_level) == (qualification, level)


def test_withdrawn_after_the_issuance_is_advanced_not_qualified(small, world):
    german = world.description.lists[0]
    granted = next(item for item in german.services if item.name == "granted")
    (period,) = granted.periods
    gone = replace(period, status="withdrawn", begins=small.NOW - timedelta(days=30))
    changed = replace(granted, periods=(gone, period))
    rest = tuple(item for item in german.services if item.name != "granted")
    data = world.national(replace(german, sequence=41, services=(changed, *rest)))
    walked, crls = signed_under(small, world, "granted")
    found = handed_lists([data], at=small.NOW)
    (signature,) = said(walked.finished, walked, crls=crls, lists=found).signatures
    assert (signature.qualification, signature.legal_level) == (Qualification.NOT_QUALIFIED, "advanced")
    assert signature.qualified.reason == "not qualified when the key was used: the service's status was withdrawn"
