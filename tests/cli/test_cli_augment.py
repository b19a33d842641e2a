"""``esign augment`` on the sandbox: levels, statuses, JSON; nothing is written where anything fails."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import stat
import sys
from collections.abc import Callable
from dataclasses import replace as changed
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.ades.report import AdESPassed

from certs.sandbox.tsa_faults import TsaFaults
from esign import bootstrap
from esign.cli import configuration, whole_file
from esign.cli.augment import augment
from esign.cli.errors import FileChanged, FileUnwritable
from esign.foundation.digests import sha256
from esign.gateways import revocation
from esign.pades import embed, prepare, read_security_store, read_signatures, seal_attributes, signed_data
from esign.preservation import BaselineLevel
from esign.preservation.errors import PreservationError, SignatureNotValid
from esign.proof.timestamp_asn1 import read_token
from esign.validation import isolation
from esign.validation.process import shipped_suites
from tests.conftest import installation
from tests.journeys.test_long_after import long_term
from tests.validation.in_process import InProcess

PAGE = Path(__file__).parents[2] / "docs" / "augment.md"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "augment.schema.json").read_text("utf-8"))


def _small_world() -> Any:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pades" / "small_world.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def world(tmp_path_factory, sandbox_folder):
    with installation(tmp_path_factory.mktemp("augment"), sandbox_folder) as made:
        configuration.write(made.settings, made.folder / "esign.toml")
        yield made


def seal_draft(
    file: Path, pin: Path, at: datetime, *, stamp: Callable[[bytes], bytes] | None = None
) -> tuple[x509.Certificate, bytes]:
    """Return a seal's certificate, and a draft that it sealed at B-B, or with a signature timestamp."""
    small = _small_world()
    bundle = pkcs12.load_pkcs12(file.read_bytes(), pin.read_bytes().strip())
    certificate = bundle.cert.certificate.public_bytes(Encoding.DER)
    prepared = prepare(
        small.draft(),
        field="Seal",
        page=2,
        box=small.BOX,
        appearance=small.picture(),
        name="Muster GmbH",
        reason="Seal",
        claimed_at=at,
    )
    attributes = seal_attributes(document_digest=prepared.digest, certificate=certificate)
    signature = bundle.key.sign(attributes, ec.ECDSA(hashes.SHA256()))
    cms = signed_data(
        attributes=attributes,
        signature=signature,
        certificate=certificate,
        chain=[item.certificate.public_bytes(Encoding.DER) for item in bundle.additional_certs],
        signature_timestamp=stamp(sha256(signature)) if stamp else None,
    )
    return bundle.cert.certificate, embed(prepared, cms)


@pytest.fixture(scope="module")
def sealed(world) -> bytes:
    """A draft with the sandbox company's seal at B-B."""
    return seal_draft(world.settings.seal_file, world.settings.seal_pin_file, world.clock.now())[1]


@pytest.fixture(autouse=True)
def loopback(world, monkeypatch):
    """The command's calls reach the sandbox without sockets, by its clock; the authority is honest to begin with."""
    build = bootstrap.augmenter

    def augmenter(settings, **given: Any):
        return build(settings, **{"http": world.http, "clock": world.clock, **given})

    monkeypatch.setattr(bootstrap, "augmenter", augmenter)
    world.sandbox.timestamps.faults = TsaFaults()
    yield
    world.sandbox.timestamps.faults = TsaFaults()


@pytest.fixture
def pdf(sealed, tmp_path) -> Path:
    path = tmp_path / "contract.pdf"
    path.write_bytes(sealed)
    path.chmod(0o640)
    return path


@pytest.fixture
def helpers() -> None:
    """Asks for real helpers."""


@pytest.fixture(autouse=True)
def without_helpers(request, monkeypatch):
    """The first look in this process, but for the tests that ask for helpers."""
    if "helpers" in request.fixturenames:
        return

    monkeypatch.setattr(isolation, "Isolation", InProcess)


