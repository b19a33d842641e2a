"""A seal key on a real token in software (SoftHSM): threads, one try of a PIN, a token that comes and goes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from esign.foundation.clock import FixedClock
from esign.foundation.pkcs11_library import Pkcs11Library
from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.gateways.seal_keys import open_seal_key, token_pin, token_sessions
from esign.gateways.seal_keys.token_key import TokenSealKey
from esign.sealing import SealKeyError
from esign.sealing.key_errors import SealKeyMissing
from esign.store.token_master_key import TokenMasterKey

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "582913"
START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=365)
NOW = FixedClock(at=START + timedelta(days=9))
KEYS = {
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "twice": ec.generate_private_key(ec.SECP256R1()),
    "bare": ec.generate_private_key(ec.SECP256R1()),
    "other": ec.generate_private_key(ec.SECP256R1()),
}
AUTHORITY = ec.generate_private_key(ec.SECP256R1())

pytestmark = pytest.mark.skipif(
    not MODULE.exists() or shutil.which("softhsm2-util") is None, reason="SoftHSM is not installed"
)


def certificate(key, name: str, *, begins=START, ends=END, ca=False) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"SANDBOX {name}")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SANDBOX authority")])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    return builder.sign(AUTHORITY, hashes.SHA256())


ROOT = certificate(AUTHORITY, "authority", ca=True)


class World:
    """A token in a folder, and the URI of the keys on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        self.pin = folder / "token.pin"
        self.chain = folder / "chain.pem"
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self.run("--init-token", "--free", "--label", "seals", "--so-pin", "99887766", "--pin", PIN)
        self.write_pin(PIN)
        for number, (name, key) in enumerate(KEYS.items(), 1):
            self.put(key, name, f"{number:02x}")
        self.put(KEYS["other"], "twice", "0f")
        self.chain.write_bytes(
            certificate(KEYS["bare"], "bare").public_bytes(Encoding.PEM) + ROOT.public_bytes(Encoding.PEM)
        )
        self.library = Pkcs11Library.at(MODULE)
        self.restart()
        self.put_certificates()

    def run(self, *arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)

    def put(self, key, label: str, identifier: str) -> None:
        path = self.folder / f"{label}-{identifier}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.run("--import", str(path), "--token", "seals", "--label", label, "--id", identifier, "--pin", PIN)

    def put_certificates(self) -> None:
        import pkcs11

        old = certificate(KEYS["rsa"], "old", begins=START - timedelta(days=365), ends=START)
        with self.library.using() as driver:
            (slot,) = [each for each in driver.get_slots(True) if each.get_token().label == "seals"]
            with slot.get_token().open(rw=True, user_pin=PIN) as session:
                for number, found in [
                    (1, certificate(KEYS["p256"], "p256")),
                    (2, certificate(KEYS["p384"], "p384")),
                    (3, old),
                    (3, certificate(KEYS["rsa"], "rsa")),
                    (6, certificate(KEYS["p256"], "stranger")),
                    (9, ROOT),
                ]:
                    session.create_object(
                        {
                            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                            pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                            pkcs11.Attribute.TOKEN: True,
                            pkcs11.Attribute.ID: bytes([number]),
                            pkcs11.Attribute.SUBJECT: found.subject.public_bytes(),
                            pkcs11.Attribute.VALUE: found.public_bytes(Encoding.DER),
                        }
                    )

    def write_pin(self, pin: str) -> None:
        self.pin.touch(mode=0o600)
        self.pin.write_text(pin + "\n")

    def uri(self, name: str, token: str = "seals", more: str = "") -> str:
        return f"pkcs11:token={token};object={name}?module-path={MODULE}&pin-source=file:{self.pin}{more}"

    def restart(self) -> None:
        with self.library.using():
            pass
        self.library.start_again(self.library.generation)

    def pull_out(self) -> None:
        self.tokens.rename(self.folder / "pulled out")
        self.tokens.mkdir()

    def put_in(self) -> None:
        self.tokens.rmdir()
        (self.folder / "pulled out").rename(self.tokens)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    before = os.environ.get("SOFTHSM2_CONF")
    yield World(tmp_path_factory.mktemp("token"))
    os.environ.pop("SOFTHSM2_CONF")
    if before is not None:
        os.environ["SOFTHSM2_CONF"] = before


