"""Wrong values made from a JSON Schema and a right one: every member, every rule, one departure at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2] / "esign" / "ceremony" / "schemas"
COMMON = json.loads((SCHEMAS / "common.json").read_text("utf-8"))["$defs"]
ABSENT = object()
Path_ = tuple[str | int, ...]
Mutant = tuple[Path_, str, Any]


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found


def resolved(rule: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in rule:
        return {**COMMON[rule["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in rule.items() if k != "$ref"}}
    return rule


def mutants(rule: dict[str, Any], value: Any, path: Path_ = ()) -> Iterator[Mutant]:
    """Yield where, what kind, and the whole wrong value (or ABSENT) for that place."""
    rule = resolved(rule)
    kind = rule.get("type")
    for name, wrong in (("null", None), ("list", []), ("object", {}), ("truth", True), ("number", 7), ("text", "?")):
        if not _fits(rule, wrong):
            yield path, f"is {name}", wrong
    if kind == "string":
        yield path, "has a line feed", f"{value}\n"
        yield path, "has a control character", f"\x07{value[1:]}" if value else "\x07"
        if "maxLength" in rule:
            yield path, "is too long", value + (value[-1:] or "a") * (rule["maxLength"] + 1 - len(value))
        if rule.get("minLength", 0) > 0:
            yield path, "is empty", ""
        if value and rule.get("maxLength", 0) in (32, 64) and "[0-9a-f]" in rule.get("pattern", ""):
            yield path, "is upper case", "AB" + value[2:]
            yield path, "is too short", value[:-1]
        if rule.get("format") == "base64url":
            yield path, "is padded", value + "="
            yield path, "is base64, not base64url", "+/" + value[2:]
    if kind == "integer":
        yield path, "is below", rule["minimum"] - 1
        if rule["maximum"] < 2**53 - 1:
            yield path, "is above", rule["maximum"] + 1
    if "const" in rule or "enum" in rule:
        yield path, "is another word", "esign/0"
        yield path, "is another number", -1
    if kind == "array":
        if value and rule.get("minItems", 0) == len(value):
            yield path, "is too short", value[:-1]
        yield path, "is too long", (value or [{}]) * (rule["maxItems"] + 1)
        for position, item in enumerate(value):
            yield from mutants(rule["items"], item, (*path, position))
    if kind == "object":
        yield path, "has an unknown member", {**value, "extra": 1}
        for member, inner in rule["properties"].items():
            if member not in value:
                continue
            if member in rule["required"]:
                yield (*path, member), "is absent", ABSENT
            yield from mutants(inner, value[member], (*path, member))


def changed(value: Any, path: Path_, wrong: Any) -> Any:
    if not path:
        return wrong
    result = copy.deepcopy(value)
    place = result
    for step in path[:-1]:
        place = place[step]
    if wrong is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = wrong
    return result


def _fits(rule: dict[str, Any], value: Any) -> bool:
    if "enum" in rule:
        return any(value is word or (type(value) is type(word) and value == word) for word in rule["enum"])
    if "const" in rule:
        return type(value) is type(rule["const"]) and value == rule["const"]
    match rule.get("type"):
        case "string":
            return (
                value == "?" and isinstance(value, str) and "[0-9A-Za-z" not in str(rule.get("pattern")) and _free(rule)
            )
        case "integer":
            return value == 7 and value is not True and rule["minimum"] <= 7 <= rule["maximum"]
        case "boolean":
            return value is True
        case "array":
            return value == [] and isinstance(value, list) and not rule.get("minItems")
    return False


def _free(rule: dict[str, Any]) -> bool:
    return str(rule.get("pattern", "")).startswith("^[^") and rule.get("minLength", 0) <= 1
