"""What can be wrong with contract data and with the words of a contract. Facts name places, never values."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class ContractsError(EsignError):
    """A contract cannot be drawn up from what was given."""

    code = "contracts"


class ContractDataError(ContractsError):
    """The contract data was refused; ``pointer`` in the facts is the JSON Pointer of the place (RFC 6901)."""

    code = "contracts.data"


class ContractDataMalformed(ContractDataError):
    """Not JSON, a repeated key, a float, or not an object."""

    code = "contracts.data.json"


class ContractDataTooLarge(ContractDataError):
    """More bytes or deeper nesting than contract data may have."""

    code = "contracts.data.too_large"


class ContractDataMismatch(ContractDataError):
    """A member is missing, unknown or of the wrong shape."""

    code = "contracts.data.schema"


class ForbiddenText(ContractDataError):
    """A text holds characters that can deceive a reader or cannot be printed, or is not in Unicode form NFC."""

    code = "contracts.data.text"


class PriceContradiction(ContractDataError):
    """The price data contradicts itself."""

    code = "contracts.data.price"
    source = "EGBGB Art. 246a § 1 (1) No. 5; PAngV § 3"


class OrderLabelRefused(ContractDataError):
    """The label of the order control is not one that the policy allows."""

    code = "contracts.data.order_label"
    source = "BGB § 312j (3)"


class MissingOrderInformation(ContractDataError):
    """Something that must stand directly above the order button is not in the data."""

    code = "contracts.data.order_information"
    source = "BGB § 312j (2)"


class WithdrawalContradiction(ContractDataError):
    """What the data says about withdrawal does not fit the law of the contract's kind."""

    code = "contracts.data.withdrawal"
    source = "BGB §§ 312g, 355, 356a; VVG § 8"


class SignatoryMinor(ContractDataError):
    """The signatory is not of age on the contract's date; a legal representative has to act."""

    code = "contracts.data.minor"
    source = "BGB §§ 2, 104-108"


class OfferRefused(ContractDataError):
    """Whose declaration the offer is does not fit the template, or what is said about its acceptance contradicts it."""

    code = "contracts.data.offer"
    source = "BGB §§ 145, 147, 148, 312i (1) No. 3"


class SignatoriesContradict(ContractDataError):
    """Two signatories cannot be told apart, or do not fit together."""

    code = "contracts.data.signatories"
    source = "BGB §§ 13, 164"


class ContradictoryDates(ContractDataError):
    """Two dates cannot both be right."""

    code = "contracts.data.dates"


class ContractTypeUnknown(ContractDataError):
    """The type of contract does not belong to the template."""

    code = "contracts.data.type"


class LevelTooLow(ContractDataError):
    """The signature level is below what the template asks for."""

    code = "contracts.data.level"


class WordingError(ContractsError):
    """The words of a contract cannot be composed from the policies."""

    code = "contracts.wording"


class NotInForce(WordingError):
    """No wording is in force on the contract's date."""

    code = "contracts.wording.not_in_force"


class MissingLanguage(WordingError):
    """The policies have no wording in the contract's language."""

    code = "contracts.wording.language"


class UnknownPlaceholder(WordingError):
    """A text asks for a value that the contract does not have."""

    code = "contracts.wording.placeholder"
