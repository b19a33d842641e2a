"""What stands directly above the order button (BGB § 312j (2))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esign.contracts.errors import MissingOrderInformation
from esign.contracts.together import Together
from esign.contracts.values import flags, values
from esign.contracts.wording import applies, contract_wording, fill, in_language
from esign.foundation.canonical import canonical

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryLine:
    """One line of the summary."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """What the customer sees directly above the order control, and the label that the control carries."""

    lang: str
    title: str
    lines: tuple[SummaryLine, ...]
    label: str
    """The exact label of the order control; not part of the canonical bytes."""

    def canonical(self) -> bytes:
        """Return canonical JSON ``{"lang","lines":[{"label","value"}],"title"}`` (docs/ceremony-spec.md, `open`)."""
        lines = [{"label": line.label, "value": line.value} for line in self.lines]
        return canonical({"lang": self.lang, "title": self.title, "lines": lines})


def order_summary(contract: ContractData, party: int = 0) -> OrderSummary:
    """Return the summary that stands directly above the order control of one signatory.

    Args:
        contract: The contract.
        party: Which of its signatories, from 0.

    Raises:
        MissingOrderInformation: A paid consumer contract lacks an item that the law wants there.

    Source: BGB § 312j (2) with EGBGB Art. 246a § 1 (1) Nos. 1, 5, 6, 7, 8, 14, 15.
    """
    policy = contract_wording(contract.template, contract.date)["summary"]
    held = flags(contract)
    items = [item for item in policy["lines"] if applies(item, held)]
    if contract.paid and contract.signatory.consumer:
        _check_complete(policy, items, contract.personalised_price)
    filled = values(contract, party)
    first = Together(contract=contract).summary(contract.signatories[party])
    lines = tuple(SummaryLine(label=label, value=value) for label, value in first)
    lines += tuple(
        SummaryLine(
            label=in_language(item["label"], contract.lang),
            value=fill(in_language(item["value"], contract.lang), filled),
        )
        for item in items
    )
    return OrderSummary(
        lang=contract.lang, title=in_language(policy["title"], contract.lang), lines=lines, label=contract.order_label
    )


def _check_complete(policy: Mapping[str, Any], items: list[Mapping[str, Any]], personalised: bool) -> None:
    present = {number for item in items for number in item["items"]}
    wanted = {*policy["required"], *(["6"] if personalised else [])}
    if missing := sorted(wanted - present):
        raise MissingOrderInformation(
            "an item is missing that must stand above the order button", pointer="/price", items=",".join(missing)
        )
