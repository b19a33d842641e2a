"""Keys that seal, made once for a run of the tests, and the documents that are sealed."""

from __future__ import annotations

import functools

from esign.sealing import SealProfile
from tests.pades import small_world

PROFILE = SealProfile(name="Muster GmbH")


class HolderKey:
    """A seal key in memory that counts how often it is used."""

    def __init__(self, holder: small_world.Holder) -> None:
        self.holder = holder
        self.certificate = holder.der
        self.chain = holder.chain
        self.used = 0

    def sign(self, data: bytes) -> bytes:
        self.used += 1
        return self.holder.sign(data)


@functools.cache
def world() -> small_world.World:
    return small_world.World()


@functools.cache
def holder(kind: str = "ec") -> small_world.Holder:
    return world().signatory(key_type=kind)


def seal_key(kind: str = "ec") -> HolderKey:
    return HolderKey(holder(kind))
