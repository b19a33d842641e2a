"""What every installation of the tests would make anew, and the same each time: made once for each process.

A test builds its own application, with routes and templates, and its own database. What is remembered here depends on
nothing but the code that is tested: the functions that werkzeug writes for a route's text, the bytecode of a template's
text, the tables after all migrations. Each is what would have come out again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import make_url
from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

from esign.store.database import migrate

Builder = Callable[..., Any]
_Asked = tuple[str, str, Any, Any, type[Any]]


class Templates(BytecodeCache):
    """Bytecode of templates by their place, the digest of their text and what else the compiler looks at."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        made = self._made.get(self._key(bucket))
        if made is not None:
            bucket.bytecode_from_string(made)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._made[self._key(bucket)] = bucket.bytecode_to_string()

    @staticmethod
    def _key(bucket: Bucket) -> tuple[Any, ...]:
        it = bucket.environment
        escapes = it.autoescape if isinstance(it.autoescape, bool) else it.autoescape.__qualname__
        options = (escapes, it.trim_blocks, it.lstrip_blocks, it.optimized, it.is_async, it.undefined)
        return (bucket.key, bucket.checksum, *options, *sorted(it.extensions), *sorted(it.filters))


def remember_templates() -> None:
    """Let all applications of this process share the bytecode of templates."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}


def remember_routes() -> None:
    """Let all applications of this process share the functions that build a route's address."""
    write: Callable[[Rule, bool], Builder] = Rule._compile_builder  # the step takes nine tenths of a start
    written: dict[tuple[str, tuple[tuple[bool, str], ...], bool], Builder] = {}

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:  # they enter the function as values
            return write(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in written:
            written[key] = write(rule, append_unknown)
        return written[key]

    Rule._compile_builder = compile_builder  # type: ignore[method-assign]  # remembered between tests


def remember_addresses() -> None:
    """Let all applications of this process share what a rule's text is taken apart into."""
    parse: Callable[[Rule, str], Iterable[RulePart]] = Rule._parse_rule
    known: dict[str, tuple[list[RulePart], list[tuple[bool, str]], list[_Asked]]] = {}

    def asking(rule: Rule, asked: list[_Asked]) -> Callable[..., Any]:
        def get_converter(variable: str, name: str, args: Any, kwargs: Any) -> Any:
            assert rule.map is not None
            asked.append((variable, name, args, kwargs, rule.map.converters[name]))
            return Rule.get_converter(rule, variable, name, args, kwargs)

        return get_converter

    def parse_rule(self: Rule, text: str) -> Iterable[RulePart]:
        assert self.map is not None
        if text not in known or any(self.map.converters.get(name) is not kind for _, name, *_, kind in known[text][2]):
            since, asked = len(self._trace), list[_Asked]()
            self.get_converter = asking(self, asked)  # type: ignore[method-assign]  # for this reading only
            parts = list(parse(self, text))
            del self.get_converter
            known[text] = (parts, self._trace[since:], asked)
            return parts
        parts, trace, asked = known[text]
        self._trace.extend(trace)
        for variable, name, args, kwargs, _ in asked:
            self._converters[variable] = self.get_converter(variable, name, args, kwargs)
            self.arguments.add(variable)
        return parts

    Rule._parse_rule = parse_rule  # type: ignore[method-assign]  # remembered between tests


def migrated(url: str) -> None:
    """Bring a new database to this version: a file of SQLite is copied from one that walked all migrations."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database or Path(address.database).exists():
        migrate(url)
        return
    path = Path(address.database)
    path.touch(mode=0o600)
    path.write_bytes(_tables())


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "esign.sqlite"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()
