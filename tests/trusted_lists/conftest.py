from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from certs.trusted_lists import ListWorld
from certs.trusted_lists.world import LOTL
from esign.validation.qualification import TrustedServices
from esign.validation.trusted_lists import Fetched, ListAnchors, ListPolicy, ListUnavailable, LoadedLists, load_lists

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class MemoryCache:
    kept: dict = field(default_factory=dict)

    def load(self, location):
        return self.kept.get(location)

    def save(self, location, kept):
        self.kept[location] = kept


@dataclass
class Lists:
    """The world of lists with a source that can be changed and a cache that stays."""

    world: ListWorld
    files: dict
    cache: MemoryCache = field(default_factory=MemoryCache)
    lotl: str = LOTL
    at: datetime = AT

    def fetch(self, location, kept=None):
        if location not in self.files:
            raise ListUnavailable
        return Fetched(data=self.files[location])

    def load(self, **more) -> LoadedLists:
        anchors = ListAnchors(location=LOTL, signers=(self.world.eras[0].der,), journal=self.world.description.journal)
        return load_lists(
            self, self.cache, anchors=more.pop("anchors", anchors), at=more.pop("at", AT), policy=ListPolicy(**more)
        )

    def codes(self, loaded):
        return {item.territory: item.code for item in loaded.problems}


@pytest.fixture(scope="session")
def list_world() -> ListWorld:
    return ListWorld.create(AT)


@pytest.fixture
def lists(list_world) -> Lists:
    return Lists(world=list_world, files=dict(list_world.files))


@pytest.fixture(scope="session")
def services(list_world) -> TrustedServices:
    return TrustedServices.of(Lists(world=list_world, files=list_world.files).load())
