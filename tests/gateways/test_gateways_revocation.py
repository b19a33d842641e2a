from datetime import timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.foundation.clock import FixedClock
from esign.gateways.errors import (
    CertificateRevoked,
    RevocationDataInvalid,
    RevocationDataStale,
    RevocationError,
    RevocationIssuerUnknown,
    RevocationUnavailable,
)
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.revocation import RevocationCollector
from esign.gateways.revocation_data import judge_crl, judge_ocsp, read_crl
from tests.identity.helpers.pki import NOW, RSA_KEY, Authority, name, p256

CRL_URL = "http://ca.example/ca.crl"
OCSP_URL = "http://ca.example/ocsp"
ROOT = Authority("Root")


class Revocations:
    """A responder for one authority that can be silent, stale, wrong or honest."""

    def __init__(self, authority=ROOT):
        self.authority = authority
        self.revoked = set()
        self.calls = []
        self.now = NOW
        self.life = timedelta(days=1)
        self.key = authority.key
        self.crl_extensions = []
        self.down = set()
        self.delegate = None
        self.status = None
        self.about = None

    def crl(self):
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name(self.authority.title))
            .last_update(self.now)
            .next_update(self.now + self.life)
            .add_extension(x509.CRLNumber(1), False)
        )
        for extension, critical in self.crl_extensions:
            builder = builder.add_extension(extension, critical)
        for serial in self.revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self.now).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(self, request):
        asked = ocsp.load_der_ocsp_request(request)
        good = asked.serial_number not in self.revoked
        certificate = x509.load_der_x509_certificate(self.about or self.certificates[asked.serial_number])
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.authority.certificate,
            algorithm=hashes.SHA1(),
            cert_status=self.status or (ocsp.OCSPCertStatus.GOOD if good else ocsp.OCSPCertStatus.REVOKED),
            this_update=self.now,
            next_update=None if self.life is None else self.now + self.life,
            revocation_time=None if good or self.status else self.now,
            revocation_reason=None,
        )
        if self.delegate is None:
            builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.authority.certificate)
            response = builder.sign(self.authority.key, hashes.SHA256())
            good = response.public_bytes(Encoding.DER)
            forged = self.key.sign(response.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
            while self.key is not self.authority.key and len(forged) != len(response.signature):
                forged = self.key.sign(response.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
            return good if self.key is self.authority.key else good.replace(response.signature, forged)
        key, der = self.delegate
        responder = x509.load_der_x509_certificate(der)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, responder).certificates([responder])
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answer(self, request):
        self.calls.append(str(request.url))
        if str(request.url) in self.down:
            return httpx.Response(404)
        if str(request.url) == CRL_URL:
            return httpx.Response(200, content=self.crl(), headers={"content-type": "application/pkix-crl"})
        return httpx.Response(
            200, content=self.ocsp(request.content), headers={"content-type": "application/ocsp-response"}
        )

    def collector(self, *, hosts=("ca.example",), clock=None, anchors=(), **options):
        caller = HttpCaller(
            httpx.Client(transport=httpx.MockTransport(self.answer)), retry=RetryRule(attempts=1), sleep=lambda s: None
        )
        clock = clock or FixedClock(at=NOW)
        return RevocationCollector(caller, allowed_hosts=hosts, clock=clock, anchors=anchors, **options)


def certificate(world, *, authority=ROOT, crl=True, ocsp_url=False, extensions=(), **options):
    found = list(extensions)
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(CRL_URL)], None, None, None)
        found.append((x509.CRLDistributionPoints([point]), False))
    if ocsp_url:
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(OCSP_URL))
        found.append((x509.AuthorityInformationAccess([access]), False))
    der = authority.issue(name("Leaf"), p256().public_key(), found, **options)
    serial = x509.load_der_x509_certificate(der).serial_number
    world.certificates = getattr(world, "certificates", {}) | {serial: der}
    return der


def serial_of(der):
    return x509.load_der_x509_certificate(der).serial_number


def test_crl_of_the_issuer_is_collected():
    world = Revocations()
    data = world.collector().collect([certificate(world), ROOT.der])
    assert len(data.crls) == 1
    assert x509.load_der_x509_crl(data.crls[0]).issuer == name("Root")
    assert data.ocsp_responses == ()
    assert world.calls == [CRL_URL]


