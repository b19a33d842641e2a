"""``esign sign``: a person's own signature; a qualified one only at a terminal; nothing is written where it fails."""

from __future__ import annotations

import importlib.util
import json
import os
import pty
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certs.sandbox.profiles import signing_profile
from certs.trusted_lists import ListWorld
from certs.trusted_lists.world import LOTL, encode_statements
from esign import bootstrap
from esign.cli import configuration, sign_terminal
from esign.cli.sign import sign
from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.foundation.pkcs11_library import Pkcs11Library
from esign.pades import read_signatures
from esign.validation import isolation
from tests.conftest import installation
from tests.validation.in_process import InProcess

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "sign.schema.json").read_text("utf-8"))
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "582913"
QUALIFIED = (("0.4.0.1862.1.1", b""), ("0.4.0.1862.1.4", b""))
STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
NAME = "Erika Beispiel (SANDBOX)"


def _small_world() -> Any:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pades" / "small_world.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def world(tmp_path_factory, sandbox_folder):
    with installation(tmp_path_factory.mktemp("sign"), sandbox_folder) as made:
        configuration.write(made.settings, made.folder / "esign.toml")
        yield made


class Person:
    """A key with a certificate of the sandbox's authority for signatories, in a PKCS #12 file."""

    def __init__(self, world, folder: Path, statements=()) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        authority = world.sandbox.pki.authorities["signatories"]
        now = world.clock.now()
        subject = [(NameOID.GIVEN_NAME, "Erika"), (NameOID.SURNAME, "Beispiel"), (NameOID.COMMON_NAME, NAME)]
        extra = ((x509.UnrecognizedExtension(STATEMENTS, encode_statements(statements)), False),) if statements else ()
        self.certificate = authority.issue(
            x509.Name([x509.NameAttribute(*item) for item in subject]),
            self.key.public_key(),
            begins=now - timedelta(hours=1),
            ends=now + timedelta(days=30),
            extensions=(*signing_profile((Oid.SANDBOX,)), *extra),
            at=now,
        )
        self.chain = authority.chain
        self.file = folder / "person.p12"
        pin = folder / "person.pin"
        self.file.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"person", self.key, self.certificate, list(self.chain), BestAvailableEncryption(PIN.encode())
            )
        )
        pin.write_text(PIN)
        self.uri = f"file:{self.file}?pin-file={pin}"


@pytest.fixture(scope="module")
def person(world, tmp_path_factory) -> Person:
    return Person(world, tmp_path_factory.mktemp("person"))


@pytest.fixture(scope="module")
def token(world, tmp_path_factory):
    """URIs, without PIN, of a key on a token with a qualified certificate."""
    if not MODULE.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed")
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    holder = Person(world, folder, QUALIFIED)
    pem = folder / "key.pem"
    pem.write_bytes(holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    chain = folder / "chain.pem"
    chain.write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in (holder.certificate, *holder.chain)))
    for arguments in (
        ("--init-token", "--free", "--label", "card", "--so-pin", "99887766", "--pin", PIN),
        ("--import", str(pem), "--token", "card", "--label", "person", "--id", "01", "--pin", PIN),
    ):
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)
    library = Pkcs11Library.at(MODULE)
    with library.using():
        pass
    library.start_again(library.generation)  # reads where its tokens are
    yield f"pkcs11:token=card;object=person?module-path={MODULE}&chain-file={chain}"
    os.environ.pop("SOFTHSM2_CONF")
    if before is not None:
        os.environ["SOFTHSM2_CONF"] = before


