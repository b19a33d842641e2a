"""The gateways against the sandbox: the whole outside world in one WSGI application, without a socket."""

import hashlib
from datetime import timedelta

import httpx
import pytest

from certs.sandbox import Sandbox
from certs.sandbox.tsa_faults import TsaFaults
from esign.foundation.clock import FixedClock
from esign.gateways import (
    EstCertificationAuthority,
    HttpCaller,
    HttpIdentityProvider,
    HttpTimestampAuthority,
    RetryRule,
    RevocationCollector,
)
from esign.gateways.errors import CertificateRevoked, GatewayStatus
from esign.identity import (
    CertificateFacts,
    check_issued_certificate,
    provider_chain,
    verify_id_token,
    verify_provider_chain,
)
from esign.identity.errors import TokenNonceDiffers
from esign.proof.timestamps import (
    TimestampImprintDiffers,
    TimestampKeyUsage,
    TimestampNonceDiffers,
    TimestampRefused,
    TimestampSignatureInvalid,
    TimestampTimeImplausible,
    verify_token,
)
from tests.identity.helpers.people import Signatory
from tests.identity.helpers.pki import NOW, p256

DIGEST = hashlib.sha256(b"a document").digest()


class World:
    def __init__(self, directory, **options):
        self.clock = FixedClock(at=NOW)
        self.sandbox = Sandbox.create(directory / "sandbox", clock=self.clock, **options)
        self.outcomes = []
        transport = httpx.WSGITransport(app=self.sandbox.wsgi())
        self.http = HttpCaller(
            httpx.Client(transport=transport), retry=RetryRule(attempts=1), record=self.outcomes.append
        )
        self.anchors = self.sandbox.trust_anchors

    def timestamps(self):
        return HttpTimestampAuthority(self.http, [self.sandbox.tsa_url], clock=self.clock, anchors=self.anchors)

    def authority(self):
        return EstCertificationAuthority(self.http, self.sandbox.ca_url)

    def provider(self):
        return HttpIdentityProvider(self.http, self.sandbox.identity_provider.issuer, clock=self.clock)

    def revocation(self):
        return RevocationCollector(self.http, allowed_hosts=["localhost:8082"], clock=self.clock, anchors=self.anchors)

    def identify(self, signatory, person="sophie-mueller-luedenscheidt"):
        request = signatory.request
        token = self.sandbox.identity_provider.issue(person, request.id_token_nonce)
        keys = self.provider().keys()
        person = verify_id_token(
            token,
            keys,
            audience=self.sandbox.identity_provider.client_id,
            nonce=request.id_token_nonce,
            now=self.clock.now(),
        )
        return keys, person


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


def test_timestamp_of_the_sandbox_is_good_now_and_later(world):
    token = world.timestamps().stamp(DIGEST)
    assert (token.digest, token.gen_time) == (DIGEST, NOW)
    assert verify_token(token.der, DIGEST, anchors=world.anchors) == token
    assert CertificateFacts.read(token.certificate).sandbox


@pytest.mark.parametrize("passkey", [None, p256()], ids=["plain", "passkey"])
@pytest.mark.parametrize("person", ["sophie-mueller-luedenscheidt", "zoe-darvai-nguyen"])
def test_enrolment_at_the_sandbox_gives_a_certificate_that_passes(world, person, passkey):
    signatory = Signatory(passkey=passkey)
    keys, identified = world.identify(signatory, person)
    issued = world.authority().issue(request=signatory.csr, id_token=identified.token)
    facts = check_issued_certificate(
        issued.certificate,
        issued.chain,
        request=signatory.request,
        person=identified,
        anchors=world.anchors,
        now=NOW,
        sandbox=True,
    )
    assert facts.held_by == ("signatory" if passkey is None else "signatory-passkey")
    assert issued.chain[-1] == world.anchors[0]
    chain = provider_chain(keys, identified.token)
    assert verify_provider_chain(chain, anchors=world.anchors, at=NOW)[-1] == world.anchors[0]
    assert "id_token" not in str(world.outcomes)


def test_token_for_another_request_is_refused_by_us_and_by_the_authority(world):
    mine, other = Signatory(), Signatory()
    keys, identified = world.identify(other)
    with pytest.raises(TokenNonceDiffers):
        verify_id_token(
            identified.token, keys, audience="esign", nonce=mine.request.id_token_nonce, now=world.clock.now()
        )
    with pytest.raises(GatewayStatus) as error:
        world.authority().issue(request=mine.csr, id_token=identified.token)
    assert error.value.facts["status"] == 403


def test_revocation_data_of_a_signatorys_chain_are_collected_once(world):
    signatory = Signatory()
    _, identified = world.identify(signatory)
    issued = world.authority().issue(request=signatory.csr, id_token=identified.token)
    collector = world.revocation()
    chain = (issued.certificate, *issued.chain)
    data = collector.collect(chain)
    assert len(data.crls) == 2
    before = len(world.outcomes)
    assert collector.collect(chain) == data
    assert len(world.outcomes) == before


def test_revocation_data_of_the_timestamp_authority_are_collected(world):
    token = world.timestamps().stamp(DIGEST)
    data = world.revocation().collect([token.certificate, *world.anchors])
    assert len(data.crls) == 1


def test_ocsp_of_the_sandbox_is_good_where_no_crl_answers(world):
    signatory = Signatory()
    _, identified = world.identify(signatory)
    issued = world.authority().issue(request=signatory.csr, id_token=identified.token)
    collector = world.revocation()
    collector._crl = lambda *args: (_ for _ in ()).throw(GatewayStatus(status=404))
    data = collector.collect((issued.certificate, *issued.chain))
    assert (len(data.crls), len(data.ocsp_responses)) == (0, 2)


def test_certificate_revoked_at_the_sandbox_stops_the_collection(world):
    signatory = Signatory()
    _, identified = world.identify(signatory)
    issued = world.authority().issue(request=signatory.csr, id_token=identified.token)
    world.sandbox.revoke(CertificateFacts.read(issued.certificate).serial)
    with pytest.raises(CertificateRevoked):
        world.revocation().collect((issued.certificate, *issued.chain))


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ({"silent": True}, GatewayStatus),
        ({"http_500": True}, GatewayStatus),
        ({"rejects": True}, TimestampRefused),
        ({"wrong_digest": True}, TimestampImprintDiffers),
        ({"wrong_nonce": True}, TimestampNonceDiffers),
        ({"wrong_certificate": True}, TimestampKeyUsage),
        ({"broken_signature": True}, TimestampSignatureInvalid),
        ({"old_by": timedelta(minutes=30)}, TimestampTimeImplausible),
    ],
)
def test_each_way_in_which_an_authority_can_be_wrong_is_told_apart(tmp_path, faults, error):
    with pytest.raises(error):
        World(tmp_path, tsa_faults=TsaFaults(**faults)).timestamps().stamp(DIGEST)
