"""What no schema can say: the data must fit the law of its date and must not contradict itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.contracts.buttons import OrderButtons
from esign.contracts.deadlines import DeadlineDataRefused, exception_named, withdrawal_rule
from esign.contracts.errors import (
    ContractDataMismatch,
    ContractTypeUnknown,
    ContradictoryDates,
    LevelTooLow,
    OrderLabelRefused,
    SignatoriesContradict,
    SignatoryMinor,
    WithdrawalContradiction,
)
from esign.contracts.form_requirement import check_form
from esign.contracts.ordering import check_offer
from esign.contracts.summary import order_summary
from esign.contracts.template_checks import check_terms
from esign.contracts.wording import contract_wording
from esign.policy import LegalLevel

if TYPE_CHECKING:
    from esign.contracts.data import ContractData
    from esign.contracts.parties import Signatory


_LONGER_BEFORE = frozenset({"energy", "service", "insurance"})
"""Kinds whose contracts could name a longer period before it was held against the law's."""


def check(contract: ContractData) -> None:
    """Refuse contract data that the law of its date or its own figures contradict.

    1. The law lets the type be declared electronically, at this level.  2. The type belongs to the template.  3. The
    signatories are of age and can be told apart.  4. The dates follow each other.  5. The level is high enough for the
    template, and the offer one that it knows.  6. The order control's label is allowed.  7. The right of withdrawal is
    what the law gives, with its period.  8. No contract is linked to itself.  9. The template's own terms agree with
    the price.  10. All that must stand above the order button is there.

    Raises:
        FormError: The type needs paper, a notary or a higher level; the facts carry the clause and the consequence.
            Or the table of forms says nothing about it.
        ContractDataError: The first of these that does not hold.
        NotInForce: The policies have no wording for the contract's date.
    """
    check_form(contract.type, contract.date, offered=contract.level)
    policy = contract_wording(contract.template, contract.date)
    if contract.type not in policy["types"]:
        raise ContractTypeUnknown("the type does not belong to the template", pointer="/type")
    _check_persons(contract)
    if contract.accept_until is not None and contract.accept_until < contract.date:
        raise ContradictoryDates("the offer ends before it is made", pointer="/offer/accept_until")
    if contract.level < LegalLevel.parse(policy["minimum_level"]):
        raise LevelTooLow("the template asks for a higher level", pointer="/level", minimum=policy["minimum_level"])
    check_offer(contract)
    _check_label(contract)
    _check_withdrawal(contract, tuple(policy["withdrawal_kinds"]))
    _check_linked(contract)
    check_terms(contract)
    order_summary(contract)


def _check_persons(contract: ContractData) -> None:
    for place, person in enumerate(contract.signatories):
        pointer = "/signatory" if place == 0 else f"/further_signatories/{place - 1}"
        _check_person(contract, person, pointer)
        for earlier in contract.signatories[:place]:
            _check_apart(contract, earlier, person, pointer)


def _check_person(contract: ContractData, person: Signatory, pointer: str) -> None:
    born = person.birth_date
    if born is not None and (born > contract.date or born.year < 1900):
        raise ContradictoryDates("nobody was born on that day", pointer=f"{pointer}/birth_date")
    if not person.of_age(contract.date):
        raise SignatoryMinor(pointer=f"{pointer}/birth_date")
    power = person.represents
    if power is not None and power.dated > contract.date:
        raise ContradictoryDates("the power is granted after the contract is made", pointer=f"{pointer}/represents")
    if power is not None and power.name.casefold() == person.name.casefold():
        raise SignatoriesContradict("nobody represents himself or herself", pointer=f"{pointer}/represents/name")


def _check_apart(contract: ContractData, first: Signatory, second: Signatory, pointer: str) -> None:
    """Refuse the same person twice, consumers beside others, and, where only the mailbox identifies, one mailbox."""
    same_day = None in (first.birth_date, second.birth_date) or first.birth_date == second.birth_date
    if first.name.casefold() == second.name.casefold() and same_day:
        raise SignatoriesContradict("the same person signs only once", pointer=pointer)
    if first.consumer != second.consumer:
        raise SignatoriesContradict("either all signatories are consumers or none is", pointer=f"{pointer}/consumer")
    if contract.level is LegalLevel.SIMPLE and first.email.casefold() == second.email.casefold():
        what = "at the simple level the mailbox identifies: each signatory needs one of their own"
        raise SignatoriesContradict(what, pointer=f"{pointer}/email")


def _check_label(contract: ContractData) -> None:
    buttons = OrderButtons.on(contract.date)
    if buttons.allows(contract.order_label, lang=contract.lang, paid=contract.paid):
        return
    reason = "refused" if buttons.refuses(contract.order_label) else "not_listed"
    raise OrderLabelRefused("the order control may not carry this label", pointer="/order/label", reason=reason)


def _check_withdrawal(contract: ContractData, kinds: tuple[str, ...]) -> None:
    withdrawal = contract.withdrawal
    consumer = contract.signatory.consumer
    if withdrawal.reason == "exception" and consumer and contract.paid:
        _check_exception(withdrawal.exception, kinds)
        return
    if withdrawal.right != (consumer and contract.paid):
        raise WithdrawalContradiction(
            "a consumer who concludes a paid contract at a distance has the right, nobody else",
            pointer="/withdrawal/right",
        )
    if withdrawal.right and withdrawal.kind not in kinds:
        raise WithdrawalContradiction("the kind does not belong to the template", pointer="/withdrawal/kind")
    if withdrawal.right:
        _check_length(contract)
    if not withdrawal.right and withdrawal.reason != ("no_paid_consumer_contract" if consumer else "not_a_consumer"):
        raise WithdrawalContradiction("another reason excludes the right", pointer="/withdrawal/reason")


def _check_exception(code: str, kinds: tuple[str, ...]) -> None:
    """Refuse an exception that is none of the law's, or not for this kind of contract (BGB § 312g (2); VVG § 8 (3))."""
    try:
        found = exception_named(code)
    except DeadlineDataRefused as error:
        raise WithdrawalContradiction("there is no such exception", pointer="/withdrawal/exception") from error
    if not set(kinds) & set(found.kinds):
        raise WithdrawalContradiction("the exception is for other contracts", pointer="/withdrawal/exception")


def _check_length(contract: ContractData) -> None:
    """Refuse a period other than the law's: the instruction names that one. Longer ones of before are read on."""
    right = contract.withdrawal
    period = withdrawal_rule(right.kind, contract.date).period
    other = right.period_days != period.days and right.kind not in _LONGER_BEFORE
    if period.months or right.period_days < period.days or other:
        raise WithdrawalContradiction("the period is not the law's", pointer="/withdrawal/period_days")


def _check_linked(contract: ContractData) -> None:
    named = [each.reference.casefold() for each in contract.linked]
    if contract.reference.casefold() in named:
        raise ContractDataMismatch("no contract is linked to itself", pointer="/linked_contracts", rule="not")
    if len(set(named)) != len(named):
        raise ContractDataMismatch("a contract is named twice", pointer="/linked_contracts", rule="uniqueItems")