def test_ocsp_response_is_collected_where_there_is_no_crl():
    world = Revocations()
    data = world.collector().collect([certificate(world, crl=False, ocsp_url=True), ROOT.der])
    assert data.crls == ()
    assert len(data.ocsp_responses) == 1
    assert world.calls == [OCSP_URL]


def test_ocsp_is_asked_when_the_crl_cannot_be_had():
    world = Revocations()
    world.down = {CRL_URL}
    data = world.collector().collect([certificate(world, ocsp_url=True), ROOT.der])
    assert (len(data.crls), len(data.ocsp_responses)) == (0, 1)
    assert world.calls == [CRL_URL, OCSP_URL]


@pytest.mark.parametrize("by_ocsp", [False, True])
def test_revoked_certificate_stops_everything(by_ocsp):
    world = Revocations()
    leaf = certificate(world, crl=not by_ocsp, ocsp_url=by_ocsp)
    world.revoked = {serial_of(leaf)}
    with pytest.raises(CertificateRevoked) as error:
        world.collector().collect([leaf, ROOT.der])
    assert error.value.code == "gateway.revocation.revoked"
    assert error.value.facts["by"] == ("ocsp" if by_ocsp else "crl")


def test_revoked_by_crl_is_not_argued_with_by_ocsp():
    world = Revocations()
    leaf = certificate(world, ocsp_url=True)
    world.revoked = {serial_of(leaf)}
    world.status = ocsp.OCSPCertStatus.GOOD
    with pytest.raises(CertificateRevoked):
        world.collector().collect([leaf, ROOT.der])
    assert world.calls == [CRL_URL]


def test_chain_is_judged_once_while_its_data_are_fresh():
    world = Revocations()
    clock = FixedClock(at=NOW)
    collector = world.collector(clock=clock)
    chain = [certificate(world), ROOT.der]
    first = collector.collect(chain)
    clock.at = NOW + timedelta(minutes=59)
    assert collector.collect(chain) is first
    assert len(world.calls) == 1


def test_data_are_fetched_again_when_the_issuer_announces_new_ones():
    world = Revocations()
    world.life = timedelta(minutes=10)
    clock = FixedClock(at=NOW)
    collector = world.collector(clock=clock)
    chain = [certificate(world), ROOT.der]
    collector.collect(chain)
    clock.at = world.now = NOW + timedelta(minutes=10)
    collector.collect(chain)
    assert len(world.calls) == 2


def test_revocation_is_noticed_at_the_latest_after_the_longest_keeping():
    world = Revocations()
    clock = FixedClock(at=NOW)
    collector = world.collector(clock=clock, keep=timedelta(minutes=5))
    leaf = certificate(world)
    collector.collect([leaf, ROOT.der])
    world.revoked = {serial_of(leaf)}
    clock.at = NOW + timedelta(minutes=5)
    with pytest.raises(CertificateRevoked):
        collector.collect([leaf, ROOT.der])


def test_one_crl_serves_all_certificates_of_an_issuer():
    world = Revocations()
    collector = world.collector()
    collector.collect([certificate(world), ROOT.der])
    collector.collect([certificate(world), ROOT.der])
    assert world.calls == [CRL_URL]


def test_kept_crl_that_is_older_than_the_certificate_is_not_relied_on():
    world = Revocations()
    clock = FixedClock(at=NOW)
    collector = world.collector(clock=clock)
    collector.collect([certificate(world), ROOT.der])
    clock.at = world.now = NOW + timedelta(minutes=30)
    young = certificate(world, not_before=NOW + timedelta(minutes=29))
    world.revoked = {serial_of(young)}
    with pytest.raises(CertificateRevoked):
        collector.collect([young, ROOT.der])


def test_anchor_completes_the_chain_and_is_not_asked_about():
    world = Revocations()
    data = world.collector(anchors=[ROOT.der]).collect([certificate(world)])
    assert len(data.crls) == 1


def test_unknown_issuer_is_an_error_and_nobody_is_asked():
    world = Revocations()
    with pytest.raises(RevocationIssuerUnknown):
        world.collector().collect([certificate(world)])
    assert world.calls == []


