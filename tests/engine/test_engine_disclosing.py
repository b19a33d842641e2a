"""A seed is disclosed by two persons together, and the ledger says by whose keys; one alone gets nowhere."""

from __future__ import annotations

from hashlib import sha256
from itertools import permutations
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esign import bootstrap
from esign.engine.refusals import DisputeKeyRefused, TwoPersonsNeeded
from esign.evidence.dossier_container import read_container
from esign.settings import SettingsError
from tests.actors import COMPANY


def concluded(world: Any) -> str:
    contract, link = world.invite()
    world.signatory(link).run()
    return str(contract)


def pem(key: Any) -> bytes:
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return data


def test_two_persons_disclose_in_either_order_and_the_ledger_names_both_keys(world: Any) -> None:
    contract = concluded(world)
    keys = world.sandbox.dispute_private_keys_pem
    inner, outer = (sha256(key).hexdigest() for key in world.sandbox.dispute_public_keys)
    for pair in permutations(keys):
        parts = read_container(world.application.dossiers.create(COMPANY, contract, pair))
        assert any(name.endswith("disclosure.json") for name in parts)
    with world.application.contracts.household.store.reading() as tx:
        said = [dict(entry.facts) for entry in tx.ledger.of_contract(contract) if entry.kind == "seed.disclosed"]
    assert [(fact["inner_key"], fact["outer_key"]) for fact in said] == [(inner, outer)] * 2


def test_one_person_alone_discloses_nothing(world: Any) -> None:
    contract = concluded(world)
    first, second = world.sandbox.dispute_private_keys_pem
    before = world.ledger(contract)
    for keys in ((first,), (second,), (first, first), (second, second), (first, second, first)):
        with pytest.raises(TwoPersonsNeeded) as refusal:
            world.application.dossiers.create(COMPANY, contract, keys)
        assert refusal.value.code == "engine.dossier.dispute_key.two_persons"
    assert world.ledger(contract) == before, "nothing was disclosed, made or recorded"


def test_other_keys_disclose_nothing(world: Any) -> None:
    contract = concluded(world)
    first, second = world.sandbox.dispute_private_keys_pem
    before = world.ledger(contract)
    other, wide = pem(ec.generate_private_key(ec.SECP256R1())), pem(ec.generate_private_key(ec.SECP384R1()))
    edwards = pem(ed25519.Ed25519PrivateKey.generate())
    for keys in ((first, other), (other, second), (first, wide), (edwards, second), (first, b"no key")):
        with pytest.raises(DisputeKeyRefused) as refusal:
            world.application.dossiers.create(COMPANY, contract, keys)
        assert refusal.value.code == "engine.dossier.dispute_key"
    assert world.ledger(contract) == before


@pytest.mark.parametrize("places", [(), (0,), (0, 0), (0, 1, 0)])
def test_an_installation_without_two_persons_keys_does_not_start(world: Any, places: tuple[int, ...]) -> None:
    files = world.settings.dispute_key_files
    settings = world.settings.with_changes(dispute_key_files=tuple(files[place] for place in places))
    with pytest.raises(SettingsError) as refusal:
        bootstrap.build(settings, http=world.http, clock=world.clock, mailer=world.post)
    assert refusal.value.facts["setting"] == "dispute_key_files"
