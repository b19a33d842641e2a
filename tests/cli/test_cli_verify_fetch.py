"""``esign verify --fetch``, and what may be handed over; nobody is asked who was not allowed."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from certs.trusted_lists.serving import ListServer
from esign.cli.verify import verify
from esign.validation import isolation as room
from tests.validation.in_process import InProcess


def _small_world() -> Any:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pades" / "small_world.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def signatory(small: Any, world: Any, host: str) -> Any:
    """Return a signatory whose certificate names a host for its issuer, its list and its responder."""
    key = ec.generate_private_key(ec.SECP256R1())
    bits = dict.fromkeys(
        ("digital_signature", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )

    def uri(path: str) -> x509.UniformResourceIdentifier:
        return x509.UniformResourceIdentifier(f"http://{host}/{path}")

    point = x509.DistributionPoint(full_name=[uri("issuing.crl")], relative_name=None, reasons=None, crl_issuer=None)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Anna Beispiel SANDBOX")]))
        .issuer_name(world.authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(world.now - timedelta(days=1))
        .not_valid_after(world.now + timedelta(days=30))
        .add_extension(
            x509.KeyUsage(content_commitment=True, encipher_only=False, decipher_only=False, **bits), critical=True
        )
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(Access.CA_ISSUERS, uri("issuing.p7c")),
                    x509.AccessDescription(Access.OCSP, uri("ocsp")),
                ]
            ),
            critical=False,
        )
        .sign(world.authority.key, hashes.SHA256())
    )
    return small.Holder(key=key, certificate=certificate)


def response(world: Any, signer: Any, status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=signer.certificate,
            issuer=world.authority.certificate,
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=world.now,
            next_update=world.now + timedelta(days=1),
            revocation_time=world.now - timedelta(hours=1) if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, world.authority.certificate)
    )
    return builder.sign(world.authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A file whose issuer and revocation data stand only on a host, that host, and everything as files."""
    small, folder = _small_world(), tmp_path_factory.mktemp("fetch")
    with ListServer() as server:
        world = small.World()
        signer = signatory(small, world, server.host)
        (folder / "bare.pdf").write_bytes(small.walk(world, signer=signer).signed)
        small.write_pem(folder / "root.pem", world.root.der)
        small.write_pem(folder / "issuing.pem", world.authority.der)
        (folder / "root.crl").write_bytes(world.crl(world.root))
        (folder / "good.ocsp").write_bytes(response(world, signer))
        bag = pkcs7.serialize_certificates([world.authority.certificate], Encoding.DER)
        whole = {"/issuing.p7c": bag, "/issuing.crl": world.crl(world.authority), "/ocsp": response(world, signer)}
        yield SimpleNamespace(folder=folder, server=server, world=world, signer=signer, whole=whole)


@pytest.fixture
def helpers() -> None:
    """Asks for real helpers."""


@pytest.fixture
def run(place, monkeypatch, request):
    """Run the command; in this process, but for the tests that ask for helpers."""
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    if "helpers" not in request.fixturenames:
        monkeypatch.setattr(room, "Isolation", InProcess)
    place.server.files, place.server.moved = dict(place.whole), {}
    place.server.asked.clear()

    def ran(*more: str) -> Any:
        folder = place.folder
        at = (place.world.now + timedelta(minutes=10)).isoformat()
        trust = ["--trust", str(folder / "root.pem"), "--crl", str(folder / "root.crl"), "--at", at, "--json"]
        return CliRunner().invoke(verify, [str(folder / "bare.pdf"), *trust, *more], standalone_mode=False)

    return ran


def judged(found: Any) -> tuple[int, str | None]:
    return found.return_value, json.loads(found.stdout)["signatures"][0]["sub_indication"]


def test_without_a_word_nobody_is_asked(place, run):
    assert judged(run()) == (3, "NO_CERTIFICATE_CHAIN_FOUND")
    assert place.server.asked == []


@pytest.mark.network
def test_an_allowed_host_brings_issuer_and_response(place, run, helpers):
    found = run("--fetch", place.server.host)
    assert judged(found) == (0, None)
    assert [path for path, _ in place.server.asked] == ["/issuing.p7c", "/ocsp"]
    assert found.stderr == f"fetched from {place.server.host}\n"


@pytest.mark.network
def test_where_the_responder_is_silent_the_list_is_fetched(place, run):
    del place.server.files["/ocsp"]
    assert judged(run("--fetch", place.server.host)) == (0, None)
    assert ("/issuing.crl", 200) in place.server.asked


@pytest.mark.network
def test_a_response_that_says_revoked_is_believed(place, run):
    place.server.files["/ocsp"] = response(place.world, place.signer, ocsp.OCSPCertStatus.REVOKED)
    status, why = judged(run("--fetch", place.server.host))
    assert (status, "REVOKED" in str(why)) == (3, True)


@pytest.mark.network
@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x80" * 500])
def test_garbage_from_an_allowed_host_leaves_it_open(place, run, answer):
    place.server.files = dict.fromkeys(place.whole, answer)
    assert judged(run("--fetch", place.server.host)) == (3, "NO_CERTIFICATE_CHAIN_FOUND")


@pytest.mark.network
def test_a_redirect_of_an_allowed_host_is_not_followed(place, run):
    place.server.moved = {"/issuing.p7c": "http://169.254.169.254/latest/meta-data"}
    assert judged(run("--fetch", place.server.host)) == (3, "NO_CERTIFICATE_CHAIN_FOUND")


def test_another_host_than_the_allowed_ones_is_not_asked_and_that_is_said(place, run):
    found = run("--fetch", "crl.sandbox.test")
    assert judged(found) == (3, "NO_CERTIFICATE_CHAIN_FOUND")
    assert place.server.asked == []
    host = place.server.host
    assert found.stderr == f"not fetched from {host} (not allowed: --fetch {host})\n"


def test_every_host_is_never_allowed_for_what_certificates_name(place, run):
    assert judged(run("--fetch", "*")) == (3, "NO_CERTIFICATE_CHAIN_FOUND")
    assert place.server.asked == []


def test_what_is_handed_over_serves_as_well(place, run):
    folder = place.folder
    given = ("--certificate", str(folder / "issuing.pem"), "--ocsp", str(folder / "good.ocsp"))
    assert judged(run(*given)) == (0, None)
    assert judged(run(*given, "--offline")) == (0, None)
    assert judged(run(*given[:2])) == (3, "TRY_LATER")
    assert place.server.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ocsp", "root.crl"),
        ("--ocsp", "nowhere"),
        ("--certificate", "root.crl"),
        ("--certificate", "nowhere.pem"),
        ("--offline", "--fetch", "crl.sandbox.test"),
        ("--trusted-list", "https://lists.sandbox.test/lotl.xml"),
    ],
)
def test_wrong_use_is_told_before_anything_is_looked_into(place, run, arguments):
    files = [str(place.folder / name) if "." in name and "/" not in name else name for name in arguments]
    found = run(*files)
    assert (found.return_value, found.stdout) == (2, "")
    assert place.server.asked == []
