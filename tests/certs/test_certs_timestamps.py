"""Timestamps: two other implementations accept the good ones, and every fault is what it says."""

import hashlib
import subprocess
import time
from datetime import timedelta

import pytest
from asn1crypto import cms, core, tsp
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from certs.sandbox import Sandbox, TsaFaults
from certs.sandbox.tsa import TimestampRefused, parse_request
from esign.foundation.identifiers import ARC

QUERY = "application/timestamp-query"
MESSAGE = b"Ich erkl\xc3\xa4re hiermit"


def ask(client, request):
    return client.post("/tsa", data=request, content_type=QUERY)


def query(**changes):
    digest = hashlib.sha256(MESSAGE).digest()
    values = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
        "nonce": 1234567890123456789,
        "cert_req": True,
        **changes,
    }
    return tsp.TimeStampReq({name: value for name, value in values.items() if value is not None}).dump()


def info(response):
    token = tsp.TimeStampResp.load(response)["time_stamp_token"]
    return token["content"]["encap_content_info"]["content"].parsed


def rejection(response):
    """The failure bits of a reply that is a rejection and carries nothing else (asn1crypto wants a token there)."""
    (status,) = core.SequenceOf(spec=tsp.PKIStatusInfo, contents=core.Sequence.load(response).contents)
    assert status["status"].native == "rejection"
    return status["fail_info"].native


def verifier(sandbox):
    builder = VerifierBuilder().add_root_certificate(x509.load_der_x509_certificate(sandbox.trust_anchors[0]))
    unit = sandbox.pki.end_entities["timestamps"].certificate
    return builder.tsa_certificate(unit)


def test_rfc3161_client_verifies_a_timestamp(sandbox, client):
    request = TimestampRequestBuilder().data(MESSAGE).nonce(nonce=True).cert_request(cert_request=True).build()
    response = decode_timestamp_response(ask(client, request.as_bytes()).data)
    verify = verifier(sandbox).nonce(response.tst_info.nonce).build()
    assert response.tst_info.nonce == request.nonce
    assert verify.verify_message(response, MESSAGE)
    with pytest.raises(VerificationError):
        verify.verify_message(response, MESSAGE + b"!")


@pytest.mark.parametrize("with_certificate", [True, False])
def test_openssl_verifies_a_timestamp(sandbox, client, tmp_path, clock, with_certificate):
    (tmp_path / "query").write_bytes(query(cert_req=with_certificate))
    (tmp_path / "reply").write_bytes(ask(client, (tmp_path / "query").read_bytes()).data)
    sandbox.write_trust(tmp_path)
    unit = sandbox.pki.end_entities["timestamps"].certificate
    from cryptography.hazmat.primitives.serialization import Encoding

    (tmp_path / "unit.pem").write_bytes(unit.public_bytes(Encoding.PEM))
    command = ["openssl", "ts", "-verify", "-queryfile", "query", "-in", "reply", "-CAfile", "sandbox-root.pem"]
    command += ["-attime", str(int(clock.now().timestamp())), *([] if with_certificate else ["-untrusted", "unit.pem"])]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "Verification: OK")


def test_a_token_says_what_was_asked_and_when(sandbox, client, clock):
    clock.at = clock.at.replace(microsecond=987654)
    response = ask(client, query())
    assert response.status_code == 200
    assert response.content_type == "application/timestamp-reply"
    token = info(response.data).native
    assert token["version"] == "v1"
    assert token["policy"] == f"{ARC}.5.9"
    assert token["message_imprint"]["hashed_message"] == hashlib.sha256(MESSAGE).digest()
    assert token["gen_time"] == clock.at.replace(microsecond=0)
    assert token["accuracy"]["seconds"] == 1
    assert token["nonce"] == 1234567890123456789
    assert token["ordering"] is False


def test_the_signed_attributes_name_the_certificate_and_stand_in_der_order(sandbox, client):
    token = tsp.TimeStampResp.load(ask(client, query()).data)["time_stamp_token"]["content"]
    (signer,) = token["signer_infos"]
    kinds = [attribute["type"].native for attribute in signer["signed_attrs"]]
    assert sorted(kinds) == ["content_type", "message_digest", "signing_certificate_v2"]
    encoded = [attribute.dump() for attribute in signer["signed_attrs"]]
    assert encoded == sorted(encoded)
    certificate_id = next(a for a in signer["signed_attrs"] if a["type"].native == "signing_certificate_v2")
    digest = certificate_id["values"][0]["certs"][0]["cert_hash"].native
    (certificate,) = token["certificates"]
    assert digest == hashlib.sha256(certificate.dump()).digest()


def test_the_certificate_comes_only_when_it_is_asked_for(client):
    for wanted, count in ((True, 1), (False, 0)):
        token = tsp.TimeStampResp.load(ask(client, query(cert_req=wanted)).data)["time_stamp_token"]["content"]
        assert len(token["certificates"] if token["certificates"].native else []) == count


def test_no_nonce_asked_no_nonce_answered(client):
    assert info(ask(client, query(nonce=None)).data)["nonce"].native is None


def test_serial_numbers_do_not_repeat_after_a_restart(sandbox, clock):
    again = Sandbox.create(sandbox.directory, clock=clock)
    serials = {info(s.timestamps.answer(query()))["serial_number"].native for s in (sandbox, again) for _ in range(50)}
    assert len(serials) == 100
    assert all(2**126 <= serial < 2**127 for serial in serials)


@pytest.mark.parametrize(("algorithm", "digest"), [("sha384", b"x" * 48), ("sha512", b"x" * 64)])
def test_longer_digests_are_stamped_too(client, algorithm, digest):
    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}
    token = info(ask(client, query(message_imprint=imprint)).data).native
    assert token["message_imprint"]["hashed_message"] == digest


