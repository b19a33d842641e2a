"""The PKI of one installation: chains verify elsewhere, keys are private, nothing is made twice."""

import asyncio
import subprocess
from datetime import timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509.ocsp import OCSPRequestBuilder
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from certs.sandbox import AddressMalformed, NotASandbox, Sandbox, SandboxDiffers, StateDamaged, recreate
from certs.sandbox.authority import der
from esign.foundation.identifiers import Oid

DAY = timedelta(days=1)


def everything_issued(sandbox):
    pki = sandbox.pki
    return {
        **{name: item.certificate for name, item in pki.authorities.items()},
        **{name: item.certificate for name, item in pki.end_entities.items()},
    }


def files(directory):
    return {path.relative_to(directory): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def policies(certificate):
    value = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    return [item.policy_identifier.dotted_string for item in value]


def test_every_certificate_says_sandbox_in_its_name_and_its_policies(sandbox, tmp_path, request_maker):
    issued = everything_issued(sandbox)
    seal = sandbox.seal_pkcs12(tmp_path / "seal.p12", tmp_path / "pin")
    request = request_maker()
    token = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
    signatory = sandbox.enrolment.issue(request=request.der, id_token=token)
    issued["seal"] = x509.load_der_x509_certificate(seal.certificate)
    issued["signatory"] = x509.load_der_x509_certificate(signatory.certificate)
    for name, certificate in issued.items():
        assert "SANDBOX" in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value, name
        assert name == "root" or Oid.SANDBOX in policies(certificate), name


def test_two_sandboxes_share_no_name_and_no_key(tmp_path, clock):
    one, two = (everything_issued(Sandbox.create(tmp_path / name, clock=clock)) for name in ("one", "two"))
    for name in one:
        assert one[name].subject != two[name].subject
        assert one[name].public_key() != two[name].public_key()


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("timestamps", "timestampsign"), ("ocsp-root", "ocsphelper"), ("ocsp-signatories", "ocsphelper")],
)
def test_openssl_verifies_the_chain_of_a_service_for_its_purpose(sandbox, tmp_path, clock, name, purpose):
    entity = sandbox.pki.end_entities[name]
    assert openssl_verify(tmp_path, sandbox, entity.certificate, entity.chain, purpose, clock.now()) == 0


def test_openssl_verifies_the_chains_of_seal_and_signatory(sandbox, tmp_path, clock, request_maker):
    seal = sandbox.seal_pkcs12(tmp_path / "seal.p12", tmp_path / "pin")
    request = request_maker()
    token = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
    signatory = sandbox.enrolment.issue(request=request.der, id_token=token)
    for issued in (seal, signatory):
        chain = [x509.load_der_x509_certificate(item) for item in issued.chain]
        leaf = x509.load_der_x509_certificate(issued.certificate)
        assert openssl_verify(tmp_path, sandbox, leaf, chain, "smimesign", clock.now()) == 0
        assert openssl_verify(tmp_path, sandbox, leaf, chain, "timestampsign", clock.now()) != 0


def test_openssl_does_not_take_the_seal_for_a_timestamp_unit_nor_another_root(sandbox, tmp_path, clock):
    entity = sandbox.pki.end_entities["timestamps"]
    other = Sandbox.create(tmp_path / "other", clock=clock)
    assert openssl_verify(tmp_path, other, entity.certificate, entity.chain, "timestampsign", clock.now()) != 0


def openssl_verify(tmp_path, sandbox, leaf, chain, purpose, at):
    sandbox.write_trust(tmp_path)
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (tmp_path / "chain.pem").write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in chain))
    command = ["openssl", "verify", "-x509_strict", "-policy_check", "-no-CApath", "-no-CAstore"]
    command += ["-attime", str(int(at.timestamp())), "-purpose", purpose, "-CAfile", str(tmp_path / "sandbox-root.pem")]
    command += ["-untrusted", str(tmp_path / "chain.pem"), str(tmp_path / "leaf.pem")]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_pyhanko_validates_the_signatorys_chain_with_crl_and_with_ocsp(sandbox, client, clock, request_maker):
    from asn1crypto import crl, ocsp

    request = request_maker()
    token = sandbox.identity_provider.issue("sophie-mueller-luedenscheidt", request.nonce)
    issued = sandbox.enrolment.issue(request=request.der, id_token=token)
    lists = [crl.CertificateList.load(client.get(f"/crl/{name}.crl").data) for name in ("root", "signatories")]
    answer = sandbox.responders["signatories"].answer(ocsp_request(issued.certificate, issued.chain[0]))
    for material in (
        {"crls": lists},
        {"crls": lists[:1], "ocsps": [ocsp.OCSPResponse.load(answer)]},
    ):
        context = ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(sandbox.trust_anchors[0])],
            moment=clock.now(),
            revocation_mode="require",
            **material,
        )
        validator = CertificateValidator(
            asn1_x509.Certificate.load(issued.certificate),
            intermediate_certs=[asn1_x509.Certificate.load(item) for item in issued.chain],
            validation_context=context,
        )
        path = asyncio.run(validator.async_validate_usage({"non_repudiation"}))
        assert len(list(path)) == 3


