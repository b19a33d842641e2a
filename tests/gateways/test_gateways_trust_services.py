"""Timestamp authority, certification authority and identity provider, each played by a small world of its own."""

import base64
import json
from datetime import timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from esign.foundation.clock import FixedClock
from esign.gateways.certification_authority import EstCertificationAuthority
from esign.gateways.errors import (
    CertificateNotReturned,
    GatewayAddressRefused,
    GatewayAnswerMalformed,
    GatewayContentType,
    GatewayRefused,
    GatewayStatus,
    GatewayTimeout,
    IssuerDiffers,
)
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.identity_provider import HttpIdentityProvider
from esign.gateways.timestamp_authority import HttpTimestampAuthority
from esign.identity.errors import RequestMalformed
from esign.proof.timestamps import (
    TimestampNonceDiffers,
    TimestampRefused,
    TimestampTimeImplausible,
    TimestampUntrusted,
)
from tests.identity.helpers.people import Provider, Signatory, signatory_certificate
from tests.identity.helpers.pki import NOW, Authority
from tests.identity.helpers.tsa import TimestampAuthorityDouble, refusal

DIGEST = bytes(range(32))
FIRST, SECOND = "http://tsa1.example/tsa", "http://tsa2.example/tsa"


def caller(answer, attempts=1):
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return HttpCaller(client, retry=RetryRule(attempts=attempts), sleep=lambda seconds: None)


class Authorities:
    """Two timestamp authorities; each may be told to misbehave."""

    def __init__(self, **misbehaviour):
        self.good = TimestampAuthorityDouble()
        self.misbehaviour = misbehaviour
        self.calls = []

    def answer(self, request):
        host = request.url.host.removesuffix(".example")
        self.calls.append(host)
        assert request.headers["content-type"] == "application/timestamp-query"
        wrong = self.misbehaviour.get(host)
        if isinstance(wrong, Exception):
            raise wrong
        if isinstance(wrong, httpx.Response):
            return wrong
        body = wrong(request.content) if wrong else self.good.reply(request.content)
        return httpx.Response(200, content=body, headers={"content-type": "application/timestamp-reply"})

    def stamp(self, *, urls=(FIRST, SECOND), anchors=None, attempts=1):
        authority = HttpTimestampAuthority(
            caller(self.answer, attempts),
            urls,
            clock=FixedClock(at=NOW),
            anchors=(self.good.authority.der,) if anchors is None else anchors,
        )
        return authority.stamp(DIGEST)


def test_first_authority_that_answers_well_is_enough():
    world = Authorities()
    token = world.stamp()
    assert (token.digest, token.gen_time) == (DIGEST, NOW)
    assert world.calls == ["tsa1"]


LIAR = TimestampAuthorityDouble(now=lambda: NOW - timedelta(hours=1))
REPLAY = TimestampAuthorityDouble(change=lambda info: info.update(nonce=1))


@pytest.mark.parametrize(
    "wrong",
    [
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
        httpx.Response(500),
        httpx.Response(200, content=b"<html>", headers={"content-type": "text/html"}),
        lambda request: b"rubbish",
        lambda request: refusal(),
        LIAR.reply,
        REPLAY.reply,
        TimestampAuthorityDouble().reply,
    ],
    ids=["refused", "timeout", "fault", "page", "rubbish", "refusal", "lying about time", "replay", "stranger"],
)
def test_second_authority_is_asked_when_the_first_does_not_answer_well(wrong):
    world = Authorities(tsa1=wrong)
    assert world.stamp().gen_time == NOW
    assert world.calls == ["tsa1", "tsa2"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (httpx.ConnectError("x"), GatewayRefused),
        (httpx.ReadTimeout("x"), GatewayTimeout),
        (httpx.Response(500), GatewayStatus),
        (httpx.Response(200, content=b"", headers={"content-type": "text/html"}), GatewayContentType),
        (lambda request: refusal(), TimestampRefused),
        (LIAR.reply, TimestampTimeImplausible),
        (REPLAY.reply, TimestampNonceDiffers),
        (TimestampAuthorityDouble().reply, TimestampUntrusted),
    ],
)
def test_no_timestamp_is_an_error_and_never_a_local_clock(wrong, error):
    with pytest.raises(error):
        Authorities(tsa1=wrong).stamp(urls=(FIRST,))


