"""Material from allowed hosts: hostile certificates cost little, whatever addresses they name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from esign.gateways import material
from esign.gateways.allowed_hosts import AllowedHosts
from esign.gateways.errors import GatewayTimeout
from esign.gateways.material import HttpMaterial
from esign.validation.process import Material

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(*addresses: str, lists: bool = False, subject: str = "leaf", issuer: str = "root") -> bytes:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"SANDBOX {text}")])

    uris = [x509.UniformResourceIdentifier(address) for address in addresses]
    if lists:
        points = [x509.DistributionPoint([uri], None, None, None) for uri in uris]
        extension: x509.ExtensionType = x509.CRLDistributionPoints(points)
    else:
        extension = x509.AuthorityInformationAccess([x509.AccessDescription(Access.CA_ISSUERS, uri) for uri in uris])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=9))
    )
    if addresses:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


class Hosts:
    """Answers by path; remembers who was asked."""

    def __init__(self, answers=None, slow: float = 0.0, clock=None):
        self.answers, self.asked, self.slow, self.clock = answers or {}, [], slow, clock

    def get(self, url, *, limit, headers=None):
        self.asked.append(url)
        if self.clock is not None:
            self.clock.at += self.slow
        if url not in self.answers:
            raise GatewayTimeout(host="x", sent=True)
        return SimpleNamespace(status=200, body=self.answers[url])


def test_an_address_is_asked_once_however_many_certificates_name_it():
    hosts = Hosts({"http://a.test/i": certificate(subject="root")})
    source = HttpMaterial(hosts)
    leaf = certificate("http://a.test/i")
    for _ in range(3):
        assert source.about([(leaf,), (leaf,)]).certificates == (hosts.answers["http://a.test/i"],)
    assert (hosts.asked, list(source.fetched)) == (["http://a.test/i"], ["http://a.test/i"])


def test_a_certificate_that_names_thousands_of_addresses_has_few_asked():
    leaf = certificate(*(f"http://a.test/{number}" for number in range(2000)))
    hosts = Hosts()
    assert HttpMaterial(hosts).about([(leaf,)]) == Material()
    assert len(hosts.asked) == material.MOST_ASKED


def test_a_host_that_lets_everybody_wait_costs_a_minute_for_a_file(monkeypatch):
    clock = SimpleNamespace(at=0.0)
    monkeypatch.setattr(material.time, "monotonic", lambda: clock.at)
    hosts = Hosts(slow=20.0, clock=clock)
    HttpMaterial(hosts).about([(certificate(*(f"http://a.test/{number}" for number in range(9))),)])
    assert len(hosts.asked) == 3


def test_issuers_that_lead_in_a_circle_end():
    one = certificate("http://a.test/two", subject="one", issuer="two")
    two = certificate("http://a.test/one", subject="two", issuer="one")
    hosts = Hosts({"http://a.test/one": one, "http://a.test/two": two})
    assert set(HttpMaterial(hosts).about([(one,)]).certificates) <= {one, two}
    assert len(hosts.asked) <= 2


@pytest.mark.parametrize("der", [b"", b"\x30\x03\x02\x01\x01", b"\xff" * 40])
def test_what_is_no_certificate_asks_nobody(der):
    hosts = Hosts()
    assert HttpMaterial(hosts).about([(der,), ()]) == Material()
    assert hosts.asked == []


@pytest.mark.parametrize(
    "address",
    ["ldap://a.test/cn=x", "file:///etc/passwd", "http://", "http://[::1", "http://a.test:99999/", "http://a b/", "x"],
)
@pytest.mark.parametrize("lists", [True, False])
def test_addresses_of_other_kinds_are_passed_over(address, lists):
    def never(host, port):
        raise AssertionError(host)

    source = HttpMaterial(AllowedHosts(("a.test",), plain=True, resolver=never))
    chain = (certificate(address, lists=lists), certificate(subject="root", issuer="root"))
    assert source.about([chain]) == Material()
    assert set(source.refused.values()) <= {"gateway.address"}
