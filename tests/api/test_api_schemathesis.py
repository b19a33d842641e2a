"""schemathesis walks through the description with everything that a key may do, and finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.api.conftest import Api, Backend
from tests.conftest import WEB, World, database, installation
from tests.documents.own_documents import UPLOAD
from tests.form_answers import answers_of
from web.api.specification import Operation, document, operations

load_all_checks()
schemathesis.openapi.media_type("application/pdf", st.binary(max_size=200) | st.just(UPLOAD.pdf))


schemathesis.openapi.media_type("text/csv", st.binary(max_size=200) | st.just(b"reference;postal_code\nA-1;00124\n"))


schemathesis.openapi.media_type("application/xml", st.binary(max_size=200) | st.just(b"<invoice/>"))


@schemathesis.serializer("application/pdf", "application/xml", "text/csv")
def as_it_is(context: Any, value: Any) -> Any:
    """Hand bytes on as they are."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


CHECKS: list[Callable[..., Any]] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]
EXAMPLES = 8
"""For each operation and round; what is found is found in a thousand requests, not in a night."""


def narrowed() -> dict[str, Any]:
    """Return the description with any object in place of contract data: their combinations have tests of their own."""
    narrow = dict(document())
    schemas = {**narrow["components"]["schemas"]}
    whole = schemas["ContractData"]
    schemas["ContractData"] = {"type": "object", "$defs": whole["$defs"]}
    schemas["NewContractData"] = {"type": "object", "required": ["template"]}
    return {**narrow, "components": {**narrow["components"], "schemas": schemas}}


@dataclass(frozen=True)
class Subject:
    """An installation with one of everything, its description, and a key for all of it."""

    schema: Any
    secret: str
    objects: dict[str, str]


def subject(world: World) -> Subject:
    """Make one of everything in an installation."""
    world.settings = world.settings.with_changes(api_rate=10_000, api_burst=10_000)
    world.start()
    backend = Api(world).backend()
    schema = schemathesis.openapi.from_dict(narrowed())
    schema.config.update(base_url=f"{WEB}/api/v1")
    schema.app = world.apps[WEB]
    assert backend.secret is not None
    return Subject(schema, backend.secret, one_of_each(world, backend))


def one_of_each(world: World, backend: Backend) -> dict[str, str]:
    contract = backend.post("/contracts", {"data": world.sample("electricity-supply"), "invite": True}).json()
    webhook = backend.post("/webhooks", {"url": "https://hooks.example/a"}).json()
    delivery = backend.post(f"/webhooks/{webhook['id']}/test").json()
    address = backend.post("/return-addresses", {"origin": "https://shop.example"}).json()
    referred = {"form": "electricity-supply", "answers": answers_of("electricity-supply", "too much for a household")}
    return {
        "case_id": backend.post("/cases", referred).json()["case"],
        "form": "mobile-plan",
        "contract_id": contract["id"],
        "webhook_id": webhook["id"],
        "bulk_id": backend.post("/bulk-runs", {"contracts": [world.sample("mobile-plan")]}).json()["id"],
        "batch_id": backend.post("/seal-batches", {"level": "B-B"}).json()["id"],
        "delivery_id": delivery["id"],
        "return_address_id": address["id"],
    }


@pytest.fixture(scope="module")
def read_only(
    request: pytest.FixtureRequest, sandbox_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    """One installation for everything that only reads: nothing in it changes between two operations."""
    folder = tmp_path_factory.mktemp("read")
    with database(request) as address, installation(folder, sandbox_folder, address) as world:
        yield subject(world)


@pytest.fixture
def asked(request: pytest.FixtureRequest, operation: Operation) -> Subject:
    """What an operation is asked of: an installation of its own, if it changes anything."""
    if operation.method.upper() == "GET":
        found: Subject = request.getfixturevalue("read_only")
        return found
    return subject(request.getfixturevalue("world"))


def walk(strategy: Any, ask: Callable[[Any], None]) -> None:
    """Let hypothesis choose requests."""
    run = given(case=strategy)(lambda case: ask(case))
    settled = settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    with suppress(Unsatisfiable):  # nothing of such a request can be wrong
        settled(run)()


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_nothing_is_found(asked, operation):
    """Requests as described and requests that are not; on any objects, and on those that exist."""
    described, objects = asked.schema.find_operation_by_id(operation.id), asked.objects
    headers = {"Authorization": f"Bearer {asked.secret}"}
    seen: set[int] = set()

    def any_object(case: Any) -> None:
        seen.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    def known_object(case: Any) -> None:
        # what was wrong may just have been the object's name
        case.path_parameters.update({name: value for name, value in objects.items() if name in case.path_parameters})
        checks = [check for check in CHECKS if check is not negative_data_rejection]
        seen.add(case.call_and_validate(headers=headers, checks=checks).status_code)

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for ask in (any_object, known_object):
            walk(described.as_strategy(generation_mode=mode), ask)
    assert seen - {401, 404, 405, 429, 500}