@pytest.mark.parametrize(
    ("request_bytes", "bit"),
    [
        (b"", "bad_data_format"),
        (b"\x30\x03garbage", "bad_data_format"),
        (query() + b"trailing", "bad_data_format"),
        (query(message_imprint={"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": b"x" * 20}), "bad_alg"),
        (query(message_imprint={"hash_algorithm": {"algorithm": "md5"}, "hashed_message": b"x" * 16}), "bad_alg"),
        (
            query(message_imprint={"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": b"x" * 20}),
            "bad_data_format",
        ),
        (query(req_policy="1.2.3.4"), "unaccepted_policy"),
        (query(version=2), "bad_request"),
    ],
)
def test_a_request_that_cannot_be_granted_gets_its_own_failure_bit(client, request_bytes, bit):
    response = ask(client, request_bytes)
    assert response.status_code == 200
    assert rejection(response.data) == {bit}


def test_the_own_policy_may_be_asked_for(client):
    assert (
        tsp.TimeStampResp.load(ask(client, query(req_policy=f"{ARC}.5.9")).data)["status"]["status"].native == "granted"
    )


def test_only_timestamp_queries_are_taken(client):
    response = client.post("/tsa", data=query(), content_type="application/json")
    assert (response.status_code, b"SANDBOX" in response.data) == (415, True)
    wrong_method = client.get("/tsa")
    assert wrong_method.status_code == 405 and "POST" in wrong_method.headers["Allow"]
    assert ask(client, b"x" * 70_000).status_code == 413


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_stamped_or_refused_with_a_bit(data):
    try:
        parse_request(data, "1.2.3")
    except TimestampRefused as refusal:
        assert refusal.bit in {
            "bad_data_format",
            "bad_request",
            "bad_alg",
            "unaccepted_policy",
            "unaccepted_extensions",
        }


@settings(max_examples=200)
@given(st.integers(0, len(query()) - 1), st.integers(1, 255))
def test_a_query_with_one_byte_changed_never_breaks_the_reader(position, change):
    data = bytearray(query())
    data[position] ^= change
    try:
        parse_request(bytes(data), "1.2.3")
    except TimestampRefused as refusal:
        assert refusal.bit


def test_a_token_takes_less_than_three_milliseconds(sandbox):
    request = query()
    sandbox.timestamps.answer(request)
    best = min(timed(lambda: sandbox.timestamps.answer(request)) for _ in range(50))
    assert best < 0.003


def timed(work, clock=time.thread_time):
    begin = clock()
    work()
    return clock() - begin


# --- misbehaviour that tests can ask for


def faulty(sandbox, **faults):
    sandbox.timestamps.faults = TsaFaults(**faults)
    return sandbox.wsgi().test_client()


def refused_by_rfc3161_client(sandbox, response, nonce=1234567890123456789):
    with pytest.raises((VerificationError, ValueError)):
        verifier(sandbox).nonce(nonce).build().verify_message(decode_timestamp_response(response), MESSAGE)
    return True


def test_faults_may_be_handed_in_at_the_creation(tmp_path, clock):
    sandbox = Sandbox.create(tmp_path / "s", clock=clock, tsa_faults=TsaFaults(http_500=True))
    assert ask(sandbox.wsgi().test_client(), query()).status_code == 500


def test_silent_answers_nothing(sandbox):
    response = ask(faulty(sandbox, silent=True), query())
    assert (response.status_code, response.data) == (503, b"")


def test_late_answers_correctly_after_a_while(sandbox):
    client = faulty(sandbox, late=True, hold_seconds=0.05)
    response = []
    assert timed(lambda: response.append(ask(client, query())), time.perf_counter) >= 0.05
    assert info(response[0].data)["nonce"].native == 1234567890123456789


def test_wrong_digest_stamps_something_else(sandbox):
    response = ask(faulty(sandbox, wrong_digest=True), query()).data
    assert info(response).native["message_imprint"]["hashed_message"] != hashlib.sha256(MESSAGE).digest()
    assert refused_by_rfc3161_client(sandbox, response)


def test_wrong_nonce_answers_another_request(sandbox):
    assert refused_by_rfc3161_client(sandbox, ask(faulty(sandbox, wrong_nonce=True), query()).data)


def test_wrong_certificate_signs_with_one_not_made_for_timestamps(sandbox):
    response = ask(faulty(sandbox, wrong_certificate=True), query()).data
    content = tsp.TimeStampResp.load(response)["time_stamp_token"]["content"]
    assert content["certificates"][0].chosen.extended_key_usage_value is None
    assert refused_by_rfc3161_client(sandbox, response)


def test_a_broken_signature_is_refused(sandbox):
    assert refused_by_rfc3161_client(sandbox, ask(faulty(sandbox, broken_signature=True), query()).data)


def test_old_time_lies_in_the_past(sandbox, clock):
    response = ask(faulty(sandbox, old_by=timedelta(days=2)), query()).data
    assert info(response)["gen_time"].native == clock.now() - timedelta(days=2)


def test_rejects_refuses_everything(sandbox):
    assert rejection(ask(faulty(sandbox, rejects=True), query()).data) == {"system_failure"}


def test_without_faults_the_signature_is_good_again(sandbox):
    faulty(sandbox, broken_signature=True)
    response = ask(faulty(sandbox), query()).data
    assert isinstance(tsp.TimeStampResp.load(response)["time_stamp_token"], cms.ContentInfo)
    assert verifier(sandbox).build().verify_message(decode_timestamp_response(response), MESSAGE)