def refusal(action) -> SealKeyError:
    with pytest.raises(SealKeyError) as refused:
        action()
    assert PIN not in str(refused.value) + str(refused.value.facts)
    return refused.value


def verify(key, signature: bytes, data: bytes) -> None:
    public = x509.load_der_x509_certificate(key.certificate).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("name", ["p256", "p384", "rsa"])
def test_a_key_on_a_token_signs_from_many_threads_and_brings_its_chain_along(world, name):
    key = open_seal_key(world.uri(name), clock=NOW)
    assert x509.load_der_x509_certificate(key.certificate).subject.rfc4514_string() == f"CN=SANDBOX {name}"
    assert list(key.chain) == [ROOT.public_bytes(Encoding.DER)]
    with ThreadPoolExecutor(12) as threads:
        for data, signature in threads.map(lambda n: (b"%d" % n, key.sign(b"%d" % n)), range(60)):
            verify(key, signature, data)
    key.close()
    verify(key, key.sign(b"after a logout"), b"after a logout")


def test_rsa_works_where_the_token_does_not_hash(world):
    key = open_seal_key(world.uri("rsa"), clock=NOW)
    key._hashes = False
    verify(key, key.sign(b"data"), b"data")


def test_certificates_may_come_from_a_file(world):
    assert refusal(lambda: open_seal_key(world.uri("bare"), clock=NOW)).code == "sealing.key.missing"
    key = open_seal_key(world.uri("bare", more=f"&chain-file={world.chain}"), clock=NOW)
    verify(key, key.sign(b"data"), b"data")
    assert list(key.chain) == [ROOT.public_bytes(Encoding.DER)]


@pytest.mark.parametrize(
    ("name", "token", "code"),
    [
        ("nobody", "seals", "sealing.key.missing"),
        ("twice", "seals", "sealing.key.ambiguous"),
        ("other", "seals", "sealing.key.mismatch"),
        ("p256", "lost", "sealing.key.unavailable"),
    ],
)
def test_a_key_that_is_not_there_not_one_or_not_the_certificates_is_refused(world, name, token, code):
    assert refusal(lambda: open_seal_key(world.uri(name, token), clock=NOW)).code == code


def test_an_id_tells_two_keys_of_one_name_apart(world):
    name = world.uri("twice", more=f"&chain-file={world.chain}").replace("object=twice", "object=twice;id=%04")
    assert refusal(lambda: open_seal_key(name, clock=NOW)).code == "sealing.key.mismatch"  # the chain is the other's


def test_of_two_certificates_the_valid_one_is_taken_and_none_is_guessed(world):
    key = open_seal_key(world.uri("rsa"), clock=NOW)
    assert x509.load_der_x509_certificate(key.certificate).not_valid_after_utc == END
    late = FixedClock(at=END + timedelta(days=1))
    assert refusal(lambda: open_seal_key(world.uri("rsa"), clock=late)).code == "sealing.key.ambiguous"
    assert refusal(lambda: open_seal_key(world.uri("p256"), clock=late)).code == "sealing.key.expired"


def test_a_library_that_is_none_and_a_uri_with_a_pin_are_refused(world):
    gone = world.uri("p256").replace(str(MODULE), "/nonexistent/library.so")
    assert refusal(lambda: open_seal_key(gone)).code == "sealing.key.driver"
    for wrong in (
        world.uri("p256").replace("pin-source=file:", "pin-value=582913&x="),
        world.uri("p256").replace("object=p256", "type=private"),
        "pkcs11:",
    ):
        assert refusal(lambda wrong=wrong: open_seal_key(wrong)).code == "sealing.key.uri"


def test_a_pin_that_others_can_read_is_not_used(world):
    world.pin.chmod(0o640)
    try:
        assert refusal(lambda: open_seal_key(world.uri("p256"), clock=NOW)).code == "sealing.key.unreadable"
    finally:
        world.pin.chmod(0o600)