def run(world, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    config = ("--config", str(world.folder / "esign.toml"))
    found = CliRunner().invoke(augment, [*map(str, arguments), "--json", *config], standalone_mode=False)
    assert found.exception is None, found.exception
    said = json.loads(found.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    return found.return_value, said


def nothing_happened(pdf: Path, sealed: bytes) -> bool:
    return pdf.read_bytes() == sealed and [path.name for path in pdf.parent.iterdir()] == [pdf.name]


def test_a_seal_of_the_sandbox_to_lta_in_place_and_renewed(world, pdf, sealed, helpers):
    status, said = run(world, pdf, "--level", "B-LTA")
    assert (status, said["changed"], said["sandbox"]) == (0, True, True)
    assert said["added"] == ["document_timestamp", "security_store", "document_timestamp"]
    assert said["signatures"] == [
        {"field": "Seal", "level_before": "PAdES-BASELINE-B", "level_after": "PAdES-BASELINE-LTA"}
    ]
    first = pdf.read_bytes()
    assert first.startswith(sealed)
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o640
    assert [path.name for path in pdf.parent.iterdir()] == [pdf.name]
    status, said = run(world, pdf, "--level", "B-LTA")
    assert (status, said["changed"]) == (0, True)
    assert pdf.read_bytes().startswith(first)
    assert len(pdf.read_bytes()) > len(first)


@pytest.mark.parametrize("level", ["B-T", "B-LT"])
def test_twice_is_as_good_as_once(world, pdf, sealed, level):
    assert run(world, pdf, "--level", level)[1]["changed"] is True
    once = pdf.read_bytes()
    status, said = run(world, pdf, "--level", level)
    assert (status, said["changed"], said["added"], said["imprint_hash"]) == (0, False, [], None)
    assert pdf.read_bytes() == once


def test_into_a_new_file(world, pdf, sealed, tmp_path):
    out = tmp_path / "out.pdf"
    status, said = run(world, pdf, "--level", "B-LT", "--out", out)
    assert (status, said["out"]) == (0, str(out))
    assert pdf.read_bytes() == sealed
    assert out.read_bytes().startswith(sealed)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    written = out.read_bytes()
    status, said = run(world, pdf, "--level", "B-LT", "--out", out)
    assert (status, said["error"]["code"]) == (2, "cli.file_unwritable")
    assert out.read_bytes() == written


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (TsaFaults(wrong_digest=True), "proof.timestamp.imprint_differs"),
        (TsaFaults(wrong_nonce=True), "proof.timestamp.nonce_differs"),
        (TsaFaults(wrong_certificate=True), "proof.timestamp.key_usage"),
        (TsaFaults(broken_signature=True), "proof.timestamp.signature_invalid"),
        (TsaFaults(old_by=timedelta(hours=1)), "proof.timestamp.time_implausible"),
        (TsaFaults(rejects=True), "proof.timestamp.refused"),
        (TsaFaults(silent=True), "gateway.status"),
        (TsaFaults(http_500=True), "gateway.status"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_an_authority_that_lies_or_is_silent(world, pdf, sealed, faults, code, level):
    world.sandbox.timestamps.faults = faults
    status, said = run(world, pdf, "--level", level)
    assert (status, said["error"]["code"]) == (1, code)
    assert nothing_happened(pdf, sealed)


def test_a_file_that_cannot_be_read_or_is_not_signed(world, tmp_path):
    for name, data, status, code in (
        ("broken.pdf", b"%PDF-1.7 and nothing", 2, "preservation.unreadable"),
        ("draft.pdf", _small_world().draft(), 1, "preservation.no_signature"),
    ):
        place = tmp_path / name
        place.write_bytes(data)
        found, said = run(world, place, "--level", "B-T")
        assert (found, said["error"]["code"]) == (status, code)
        assert place.read_bytes() == data
    found, said = run(world, tmp_path / "missing.pdf", "--level", "B-T")
    assert (found, said["error"]["code"]) == (2, "cli.file_unreadable")


def test_a_changed_file(world, pdf, sealed):
    pdf.write_bytes(sealed.replace(b"/Lang", b"/Lank", 1))
    status, said = run(world, pdf, "--level", "B-LTA")
    assert (status, said["error"]["code"]) == (1, "preservation.not_valid.modified")


def test_the_example_of_the_page_says_what_the_command_says(world, pdf, monkeypatch):
    monkeypatch.chdir(pdf.parent)
    monkeypatch.setenv("ESIGN_CONFIG", str(world.folder / "esign.toml"))
    block = re.search(r"```console\n\$ esign augment (.*?)\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    found = CliRunner().invoke(augment, shlex.split(block[1]), standalone_mode=False)
    assert found.return_value == 0
    day = re.compile(r"renew before \d{4}-\d\d-\d\d")
    assert day.sub("", found.stdout) == day.sub("", block[2])
    assert len(day.findall(found.stdout)) == len(day.findall(block[2])) == 1


def test_the_page_names_the_codes_of_the_room():
    page = PAGE.read_text("utf-8")
    for error in PreservationError.__subclasses__():
        assert f"`{error.code}`" in page
    for error in SignatureNotValid.__subclasses__():
        assert f"….{error.code.rpartition('.')[2]}`" in page or f"`{error.code}`" in page


def test_a_stronger_hash_where_the_present_one_weakens(world, sealed):
    shipped = shipped_suites()
    soon = world.clock.now() + timedelta(days=400)
    weak = {
        name: changed(row, until=soon) if name in ("sha256", "sha384") else row for name, row in shipped.hashes.items()
    }
    augmenter = changed(bootstrap.augmenter(world.settings), suites=changed(shipped, hashes=weak))
    made = augmenter.augment(sealed, BaselineLevel.LTA)
    stamps = [one for one in read_signatures(made.data) if one.kind == "DocTimeStamp"]
    assert [read_token(one.cms).imprint_hash for one in stamps] == ["sha512", "sha512"]
    assert made.imprint_hash == "sha512"
    assert made.verdict.clean


def test_where_only_ocsp_is_to_be_had(world, pdf, monkeypatch):
    monkeypatch.setattr(revocation, "crl_urls", lambda _: [])
    status, said = run(world, pdf, "--level", "B-LTA")
    assert (status, said["error"]) == (0, None)
    assert said["signatures"][0]["level_after"] == "PAdES-BASELINE-LTA"
    _, crls, responses = read_security_store(pdf.read_bytes())
    assert not crls
    assert responses


@pytest.mark.parametrize("renewals", [0, 1, 2])
def test_another_library_s_archival_process_accepts_it(world, renewals):
    augmenter = bootstrap.augmenter(world.settings)
    now = world.clock.now()
    _, pdf = seal_draft(
        world.settings.seal_file,
        world.settings.seal_pin_file,
        now,
        stamp=lambda digest: augmenter.timestamps.stamp(digest).der,
    )
    for _ in range(renewals + 1):
        pdf = augmenter.augment(pdf, BaselineLevel.LTA).data
    found = long_term(pdf, world.sandbox.trust_anchors[0], now + timedelta(days=3))
    assert found.ades_subindic == AdESPassed.OK, found.failure_msg


def test_a_revoked_seal(world, tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    world.sandbox.seal_pkcs12(keys / "seal.p12", keys / "seal.pin", company="Widerrufen GmbH SANDBOX")
    certificate, data = seal_draft(keys / "seal.p12", keys / "seal.pin", world.clock.now())
    world.sandbox.revoke(certificate.serial_number)
    pdf = tmp_path / "files" / "contract.pdf"
    pdf.parent.mkdir()
    pdf.write_bytes(data)
    for level in ("B-T", "B-LT", "B-LTA"):
        status, said = run(world, pdf, "--level", level)
        assert (status, said["error"]["code"]) == (1, "preservation.not_valid.revoked")
        assert nothing_happened(pdf, data)


def test_a_file_that_something_else_changed_meanwhile_is_left_alone(tmp_path):
    place = tmp_path / "a.pdf"
    place.write_bytes(b"theirs")
    with pytest.raises(FileChanged):
        whole_file.replace(place, b"ours", was=b"before")
    assert place.read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_a_symbolic_link_stays_one(tmp_path):
    place, link = tmp_path / "a.pdf", tmp_path / "link.pdf"
    place.write_bytes(b"before")
    link.symlink_to(place)
    whole_file.replace(link, b"after", was=b"before")
    assert link.is_symlink()
    assert place.read_bytes() == b"after"


def test_a_disk_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_file.os, "fsync", full)
    with pytest.raises(FileUnwritable):
        whole_file.create(tmp_path / "new.pdf", b"data")
    assert list(tmp_path.iterdir()) == []
