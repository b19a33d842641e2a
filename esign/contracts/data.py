"""Contract data: parsed once at the door, right ever after."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from esign.contracts import parties, price, withdrawal
from esign.contracts.checks import check
from esign.contracts.linked import LinkedContract, linked_contracts
from esign.contracts.parties import Company, Signatory
from esign.contracts.price import Price
from esign.contracts.shape import read
from esign.contracts.withdrawal import Withdrawal
from esign.policy import LegalLevel

VERSION = "esign-contract/1"
"""The version of the contract data format that this product reads and writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractData:
    """Everything that makes up one contract, checked; its canonical bytes travel inside the PDF as contract.json."""

    type: str
    """Row of the form requirements, such as ``NRG-001``."""
    template: str
    reference: str
    date: datetime.date
    lang: str
    title: str
    company: Company
    signatory: Signatory
    """The first of the signatories; the contract's words address this person."""
    further_signatories: tuple[Signatory, ...]
    """Who else declares and signs, in order."""
    signing_order: str
    """``given``: one after the other, in the order of the data; ``free``: in any order."""
    company_signature: str
    """``none``, or ``seal``: the company's seal follows the last signatory."""
    level: LegalLevel
    paid: bool
    order_label: str
    accept_until: datetime.date | None
    """Last local day on which the offer can be accepted, or None where there is no offer (BGB § 148); where the
    customer offers, the last day on which it can be ordered."""
    offer_by: str
    """``trader``: the document is the offer; ``customer``: the order is, and the company accepts it."""
    acceptance: str
    """How the company accepts a customer's order: ``clerk``, ``automatic``; empty: as the template says."""
    summary_later: str
    """Why the contract summary follows after the declaration (TKG § 54 (3)); empty: it is there before."""
    personalised_price: bool
    price: Price
    """Without lines where the contract names no price."""
    terms: Mapping[str, Any]
    """The template's own terms, as its schema says; read-only all the way down."""
    withdrawal: Withdrawal
    information: Mapping[str, str]
    """Answers to single information duties, by their key; read-only."""
    consents: tuple[str, ...]
    """Which consents the customers are asked for, beside the declaration and never as its condition."""
    linked: tuple[LinkedContract, ...]
    """Contracts that fall with this one, or it with them (BGB §§ 358, 360)."""
    source: bytes = field(repr=False)
    """The canonical JSON that this was parsed from."""

    @classmethod
    def parse(cls, data: Mapping[str, Any] | bytes) -> ContractData:
        """Return checked contract data.

        Args:
            data: JSON bytes (UTF-8) or the object that they mean.

        Raises:
            ContractDataError: The data was refused; facts name the place, never the value.
        """
        value, source = read(data)
        contract = cls(
            type=value["type"],
            template=value["template"],
            reference=value["reference"],
            date=datetime.date.fromisoformat(value["date"]),
            lang=value["lang"],
            title=value["title"],
            company=parties.company(value["company"]),
            signatory=parties.signatory(value["signatory"]),
            further_signatories=tuple(parties.signatory(item) for item in value.get("further_signatories", ())),
            signing_order=value.get("signing_order", "given"),
            company_signature=value.get("company_signature", "none"),
            level=LegalLevel.parse(value["level"]),
            paid=value["paid"],
            order_label=value["order"]["label"],
            accept_until=datetime.date.fromisoformat(value["offer"]["accept_until"]) if "offer" in value else None,
            offer_by=value.get("offer", {}).get("by", "trader"),
            acceptance=value.get("offer", {}).get("acceptance", ""),
            summary_later=value.get("offer", {}).get("summary_later", ""),
            personalised_price=value.get("personalised_price", False),
            price=price.price(value["price"]) if "price" in value else price.NONE,
            terms=_frozen(value["terms"]),
            withdrawal=withdrawal.withdrawal(value["withdrawal"]),
            information=_frozen(value.get("information", {})),
            consents=tuple(value.get("consents", ())),
            linked=linked_contracts(value.get("linked_contracts", ())),
            source=source,
        )
        check(contract)
        return contract

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        """Everybody who declares and signs, in order."""
        return (self.signatory, *self.further_signatories)

    def canonical(self) -> bytes:
        """Return the canonical JSON of the data (RFC 8785): what is attached to the PDF as contract.json."""
        return self.source


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
