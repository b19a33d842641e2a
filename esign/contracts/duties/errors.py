"""What can be wrong with the information before a declaration."""

from __future__ import annotations

from esign.contracts.errors import ContractDataError


class InformationIncomplete(ContractDataError):
    """What has to be told before the declaration is not all there: the contract cannot be offered.

    The facts name the items and their clauses.
    """

    code = "contracts.data.information"
    source = "BGB §§ 312d, 312i, 312j; EGBGB Art. 246a-246c; VVG § 7; TKG § 54; EnWG § 41"


class InformationUnknown(ContractDataError):
    """The data answers an item that no duty of this contract knows."""

    code = "contracts.data.information_unknown"
