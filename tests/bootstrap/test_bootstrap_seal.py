"""The installation's seal by URI: a file, a token or a remote service; the rest goes on while it is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certs.sandbox import SigningFaults
from esign import bootstrap, lookups
from esign.evidence import verify_dossier
from esign.gateways.seal_keys.file_uri import FileUri
from esign.inspection import State, inspect
from esign.pades import read_signatures, read_signed_data
from esign.sealing import SealKeyError
from esign.settings import Settings, SettingsError
from esign.signing import PermissionRefused, Receipt, grant
from tests.actors import COMPANY
from tests.conftest import installation


@pytest.fixture(scope="module")
def world(tmp_path_factory, sandbox_folder):
    with installation(tmp_path_factory.mktemp("seal"), sandbox_folder) as made:
        yield made


@pytest.fixture
def remote(world) -> Settings:
    """Settings whose seal lies at the sandbox's remote service."""
    (world.folder / "client.secret").write_text(world.sandbox.remote_signing.client_secret)
    services = world.folder / "csc.toml"
    services.write_text(
        f'[house]\nurl = "{world.sandbox.csc_url}"\nclient_id = "esign-seal"\n'
        'client_secret_file = "client.secret"\ncredential = "seal"\n'
    )
    return world.settings.with_changes(seal_file=None, seal_pin_file=None, seal="csc:house", csc_file=services)


def points(world, settings: Settings, *, outside: bool = True) -> list[tuple[State, str]]:
    found = inspect(settings, outside=outside, http=world.http, clock=world.clock)
    return [(point.state, point.what) for point in found if point.name == "seal"]


def test_the_seal_is_named_once_and_by_a_known_scheme(tmp_path):
    assert Settings(state_dir=tmp_path).seal_uri == ""
    for given in ({"seal": "csc:a", "seal_file": tmp_path / "a.p12"}, {"seal": "https://example.org/seal.p12"}):
        with pytest.raises(SettingsError) as refused:
            Settings(state_dir=tmp_path, **given)
        assert refused.value.facts["setting"] == "seal"


def test_a_seal_named_by_its_file_is_the_same_as_one_named_by_a_uri(tmp_path):
    odd = Settings(state_dir=tmp_path, seal_file=tmp_path / "ä &?#%.p12", seal_pin_file=tmp_path / "p=n")
    named = FileUri.parse(odd.seal_uri)
    assert (named.path, named.pin_path) == (tmp_path / "ä &?#%.p12", tmp_path / "p=n")


def test_a_file_in_the_state_folder_seals_as_before_and_by_its_uri(world):
    by_uri = world.settings.with_changes(seal_file=None, seal_pin_file=None, seal="file:seal.p12?pin-file=seal.pin")
    device = bootstrap.seal(by_uri)
    assert device.certificate == bootstrap.seal(world.settings).certificate
    assert lookups.house_seal_key(by_uri, clock=world.clock).certificate == device.certificate
    said = points(world, by_uri)
    assert said[0] == (
        State.WARNING,
        "SANDBOX: the seal's certificate is one of a sandbox and proves nothing to anybody",
    )
    assert said[-1][0] is State.GOOD and said[-1][1].startswith("a PKCS #12 file; its certificate leads to")


def test_a_seal_of_a_sandbox_is_none_for_an_installation_in_earnest(world):
    assert (State.MISSING) in [state for state, _ in points(world, world.settings.with_changes(trust="configured"))]


def test_a_remote_seal_needs_a_permission_and_may_be_away_when_the_installation_starts(world, remote):
    world.sandbox.remote_signing.faults = SigningFaults(answers=[503] * 8)
    world.sandbox.remote_signing.calls.clear()
    application = bootstrap.build(remote, http=world.http, clock=world.clock)
    house = application.contracts.household
    ticks = [0.0]
    house.devices.for_seal()._key._monotonic = lambda: ticks[0]
    for _ in range(3):
        with pytest.raises(SealKeyError) as away:
            house.seal()
        assert away.value.code == "sealing.key.unavailable"
    assert world.sandbox.remote_signing.calls["credentials/info"] == 2, "who comes meanwhile is refused at once"
    ticks[0] += 5
    world.sandbox.remote_signing.faults = SigningFaults()
    device = house.seal()
    permission = grant(Receipt(sequence=0, entry=bytes(32)), certificate=device.certificate, data=b"attributes")
    signature = device.sign(b"attributes", permission)
    x509.load_der_x509_certificate(device.certificate).public_key().verify(
        signature, b"attributes", ec.ECDSA(hashes.SHA256())
    )
    with pytest.raises(PermissionRefused):
        device.sign(b"attributes", permission)


def test_check_says_what_the_seal_is_and_asks_a_service_only_if_it_may(world, remote):
    calls = dict(world.sandbox.remote_signing.calls)
    assert points(world, remote, outside=False) == [
        (State.GOOD, "a key at a remote signing service, which was not asked (--offline)")
    ]
    assert world.sandbox.remote_signing.calls == calls
    states, what = zip(*points(world, remote), strict=True)
    assert states == (State.WARNING, State.GOOD)
    assert what[1].startswith("a key at a remote signing service; its certificate leads to a trust anchor")
    assert "valid until 20" in what[1]


def test_check_warns_of_a_pin_that_others_can_read(world):
    path: Path = world.settings.seal_pin_file
    path.chmod(0o644)
    try:
        assert any("set 0600" in what for state, what in points(world, world.settings) if state is State.WARNING)
    finally:
        path.chmod(0o600)


def test_a_contract_is_concluded_with_a_seal_at_a_remote_service(world, remote):
    before = world.settings
    world.settings = remote
    world.start()
    try:
        contract, link = world.invite("mobile-plan")
        world.signatory(link, "sophie-mueller-luedenscheidt").run()
        application = world.application
        (signed, *_) = read_signatures(application.contracts.signed_document(COMPANY, contract))
        seal = world.sandbox.remote_signing.credentials["seal"].certificate
        assert read_signed_data(signed.cms).certificate == seal.public_bytes(Encoding.DER)
        anchors = application.contracts.household.trust.certificates
        assert verify_dossier(application.dossiers.create(COMPANY, contract), anchors=anchors).valid
        assert "permission.granted" in world.ledger(contract)
    finally:
        world.settings = before
        world.start()
