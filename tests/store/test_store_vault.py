from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from esign.evidence import ErasedError
from esign.store.contract_keys import SqlContractKeys
from esign.store.errors import VaultError, VaultKeyError, VaultSealBroken
from esign.store.tables_vault import contract_key
from esign.store.vault import FileVault, SealingKey

KEY = SealingKey(bytes(range(32)))


@given(st.binary(max_size=200), st.lists(st.text(max_size=8), max_size=3))
def test_what_was_sealed_opens_for_the_same_purpose_and_context(data, context):
    assert KEY.open("purpose", KEY.seal("purpose", data, *context), *context) == data


def test_sealing_twice_gives_different_bytes():
    assert KEY.seal("p", b"data") != KEY.seal("p", b"data")


@pytest.mark.parametrize(
    "open_",
    [
        lambda sealed: KEY.open("other", sealed, "a", "b"),
        lambda sealed: KEY.open("p", sealed, "b", "a"),
        lambda sealed: KEY.open("p", sealed, "ab", ""),
        lambda sealed: KEY.open("p", sealed, "a"),
        lambda sealed: SealingKey(bytes(32)).open("p", sealed, "a", "b"),
        lambda sealed: KEY.open("p", sealed[:-1], "a", "b"),
        lambda sealed: KEY.open("p", b"", "a", "b"),
        lambda sealed: KEY.open("p", sealed[:12], "a", "b"),
        lambda sealed: KEY.open("p", b"\x02" + sealed[1:], "a", "b"),
    ],
)
def test_nothing_else_opens(open_):
    with pytest.raises(VaultSealBroken) as refused:
        open_(KEY.seal("p", b"data", "a", "b"))
    assert refused.value.code == "store.vault.seal_broken"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_changed_byte_is_noticed(data):
    sealed = bytearray(KEY.seal("p", b"some content", "a"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(VaultSealBroken):
        KEY.open("p", bytes(sealed), "a")


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "new" / "vault.key"
    vault = FileVault.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_bytes()) == 32
    before = path.read_bytes()
    with pytest.raises(VaultKeyError):
        FileVault.create(path)
    assert path.read_bytes() == before
    assert FileVault(path).open("p", vault.seal("p", b"x")) == b"x"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "vault.key"
    FileVault.create(path)
    path.chmod(mode)
    with pytest.raises(VaultKeyError) as refused:
        FileVault(path)
    assert refused.value.code == "store.vault.key"


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, None])
def test_a_missing_key_file_or_one_of_another_length_is_refused(tmp_path, content):
    path = tmp_path / "vault.key"
    if content is not None:
        path.touch(mode=0o600)
        path.write_bytes(content)
    with pytest.raises(VaultKeyError) as refused:
        FileVault(path)
    assert refused.value.code == "store.vault.key"


def test_the_key_stands_in_no_error_and_no_representation(tmp_path):
    path = tmp_path / "vault.key"
    vault = FileVault.create(path)
    os.environ.pop("UNUSED", None)
    assert path.read_bytes().hex() not in repr(vault) + repr(vars(type(vault)))


def test_a_contracts_content_opens_with_any_holders_wrapping_and_with_none_left_never(database, vault):
    with database.transaction() as connection:
        keys = SqlContractKeys(connection, vault)
        keys.new_key("contract", ("signatory", "company"))
        sealed = keys.seal("contract", "draft", b"personal")
        assert keys.holders("contract") == ("company", "signatory")
    with database.transaction() as connection:
        assert SqlContractKeys(connection, vault).destroy("contract", "company") is False
    with database.transaction() as connection:
        keys = SqlContractKeys(connection, vault)
        assert keys.open("contract", "draft", sealed) == b"personal"
        assert keys.destroy("contract", "signatory") is True
        for ask in (lambda: keys.open("contract", "draft", sealed), lambda: keys.seal("contract", "x", b"y")):
            with pytest.raises(ErasedError) as refused:
                ask()
            assert refused.value.code == "evidence.erased"


def test_content_opens_under_its_own_name_and_contract_only(database, vault):
    with database.transaction() as connection:
        keys = SqlContractKeys(connection, vault)
        keys.new_key("one", ("company",))
        keys.new_key("two", ("company",))
        sealed = keys.seal("one", "draft", b"personal")
        for contract, name in (("two", "draft"), ("one", "signed")):
            with pytest.raises(VaultSealBroken):
                keys.open(contract, name, sealed)


def test_a_contracts_key_is_made_once_and_never_for_nobody(database, vault):
    with database.transaction() as connection:
        keys = SqlContractKeys(connection, vault)
        keys.new_key("one", ("company",))
        for contract, holders in (("one", ("company",)), ("two", ())):
            with pytest.raises(VaultError) as refused:
                keys.new_key(contract, holders)
            assert refused.value.code == "store.vault"
        assert keys.holders("two") == ()


def test_a_wrapping_moved_to_another_contract_or_holder_does_not_open(database, vault):
    with database.transaction() as connection:
        keys = SqlContractKeys(connection, vault)
        keys.new_key("one", ("company",))
        sealed = keys.seal("one", "draft", b"personal")
    for change in ({"contract_id": "two"}, {"holder": "stranger"}):
        with pytest.raises(VaultSealBroken), database.transaction() as connection:
            connection.execute(contract_key.update().values(change))
            SqlContractKeys(connection, vault).open(change.get("contract_id", "one"), "draft", sealed)


def test_the_database_holds_no_contract_key_in_the_clear(database, vault):
    with database.transaction() as connection:
        keys = SqlContractKeys(connection, vault)
        keys.new_key("one", ("a", "b"))
        key = keys._opened["one"]._key
        wrappings = connection.execute(select(contract_key.c.wrapped)).scalars().all()
    assert len(set(wrappings)) == 2
    assert all(key not in wrapped for wrapped in wrappings)
