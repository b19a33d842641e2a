"""Seal keys by URI: what the key adds to a raw signature, and how many a remote service gives to how many threads."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from certs.sandbox import Sandbox
from esign.gateways.seal_keys import open_seal_key

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "582913"
DATA = b"signed attributes of a seal " * 6
DELAY = 0.05
THREADS = (1, 16, 64, 128)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def measure(rounds: int = 9, count: int = 300, remote: int = 1000) -> str:
    """Return the chapter."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [*_added(Path(folder), rounds, count), "", *_remote(Path(folder), remote)]
    return "\n".join(["## Keys of seals", "", *lines])


def _added(folder: Path, rounds: int, count: int) -> Iterator[str]:
    yield f"Microseconds a signature, raw and by the key, in turns; {count} a round, {rounds} rounds; median (lowest)."
    yield ""
    yield "| key | raw signature, same library | by the key | added |"
    yield "|---|---|---|---|"
    kinds: dict[str, Key] = {
        "P-256": ec.generate_private_key(ec.SECP256R1()),
        "RSA-2048": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "RSA-3072": rsa.generate_private_key(public_exponent=65537, key_size=3072),
    }
    for name, key in kinds.items():
        opened = open_seal_key(_file(folder, name, key))
        yield _row(f"file, {name}", lambda key=key: _raw(key), lambda opened=opened: opened.sign(DATA), rounds, count)
    if not MODULE.exists() or shutil.which("softhsm2-util") is None:
        yield "| token | not measured: SoftHSM is not installed | | |"
        return
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    _softhsm("--init-token", "--free", "--label", "seals", "--so-pin", "99887766", "--pin", PIN)
    (folder / "token.pin").touch(mode=0o600)
    (folder / "token.pin").write_text(PIN)
    for number, (name, key) in enumerate(kinds.items(), 1):
        pem = folder / f"{name}.pem"
        pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _softhsm("--import", str(pem), "--token", "seals", "--label", name, "--id", f"{number:02x}", "--pin", PIN)
    for name in kinds:
        token = f"pkcs11:token=seals;object={name}?module-path={MODULE}&pin-source=file:{folder / 'token.pin'}"
        opened = open_seal_key(f"{token}&chain-file={folder / name}.cer")
        opened.sign(DATA)  # the first one is verified
        raw = _raw_on_token(opened)
        yield _row(f"token (SoftHSM), {name}", raw, lambda opened=opened: opened.sign(DATA), rounds, count)
        opened.close()


def _remote(folder: Path, count: int) -> Iterator[str]:
    sandbox = Sandbox.create(folder / "sandbox")
    (folder / "client.secret").write_text(sandbox.remote_signing.client_secret)
    (folder / "csc.toml").write_text(
        f'[house]\nurl = "{sandbox.csc_url}"\nclient_id = "esign-seal"\nclient_secret_file = "client.secret"\n'
        'credential = "seal"\n'
    )
    inner = httpx.WSGITransport(app=sandbox.wsgi())

    class Slow(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(DELAY)
            return inner.handle_request(request)

    key = open_seal_key("csc:house", services=folder / "csc.toml", http=httpx.Client(transport=Slow()))
    yield (
        f"A remote service whose every answer takes {DELAY * 1000:.0f} ms (sandbox, in this process). "
        "A signature by itself takes two calls, one after the other; the limit is threads that share no calls."
    )
    yield ""
    yield "| threads | signatures | limit without sharing | hashes a call | signatures a second |"
    yield "|---|---|---|---|---|"
    for threads in THREADS:
        number = min(count, threads * 20)
        sandbox.remote_signing.batches.clear()
        with ThreadPoolExecutor(threads) as pool:
            began = time.perf_counter()
            list(pool.map(lambda index: key.sign(b"%d" % index), range(number)))
            seconds = time.perf_counter() - began
        calls = len(sandbox.remote_signing.batches)
        limit = threads / (2 * DELAY)
        yield f"| {threads} | {number:,} | {limit:,.0f} | {number / calls:.1f} | **{number / seconds:,.0f}** |"


def _row(name: str, raw: Callable[[], object], by_key: Callable[[], object], rounds: int, count: int) -> str:
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for values, action in zip(found, (raw, by_key), strict=True):
            began = time.perf_counter()
            for _ in range(count):
                action()
            if turn:
                values.append((time.perf_counter() - began) / count * 1e6)
    added = [ours - bare for bare, ours in zip(*found, strict=True)]
    return f"| {name} | {_shown(found[0])} | {_shown(found[1])} | {statistics.median(added):.1f} |"


def _shown(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f})"


def _raw(key: Key) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(DATA, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(DATA, ec.ECDSA(hashes.SHA256()))


def _raw_on_token(opened: object) -> Callable[[], object]:
    """Return the driver's own call in a session that is open."""
    import pkcs11

    held = opened._sessions._first.key  # type: ignore[attr-defined]  # the session itself, which nobody else needs
    if held.key_type is pkcs11.KeyType.EC:
        digest = sha256(DATA).digest()
        return lambda: held.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
    return lambda: held.sign(DATA, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)


def _file(folder: Path, name: str, key: Key) -> str:
    begins = datetime.now(UTC) - timedelta(hours=1)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SANDBOX seal")])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(begins).not_valid_after(begins + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    (folder / f"{name}.cer").write_bytes(certificate.public_bytes(Encoding.DER))
    data = pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, BestAvailableEncryption(b"pin"))
    (folder / f"{name}.p12").write_bytes(data)
    (folder / "pin").write_text("pin")
    return f"file:{folder / name}.p12?pin-file={folder / 'pin'}"


def _softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    print(measure())
