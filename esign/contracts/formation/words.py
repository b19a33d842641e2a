"""The exact words of declarations that are made outside the document, from the policies of the contract's date."""

from __future__ import annotations

from esign.contracts.data import ContractData
from esign.contracts.wording import fill, in_language, wording

POLICY = "formation"
ACCEPTANCE, ACCEPTANCE_OF_LATE, REJECTION = "acceptance", "acceptance_of_late", "rejection"
SUMMARY_APPROVAL = "summary_approval"
CONSENT, APPROVAL, REFUSAL, DEMAND = "minor_consent", "minor_approval", "minor_refusal", "minor_demand"
OWN_APPROVAL, OWN_REFUSAL = "own_approval", "own_refusal"
"""Of who has come of age since (BGB § 108 (3))."""


def declared_words(contract: ContractData, name: str, **values: str) -> str:
    """Return the words of a declaration in the contract's language.

    Args:
        contract: The contract.
        name: Which declaration: one of this file's names.
        values: ``names``, ``document``, ``declarant``, ``representative``: what the words ask for beside the contract.

    Raises:
        NotInForce: No wording is in force on the contract's date.
        UnknownPlaceholder: A value is missing.

    Source: BGB § 126b; policies/wording/formation.yaml.
    """
    text = in_language(wording(POLICY, contract.date)["texts"][name], contract.lang)
    known = {"company": contract.company.name, "title": contract.title, "reference": contract.reference}
    return fill(text, {**known, **values})