@pytest.fixture
def pdf(tmp_path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(_small_world().draft())
    return path


@pytest.fixture(autouse=True)
def inside(world, monkeypatch):
    """Calls reach the sandbox without sockets; verdicts are given in this process."""
    build = bootstrap.augmenter

    monkeypatch.setattr(isolation, "Isolation", InProcess)
    monkeypatch.setattr(
        bootstrap, "augmenter", lambda settings, **given: build(settings, http=world.http, clock=world.clock, **given)
    )


@pytest.fixture
def at_a_terminal(monkeypatch):
    """A person who types the PIN, and the word to confirm."""
    asked = []

    def ask() -> str:
        asked.append("PIN")
        return PIN

    monkeypatch.setattr(sign_terminal, "present", lambda: True)
    monkeypatch.setattr(sign_terminal, "ask_pin", ask)
    return asked


def run(world, *arguments: object, typed: str = "", config: bool = True) -> tuple[int, dict[str, Any]]:
    where = ("--config", str(world.folder / "esign.toml")) if config else ()
    found = CliRunner().invoke(sign, [*map(str, arguments), "--json", *where], input=typed, standalone_mode=False)
    assert found.exception is None, found.exception
    said = json.loads(found.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(said)
    assert PIN not in found.output
    return found.return_value, said


def crls(world, folder: Path) -> list[str]:
    found = []
    for name in ("signatories", "root"):
        path = folder / f"{name}.crl"
        path.write_bytes(world.http.get(f"http://localhost:8082/crl/{name}.crl").content)
        found += ["--crl", str(path)]
    return found


def refused(world, pdf: Path, code: str, *arguments: object, typed: str = "", status: int = 1) -> None:
    before = {path.name: path.read_bytes() for path in pdf.parent.iterdir()}
    found, said = run(world, pdf, *arguments, "--out", pdf.parent / "signed.pdf", typed=typed)
    assert (found, said["error"]["code"]) == (status, code)
    assert {path.name: path.read_bytes() for path in pdf.parent.iterdir()} == before


def test_a_simple_signature_needs_no_installation_and_trusts_nobody(world, person, pdf, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    out = tmp_path / "signed.pdf"
    wanted = ("--legal-level", "simple", "--level", "B-B", "--device", person.uri)
    status, said = run(world, pdf, *wanted, "--out", out, config=False)
    assert (status, said["signer"], said["legal_level"], said["sandbox"]) == (0, NAME, "simple", True)
    assert said["level"] == "PAdES-BASELINE-B"
    assert out.read_bytes().startswith(pdf.read_bytes())
    assert out.stat().st_mode & 0o777 == 0o600
    assert [item.field for item in read_signatures(out.read_bytes())] == ["Signature"]
    monkeypatch.chdir(tmp_path)
    status, said = run(world, pdf, *wanted, "--out", out, config=False)
    assert (status, said["error"]["code"]) == (2, "cli.file_unwritable")


def test_an_advanced_signature_to_lta_shown_on_the_page_and_a_second_one_behind_it(world, person, pdf, tmp_path):
    once, twice = tmp_path / "once.pdf", tmp_path / "twice.pdf"
    wanted = ("--legal-level", "advanced", "--level", "B-LTA", "--device", person.uri)
    status, said = run(world, pdf, *wanted, "--visible", "1:60,60,300,140", "--out", once)
    assert (status, said["level"], said["signature"]["indication"]) == (0, "PAdES-BASELINE-LTA", "TOTAL_PASSED")
    assert said["certificate_sha256"] == sha256(person.certificate.public_bytes(Encoding.DER)).hex()
    status, said = run(world, once, *wanted, "--out", twice)
    assert (status, said["signature"]["field"]) == (0, "Signature2")
    assert twice.read_bytes().startswith(once.read_bytes())


def test_an_advanced_signature_at_b_b_must_be_shown_to_be_valid(world, person, pdf, tmp_path):
    wanted = ("--legal-level", "advanced", "--level", "B-B", "--device", person.uri)
    refused(world, pdf, "signing.own.not_shown", *wanted)
    status, said = run(world, pdf, *wanted, *crls(world, tmp_path), "--out", tmp_path / "signed.pdf")
    assert (status, said["signature"]["indication"]) == (0, "TOTAL_PASSED")


def test_an_advanced_signature_needs_a_certificate_that_leads_to_an_anchor(world, person, pdf, tmp_path):
    stranger = tmp_path / "stranger.pem"
    root = ListWorld.create(world.clock.now()).issuers["granted"].certificate
    stranger.write_bytes(root.public_bytes(Encoding.PEM))
    wanted = ("--legal-level", "advanced", "--level", "B-B", "--device", person.uri, "--trust", stranger)
    refused(world, pdf, "proof.certificate_path.untrusted", *wanted)


def test_nobody_signs_with_the_company_s_seal(world, pdf):
    wanted = ("--legal-level", "simple", "--level", "B-B", "--device", world.settings.seal_uri)
    refused(world, pdf, "signing.own.seal", *wanted)


def test_without_a_terminal_there_is_no_qualified_signature(world, token, pdf):
    wanted = ("--legal-level", "qualified", "--level", "B-LTA", "--device", token)
    refused(world, pdf, "cli.terminal_needed", *wanted, typed=f"{PIN}\nqualified\n", status=2)


def test_a_qualified_signature_is_confirmed_by_the_person(world, token, pdf, tmp_path, at_a_terminal):
    wanted = ("--legal-level", "qualified", "--level", "B-LTA", "--device", token)
    for typed in ("", "yes\n", "QUALIFIED\n"):
        refused(world, pdf, "cli.not_confirmed", *wanted, typed=typed)
    out = tmp_path / "signed.pdf"
    status, said = run(world, pdf, *wanted, "--out", out, typed="qualified\n")
    assert (status, said["legal_level"], said["trusted_lists"]) == (0, "qualified", False)
    assert (said["signature"]["indication"], said["sandbox"]) == ("TOTAL_PASSED", True)
    assert set(at_a_terminal) == {"PIN"}


def test_a_qualified_signature_needs_a_pin_from_a_hand_and_a_key_in_a_device(
    world, token, person, pdf, tmp_path, at_a_terminal
):
    pin = tmp_path.parent / f"{tmp_path.name}.pin"
    pin.write_text(PIN)
    wanted = ("--legal-level", "qualified", "--level", "B-B", "--device")
    refused(world, pdf, "sealing.key.in_person", *wanted, person.uri, typed="qualified\n")
    refused(world, pdf, "sealing.key.in_person", *wanted, f"{token}&pin-source=file:{pin}", typed="qualified\n")
    assert at_a_terminal == []


def test_a_certificate_that_is_not_qualified_signs_nothing_qualified(
    world, token, person, pdf, at_a_terminal, monkeypatch
):
    ordinary = Person(world, pdf.parent.parent)
    wanted = ("--legal-level", "qualified", "--level", "B-B", "--device", token)
    from esign import lookups

    opened = lookups.seal_key
    monkeypatch.setattr(lookups, "seal_key", lambda uri, **_: opened(ordinary.uri))
    refused(world, pdf, "signing.own.not_qualified", *wanted, typed="qualified\n")


def test_where_trusted_lists_do_not_know_the_issuer_nothing_is_signed(world, token, pdf, at_a_terminal, tmp_path):
    lists = ListWorld.create(world.clock.now())
    folder = tmp_path.parent / f"{tmp_path.name}-lists"
    folder.mkdir()
    for location in (LOTL, lists.location("DE")):
        (folder / location.rpartition("/")[2]).write_bytes(lists.files[location])
    wanted = ("--legal-level", "qualified", "--level", "B-B", "--device", token, "--trusted-list", folder)
    refused(world, pdf, "signing.own.not_qualified.lists", *wanted, typed="qualified\n")


class Listed:
    """A key with a qualified certificate of a service on a trusted list, as an opened device."""

    def __init__(self, lists: ListWorld, service: str, now, folder: Path) -> None:
        issuer = lists.issuers[service]
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anna Beispiel")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer.certificate.subject)
        builder = builder.public_key(self.key.public_key()).serial_number(77)
        builder = builder.not_valid_before(now - timedelta(days=365)).not_valid_after(now + timedelta(days=365))
        statements = x509.UnrecognizedExtension(STATEMENTS, encode_statements(QUALIFIED))
        made = builder.add_extension(statements, critical=False).sign(issuer.key, hashes.SHA256())
        self.certificate = made.public_bytes(Encoding.DER)
        self.chain = (issuer.der,)
        crl = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
        crl = crl.last_update(now - timedelta(minutes=1)).next_update(now + timedelta(days=7))
        self.crl = folder / f"{service}.crl"
        self.crl.write_bytes(crl.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER))

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(("service", "code"), [("granted", None), ("withdrawn", "signing.own.not_qualified.lists")])
def test_a_qualified_signature_by_a_listed_service_needs_no_other_anchor(
    world, pdf, at_a_terminal, tmp_path, monkeypatch, service, code
):
    from esign import lookups

    now = world.clock.now()
    lists = ListWorld.create(now)
    folder = tmp_path.parent / f"{tmp_path.name}-lists"
    folder.mkdir()
    for location in (LOTL, lists.location("DE")):
        (folder / location.rpartition("/")[2]).write_bytes(lists.files[location])
    key = Listed(lists, service, now, tmp_path.parent)
    monkeypatch.setattr(lookups, "seal_key", lambda *_, **__: key)
    wanted = ("--legal-level", "qualified", "--level", "B-B", "--device", "csc:house", "--trusted-list", folder)
    wanted += ("--crl", key.crl)
    if code is not None:
        refused(world, pdf, code, *wanted, typed="qualified\n")
        return
    status, said = run(world, pdf, *wanted, "--out", tmp_path / "signed.pdf", typed="qualified\n")
    assert (status, said["trusted_lists"]) == (0, True)
    assert said["signature"]["qualification"] == "qualified electronic signature"
    assert said["signature"]["legal_level"] == "qualified"


@pytest.mark.parametrize(
    ("arguments", "code", "status"),
    [
        (("--device", "file:nobody.p12"), "sealing.key.unreadable", 1),
        (("--device", "nothing"), "sealing.key.uri", 1),
        (("--visible", "0:1,1,2,2"), "cli.usage", 2),
        (("--visible", "here"), "cli.usage", 2),
        (("--field", "a.b"), "sealing.profile", 1),
    ],
)
def test_wrong_words_are_refused(world, person, pdf, arguments, code, status):
    given = dict([("--device", person.uri), arguments])
    wanted = [part for pair in given.items() for part in pair]
    refused(world, pdf, code, "--legal-level", "simple", "--level", "B-B", *wanted, status=status)


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n"])
def test_what_is_no_document_is_not_signed_and_the_device_not_asked(world, token, pdf, content, at_a_terminal):
    pdf.write_bytes(content)
    refused(world, pdf, "signing.own.unreadable", "--legal-level", "simple", "--level", "B-B", "--device", token)
    assert at_a_terminal == []


def test_at_a_real_terminal_pin_and_word_are_typed_and_the_pin_is_not_shown(world, token, pdf, tmp_path):
    out = tmp_path / "signed.pdf"
    arguments = ["sign", str(pdf), "--legal-level", "qualified", "--level", "B-B", "--device", token]
    arguments += ["--out", str(out), "--config", str(world.folder / "esign.toml"), *crls(world, tmp_path)]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "esign.cli", *arguments])
    said = b""
    answers = [(b"PIN of the device", PIN), (b"anything else to leave it", "qualified")]
    try:
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the other side is gone
                break
            if not part:
                break
            said += part
            if answers and answers[0][0] in said:
                os.write(terminal, answers.pop(0)[1].encode() + b"\n")
    finally:
        _, status = os.waitpid(child, 0)
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, said.decode()
    assert PIN.encode() not in said
    assert b"signed by Erika Beispiel (SANDBOX), qualified, PAdES-BASELINE-B" in said
    assert out.read_bytes().startswith(pdf.read_bytes())
