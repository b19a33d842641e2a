"""A seal key at a remote signing service: the sandbox speaks both versions, and misbehaves when asked to."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from certs.sandbox import Sandbox, SigningFaults
from esign.foundation.clock import FixedClock
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.seal_keys import open_seal_key
from esign.gateways.seal_keys.csc_api import CscApi
from esign.gateways.seal_keys.csc_key import RemoteSealKey
from esign.gateways.seal_keys.csc_service import CscService
from esign.sealing import SealKeyError

BASE = "http://localhost:8082"
NOW = FixedClock(at=datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory) -> Sandbox:
    return Sandbox.create(tmp_path_factory.mktemp("sandbox") / "sandbox", base_url=BASE, clock=NOW)


@pytest.fixture
def service(sandbox):
    remote = sandbox.remote_signing
    remote.faults = SigningFaults()
    remote.calls.clear()
    remote.batches.clear()
    yield remote
    remote.faults = SigningFaults()


@pytest.fixture
def http(sandbox) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi(), raise_app_exceptions=True))


def described(folder: Path, sandbox: Sandbox, credential: str = "seal", more: str = "", version: str = "v2") -> Path:
    (folder / "client.secret").write_text(sandbox.remote_signing.client_secret + "\n")
    (folder / "pin").write_text("123456\n")
    file = folder / "csc.toml"
    file.write_text(
        f'[house]\nurl = "{BASE}/csc/{version}"\napi = "{version}"\nclient_id = "esign-seal"\n'
        f'client_secret_file = "client.secret"\ncredential = "{credential}"\n{more}\n'
    )
    return file


def opened(file: Path, http: httpx.Client, **more) -> RemoteSealKey:
    """Open without waiting between attempts."""
    described = CscService.read(file, "house")
    caller = HttpCaller(http, retry=RetryRule(pause=0))
    return RemoteSealKey(described, CscApi(described, caller, **more), clock=NOW, sleep=lambda _: None)


def refusal(action) -> SealKeyError:
    with pytest.raises(SealKeyError) as refused:
        action()
    assert "123456" not in str(refused.value) + str(refused.value.facts)
    return refused.value


def verify(key, signature: bytes, data: bytes) -> None:
    public = x509.load_der_x509_certificate(key.certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("version", ["v2", "v1"])
@pytest.mark.parametrize(
    ("credential", "more"), [("seal", ""), ("seal-rsa", ""), ("seal-pin", 'pin_file = "pin"')], ids=["EC", "RSA", "PIN"]
)
def test_a_remote_key_signs_by_both_versions_and_shows_its_chain(
    tmp_path, sandbox, service, http, version, credential, more
):
    file = described(tmp_path, sandbox, credential, more, version)
    key = open_seal_key("csc:house", clock=NOW, services=file, http=http)
    assert [x509.load_der_x509_certificate(key.certificate), *map(x509.load_der_x509_certificate, key.chain)] == [
        service.credentials[credential].certificate,
        *service.credentials[credential].chain,
    ]
    assert "SANDBOX" in x509.load_der_x509_certificate(key.certificate).subject.rfc4514_string()
    verify(key, key.sign(b"invoice"), b"invoice")


def test_what_threads_ask_for_while_a_call_is_under_way_goes_in_the_next_call(tmp_path, sandbox, service, http):
    key = opened(described(tmp_path, sandbox), http)
    gate, signed = threading.Event(), service.sign

    def slow(*arguments):
        gate.wait(5)
        return signed(*arguments)

    service.sign = slow
    try:
        with ThreadPoolExecutor(60) as threads:
            waiting = [threads.submit(key.sign, b"%d" % n) for n in range(60)]
            ends = time.monotonic() + 5
            while key.gathering.waiting < 50 and time.monotonic() < ends:
                time.sleep(0.001)
            gate.set()
            for number, future in enumerate(waiting):
                verify(key, future.result(10), b"%d" % number)
    finally:
        del service.sign
    assert sum(service.batches) == 60
    assert service.calls["credentials/authorize"] == service.calls["signatures/signHash"] == len(service.batches) <= 4


def test_a_call_holds_no_more_hashes_than_credential_and_operator_allow(tmp_path, sandbox, service, http):
    key = opened(described(tmp_path, sandbox, more="most = 7"), http)
    with ThreadPoolExecutor(30) as threads:
        list(threads.map(lambda n: key.sign(b"%d" % n), range(60)))
    assert sum(service.batches) == 60 and max(service.batches) <= 7


def test_a_token_that_ended_is_exchanged_and_one_that_is_good_is_kept(tmp_path, sandbox, service, http):
    ticks = [0.0]
    key = opened(described(tmp_path, sandbox), http, monotonic=lambda: ticks[0])
    issued = len(service._issued.tokens)
    key.sign(b"1")
    assert len(service._issued.tokens) == issued
    service.forget_tokens()
    verify(key, key.sign(b"2"), b"2")
    assert len(service._issued.tokens) == 1
    ticks[0] += 3600 - 30
    key.sign(b"3")
    assert len(service._issued.tokens) == 2


@pytest.mark.parametrize("status", [503, 500, 0], ids=["later", "fault", "the answer is lost"])
def test_a_call_without_an_answer_is_made_once_more_and_then_the_key_is_unavailable(
    tmp_path, sandbox, service, http, status
):
    key = opened(described(tmp_path, sandbox), http)
    service.faults = SigningFaults(answers=[status])
    verify(key, key.sign(b"data"), b"data")
    service.faults = SigningFaults(answers=[status] * 2)
    assert refusal(lambda: key.sign(b"data")).code == "sealing.key.unavailable"
    verify(key, key.sign(b"again"), b"again")


def test_a_service_that_is_away_is_unavailable(tmp_path, sandbox, service, http):
    def away(request):
        raise httpx.ConnectError("refused")

    file = described(tmp_path, sandbox)
    gone = httpx.Client(transport=httpx.MockTransport(away))
    assert refusal(lambda: opened(file, gone)).code == "sealing.key.unavailable"


def test_what_is_no_signature_by_the_certificate_is_never_handed_on(tmp_path, sandbox, service, http):
    key = opened(described(tmp_path, sandbox), http)
    service.faults = SigningFaults(wrong_key=True)
    assert refusal(lambda: key.sign(b"data")).code == "sealing.key.signature"
    service.faults = SigningFaults(one_less=True)
    assert refusal(lambda: key.sign(b"data")).code == "sealing.key.refused"
    service.faults = SigningFaults(side_by_side=True)
    verify(key, key.sign(b"data"), b"data")


def test_a_wrong_pin_is_sent_once(tmp_path, sandbox, service, http, monkeypatch):
    file = described(tmp_path, sandbox, "seal-pin", 'pin_file = "pin"')
    key = opened(file, http)
    (tmp_path / "pin").write_text("654321")
    for _ in range(3):
        refused = refusal(lambda: key.sign(b"data"))
        assert refused.code == "sealing.key.pin"
        assert "654321" not in str(refused) + str(refused.facts)
    assert service.calls["credentials/authorize"] == 1
    monkeypatch.setattr("esign.foundation.refused_pins._refused", set())  # as in another process
    assert refusal(lambda: opened(file, http).sign(b"data")).facts == {"remembered": "pin.refused"}
    assert service.calls["credentials/authorize"] == 1
    (tmp_path / "pin").write_text("123456")
    verify(key := opened(file, http), key.sign(b"data"), b"data")


def test_of_many_processes_and_threads_that_begin_with_a_wrong_pin_one_sends_it(
    tmp_path, sandbox, service, http, monkeypatch
):
    monkeypatch.setattr("esign.foundation.refused_pins._refused", set())
    file = described(tmp_path, sandbox, "seal-pin", 'pin_file = "pin"')
    (tmp_path / "pin").write_text("654321")
    keys = [opened(file, http) for _ in range(4)]  # each as in a process of its own
    with ThreadPoolExecutor(16) as threads:
        done = [threads.submit(keys[n % 4].sign, b"%d" % n) for n in range(64)]
        codes = {refusal(each.result).code for each in done}
    assert codes == {"sealing.key.pin"}
    assert service.calls["credentials/authorize"] == 1


@pytest.mark.parametrize(
    ("credential", "more", "code"),
    [
        ("seal-pin", "", "sealing.key.pin"),
        ("person", 'pin_file = "pin"', "sealing.key.refused"),
        ("nobody", "", "sealing.key.refused"),
        ("", "", "sealing.key.ambiguous"),
        ("seal", 'client_authentication = "basic"', None),
        ("seal", 'client_authentication = "other"', "sealing.key.service"),
        ("seal", "most = 0", "sealing.key.service"),
        ("seal", 'most = "7"', "sealing.key.service"),
        ("seal", "timeout = 0", "sealing.key.service"),
        ("seal", 'secret = "in the file"', "sealing.key.service"),
        ("seal", 'token_url = "http://example.org/token"', "sealing.key.service"),
        ("seal", "pin_file = 3", "sealing.key.service"),
        ("seal", "[", "sealing.key.service"),
    ],
)
def test_a_credential_or_a_description_that_will_not_do_is_refused(
    tmp_path, sandbox, service, http, credential, more, code
):
    file = described(tmp_path, sandbox, credential, more)
    if code is None:
        assert opened(file, http).sign(b"data")
    else:
        assert refusal(lambda: opened(file, http)).code == code


def test_the_client_s_secret_goes_to_no_host_that_was_not_named(tmp_path, sandbox, service):
    asked = []

    def elsewhere(request):
        asked.append(request.url.path)
        return httpx.Response(200, json={"oauth2": "https://example.org"})

    file = described(tmp_path, sandbox)
    client = httpx.Client(transport=httpx.MockTransport(elsewhere))
    assert refusal(lambda: opened(file, client)).code == "sealing.key.refused"
    assert asked == ["/csc/v2/info"]


@pytest.mark.parametrize(
    ("status", "code"),
    [("revoked", "sealing.key.revoked"), ("suspended", "sealing.key.revoked"), ("expired", "sealing.key.expired")],
)
def test_a_certificate_that_the_service_calls_bad_is_not_used(tmp_path, sandbox, service, http, status, code):
    service.faults = SigningFaults(certificate_status=status)
    assert refusal(lambda: opened(described(tmp_path, sandbox), http)).code == code


def test_a_certificate_that_ends_meanwhile_is_not_used(tmp_path, sandbox, service, http):
    clock = FixedClock(at=NOW.at)
    file = described(tmp_path, sandbox)
    key = open_seal_key("csc:house", clock=clock, services=file, http=http)
    clock.at += timedelta(days=366)
    assert refusal(lambda: key.sign(b"data")).code == "sealing.key.expired"
    assert "signatures/signHash" not in service.calls


@pytest.mark.parametrize(
    "name", ["csc:", "csc:a b", "csc:house?file=x", "csc:house?services=", "csc:house?services=%00"]
)
def test_what_names_no_service_is_refused(name):
    assert refusal(lambda: open_seal_key(name)).code == "sealing.key.uri"


def test_a_uri_may_name_the_file_and_an_unknown_name_is_refused(tmp_path, sandbox, service, http):
    described(tmp_path, sandbox)
    key = open_seal_key("csc:house?services=csc.toml", base=tmp_path, clock=NOW, http=http)
    assert key.sign(b"data")
    for name in ("csc:other", "csc:house?services=none.toml"):
        assert refusal(lambda name=name: open_seal_key(name, base=tmp_path)).code == "sealing.key.service"


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"key": 1}', b'{"cert": {"certificates": ["*"]}}', b"{}"])
def test_an_answer_that_is_not_of_its_form_is_refused(tmp_path, sandbox, service, body):
    def answer(request):
        if request.url.path.endswith("/info") and "credentials" not in request.url.path:
            return httpx.Response(200, json={"oauth2": BASE})
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 60})
        return httpx.Response(200, content=body, headers={"Content-Type": "application/json"})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    assert refusal(lambda: opened(described(tmp_path, sandbox), client)).code.startswith("sealing.key.")


def test_neither_secret_nor_pin_nor_token_stands_in_the_log(tmp_path, sandbox, service, http, caplog):
    caplog.set_level(logging.DEBUG)
    key = opened(described(tmp_path, sandbox, "seal-pin", 'pin_file = "pin"'), http)
    key.sign(b"data")
    service.faults = SigningFaults(answers=[400])
    refused = refusal(lambda: key.sign(b"data"))
    assert refused.facts == {"status": 400, "refusal": "server_error"}
    text = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    for secret in (service.client_secret, "123456", *service._issued.tokens, *service._issued.authorisations):
        assert secret not in text