def test_a_tired_authority_is_asked_again():
    world = Authorities(tsa1=httpx.Response(503))
    world.stamp(attempts=3)
    assert world.calls == ["tsa1", "tsa1", "tsa1", "tsa2"]


def test_every_request_has_a_nonce_of_its_own():
    nonces = set()
    good = TimestampAuthorityDouble()

    def answer(request):
        nonces.add(request.content[-12:])
        return httpx.Response(
            200, content=good.reply(request.content), headers={"content-type": "application/timestamp-reply"}
        )

    authority = HttpTimestampAuthority(caller(answer), [FIRST], clock=FixedClock(at=NOW))
    for _ in range(20):
        authority.stamp(DIGEST)
    assert len(nonces) == 20


def test_without_an_authority_there_is_no_timestamp():
    with pytest.raises(GatewayAddressRefused):
        Authorities().stamp(urls=())


BASE = "https://ca.example/.well-known/est/signatories"
ROOT = Authority("Root")
ISSUER = Authority("Signatory CA", parent=ROOT)
SIGNATORY = Signatory()
CERTIFICATE = signatory_certificate(ISSUER, SIGNATORY.request)


def message(*certificates):
    loaded = [x509.load_der_x509_certificate(certificate) for certificate in certificates]
    return base64.encodebytes(pkcs7.serialize_certificates(loaded, Encoding.DER))


class CertificateServer:
    def __init__(self, body=None, *, status=200, media_type="application/pkcs7-mime; smime-type=certs-only"):
        self.body = message(CERTIFICATE) if body is None else body
        self.status = status
        self.media_type = media_type
        self.requests = []

    def answer(self, request):
        self.requests.append(request)
        if request.url.path.endswith("/cacerts"):
            return httpx.Response(200, content=message(ISSUER.der, ROOT.der), headers={"content-type": self.media_type})
        return httpx.Response(self.status, content=self.body, headers={"content-type": self.media_type})

    def issue(self, request=SIGNATORY.csr, attempts=3):
        return EstCertificationAuthority(caller(self.answer, attempts), BASE + "/").issue(
            request=request, id_token="the.id.token"
        )


def test_request_is_sent_as_est_asks_and_the_chain_is_completed():
    server = CertificateServer()
    issued = server.issue()
    assert issued.certificate == CERTIFICATE
    assert issued.chain == (ISSUER.der, ROOT.der)
    sent, asked = server.requests
    assert str(sent.url) == f"{BASE}/simpleenroll"
    assert sent.headers["authorization"] == "Bearer the.id.token"
    assert sent.headers["content-type"] == "application/pkcs10"
    assert base64.b64decode(sent.content) == SIGNATORY.csr
    assert str(asked.url) == f"{BASE}/cacerts"


def test_authority_that_gives_the_whole_chain_is_asked_once():
    server = CertificateServer(message(ROOT.der, CERTIFICATE, ISSUER.der))
    issued = server.issue()
    assert (issued.certificate, issued.chain) == (CERTIFICATE, (ISSUER.der, ROOT.der))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("server", "error"),
    [
        (CertificateServer(status=401), GatewayStatus),
        (CertificateServer(status=403), GatewayStatus),
        (CertificateServer(status=503), GatewayStatus),
        (CertificateServer(media_type="text/html"), GatewayContentType),
        (CertificateServer(b"*"), GatewayAnswerMalformed),
        (CertificateServer(base64.b64encode(b"0\x00")), GatewayAnswerMalformed),
        (CertificateServer(message(ISSUER.der)), CertificateNotReturned),
        (CertificateServer(message(signatory_certificate(ISSUER, Signatory().request))), CertificateNotReturned),
    ],
)
def test_no_certificate_is_an_error_and_the_request_is_sent_once(server, error):
    with pytest.raises(error) as refusal_:
        server.issue()
    assert len(server.requests) == 1
    assert "the.id.token" not in f"{refusal_.value} {dict(refusal_.value.facts)}"


def test_accepted_for_later_is_no_certificate():
    with pytest.raises((GatewayAnswerMalformed, GatewayContentType, CertificateNotReturned)):
        CertificateServer(b"", status=202).issue()


def test_request_that_is_not_of_this_protocol_is_never_sent():
    server = CertificateServer()
    with pytest.raises(RequestMalformed):
        server.issue(request=b"rubbish")
    assert server.requests == []


ISSUER_URL = "https://idp.example"
PROVIDER = Provider()


