"""One installation with everything in every state, for the matrices: made once, brought back after each request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from esign.access import Permission, Role, passwords, system
from tests.api.conftest import Backend
from tests.company.object_states import STATES, Memory
from tests.company.people import colleague
from tests.conftest import installation
from tests.documents.own_documents import UPLOAD

ORIGIN = "https://shop.example"


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords take a sixty-fourth of the memory here; what they really cost is the affair of tests/access."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_KIBIBYTES", 1024)
        yield


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[Any]:
    """Two companies in one installation; the first one has everything, in every state."""
    with installation(tmp_path_factory.mktemp("states"), sandbox_folder) as world:
        world.settings = world.settings.with_changes(tenants=("default", "other"), api_rate=10_000, api_burst=10_000)
        world.start()
        world.objects = {name: make(world) for name, make in STATES.items()}
        for tenant in ("default", "other"):
            colleague(world, email=f"stays@{tenant}.example.org", tenant=tenant)
            world.application.journeys.register(system(tenant), ORIGIN)
        world.persons = {role: colleague(world, role, email=f"{role}@roles.example.org") for role in Role}
        world.everything = colleague(world, *Role, email="everything@roles.example.org")
        world.stranger = colleague(world, *Role, tenant="other", email="stranger@other.example.org")
        until = world.clock.now() + timedelta(days=30)
        world.backends = {}
        for tenant in ("default", "other"):
            made = world.application.api_keys.create(
                system(tenant), name="states", scopes=list(Permission), expires_at=until
            )
            world.backends[tenant] = Backend(world, made.secret)
            assert world.backends[tenant].get("/key").status_code == 200  # notes the day of its use
        world.objects["batch_id"] = seal_batches(world, world.backends["default"])
        world.memory = Memory(world)
        yield world


def seal_batches(world: Any, backend: Backend) -> dict[str, str]:
    """Return a batch of documents to be sealed in each state; they belong to the key that opened them."""
    made = {}
    for state in ("deleted", "done", "running", "open"):
        batch = backend.post("/seal-batches", {"level": "B-B", "evidence_record": True}).json()["id"]
        path = f"/seal-batches/{batch}/documents/invoice.pdf"
        assert backend("PUT", path, content=UPLOAD.pdf, headers={"Content-Type": "application/pdf"}).status_code == 201
        if state in ("done", "running"):
            backend.post(f"/seal-batches/{batch}/complete")
        while state == "done" and world.application.sealing.seal_due():
            pass
        if state == "deleted":
            backend("DELETE", f"/seal-batches/{batch}")
        made[state] = batch
    return made
