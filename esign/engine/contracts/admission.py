"""Whether a contract can be declared here at all: its form, its level, and the policy that it is signed under."""

from __future__ import annotations

from esign.contracts import ContractData
from esign.contracts.form_requirement import form_required
from esign.contracts.formation import terms_of
from esign.engine.household import Household
from esign.policy import LegalLevel, PolicyLevelDiffers, SignaturePolicy, signature_policy
from esign.signing import NoQualifiedDevice


def policy_for(house: Household, contract: ContractData) -> SignaturePolicy:
    """Return the signature policy of a contract that can be declared here.

    Raises:
        NoQualifiedDevice: The contract asks for a qualified signature and no qualified device is configured.
        FormNotOffered: The law asks for one; the facts carry the clause and the consequence.
        FormError: The law asks one side for a form that the walk does not give.
        PolicyLevelDiffers: The configured policy is of another level.
    """
    settings, level = house.settings, contract.level
    if level is LegalLevel.QUALIFIED:
        _qualified(house, contract)
    if level is LegalLevel.SIMPLE or contract.company_signature == "seal":
        house.seal()
    name = settings.signature_policy_simple if level is LegalLevel.SIMPLE else settings.signature_policy_advanced
    policy = signature_policy(name, house.today())
    if policy.level is not level:
        raise PolicyLevelDiffers(name=name, level=policy.level.word, needed=level.word)
    terms_of(contract)  # refuses what cannot be declared here, on either side
    return policy


def _qualified(house: Household, contract: ContractData) -> None:
    try:
        house.devices.for_qualified()
    except NoQualifiedDevice as error:
        asked = form_required(contract.type, contract.date)
        if asked.level is LegalLevel.QUALIFIED:  # the law asks for it, not the company alone
            raise asked.not_offered(contract.level) from error
        raise