def test_a_token_that_is_pulled_out_is_unavailable_and_works_again_once_it_is_back(world):
    ticks = [0.0]
    key = TokenSealKey(Pkcs11Uri.parse(world.uri("p256")), clock=NOW, monotonic=lambda: ticks[0])
    verify(key, key.sign(b"before"), b"before")
    world.pull_out()
    try:
        for _ in range(3):
            assert refusal(lambda: key.sign(b"without")).code == "sealing.key.unavailable"
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _: refusal(lambda: key.sign(b"without")).code, range(16)))
        assert set(found) == {"sealing.key.unavailable"}
    finally:
        world.put_in()
    assert refusal(lambda: key.sign(b"not looked for yet")).code == "sealing.key.unavailable"
    ticks[0] += 1.0
    verify(key, key.sign(b"again"), b"again")


def test_lost_sessions_and_a_lost_login_are_made_anew_unseen(world):
    key = open_seal_key(world.uri("p256"), clock=NOW)
    verify(key, key.sign(b"1"), b"1")
    world.restart()  # what C_CloseAllSessions does, and more
    verify(key, key.sign(b"2"), b"2")
    with world.library.using() as driver:
        (slot,) = [each for each in driver.get_slots(True) if each.get_token().label == "seals"]
        key._sessions._first.session.close()  # logs everybody out
        assert slot.get_token().label == "seals"
    verify(key, key.sign(b"3"), b"3")
    with ThreadPoolExecutor(8) as threads:
        signing = [threads.submit(key.sign, b"%d" % n) for n in range(200)]
        world.restart()
        for number, done in enumerate(signing):
            verify(key, done.result(), b"%d" % number)


def test_another_token_of_the_same_name_does_not_sign_for_the_certificate(world):
    key = open_seal_key(world.uri("p256"), clock=NOW)
    world.pull_out()
    try:
        world.run("--init-token", "--free", "--label", "seals", "--so-pin", "99887766", "--pin", PIN)
        world.put(KEYS["other"], "p256", "01")
        world.restart()
        assert refusal(lambda: key.sign(b"data")).code == "sealing.key.signature"
        assert refusal(lambda: key.sign(b"data")).code == "sealing.key.signature"
    finally:
        shutil.rmtree(world.tokens)
        world.tokens.mkdir()
        world.put_in()
        world.restart()


def test_a_wrong_pin_is_tried_once_and_never_again(world, monkeypatch):
    tried = []
    login = token_pin.open_session

    class Counted:
        def __init__(self, token):
            self.token = token

        def __getattr__(self, name):
            return getattr(self.token, name)

        def open(self, **how):
            tried.append(how)
            return self.token.open(**how)

    monkeypatch.setattr(
        "esign.gateways.seal_keys.token_sessions.open_session", lambda token, pin: login(Counted(token), pin)
    )
    world.restart()
    world.write_pin("000000")
    try:
        for _ in range(3):
            assert refusal(lambda: open_seal_key(world.uri("p256"), clock=NOW)).code == "sealing.key.pin"
        assert len(tried) == 1
    finally:
        world.write_pin(PIN)
    key = open_seal_key(world.uri("p256"), clock=NOW)  # the right one may be tried, and clears the token's count
    assert len(tried) == 2
    verify(key, key.sign(b"data"), b"data")


def test_the_last_try_of_a_token_is_left_to_a_person():
    import pkcs11

    class Token:
        label, serial = "seals", b"1"

        def open(self, **_):
            raise AssertionError("tried")

    for flag in (pkcs11.TokenFlag.USER_PIN_FINAL_TRY, pkcs11.TokenFlag.USER_PIN_LOCKED):
        token = Token()
        token.flags = flag
        assert refusal(lambda token=token: token_pin.open_session(token, lambda: PIN)).code == "sealing.key.pin"


def test_a_pin_may_be_asked_for(world):
    name = world.uri("p256").partition("&pin-source")[0]
    world.restart()
    asked = []

    def ask() -> str:
        asked.append(1)
        return PIN

    key = open_seal_key(name, clock=NOW, ask_pin=ask)
    verify(key, key.sign(b"data"), b"data")
    assert asked == [1]


