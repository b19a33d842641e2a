"""``esign seal`` with a key on a token and with one at a remote service, through the command and its workers."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from certs.sandbox import Sandbox
from certs.sandbox.serve import start
from esign.pades import read_signatures, read_signed_data

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "582913"
COUNT = 3


def _small_world() -> Any:
    name = "esign_tests_small_world"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "pades" / "small_world.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    draft = _small_world().draft()
    for number in range(COUNT):
        (folder / f"{number}.pdf").write_bytes(draft + b"%% %d\n" % number)
    return folder


def seal(documents: Path, out: Path, device: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "esign.cli", "seal", str(documents), "--out", str(out), "--device", device]
    return subprocess.run(
        [*command, "--policy", "none", "--jobs", "1"],
        capture_output=True,
        text=True,
        cwd=out.parent,
        env={**os.environ, **environment},
    )


def sealed_by(documents: Path, out: Path) -> set[bytes]:
    """Return the certificates under which the documents were sealed."""
    found = set()
    for number in range(COUNT):
        data = (out / f"{number}.pdf").read_bytes()
        assert data.startswith((documents / f"{number}.pdf").read_bytes())
        (signature,) = read_signatures(data)
        found.add(read_signed_data(signature.cms).certificate)
    return found


@pytest.mark.skipif(not MODULE.exists() or shutil.which("softhsm2-util") is None, reason="SoftHSM is not installed")
def test_documents_are_sealed_by_a_token(documents, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
    environment = {"SOFTHSM2_CONF": str(configuration)}
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX seal on a token")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    begins = datetime.now(UTC) - timedelta(hours=1)
    certificate = (builder.serial_number(7).not_valid_before(begins).not_valid_after(begins + timedelta(days=2))).sign(
        key, hashes.SHA256()
    )
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "chain.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    for arguments in (
        ("--init-token", "--free", "--label", "seals", "--so-pin", "99887766", "--pin", PIN),
        ("--import", str(tmp_path / "key.pem"), "--token", "seals", "--label", "seal", "--id", "01", "--pin", PIN),
    ):
        subprocess.run(
            ["softhsm2-util", *arguments], check=True, capture_output=True, env={**os.environ, **environment}
        )
    pin = tmp_path / "pin"
    pin.touch(mode=0o600)
    pin.write_text(PIN)
    device = (
        f"pkcs11:token=seals;object=seal?module-path={MODULE}&pin-source=file:{pin}&chain-file={tmp_path}/chain.pem"
    )
    done = seal(documents, tmp_path / "out", device, **environment)
    assert done.returncode == 0, done.stderr
    assert sealed_by(documents, tmp_path / "out") == {certificate.public_bytes(Encoding.DER)}
    assert PIN not in done.stdout + done.stderr


@pytest.mark.network
def test_documents_are_sealed_by_a_remote_service(documents, tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sandbox = Sandbox.create(tmp_path / "sandbox", base_url=f"http://localhost:{port}")
    serving = start(sandbox, port=port, smtp_port=0)
    try:
        (tmp_path / "client.secret").write_text(sandbox.remote_signing.client_secret)
        (tmp_path / "csc.toml").write_text(
            f'[house]\nurl = "{sandbox.csc_url}"\nclient_id = "esign-seal"\n'
            'client_secret_file = "client.secret"\ncredential = "seal"\n'
        )
        done = seal(documents, tmp_path / "out", "csc:house")
    finally:
        serving.stop()
    assert done.returncode == 0, done.stderr
    remote = sandbox.remote_signing.credentials["seal"].certificate.public_bytes(Encoding.DER)
    assert sealed_by(documents, tmp_path / "out") == {remote}
    assert sum(sandbox.remote_signing.batches) == COUNT
