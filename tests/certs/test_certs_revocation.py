"""What the authorities say about certificates: lists and answers of this very moment."""

import base64
import subprocess
from datetime import timedelta
from urllib.parse import quote

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certs.sandbox import NotIssued, Sandbox

TYPE = "application/ocsp-request"


def unit(sandbox):
    return sandbox.pki.end_entities["timestamps"].certificate


def crl(client, name="root"):
    response = client.get(f"/crl/{name}.crl")
    assert (response.status_code, response.content_type) == (200, "application/pkix-crl")
    return x509.load_der_x509_crl(response.data)


def number(revocation_list):
    return revocation_list.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def request_for(certificate, issuer, *, algorithm=None, nonce=None):
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm or hashes.SHA256())
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), False)
    return builder.build().public_bytes(Encoding.DER)


def ask(client, request, name="root"):
    response = client.post(f"/ocsp/{name}", data=request, content_type=TYPE)
    assert (response.status_code, response.content_type) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(response.data)


def verify(answer, sandbox, name="root"):
    signer = answer.certificates[0]
    signer.verify_directly_issued_by(sandbox.pki.authorities[name].certificate)
    signer.public_key().verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("name", ["root", "signatories", "seals"])
def test_a_revocation_list_is_signed_by_its_authority_and_of_this_moment(sandbox, client, clock, name):
    revoked = crl(client, name)
    assert revoked.is_signature_valid(sandbox.pki.authorities[name].key.public_key())
    assert revoked.issuer == sandbox.pki.authorities[name].certificate.subject
    assert revoked.last_update_utc == clock.now()
    assert revoked.next_update_utc > clock.now() + timedelta(days=6)
    assert list(revoked) == []


def test_a_list_is_numbered_and_made_again_every_second_it_is_asked_for(sandbox, client, clock):
    first, same = crl(client), crl(client)
    assert (number(first), number(same)) == (1, 1)
    clock.at += timedelta(seconds=1)
    assert (number(crl(client)), crl(client).last_update_utc) == (2, clock.now())
    clock.at += timedelta(days=40)
    assert number(crl(Sandbox.create(sandbox.directory, clock=clock).wsgi().test_client())) == 3


def test_a_revocation_is_on_the_list_and_in_the_answer_at_once_and_after_a_restart(sandbox, client, clock):
    assert (crl(client).get_revoked_certificate_by_serial_number(unit(sandbox).serial_number)) is None
    sandbox.revoke(unit(sandbox).serial_number, x509.ReasonFlags.key_compromise)
    for world in (sandbox, Sandbox.create(sandbox.directory, clock=clock)):
        visitor = world.wsgi().test_client()
        entry = crl(visitor).get_revoked_certificate_by_serial_number(unit(sandbox).serial_number)
        assert entry.revocation_date_utc == clock.now()
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        assert reason is x509.ReasonFlags.key_compromise
        answer = ask(visitor, request_for(unit(sandbox), sandbox.pki.root.certificate))
        assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
        assert answer.revocation_reason is x509.ReasonFlags.key_compromise
        assert answer.revocation_time_utc == clock.now()


def test_a_revocation_by_another_process_is_seen(sandbox, client, clock):
    crl(client)
    Sandbox.create(sandbox.directory, clock=clock).revoke(unit(sandbox).serial_number)
    assert len(list(crl(client))) == 1


def test_revoking_twice_keeps_the_first_date(sandbox, client, clock):
    first = clock.now()
    sandbox.revoke(unit(sandbox).serial_number)
    clock.at += timedelta(days=1)
    sandbox.revoke(unit(sandbox).serial_number)
    (entry,) = crl(client)
    assert entry.revocation_date_utc == first
    assert len(list(entry.extensions)) == 0


def test_only_what_was_issued_can_be_revoked(sandbox, client):
    with pytest.raises(NotIssued) as refused:
        sandbox.revoke(4711)
    assert refused.value.code == "sandbox.not_issued"
    assert list(crl(client)) == []


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_an_issued_certificate_is_good(sandbox, client, clock, algorithm):
    answer = ask(client, request_for(unit(sandbox), sandbox.pki.root.certificate, algorithm=algorithm))
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.serial_number == unit(sandbox).serial_number
    assert answer.this_update_utc == answer.produced_at_utc == clock.now()
    assert answer.next_update_utc == clock.now() + timedelta(hours=1)
    verify(answer, sandbox)


def test_each_authority_answers_with_a_responder_of_its_own(sandbox, client, tmp_path):
    seal = x509.load_der_x509_certificate(sandbox.seal_pkcs12(tmp_path / "p12", tmp_path / "pin").certificate)
    answer = ask(client, request_for(seal, sandbox.pki.authorities["seals"].certificate), "seals")
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    verify(answer, sandbox, "seals")
    (signer,) = answer.certificates
    assert signer.extensions.get_extension_for_class(x509.OCSPNoCheck)


