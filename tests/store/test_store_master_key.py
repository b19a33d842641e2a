from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from esign import bootstrap
from esign.foundation.encoding import b64url
from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.settings import Settings, SettingsError
from esign.store.errors import VaultKeyError
from esign.store.master_key import EnvironmentMasterKey, FileMasterKey
from esign.store.token_master_key import TokenMasterKey
from esign.store.vault import SealingKey

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "582913"


def code(action) -> str:
    with pytest.raises(VaultKeyError) as refused:
        action()
    return refused.value.detail


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "new" / "vault.key"
    key = FileMasterKey(path)
    assert not key.exists()
    key.create()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    before = path.read_bytes()
    assert code(key.create) == "the key file exists and is not overwritten"
    assert path.read_bytes() == before == key.read()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "vault.key"
    FileMasterKey(path).create()
    path.chmod(mode)
    assert code(FileMasterKey(path).read) == "the key file can be read by others: its mode must be 0600"


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, None])
def test_a_missing_key_file_or_one_of_another_length_is_refused(tmp_path, content):
    path = tmp_path / "vault.key"
    if content is not None:
        path.touch(mode=0o600)
        path.write_bytes(content)
    with pytest.raises(VaultKeyError) as refused:
        FileMasterKey(path).read()
    assert refused.value.code == "store.vault.key"


def test_a_key_from_the_environment_is_base64url_of_32_bytes_and_is_made_by_nobody_here():
    key = bytes(range(32))
    assert EnvironmentMasterKey("MASTER", {"MASTER": b64url(key)}).read() == key
    assert not EnvironmentMasterKey("MASTER", {}).exists()
    assert "is not set" in code(EnvironmentMasterKey("MASTER", {}).create)
    for text in ("", b64url(key[:31]), b64url(key) + "=", "ä" * 43):
        refusal = code(EnvironmentMasterKey("MASTER", {"MASTER": text}).read)
        assert refusal.startswith("the master key in the environment")
        assert not text or text not in refusal


def test_the_key_stands_in_no_error_and_no_representation(tmp_path):
    key = FileMasterKey(tmp_path / "vault.key")
    key.create()
    vault = SealingKey(key.read())
    assert key.read().hex() not in repr(vault) + repr(key) + repr(vars(type(vault)))


@pytest.fixture
def token(tmp_path, monkeypatch) -> str:
    """The URI of a key on a real token in software (SoftHSM)."""
    if not MODULE.exists() or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed")
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    make = ["softhsm2-util", "--init-token", "--free", "--label", "installation", "--so-pin", "99887766", "--pin", PIN]
    subprocess.run(make, check=True, capture_output=True)
    pin = tmp_path / "token.pin"
    pin.touch(mode=0o600)
    pin.write_text(PIN + "\n")
    return f"pkcs11:token=installation;object=vault?module-path={MODULE}&pin-source=file:{pin}"


IN_A_PROCESS = """
import sys
from pathlib import Path
from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.store.errors import VaultKeyError
from esign.store.token_master_key import TokenMasterKey
key = TokenMasterKey(Pkcs11Uri.parse(sys.argv[1]), Path(sys.argv[2]))
try:
    if sys.argv[3] == "create":
        key.create()
    print(key.read().hex())
except VaultKeyError as error:
    print("refused:", error.detail)
"""


def asked(python: str, uri: str, wrapped: Path, what: str = "read") -> str:
    # A PKCS #11 library belongs to its process: each asking is a fresh start, as in the product.
    done = subprocess.run([python, "-c", IN_A_PROCESS, uri, str(wrapped), what], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_key_on_a_token_wraps_the_master_key_and_without_the_token_nothing_opens(token, tmp_path):
    import sys

    wrapped = tmp_path / "state" / "vault.wrapped"
    key = asked(sys.executable, token, wrapped, "create")
    assert len(bytes.fromhex(key)) == 32
    assert wrapped.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(key) not in wrapped.read_bytes()
    assert asked(sys.executable, token, wrapped) == key
    assert asked(sys.executable, token, wrapped, "create") == ("refused: the wrapped key exists and is not overwritten")
    other = token.replace("object=vault", "object=another")
    assert asked(sys.executable, other, wrapped) == (
        "refused: the token does not hold the key that opens the master key"
    )
    assert "was not found" in asked(sys.executable, token.replace("token=installation", "token=lost"), wrapped)
    changed = bytearray(wrapped.read_bytes())
    changed[-1] ^= 1
    damaged = tmp_path / "damaged"
    damaged.touch(mode=0o600)
    damaged.write_bytes(changed)
    assert asked(sys.executable, token, damaged) == "refused: the token refused or failed"
    (tmp_path / "token.pin").write_text("000000")
    assert asked(sys.executable, token, wrapped) == "refused: the token refused or failed"


def test_settings_name_the_place_of_the_key(tmp_path):
    def place(name: str) -> object:
        return bootstrap.master_key(Settings(state_dir=tmp_path, vault_key=name))

    assert isinstance(place("file:vault.key"), FileMasterKey)
    assert isinstance(place("environment:MASTER"), EnvironmentMasterKey)
    assert isinstance(place("pkcs11:token=a;object=b?module-path=/usr/lib/x.so"), TokenMasterKey)
    for name in ("", "vault.key", "environment:", "http://example.org"):
        with pytest.raises(SettingsError) as refused:
            place(name)
        assert refused.value.facts["setting"] == "vault_key"


def test_another_master_key_than_the_databases_is_refused_when_the_installation_starts(world, monkeypatch):
    world.invite()
    monkeypatch.setenv("OTHER_MASTER", b64url(os.urandom(32)))
    with pytest.raises(VaultKeyError) as refused:
        bootstrap.build(world.settings.with_changes(vault_key="environment:OTHER_MASTER"), http=world.http)
    assert refused.value.detail == "the database's content is sealed under another master key"


def test_a_pkcs11_uri_is_parsed_and_carries_no_pin():
    uri = Pkcs11Uri.parse("pkcs11:token=My%20token;object=seal;id=%01%ff?module-path=/usr/lib/m.so&pin-source=file:/p")
    assert (uri.token, uri.label, uri.id, uri.module, uri.pin_file) == (
        "My token",
        "seal",
        b"\x01\xff",
        Path("/usr/lib/m.so"),
        Path("/p"),
    )