def test_a_process_that_forks_starts_the_library_anew(world):
    script = """
import os, sys
from esign.gateways.seal_keys import open_seal_key
from esign.foundation.clock import FixedClock
from datetime import datetime, UTC
key = open_seal_key(sys.argv[1], clock=FixedClock(at=datetime(2026, 1, 10, tzinfo=UTC)))
key.sign(b"parent")
child = os.fork()
if child == 0:
    key.sign(b"child")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
key.sign(b"parent again")
"""
    done = subprocess.run([sys.executable, "-c", script, world.uri("p256")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_vault_s_key_and_the_seal_s_may_lie_on_one_token(world, tmp_path):
    wrapped = TokenMasterKey(Pkcs11Uri.parse(world.uri("vault")), tmp_path / "vault.wrapped")
    seal = open_seal_key(world.uri("p256"), clock=NOW)
    wrapped.create()
    assert len(wrapped.read()) == 32
    verify(seal, seal.sign(b"1"), b"1")
    seal.close()
    assert wrapped.read() == wrapped.read()  # logs in, and everybody out
    verify(seal, seal.sign(b"2"), b"2")


def test_a_key_that_vanishes_while_a_further_session_is_opened_counts_as_a_token_that_is_pulled_out(world, monkeypatch):
    ticks = [0.0]
    key = TokenSealKey(Pkcs11Uri.parse(world.uri("p256")), clock=NOW, monotonic=lambda: ticks[0])
    taken = key._sessions._free.get()  # another thread has it
    monkeypatch.setattr("esign.gateways.seal_keys.token_sessions.find_private_key", gone)
    world.pull_out()
    try:
        assert refusal(lambda: key.sign(b"without")).code == "sealing.key.unavailable"
    finally:
        world.put_in()
        monkeypatch.undo()
    assert taken is not None
    ticks[0] += 1.0
    verify(key, key.sign(b"again"), b"again")


def gone(*_):
    raise SealKeyMissing


@pytest.mark.parametrize("most", [1, 3])
def test_where_the_token_has_few_sessions_threads_wait_for_one(world, monkeypatch, most):
    import pkcs11

    opened = []
    login = token_pin.open_session

    class Few:
        def __init__(self, token):
            self.token = token

        def __getattr__(self, name):
            return getattr(self.token, name)

        def open(self, **how):
            if len(opened) == most:
                raise pkcs11.SessionCount
            opened.append(how)
            return self.token.open(**how)

    find = token_sessions._token
    monkeypatch.setattr(token_sessions, "_token", lambda driver, uri: Few(find(driver, uri)))
    monkeypatch.setattr(token_sessions, "open_session", login)
    world.restart()
    key = open_seal_key(world.uri("p256"), clock=NOW)
    with ThreadPoolExecutor(12) as threads:
        for data, signature in threads.map(lambda n: (b"%d" % n, key.sign(b"%d" % n)), range(60)):
            verify(key, signature, data)
    assert len(opened) <= most
    monkeypatch.setattr(token_sessions, "_token", lambda driver, uri: Few(find(driver, uri)))
    if most == 1:
        assert refusal(lambda: TokenSealKey(Pkcs11Uri.parse(world.uri("p256")), clock=NOW)).code == (
            "sealing.key.unavailable"
        )
    key.close()


def test_a_pin_for_the_signature_that_is_refused_is_not_tried_again_by_another_process(world, monkeypatch):
    """Keys that ask for their PIN at each signature: the token counts these tries too."""
    import pkcs11

    key = open_seal_key(world.uri("p256"), clock=NOW)
    tried = []

    def refuses(seat, data, **more):
        tried.append(more)
        raise pkcs11.PinIncorrect

    for _ in range(3):
        key._always, key._raw = True, refuses
        assert refusal(partial(key.sign, b"data")).code == "sealing.key.pin"
        monkeypatch.setattr("esign.foundation.refused_pins._refused", set())  # as in another process
        key = open_seal_key(world.uri("p256"), clock=NOW)  # the login is another matter
    assert tried == [{"pin": PIN}]
    world.pin.with_name(world.pin.name + ".refused").unlink()