def test_impostor_with_the_issuers_name_is_not_the_issuer():
    world = Revocations()
    with pytest.raises(RevocationIssuerUnknown):
        world.collector().collect([certificate(world), Authority("Root").der])


@pytest.mark.parametrize("hosts", [(), ("other.example",), ("ca.example:8080",)])
def test_only_allowed_hosts_are_asked(hosts):
    world = Revocations()
    with pytest.raises(RevocationUnavailable) as error:
        world.collector(hosts=hosts).collect([certificate(world, ocsp_url=True), ROOT.der])
    assert error.value.facts["tried"] == "gateway.address,gateway.address"
    assert world.calls == []


@pytest.mark.parametrize("hosts", [("ca.example",), ("CA.example:80",)])
def test_allowed_host_may_be_named_with_its_port(hosts):
    world = Revocations()
    assert world.collector(hosts=hosts).collect([certificate(world), ROOT.der]).crls


def test_certificate_that_names_no_source_is_unavailable():
    world = Revocations()
    with pytest.raises(RevocationUnavailable):
        world.collector().collect([certificate(world, crl=False), ROOT.der])


@pytest.mark.parametrize("mark", ["2.5.29.56", "0.4.0.194121.2.1"])
def test_short_lived_certificate_needs_no_revocation_data(mark):
    world = Revocations()
    marked = [(x509.UnrecognizedExtension(x509.ObjectIdentifier(mark), b"\x05\x00"), False)]
    data = world.collector().collect([certificate(world, crl=False, extensions=marked), ROOT.der])
    assert (data.crls, data.ocsp_responses) == ((), ())


def test_short_lived_certificate_that_names_a_crl_gets_it():
    world = Revocations()
    marked = [(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00"), False)]
    assert len(world.collector().collect([certificate(world, extensions=marked), ROOT.der]).crls) == 1


@pytest.mark.parametrize(
    ("now", "life"),
    [
        (NOW - timedelta(days=2), timedelta(days=1)),
        (NOW + timedelta(minutes=6), timedelta(days=1)),
        (NOW - timedelta(days=1), timedelta(days=1)),
    ],
    ids=["old", "of the future", "ends now"],
)
@pytest.mark.parametrize("by_ocsp", [False, True])
def test_data_that_are_not_of_now_are_not_good(now, life, by_ocsp):
    world = Revocations()
    world.now, world.life = now, life
    with pytest.raises(RevocationUnavailable) as error:
        world.collector().collect([certificate(world, crl=not by_ocsp, ocsp_url=by_ocsp), ROOT.der])
    assert error.value.facts["tried"] == "gateway.revocation.stale"


@pytest.mark.parametrize("by_ocsp", [False, True])
def test_data_signed_by_somebody_else_are_not_good(by_ocsp):
    world = Revocations()
    world.key = p256()
    with pytest.raises(RevocationUnavailable) as error:
        world.collector().collect([certificate(world, crl=not by_ocsp, ocsp_url=by_ocsp), ROOT.der])
    assert error.value.facts["tried"] == "gateway.revocation.invalid"


def point(**flags):
    values = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(values | flags))


@pytest.mark.parametrize(
    "extension",
    [
        point(only_contains_ca_certs=True),
        point(indirect_crl=True),
        point(only_contains_attribute_certs=True),
        point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])),
        point(full_name=[x509.UniformResourceIdentifier("http://ca.example/other.crl")]),
        x509.DeltaCRLIndicator(1),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
    ],
    ids=lambda extension: type(extension).__name__,
)
def test_crl_that_covers_less_than_asked_is_not_good(extension):
    world = Revocations()
    world.crl_extensions = [(extension, True)]
    with pytest.raises(RevocationUnavailable) as error:
        world.collector().collect([certificate(world), ROOT.der])
    assert error.value.facts["tried"] == "gateway.revocation.invalid"


@pytest.mark.parametrize(
    "extension",
    [point(only_contains_user_certs=True), point(full_name=[x509.UniformResourceIdentifier(CRL_URL)])],
)
def test_crl_of_the_very_part_asked_for_is_good(extension):
    world = Revocations()
    world.crl_extensions = [(extension, True)]
    assert world.collector().collect([certificate(world), ROOT.der]).crls


