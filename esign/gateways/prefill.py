"""Which form is filled in from which of the company's data, as one file of the configuration says it.

    [sources.customers]
    kind = "sql"                       # or "rest", "csv"
    url_file = "customers.url"

    [uses.default.mobile-plan]         # tenant, form
    source = "customers"
    token = "SELECT … WHERE number = :customer"          # for whoever brings a prefill token
    identity = "SELECT … WHERE given_name = :given_name AND …"   # for a person recognised at the identity provider
    fields = {given_name = "given_name", phone = "mobile"}        # field of the form = column or member

Nothing is filled in unless exactly one customer is found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from esign.engine.forms.ports import PrefillUse
from esign.forms import FormDefinition, form_definitions
from esign.foundation.errors import EsignError
from esign.gateways.form_files import read_table
from esign.gateways.guarded_http import GuardedCaller
from esign.gateways.prefill_csv import CsvSource
from esign.gateways.prefill_rest import RestSource
from esign.gateways.prefill_sql import SqlSource
from esign.settings import Settings

KEYS = MappingProxyType({"token": ("customer",), "identity": ("given_name", "family_name", "birth_date")})
"""By way of recognition: the parts of the key."""


class PrefillMalformed(EsignError):
    """The file that says from where forms are filled in cannot be used."""

    code = "settings.prefill_file"


class Source(Protocol):
    """Data of the company about its customers."""

    def prepared(self, query: object, parts: tuple[str, ...]) -> Any:
        """Return a query of the configuration, checked.

        Raises:
            ValueError: It cannot be one; the message says why.
        """

    def find(self, query: Any, key: Mapping[str, str]) -> Mapping[str, object] | None:
        """Return the one record of a key; None: there is none, or there are several.

        Raises:
            PrefillUnavailable: The source did not answer as configured.
        """

    def check(self) -> None:
        """Look whether the source is there.

        Raises:
            PrefillUnavailable: It is not.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedPrefill:
    """A form's way to its source; implements :class:`esign.forms.Prefill`."""

    source: Source
    queries: Mapping[tuple[str, ...], Any]
    """By the parts of the key, in order."""
    fields: Mapping[str, str]

    def lookup(self, form: str, key: Mapping[str, str]) -> Mapping[str, str] | None:
        """Return answers by field name, or None unless exactly one customer is known by this key."""
        query = next((query for parts, query in self.queries.items() if set(parts) == set(key)), None)
        if query is None:
            return None
        found = self.source.find(query, key)
        if found is None:
            return None
        texts = {name: _text(found.get(member)) for name, member in self.fields.items()}
        return {name: value for name, value in texts.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredPrefill:
    """What the file says; implements :class:`esign.engine.forms.ports.PrefillBook`."""

    uses: Mapping[tuple[str, str], PrefillUse] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def of(self, tenant: str, form: str) -> PrefillUse | None:
        """Return how a company's form is filled in, or None."""
        return self.uses.get((tenant, form))


def configured_prefill(settings: Settings) -> ConfiguredPrefill:
    """Return what fills in forms, as configured.

    Raises:
        PrefillMalformed: The file cannot be read, or names what is not there.
    """
    if settings.prefill_file is None:
        return ConfiguredPrefill()
    table = read_table(settings.prefill_file, PrefillMalformed)
    _only(table, "", {"sources", "uses"})
    folder = settings.prefill_file.resolve().parent
    sources = {name: _source(settings, folder, name, each) for name, each in _tables(table, "sources").items()}
    uses: dict[tuple[str, str], PrefillUse] = {}
    for tenant, forms in _tables(table, "uses").items():
        if tenant not in settings.tenants:
            raise PrefillMalformed("a tenant that this installation does not serve", at=f"uses.{tenant}")
        for form, use in _tables(forms, None, at=f"uses.{tenant}").items():
            uses[tenant, form] = _use(sources, form, use, at=f"uses.{tenant}.{form}")
    return ConfiguredPrefill(uses=uses, sources=sources)


def _source(settings: Settings, folder: Path, name: str, table: Mapping[str, Any]) -> Source:
    at = f"sources.{name}"
    makers: dict[str, Callable[[], Source]] = {
        "sql": lambda: SqlSource.of(_only(table, at, {"kind", "url_file", "timeout"}), folder),
        "rest": lambda: RestSource.of(
            _only(table, at, {"kind", "url", "token_file", "timeout", "max_bytes"}),
            folder,
            lambda seconds: GuardedCaller(private_networks=settings.private_networks, timeout=seconds),
        ),
        "csv": lambda: CsvSource.of(_only(table, at, {"kind", "file", "encoding", "delimiter"}), folder),
    }
    maker = makers.get(str(table.get("kind")))
    if maker is None:
        raise PrefillMalformed("a source is of the kind sql, rest or csv", at=at)
    try:
        return maker()
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise PrefillMalformed(_said(error), at=at) from error


def _use(sources: Mapping[str, Source], form: str, table: Mapping[str, Any], *, at: str) -> PrefillUse:
    _only(table, at, {"source", "token", "identity", "fields"})
    definitions = [each for each in form_definitions() if each.name == form]
    if not definitions:
        raise PrefillMalformed("there is no such form", at=at)
    name = str(table.get("source", ""))
    source = sources.get(name)
    if source is None:
        raise PrefillMalformed("the source is not one of [sources]", at=at)
    queries: dict[tuple[str, ...], Any] = {}
    for way, parts in KEYS.items():
        if way in table:
            try:
                queries[parts] = source.prepared(table[way], parts)
            except ValueError as error:
                raise PrefillMalformed(_said(error), at=f"{at}.{way}") from error
    if not queries:
        raise PrefillMalformed("neither token nor identity leads to a customer", at=at)
    prefill = MappedPrefill(source=source, queries=queries, fields=_fields(definitions, table.get("fields"), at=at))
    return PrefillUse(source=name, prefill=prefill, by_identity="identity" in table, by_token="token" in table)


def _fields(definitions: list[FormDefinition], table: object, *, at: str) -> Mapping[str, str]:
    if not isinstance(table, Mapping) or not table or not all(isinstance(each, str) for each in table.values()):
        raise PrefillMalformed("fields is a table: field of the form = column or member", at=at)
    allowed = {each.name for definition in definitions for each in definition.fields if each.prefill}
    if unknown := sorted(set(table) - allowed):
        raise PrefillMalformed("the form has no such field that may be filled in", at=at, field=unknown[0])
    return MappingProxyType(dict(table))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, (str, int, Decimal)):
        return str(value)
    return ""


def _only(table: Mapping[str, Any], at: str, known: set[str]) -> Mapping[str, Any]:
    if unknown := sorted(set(table) - known):
        raise PrefillMalformed("an unknown member", at=at, member=unknown[0])
    return table


def _tables(table: Mapping[str, Any], name: str | None, *, at: str = "") -> Mapping[str, Mapping[str, Any]]:
    found = table if name is None else table.get(name, {})
    if not isinstance(found, Mapping) or not all(isinstance(each, Mapping) for each in found.values()):
        raise PrefillMalformed("this is no table of tables", at=at or name or "")
    return found


def _said(error: Exception) -> str:
    """Return what is wrong in words; a driver's or the system's own words may hold addresses, and stay out."""
    if isinstance(error, KeyError):
        return "a member is missing"
    return str(error) if isinstance(error, ValueError) and error.args else "a member cannot be used"