def ocsp_request(certificate, issuer):
    from cryptography.hazmat.primitives import hashes

    builder = OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer), hashes.SHA1()
    )
    return builder.build().public_bytes(Encoding.DER)


def test_the_timestamp_unit_is_made_for_timestamps_only_and_certified_by_the_root(sandbox):
    certificate = sandbox.pki.end_entities["timestamps"].certificate
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    assert certificate.issuer == sandbox.pki.root.certificate.subject


def test_certificates_point_to_the_sandbox_itself(tmp_path, clock):
    sandbox = Sandbox.create(tmp_path / "s", base_url="http://sandbox.example:9000/", clock=clock)
    extensions = sandbox.pki.authorities["seals"].certificate.extensions
    points = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == "http://sandbox.example:9000/crl/root.crl"
    access = [
        item.access_location.value for item in extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    ]
    assert access == ["http://sandbox.example:9000/ocsp/root", "http://sandbox.example:9000/ca/root.cer"]


def test_every_file_is_readable_by_its_owner_only(sandbox, tmp_path):
    sandbox.seal_pkcs12(tmp_path / "seal.p12", tmp_path / "pin")
    sandbox.mailbox.store.add(b"Subject: x\r\n\r\ny")
    sandbox.wsgi().test_client().get("/crl/root.crl")
    for path in [sandbox.directory, *sandbox.directory.rglob("*"), tmp_path / "seal.p12", tmp_path / "pin"]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_nothing_is_made_again_when_a_sandbox_is_opened_again(sandbox, clock):
    before = files(sandbox.directory)
    again = Sandbox.create(sandbox.directory, clock=clock)
    assert files(sandbox.directory) == before
    assert again.trust_anchors == sandbox.trust_anchors
    assert again.dispute_public_keys == sandbox.dispute_public_keys


def test_a_missing_certificate_is_made_again_for_the_same_key(sandbox, clock):
    before = everything_issued(sandbox)
    (sandbox.directory / "certificates" / "timestamps.pem").unlink()
    after = everything_issued(Sandbox.create(sandbox.directory, clock=clock))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"timestamps"}
    assert after["timestamps"].public_key() == before["timestamps"].public_key()


def test_a_missing_key_renews_everything_that_hung_on_it_and_nothing_else(sandbox, clock):
    before = everything_issued(sandbox)
    (sandbox.directory / "keys" / "signatories.pem").unlink()
    after = everything_issued(Sandbox.create(sandbox.directory, clock=clock))
    assert {name for name in before if before[name] != after[name]} == {"signatories", "ocsp-signatories"}


def test_an_expired_service_certificate_is_renewed_and_an_expired_root_asks_for_a_new_sandbox(sandbox, clock):
    before = everything_issued(sandbox)
    clock.at += 400 * DAY
    after = everything_issued(Sandbox.create(sandbox.directory, clock=clock))
    assert {name for name in before if before[name] != after[name]} == {"ocsp-root", "ocsp-signatories", "ocsp-seals"}
    clock.at += 4000 * DAY
    with pytest.raises(StateDamaged) as refused:
        Sandbox.create(sandbox.directory, clock=clock)
    assert refused.value.code == "sandbox.state_damaged"


def test_a_foreign_directory_is_neither_used_nor_deleted(tmp_path, clock):
    (tmp_path / "thesis.txt").write_text("years of work")
    for attempt in (Sandbox.create, recreate):
        with pytest.raises(NotASandbox) as refused:
            attempt(tmp_path, clock=clock)
        assert refused.value.code == "sandbox.not_a_sandbox"
    assert files(tmp_path) == {(tmp_path / "thesis.txt").relative_to(tmp_path): b"years of work"}


