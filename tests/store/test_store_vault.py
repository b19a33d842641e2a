from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from esign.evidence import ErasedError
from esign.store.contract_keys import SqlContractKeys
from esign.store.errors import VaultError, VaultSealBroken
from esign.store.tables_vault import contract_key
from esign.store.vault import SealingKey

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
