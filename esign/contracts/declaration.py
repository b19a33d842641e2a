"""The declaration of intent (Willenserklärung): the exact words that the customer declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.contracts.values import flags, values
from esign.contracts.wording import applies, contract_wording, fill, in_language

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


def declaration_text(contract: ContractData) -> str:
    """Return the exact words of the declaration, paragraphs parted by one empty line.

    The words confirm no facts ("I have read …"): such clauses are void.

    Source: BGB §§ 130, 145-148; § 309 No. 12 (b).
    """
    policy = contract_wording(contract.template, contract.date)["declaration"]
    filled = values(contract)
    held = flags(contract)
    return "\n\n".join(
        fill(in_language(item, contract.lang), filled) for item in policy["paragraphs"] if applies(item, held)
    )
