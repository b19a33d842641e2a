"""The description as a page for people: plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import render_template

from web.api import specification


@cache
def page() -> str:
    """Return the page; it does not change while the process lives."""
    document = specification.document()
    groups = [
        {**tag, "operations": [each for each in _operations(document) if tag["name"] in each["tags"]]}
        for tag in document["tags"]
    ]
    schemas = [
        {"name": name, "text": json.dumps(schema, ensure_ascii=False, indent=2)}
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return render_template("api/docs.html", info=document["info"], groups=groups, schemas=schemas)


def _operations(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for path, item in document["paths"].items():
        for method in specification.METHODS:
            if method in item:
                operation = item[method]
                parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
                found.append(
                    {
                        **operation,
                        "method": method.upper(),
                        "path": path,
                        "scopes": operation["security"][0]["key"],
                        "parameters": [_parameter(specification.resolved(each)) for each in parameters],
                        "body": _schema_name(operation.get("requestBody")),
                        "answers": [
                            {"status": status, **specification.resolved(answer)}
                            for status, answer in sorted(operation["responses"].items())
                        ],
                    }
                )
    return found


def _parameter(node: Mapping[str, Any]) -> dict[str, Any]:
    schema = specification.resolved(node["schema"])
    rule = schema.get("enum") or schema.get("pattern") or schema.get("type")
    return {**node, "rule": ", ".join(map(str, rule)) if isinstance(rule, list) else str(rule)}


def _schema_name(body: Mapping[str, Any] | None) -> str | None:
    if body is None:
        return None
    if "application/json" not in body["content"]:
        return str(next(iter(body["content"])))
    schema = body["content"]["application/json"]["schema"]
    reference = schema.get("$ref")
    return reference.rsplit("/", 1)[-1] if reference else json.dumps(schema, ensure_ascii=False, indent=2)
