"""The contract of the interface: read once, taken apart into operations, with everything resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema_rs import Draft202012Validator

from esign.access import Permission

FILE = Path(__file__).with_name("openapi.yaml")
JSON = "application/json"
METHODS = ("get", "post", "put", "patch", "delete")
_INTERNAL = ("x-common", "x-body", "x-object", "x-change")
_OWN = "#/$defs/"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    """``path``, ``query`` or ``header``."""
    required: bool
    integer: bool
    validator: Draft202012Validator
    default: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked for."""

    id: str
    method: str
    path: str
    scopes: tuple[Permission, ...]
    parameters: tuple[Parameter, ...]
    body_types: tuple[str, ...]
    """Media types that the request's body may have; empty: it has none."""
    body_limit: int | None
    """Bytes of the body at the most; None: as the door is set."""
    body: Draft202012Validator | None
    """What a body of JSON is checked against."""
    records_refusals: bool
    """Whether a refusal of the use case stands in the ledger, and is kept though nothing else is."""
    produces: tuple[str, ...]
    """Media types of the answer in case of success; empty: it has no body."""

    @property
    def body_type(self) -> str | None:
        """The media type that is named first; None: the request has no body."""
        return next(iter(self.body_types), None)

    @property
    def rule(self) -> str:
        """The path as a route of Flask."""
        return _PARAMETER.sub(r"<\1>", self.path)


@cache
def document() -> Mapping[str, Any]:
    """Return the OpenAPI document: anchors resolved, the schema of contract data put in."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(FILE.read_bytes(), Loader=loader)  # noqa: S506 - safe, and the fast one of both
    for name in _INTERNAL:
        found.pop(name, None)
    schemas = found["components"]["schemas"]
    for name, schema in schemas.items():
        reference = schema.get("$ref", "")
        if reference and not reference.startswith("#"):
            data = json.loads((FILE.parent / reference).read_text("utf-8"))
            data.pop("$schema", None)
            schemas[name] = _moved(data, f"#/components/schemas/{name}/$defs/")
    result: dict[str, Any] = json.loads(json.dumps(found))  # nothing is shared any more
    return result


@cache
def served() -> bytes:
    """Return the document as it is served."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations."""
    return tuple(_operations())


def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a node refers to, or the node itself."""
    reference = node.get("$ref")
    if reference is None:
        return node
    found: Any = document()
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """Return the validator of a schema that may refer to the document's components."""
    return Draft202012Validator({"allOf": [schema], "components": document()["components"]}, validate_formats=False)


def _operations() -> Iterator[Operation]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
            content = operation.get("requestBody", {}).get("content", {})
            yield Operation(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                scopes=tuple(Permission(word) for word in operation["security"][0]["key"]),
                parameters=tuple(_parameter(resolved(each)) for each in parameters),
                body_types=tuple(content),
                body_limit=operation.get("x-body-limit"),
                body=validator(content[JSON]["schema"]) if JSON in content else None,
                records_refusals=operation.get("x-records-refusals", False),
                produces=tuple(
                    media_type
                    for status, answer in operation["responses"].items()
                    if status.startswith("2")
                    for media_type in resolved(answer).get("content", ())
                ),
            )


def _parameter(node: Mapping[str, Any]) -> Parameter:
    schema = resolved(node["schema"])
    return Parameter(
        name=node["name"],
        place=node["in"],
        required=node.get("required", False),
        integer=schema.get("type") == "integer",
        validator=validator(schema),
        default=schema.get("default"),
    )


def _moved(node: Any, place: str) -> Any:
    """Return a schema whose references to its own definitions lead to where they are now."""
    if isinstance(node, dict):
        return {
            key: place + value.removeprefix(_OWN)
            if key == "$ref" and isinstance(value, str) and value.startswith(_OWN)
            else _moved(value, place)
            for key, value in node.items()
        }
    return [_moved(item, place) for item in node] if isinstance(node, list) else node
