"""The client against the description: a method for each operation, an operation for each method, the same names."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import UnionType
from typing import Any

import httpx
import pytest

from esign.client import ApiClient
from esign.client.transport import Transport
from tests.api.conftest import operation_of
from web.api.specification import document, operations, resolved

NO_OPERATIONS = {"close", "events_page"}
"""Closes connections; is what ``events`` is made of."""
METHODS = sorted(
    found
    for found, _ in inspect.getmembers(ApiClient, inspect.isfunction)
    if not found.startswith("_") and found not in NO_OPERATIONS
)


def example(annotation: Any) -> Any:
    """Return some value of a type."""
    if typing.get_origin(annotation) is UnionType:
        annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
    origin = typing.get_origin(annotation)
    if origin is Sequence:
        return [example(typing.get_args(annotation)[0])]
    if origin is Mapping:
        return {}
    made = {str: "x", bytes: b"x", bool: True, int: 1, datetime: datetime(2026, 11, 22, tzinfo=UTC)}
    return made[annotation]


def requests_of(method: str, *, all_arguments: bool) -> Iterator[httpx.Request]:
    """Call a method, with what it needs or with all that it can be told; return what it asked for."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"items": [], "next": None, "more": False})

    called = getattr(ApiClient, method)
    hints = typing.get_type_hints(called)
    wanted = [
        parameter
        for parameter in list(inspect.signature(called).parameters.values())[1:]
        if parameter.kind is not parameter.VAR_KEYWORD and (all_arguments or parameter.default is parameter.empty)
    ]
    arguments = {parameter.name: example(hints[parameter.name]) for parameter in wanted}
    if method == "check_bulk_csv":
        arguments["form"] = "x"
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        result = getattr(ApiClient("https://x.example", "esk_k", http=http), method)(**arguments)
        if isinstance(result, Iterator):
            list(result)
    yield from asked


def asked_for(request: httpx.Request) -> tuple[str, dict[str, Any]]:
    found = operation_of(request.method, request.url.path.removeprefix("/api/v1"))
    assert found is not None, f"there is no {request.method} {request.url.path}"
    return found


def of_each_method() -> dict[str, set[str]]:
    return {
        method: {
            asked_for(request)[1]["operationId"]
            for whole in (False, True)
            for request in requests_of(method, all_arguments=whole)
        }
        for method in METHODS
    }


def test_no_operation_is_forgotten():
    reached = set().union(*of_each_method().values())
    assert {operation.id for operation in operations()} - reached == set()


def test_two_methods_for_one_operation_are_known():
    double: dict[str, list[str]] = {}
    for method, reached in of_each_method().items():
        for operation in reached:
            double.setdefault(operation, []).append(method)
    assert {name: found for name, found in double.items() if len(found) > 1} == {
        "createBulkRun": ["check_bulk", "check_bulk_csv"]
    }


@pytest.mark.parametrize("whole", [False, True], ids=["what it needs", "all that it can be told"])
@pytest.mark.parametrize("method", METHODS)
def test_what_a_method_sends_has_the_names_of_the_description(method: str, whole: bool):
    for request in requests_of(method, all_arguments=whole):
        template, operation = asked_for(request)
        parameters = [
            resolved(each)
            for each in (*operation.get("parameters", ()), *document()["paths"][template].get("parameters", ()))
        ]
        queries = {each["name"] for each in parameters if each["in"] == "query"}
        assert set(request.url.params) <= queries
        headers = {each["name"].lower() for each in parameters if each["in"] == "header"}
        assert "idempotency-key" in headers or "idempotency-key" not in request.headers
        if request.headers.get("content-type") != "application/json":
            continue
        sent = set(json.loads(request.content) or ())
        schema = resolved(operation["requestBody"])["content"]["application/json"]["schema"]
        assert sent <= names_in(schema), method
        if whole:
            assert set(resolved(schema).get("required", ())) <= sent, method


def names_in(schema: Mapping[str, Any]) -> set[str]:
    schema = resolved(schema)
    parts = [each for word in ("oneOf", "anyOf", "allOf") for each in schema.get(word, ())]
    return set(schema.get("properties", ())).union(*(names_in(each) for each in parts))


def test_the_transport_has_no_operations_of_its_own():
    assert [name for name, _ in inspect.getmembers(Transport, inspect.isfunction) if not name.startswith("_")] == [
        "close"
    ]