def delegate(*, authority=ROOT, key=None, usage=ExtendedKeyUsageOID.OCSP_SIGNING, **times):
    key = key or p256()
    extensions = [] if usage is None else [(x509.ExtendedKeyUsage([usage]), False)]
    return key, authority.issue(name("Responder"), key.public_key(), extensions, **times)


def test_delegated_responder_is_accepted():
    for key in (p256(), RSA_KEY):
        world = Revocations()
        world.delegate = delegate(key=key)
        leaf = certificate(world, crl=False, ocsp_url=True)
        assert len(world.collector().collect([leaf, ROOT.der]).ocsp_responses) == 1


@pytest.mark.parametrize(
    "responder",
    [
        delegate(usage=None),
        delegate(usage=ExtendedKeyUsageOID.CLIENT_AUTH),
        delegate(authority=Authority("Root")),
        delegate(not_after=NOW - timedelta(seconds=1)),
    ],
    ids=["no usage", "other usage", "other authority", "expired"],
)
def test_responder_without_the_issuers_mandate_is_refused(responder):
    world = Revocations()
    world.delegate = responder
    with pytest.raises(RevocationUnavailable) as error:
        world.collector().collect([certificate(world, crl=False, ocsp_url=True), ROOT.der])
    assert error.value.facts["tried"] == "gateway.revocation.invalid"


def test_answer_about_another_certificate_is_refused():
    world = Revocations()
    world.about = certificate(world)
    with pytest.raises(RevocationUnavailable):
        world.collector().collect([certificate(world, crl=False, ocsp_url=True), ROOT.der])


def test_certificate_that_the_responder_does_not_know_is_not_good():
    world = Revocations()
    world.status = ocsp.OCSPCertStatus.UNKNOWN
    with pytest.raises(RevocationUnavailable):
        world.collector().collect([certificate(world, crl=False, ocsp_url=True), ROOT.der])


def test_responder_without_an_answer_is_not_good():
    refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    leaf = x509.load_der_x509_certificate(certificate(Revocations()))
    with pytest.raises(RevocationDataInvalid):
        judge_ocsp(refused.public_bytes(Encoding.DER), leaf, ROOT.certificate, now=NOW)


def test_ocsp_response_without_an_end_is_fresh_for_an_hour():
    world = Revocations()
    leaf = certificate(world)
    world.life = None
    response = world.ocsp(
        ocsp.OCSPRequestBuilder()
        .add_certificate(x509.load_der_x509_certificate(leaf), ROOT.certificate, hashes.SHA1())
        .build()
        .public_bytes(Encoding.DER)
    )
    loaded = x509.load_der_x509_certificate(leaf)
    assert judge_ocsp(response, loaded, ROOT.certificate, now=NOW).until == NOW + timedelta(hours=1)
    with pytest.raises(RevocationDataStale):
        judge_ocsp(response, loaded, ROOT.certificate, now=NOW + timedelta(hours=1))


WORLD = Revocations()
LEAF = x509.load_der_x509_certificate(certificate(WORLD))
CRL = WORLD.crl()
RESPONSE = WORLD.ocsp(
    ocsp.OCSPRequestBuilder().add_certificate(LEAF, ROOT.certificate, hashes.SHA1()).build().public_bytes(Encoding.DER)
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nothing_but_the_rooms_errors_escapes_from_damaged_data(data):
    for honest in (CRL, RESPONSE):
        damaged = bytearray(honest)
        position = data.draw(st.integers(0, 10**6)) % len(honest)
        damaged[position] = data.draw(st.integers(0, 255))
        try:
            if honest is CRL:
                judge_crl(read_crl(bytes(damaged), ROOT.certificate, now=NOW), LEAF, source=CRL_URL)
            else:
                judge_ocsp(bytes(damaged), LEAF, ROOT.certificate, now=NOW)
        except RevocationError:
            continue


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_invalid(data):
    with pytest.raises(RevocationDataInvalid):
        read_crl(data, ROOT.certificate, now=NOW)
    with pytest.raises(RevocationDataInvalid):
        judge_ocsp(data, LEAF, ROOT.certificate, now=NOW)
