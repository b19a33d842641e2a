"""A backend system in front of an installation: every answer that it gets is checked against the description."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from certs.sandbox import Sandbox
from esign.access import Actor, Permission, system
from tests.api.served import Served, served
from tests.conftest import WEB, World
from web.api.specification import document, resolved, validator

PREFIX = f"{WEB}/api/v1"
PROBLEM = "application/problem+json"
EVERYTHING = frozenset(Permission)


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the template and the operation of a request."""
    for template, item in document()["paths"].items():
        pattern = re.sub(r"\{[a-z_]+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in item:
            return template, item[method.lower()]
    return None


_validators: dict[int, Any] = {}


def check_answer(method: str, path: str, answer: Any) -> None:
    """Fail where an answer is not one that the description knows."""
    path = path.partition("?")[0]
    found = operation_of(method, path)
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if found is None:
        assert answer.status_code in (404, 405, 421), answer.text
        assert media_type == PROBLEM
        return
    status = str(answer.status_code)
    assert status in found[1]["responses"], (method, path, status, answer.text)
    response = resolved(found[1]["responses"][status])
    for name in response.get("headers", {}):
        assert name in answer.headers, (method, path, status, name)
    content = response.get("content", {})
    if not content:
        assert answer.content == b""
        return
    assert media_type in content, (media_type, list(content))
    schema = content[media_type].get("schema")
    if schema is not None:
        if id(schema) not in _validators:  # the description is read once: a schema stays the same object
            _validators[id(schema)] = validator(schema)
        found_out = _validators[id(schema)].iter_errors(answer.json())
        errors = [f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in found_out]
        assert errors == []
    if media_type == PROBLEM:
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["type"].endswith(f"/problems/{answer.json()['code']}")


@dataclass
class Backend:
    """Calls the interface as a backend system does."""

    world: World
    secret: str | None

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", {}))
        if self.secret is not None:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        if body is not None:
            options["content"] = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        answer = self.world.http.request(method, f"{PREFIX}{path}", headers=headers, **options)
        if method not in ("HEAD", "OPTIONS"):
            check_answer(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        return self("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self("POST", path, body, **options)


@dataclass
class Api:
    """An installation with keys."""

    world: World

    def key(self, *scopes: Permission, tenant: str = "default", days: int = 30) -> str:
        """Return a new key."""
        made = self.world.application.api_keys.create(
            system(tenant),
            name="tests",
            scopes=scopes or EVERYTHING,
            expires_at=self.world.clock.now() + timedelta(days=days),
        )
        return made.secret

    def backend(self, *scopes: Permission, tenant: str = "default") -> Backend:
        """Return a backend system with a key of its own."""
        return Backend(self.world, self.key(*scopes, tenant=tenant))

    def stranger(self, secret: str | None = None) -> Backend:
        return Backend(self.world, secret)

    def actor(self, secret: str) -> Actor:
        return self.world.application.api_keys.authenticate(secret)

    def entries(self) -> int:
        """Return how many entries the ledger has."""
        with self.world.application.contracts.household.store.reading() as tx:
            return tx.ledger.tail().size


@pytest.fixture(scope="session")
def installation(sandbox_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation as its operator runs it, started once; who uses it leaves no webhook behind."""
    state = tmp_path_factory.mktemp("served") / "state"
    shutil.copytree(sandbox_folder, state / "sandbox")
    with served(state, Sandbox.create) as running:
        yield running


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    world.settings = world.settings.with_changes(api_rate=10_000, api_burst=10_000)
    world.start()
    yield Api(world)


@pytest.fixture
def backend(api: Api) -> Backend:
    return api.backend()


@pytest.fixture
def contract(api: Api, backend: Backend) -> str:
    """A contract at the advanced level, drawn up by the interface."""
    made = backend.post("/contracts", {"data": api.world.sample("electricity-supply")})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])
