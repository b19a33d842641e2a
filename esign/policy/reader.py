"""Policy files: YAML in which every scalar is text, typed by the JSON Schema beside it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from esign.foundation.errors import EsignError


class PolicyError(EsignError):
    """A policy file cannot be used."""

    code = "policy"


class PolicyNotFound(PolicyError):
    """There is no such policy."""

    code = "policy.not_found"


class PolicyMalformed(PolicyError):
    """A policy file breaks YAML, repeats a key, or does not fit its schema."""

    code = "policy.malformed"


class _TextLoader(yaml.SafeLoader):
    """Leaves every scalar as text: ``NO`` stays a country, ``01067`` a postal code; a repeated key is an error."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep=True)


def policies_root() -> Path:
    """Return the folder that holds the policies shipped with this product."""
    return Path(__file__).parents[2] / "policies"


def read_policy(path: Path) -> Mapping[str, Any]:
    """Read one policy file and check it against ``schema.json`` in its folder.

    Returns:
        A mapping in which every scalar is text.

    Raises:
        PolicyNotFound: The file is not there.
        PolicyMalformed: Not YAML, a repeated key, or not as the schema says.
    """
    return parse_policy(_read(path), _schema(path.parent), name=path.name)


def parse_policy(source: bytes, schema: Draft202012Validator, *, name: str) -> Mapping[str, Any]:
    """Return the mapping that policy source bytes mean, checked against a schema.

    Raises:
        PolicyMalformed: Not YAML, a repeated key, or not as the schema says.
    """
    value = read_source(source, name=name)
    problem = next(iter(schema.iter_errors(value)), None)
    if problem is not None:
        raise PolicyMalformed("does not fit its schema", file=name, at=problem.json_path, rule=str(problem.validator))
    return value


def read_source(source: bytes, *, name: str) -> Mapping[str, Any]:
    """Return the mapping that policy source bytes mean, without a schema: they were checked when they were new.

    Raises:
        PolicyMalformed: Not YAML of a mapping, or a repeated key.
    """
    try:
        value = yaml.load(source.decode("utf-8"), Loader=_TextLoader)  # noqa: S506 - derives from SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyMalformed("not readable as YAML with unique keys", file=name) from error
    if not isinstance(value, dict):
        raise PolicyMalformed("not a mapping", file=name)
    return value


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PolicyNotFound("policy file cannot be read", file=path.name) from error


@cache
def _schema(folder: Path) -> Draft202012Validator:
    try:
        schema = json.loads((folder / "schema.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyMalformed("the folder has no readable schema.json", folder=folder.name) from error
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