def test_a_serial_number_that_was_never_issued_is_unknown(sandbox, client):
    root = sandbox.pki.root
    forged = (
        x509.CertificateBuilder()
        .subject_name(root.certificate.subject)
        .issuer_name(root.certificate.subject)
        .public_key(root.key.public_key())
        .serial_number(4711)
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
        .sign(root.key, hashes.SHA256())
    )
    answer = ask(client, request_for(forged, root.certificate))
    assert answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    verify(answer, sandbox)


@pytest.mark.parametrize("length", [1, 32, 128])
def test_a_nonce_comes_back(sandbox, client, length):
    answer = ask(client, request_for(unit(sandbox), sandbox.pki.root.certificate, nonce=b"n" * length))
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * length


def test_without_a_nonce_none_is_sent(sandbox, client):
    answer = ask(client, request_for(unit(sandbox), sandbox.pki.root.certificate))
    assert list(answer.extensions) == []


def test_a_nonce_that_is_too_long_is_malformed(sandbox, client):
    answer = ask(client, request_for(unit(sandbox), sandbox.pki.root.certificate, nonce=b"n" * 129))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_the_request_may_come_by_get(sandbox, client):
    # Some request has // in its base64; both must survive the way through a URL, quoted or not.
    for nonce in (b"\xff" * 32, b"n" * 16):
        request = request_for(unit(sandbox), sandbox.pki.root.certificate, nonce=nonce)
        encoded = base64.b64encode(request).decode()
        assert b"//" in encoded.encode() or nonce != b"\xff" * 32
        for path in (quote(encoded, safe=""), quote(encoded, safe="/")):
            response = client.get(f"/ocsp/root/{path}")
            answer = ocsp.load_der_ocsp_response(response.data)
            assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


def test_several_certificates_may_be_asked_about_at_once(sandbox):
    root = sandbox.pki.root.certificate
    asked = [sandbox.pki.end_entities[name].certificate for name in ("timestamps", "identity-provider")]
    parsed = [asn1_ocsp.OCSPRequest.load(request_for(item, root)) for item in asked]
    both = asn1_ocsp.OCSPRequest(
        {"tbs_request": {"request_list": [item["tbs_request"]["request_list"][0] for item in parsed]}}
    )
    answer = asn1_ocsp.OCSPResponse.load(sandbox.responders["root"].answer(both.dump()))
    responses = answer.basic_ocsp_response["tbs_response_data"]["responses"]
    assert [item["cert_status"].name for item in responses] == ["good", "good"]


def test_another_authoritys_certificate_is_not_answered_for(sandbox, client):
    entity = sandbox.pki.end_entities["ocsp-seals"]
    request = request_for(entity.certificate, entity.chain[0])
    assert ask(client, request).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("request_bytes", [b"", b"garbage", b"\x30\x00", b"\x30\x02\x30\x00"])
def test_a_malformed_request_gets_the_protocols_own_refusal(client, request_bytes):
    answer = ask(client, request_bytes)
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_a_request_with_one_byte_changed_never_breaks_the_responder(sandbox, data):
    request = bytearray(request_for(unit(sandbox), sandbox.pki.root.certificate, nonce=b"n" * 16))
    request[data.draw(st.integers(0, len(request) - 1))] ^= data.draw(st.integers(1, 255))
    ocsp.load_der_ocsp_response(sandbox.responders["root"].answer(bytes(request)))


def test_openssl_verifies_an_answer(sandbox, client, tmp_path, clock):
    issuer = sandbox.pki.root.certificate
    (tmp_path / "request").write_bytes(request_for(unit(sandbox), issuer, algorithm=hashes.SHA1()))
    response = client.post("/ocsp/root", data=(tmp_path / "request").read_bytes(), content_type=TYPE)
    (tmp_path / "response").write_bytes(response.data)
    for name, certificate in (("unit.pem", unit(sandbox)), ("issuer.pem", issuer)):
        (tmp_path / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    # The sandbox's clock is fixed in these tests; openssl compares with the machine's.
    command = ["openssl", "ocsp", "-respin", "response", "-issuer", "issuer.pem", "-cert", "unit.pem"]
    command += ["-CAfile", "issuer.pem", "-validity_period", "1000000000", "-no_nonce"]
    command += ["-attime", str(int(clock.now().timestamp()))]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "unit.pem: good" in result.stdout


def test_only_known_authorities_and_the_right_type_are_answered(client):
    assert client.get("/crl/nobody.crl").status_code == 404
    assert client.get("/ca/nobody.cer").status_code == 404
    assert client.post("/ocsp/nobody", data=b"", content_type=TYPE).status_code == 404
    assert client.get("/ocsp/nobody/MAA=").status_code == 404
    assert client.post("/ocsp/root", data=b"", content_type="text/plain").status_code == 415


@pytest.mark.parametrize("name", ["root", "signatories", "seals"])
def test_an_authoritys_certificate_is_where_its_certificates_say(sandbox, client, name):
    response = client.get(f"/ca/{name}.cer")
    assert response.content_type == "application/pkix-cert"
    assert x509.load_der_x509_certificate(response.data) == sandbox.pki.authorities[name].certificate
