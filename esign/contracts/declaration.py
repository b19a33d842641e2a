"""The declaration of intent (Willenserklärung): the exact words that the customer declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.contracts.values import flags, values
from esign.contracts.wording import applies, contract_wording, fill, in_language

if TYPE_CHECKING:
    from esign.contracts.data import ContractData


def declaration_text(contract: ContractData, party: int = 0) -> str:
    """Return the exact words of one signatory's declaration, paragraphs parted by one empty line.

    A representative declares in the name of whom he or she represents, and says by which power. The
    words confirm no facts ("I have read …"): such clauses are void.

    Args:
        contract: The contract.
        party: Which of its signatories, from 0.

    Source: BGB §§ 130, 145-148, 164 (1); § 309 No. 12 (b).
    """
    policy = contract_wording(contract.template, contract.date)["declaration"]
    filled = values(contract, party)
    held = flags(contract)
    return "\n\n".join(
        fill(in_language(item, contract.lang), filled) for item in policy["paragraphs"] if applies(item, held)
    )
