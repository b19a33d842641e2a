"""Which company offers which forms, read from the configuration's table.

[companies.lichtwerk]          # a company as contract data describe it (policies, contract-data.schema.json, company)
name = "Lichtwerk Beispiel Energie GmbH"
…

[offers.default.electricity-supply]      # tenant, form
company = "lichtwerk"
reference_prefix = "LBE-"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from esign.engine.forms.ports import Offer
from esign.foundation.errors import EsignError

_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}\Z")


class OffersMalformed(EsignError):
    """The file that says which company offers which forms cannot be used."""

    code = "settings.forms_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferBook:
    """The offers of all tenants; implements :class:`esign.engine.forms.ports.Offers`."""

    tenants: Mapping[str, Mapping[str, Offer]]
    everybody: Mapping[str, Offer] = field(default_factory=dict)
    """What every tenant offers that is not named: the sandbox's samples."""

    def of(self, tenant: str) -> Mapping[str, Offer]:
        """Return a tenant's offers by the form's name."""
        return self.tenants.get(tenant, self.everybody)

    @classmethod
    def parse(cls, table: Mapping[str, Any], *, tenants: tuple[str, ...], forms: frozenset[str]) -> Self:
        """Return the offers that a table means.

        Args:
            table: The file's table.
            tenants: The companies that the installation serves.
            forms: Names of the forms that there are.

        Raises:
            OffersMalformed: It names what is not there, or something is missing.
        """
        if unknown := set(table) - {"companies", "offers"}:
            raise OffersMalformed("an unknown table", table=sorted(unknown)[0])
        companies = _table(table.get("companies", {}), "companies")
        found: dict[str, Mapping[str, Offer]] = {}
        for tenant, offers in _table(table.get("offers", {}), "offers").items():
            if tenant not in tenants:
                raise OffersMalformed("a tenant that this installation does not serve", tenant=tenant)
            made: dict[str, Offer] = {}
            for form, offer in _table(offers, f"offers.{tenant}").items():
                if form not in forms:
                    raise OffersMalformed("there is no such form", form=form)
                made[form] = _offer(_table(offer, f"offers.{tenant}.{form}"), companies, f"offers.{tenant}.{form}")
            found[tenant] = MappingProxyType(made)
        return cls(tenants=MappingProxyType(found))


def reference(offer: Offer, day: date, case_id: str) -> str:
    """Return a contract's reference: prefix, day, and a part of the case's name, in capitals and digits."""
    name = "".join(char for char in case_id.upper() if char.isalnum())[:10]
    return f"{offer.prefix}{day:%Y%m%d}-{name}"


def _offer(table: Mapping[str, Any], companies: Mapping[str, Any], at: str) -> Offer:
    if unknown := set(table) - {"company", "reference_prefix"}:
        raise OffersMalformed("an unknown member", at=at, member=sorted(unknown)[0])
    company = companies.get(str(table.get("company", "")))
    if not isinstance(company, Mapping):
        raise OffersMalformed("the company is not one of [companies]", at=at)
    prefix = str(table.get("reference_prefix", "V-"))
    if not _PREFIX.match(prefix):
        raise OffersMalformed("a prefix has up to 16 letters, digits, dots, hyphens", at=at)
    return Offer(company=company, prefix=prefix)


def _table(value: object, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise OffersMalformed("this is no table", at=at)
    return value
