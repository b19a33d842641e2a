"""Contracts at a distance: what is offered, what exactly the customer declares, what must be shown before the click.

What enters: contract data as JSON, from a backend system that may be wrong or hostile. What leaves: ``ContractData``,
which fits its schema, adds up and fits the law of its date; the exact declaration of intent (*Willenserklärung*); the
summary that stands above the order button; the words of the contract, clause by clause. What may be touched here:
files below ``policies/``, read-only; no file format other than JSON. Deadlines
have a room of their own, ``deadlines``. Clauses: BGB
§§ 145–148, 312d, 312f, 312i, 312j, 355–356a, EGBGB Art. 246a and 246c with Anlagen 1 and 2, VVG §§ 7–9, EnWG §§ 41–41b,
TKG §§ 54–57.
"""

from esign.contracts.buttons import OrderButtons
from esign.contracts.data import ContractData
from esign.contracts.declaration import declaration_text
from esign.contracts.errors import (
    ContractDataError,
    ContractDataMalformed,
    ContractDataMismatch,
    ContractDataTooLarge,
    ContractsError,
    ForbiddenText,
    LevelTooLow,
    MissingLanguage,
    MissingOrderInformation,
    OrderLabelRefused,
    PriceContradiction,
    SignatoriesContradict,
    SignatoryMinor,
    WithdrawalContradiction,
    WordingError,
)
from esign.contracts.form_requirement import Form, FormRequirement, check_form, form_required
from esign.contracts.parties import Address, Company, Representation, Signatory
from esign.contracts.policy_tests import PolicyFault, check_policies
from esign.contracts.price import Price, PriceLine, Tax
from esign.contracts.summary import OrderSummary, SummaryLine, order_summary
from esign.contracts.text import ContractText, PartyDeclaration, compose
from esign.contracts.together import Together
from esign.contracts.withdrawal import Withdrawal

__all__ = [
    "Address",
    "Company",
    "ContractData",
    "ContractDataError",
    "ContractDataMalformed",
    "ContractDataMismatch",
    "ContractDataTooLarge",
    "ContractText",
    "ContractsError",
    "ForbiddenText",
    "Form",
    "FormRequirement",
    "LevelTooLow",
    "MissingLanguage",
    "MissingOrderInformation",
    "OrderButtons",
    "OrderLabelRefused",
    "OrderSummary",
    "PartyDeclaration",
    "PolicyFault",
    "Price",
    "PriceContradiction",
    "PriceLine",
    "Representation",
    "SignatoriesContradict",
    "Signatory",
    "SignatoryMinor",
    "SummaryLine",
    "Tax",
    "Together",
    "Withdrawal",
    "WithdrawalContradiction",
    "WordingError",
    "check_form",
    "check_policies",
    "compose",
    "declaration_text",
    "form_required",
    "order_summary",
]