class ProviderServer:
    def __init__(self, **changes):
        self.configuration = {
            "issuer": ISSUER_URL,
            "authorization_endpoint": f"{ISSUER_URL}/authorize",
            "token_endpoint": f"{ISSUER_URL}/token",
            "jwks_uri": f"{ISSUER_URL}/keys",
        } | changes
        self.keys = {"keys": [PROVIDER.published()]}
        self.calls = []
        self.status = 200

    def answer(self, request):
        self.calls.append(request.url.path)
        discovery = request.url.path == "/.well-known/openid-configuration"
        value = self.configuration if discovery else self.keys
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return httpx.Response(self.status, content=body, headers={"content-type": "application/json"})

    def provider(self, clock=None, issuer=ISSUER_URL):
        return HttpIdentityProvider(caller(self.answer), issuer, clock=clock or FixedClock(at=NOW))


def test_keys_are_those_that_the_provider_publishes():
    server = ProviderServer()
    keys = server.provider().keys()
    assert keys.issuer == ISSUER_URL
    assert keys.jwks == server.keys
    assert keys.fetched_at == NOW
    assert server.calls == ["/.well-known/openid-configuration", "/keys"]


def test_keys_are_kept_ten_minutes():
    server, clock = ProviderServer(), FixedClock(at=NOW)
    provider = server.provider(clock)
    first = provider.keys()
    clock.at = NOW + timedelta(seconds=599)
    assert provider.keys() is first
    clock.at = NOW + timedelta(seconds=600)
    assert provider.keys() is not first
    assert server.calls.count("/keys") == 2


def test_fresh_keys_are_had_when_a_token_names_a_new_one_but_not_at_every_knock():
    server, clock = ProviderServer(), FixedClock(at=NOW)
    provider = server.provider(clock)
    first = provider.keys()
    clock.at = NOW + timedelta(seconds=29)
    assert provider.keys(fresh=True) is first
    clock.at = NOW + timedelta(seconds=30)
    assert provider.keys(fresh=True) is not first
    assert server.calls.count("/keys") == 2


def test_clock_set_back_does_not_keep_keys_for_ever():
    server, clock = ProviderServer(), FixedClock(at=NOW)
    provider = server.provider(clock)
    provider.keys()
    clock.at = NOW - timedelta(days=1)
    provider.keys()
    assert server.calls.count("/keys") == 2


def test_keys_that_are_too_old_are_not_used_when_new_ones_cannot_be_had():
    server, clock = ProviderServer(), FixedClock(at=NOW)
    provider = server.provider(clock)
    provider.keys()
    server.status = 500
    clock.at = NOW + timedelta(minutes=10)
    with pytest.raises(GatewayStatus):
        provider.keys()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"issuer": "https://evil.example"}, IssuerDiffers),
        ({"issuer": ISSUER_URL + "/"}, IssuerDiffers),
        ({"issuer": None}, IssuerDiffers),
        ({"jwks_uri": None}, GatewayAnswerMalformed),
        ({"token_endpoint": 7}, GatewayAnswerMalformed),
        ({"jwks_uri": "http://idp.example/keys"}, GatewayAddressRefused),
        ({"jwks_uri": "file:///etc/passwd"}, GatewayAddressRefused),
    ],
)
def test_wrong_configuration_is_refused_and_no_keys_are_fetched(changes, error):
    server = ProviderServer(**changes)
    with pytest.raises(error):
        server.provider().keys()
    assert server.calls == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("keys", [b"", b"[]", b"{", b"\xff", {}, {"keys": "x"}])
def test_keys_that_cannot_be_read_are_refused(keys):
    server = ProviderServer()
    server.keys = keys
    with pytest.raises(GatewayAnswerMalformed):
        server.provider().keys()


def test_provider_without_tls_may_only_point_to_itself():
    home = "http://localhost:8082/idp"
    own = {
        "issuer": home,
        "authorization_endpoint": f"{home}/authorize",
        "token_endpoint": f"{home}/token",
        "jwks_uri": "http://localhost:8082/keys",
    }
    server = ProviderServer(**own)
    server.answer = lambda request: httpx.Response(
        200,
        content=json.dumps(own if "well-known" in request.url.path else {"keys": []}).encode(),
        headers={"content-type": "application/json"},
    )
    assert server.provider(issuer=home).configuration().token_endpoint == f"{home}/token"
    own["jwks_uri"] = "http://evil.example/keys"
    with pytest.raises(GatewayAddressRefused):
        server.provider(issuer=home).keys()