def test_a_sandbox_made_for_another_address_is_not_opened(sandbox, clock):
    with pytest.raises(SandboxDiffers) as refused:
        Sandbox.create(sandbox.directory, base_url="http://localhost:9999", clock=clock)
    assert refused.value.code == "sandbox.differs"


@pytest.mark.parametrize("address", ["ftp://localhost", "localhost:8082", "http://localhost/path", "http://"])
def test_an_address_that_is_no_origin_is_refused_before_anything_is_written(tmp_path, clock, address):
    with pytest.raises(AddressMalformed) as refused:
        Sandbox.create(tmp_path / "new", base_url=address, clock=clock)
    assert refused.value.code == "sandbox.address"
    assert not (tmp_path / "new").exists()


def test_recreating_starts_again_with_new_keys_and_an_empty_mailbox(sandbox, clock):
    sandbox.mailbox.store.add(b"Subject: x\r\n\r\ny")
    fresh = recreate(sandbox.directory, clock=clock)
    assert fresh.trust_anchors != sandbox.trust_anchors
    assert not set(fresh.dispute_public_keys) & set(sandbox.dispute_public_keys)
    assert len(fresh.mailbox.store) == 0


@pytest.mark.parametrize("damage", ["keys/root.pem", "certificates/root.pem", "sandbox.json", "issued.jsonl"])
def test_a_damaged_file_is_reported_and_not_replaced(sandbox, clock, damage):
    path = sandbox.directory / damage
    path.write_bytes(b"garbage\n")
    with pytest.raises(StateDamaged):
        Sandbox.create(sandbox.directory, clock=clock).revoke(1)
    assert path.read_bytes() == b"garbage\n"


def test_the_trust_file_holds_the_root_and_its_name_says_sandbox(sandbox, tmp_path):
    path = sandbox.write_trust(tmp_path / "trust")
    assert path.name == "sandbox-root.pem"
    assert der(x509.load_pem_x509_certificate(path.read_bytes())) == sandbox.trust_anchors[0]


def test_the_seal_opens_with_its_pin_and_carries_its_chain(sandbox, tmp_path, clock):
    issued = sandbox.seal_pkcs12(tmp_path / "seal.p12", tmp_path / "pin", company="Müller & Söhne GmbH")
    container = pkcs12.load_pkcs12((tmp_path / "seal.p12").read_bytes(), (tmp_path / "pin").read_bytes())
    certificate = container.cert.certificate
    assert der(certificate) == issued.certificate
    assert container.key.public_key() == certificate.public_key()
    assert {der(item.certificate) for item in container.additional_certs} == set(issued.chain)
    assert issued.chain[-1] == sandbox.trust_anchors[0]
    assert (
        certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
        == "Müller & Söhne GmbH (SANDBOX)"
    )
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment and not usage.digital_signature
    assert policies(certificate) == [Oid.SANDBOX, Oid.HELD_BY_COMPANY]
    assert len((tmp_path / "pin").read_bytes()) >= 32


def test_a_good_seal_is_left_alone_and_an_expired_foreign_or_renamed_one_is_replaced(sandbox, tmp_path, clock):
    path, pin = tmp_path / "seal.p12", tmp_path / "pin"
    first = sandbox.seal_pkcs12(path, pin)
    before = (path.read_bytes(), pin.read_bytes())
    assert sandbox.seal_pkcs12(path, pin) == first
    assert (path.read_bytes(), pin.read_bytes()) == before
    renamed = sandbox.seal_pkcs12(path, pin, company="Andere AG")
    assert renamed.certificate != first.certificate
    clock.at += 800 * DAY
    assert sandbox.seal_pkcs12(path, pin, company="Andere AG").certificate != renamed.certificate
    foreign = Sandbox.create(tmp_path / "other", clock=clock).seal_pkcs12(path, pin, company="Andere AG")
    assert foreign.chain[-1] != sandbox.trust_anchors[0]


def test_two_persons_have_a_dispute_key_each_and_the_private_parts_stay_in_the_sandbox(sandbox, tmp_path):
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    keys = [load_pem_private_key(pem, None) for pem in sandbox.dispute_private_keys_pem]
    assert len({key.private_numbers().private_value for key in keys}) == 2
    kept = [sandbox.directory / "dispute" / f"{person}-person.pem" for person in ("first", "second")]
    assert tuple(file.read_bytes() for file in kept) == sandbox.dispute_private_keys_pem
    written = [load_der_public_key(file.read_bytes()) for file in sandbox.write_dispute_keys(tmp_path)]
    assert written == [key.public_key() for key in keys]
