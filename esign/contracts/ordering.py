"""Orders: where the customer's declaration is the offer, how and until when the company accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esign.contracts.errors import OfferRefused
from esign.contracts.wording import contract_wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from esign.contracts.data import ContractData

ORDERED = "customer"
"""The customer's order is the offer."""
SUMMARY_FIRST = frozenset({"TEL-001"})
"""Types whose contract summary must be there before the customer declares (TKG § 54 (3))."""
CLERK, AUTOMATIC = "clerk", "automatic"
"""Who accepts for the company: a person at the desk, or the installation by this rule."""


def check_offer(contract: ContractData) -> None:
    """Refuse an offer that the template does not know: whose declaration it is, what is declared by whom.

    A template whose orders are offers says so in the data too (``offer.by``), so that whoever reads the contract alone
    can tell. The company's seal in the document would accept before anybody has decided.

    Raises:
        OfferRefused: The facts name the place and the rule.
    """
    policy = _formation(contract)
    usual = policy["offer_by"]
    allowed = {usual, *policy.get("choice", ())} - {"nobody"}
    if contract.offer_by not in allowed and (usual != "nobody" or contract.offer_by == ORDERED):
        raise OfferRefused("the template knows no such offer", pointer="/offer/by", rule="choice")
    if contract.summary_later and contract.type not in SUMMARY_FIRST:
        raise OfferRefused("there is no contract summary", pointer="/offer/summary_later", rule="summary")
    if contract.offer_by != ORDERED:
        if contract.acceptance:
            raise OfferRefused("only an order is accepted", pointer="/offer/acceptance", rule="trader")
        return
    if not contract.paid:
        raise OfferRefused("an order obliges to pay", pointer="/paid", rule="unpaid")
    if contract.company_signature != "none":
        raise OfferRefused("a seal in the document would accept", pointer="/company_signature", rule="seal")


def acceptance_days(contract: ContractData) -> int:
    """Return within how many days the company accepts an order at the latest; fourteen where the template is silent.

    Source: BGB §§ 147 (2), 148, 308 No. 1.
    """
    return int(_formation(contract).get("acceptance", {}).get("days", "14"))


def accepts_by_itself(contract: ContractData) -> bool:
    """Tell whether the company accepts an order by rule, without a person."""
    usual = _formation(contract).get("acceptance", {}).get("by", CLERK)
    return contract.offer_by == ORDERED and (contract.acceptance or usual) == AUTOMATIC


def _formation(contract: ContractData) -> Mapping[str, Any]:
    policy: Mapping[str, Any] = contract_wording(contract.template, contract.date)["formation"]
    return policy
