"""What is fixed before anybody declares: who has to, in which form, until when; frozen with the policies' versions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from esign.contracts.buttons import OrderButtons
from esign.contracts.data import ContractData
from esign.contracts.declaration import declaration_text
from esign.contracts.form_requirement import Form, check_form, form_policies
from esign.contracts.formation.values import (
    Among,
    Declarant,
    DeclarationForm,
    DeclarationKind,
    PolicyVersion,
    Side,
)
from esign.contracts.ordering import ORDERED, SUMMARY_FIRST, acceptance_days
from esign.contracts.wording import contract_wording, wording
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256
from esign.policy import LegalLevel

COMPANY = "company"
"""Name of the company among the declarants."""
ANSWER_DAYS = 14
"""Days for an answer among absent parties where no last day is fixed (BGB § 147 (2); engineering decision)."""
SUMMARY_APPROVAL = "TEL-002"
_ANSWERS = (DeclarationKind.ACCEPTANCE, DeclarationKind.CHANGED_ACCEPTANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The frame of one contract's formation; only policies of the contract's date went into it."""

    reference: str
    contract_type: str
    date: datetime.date
    lang: str
    paid: bool
    """Whether the contract obliges the customer to pay."""
    consumer: bool
    offer_by: Side
    """Who makes the binding offer; the other side's advertising is an invitation only (BGB § 145)."""
    among: Among
    binding: bool
    """False where who offers has excluded being bound (BGB § 145)."""
    accept_until: datetime.date | None
    """Last local day for the acceptance of the first offer, before BGB § 193 (BGB § 148)."""
    answer_days: int
    places: tuple[str, ...]
    """Länder or municipalities of both sides; empty: not known."""
    receipt_waived: bool
    """Whether the acceptance need not reach who offered (BGB § 151)."""
    one_sided: bool
    """Whether nobody has to accept: an application or another declaration that takes effect on receipt (BGB § 130)."""
    open_points: tuple[str, ...]
    """Points that a party wants regulated and on which nothing is agreed yet (BGB § 154 (1))."""
    summary_first: bool
    agreed_level: LegalLevel | None
    """The level that the parties agreed on for the customer's declarations (BGB §§ 125 sentence 2, 127)."""
    declarants: tuple[Declarant, ...]
    """Everybody who has to declare."""
    forms: tuple[DeclarationForm, ...]
    labels: tuple[str, ...]
    """Labels that the order control may carry; empty where the contract needs none (BGB § 312j (3))."""
    policies: tuple[PolicyVersion, ...]

    def of_side(self, side: Side) -> tuple[Declarant, ...]:
        """Return who declares on one side."""
        return tuple(each for each in self.declarants if each.side is side)

    def declarant(self, name: str) -> Declarant | None:
        """Return the declarant of a name."""
        return next((each for each in self.declarants if each.name == name), None)

    def form_of(self, kind: DeclarationKind) -> DeclarationForm | None:
        """Return the form that a kind of declaration needs; None: the law asks for none."""
        return next((each for each in self.forms if each.kind is kind), None)

    @property
    def needs_button(self) -> bool:
        """Whether a customer's declaration counts only by the order button.

        Source: BGB § 312j (3), (4).
        """
        return self.paid and self.consumer


def terms_of(
    contract: ContractData,
    *,
    offer_by: Side | None = None,
    among: Among = Among.ABSENT,
    places: Iterable[str] = (),
    receipt_waived: bool = False,
    binding: bool = True,
    open_points: Iterable[str] = (),
    form_types: Mapping[DeclarationKind, str] | None = None,
) -> Terms:
    """Return the terms of a contract's formation, with the policies of the contract's date frozen in.

    Args:
        contract: Checked contract data.
        offer_by: Who makes the binding offer; None: whom the contract names, within what its template allows.
        among: Whether the parties sit in one conversation.
        places: Länder or municipalities (``BY:Augsburg``) of both sides; empty: not known.
        receipt_waived: Whether the acceptance need not reach who offered.
        binding: Whether who offers is bound.
        open_points: What has to be agreed on before there is a contract.
        form_types: Rows of the table of forms for single kinds of declarations; the others need the form of the
            contract's type, on both sides.

    Raises:
        FormError: A declaration needs paper, a notary or a higher level than the contract's; with the clause and the
            consequence.
        NotInForce: No policy on order buttons is in force on the contract's date.
    """
    policy = contract_wording(contract.template, contract.date)["formation"]
    one_sided = policy["offer_by"] == "nobody"
    offer_by = offer_by or (Side.CUSTOMER if one_sided else Side(contract.offer_by))
    orders = contract.offer_by == ORDERED
    paid_consumer = contract.paid and contract.signatory.consumer
    telecom = contract.type in SUMMARY_FIRST
    kinds = dict.fromkeys((DeclarationKind.OFFER, DeclarationKind.ACCEPTANCE), contract.type)
    kinds |= {DeclarationKind.APPROVAL: SUMMARY_APPROVAL} if telecom else {}
    kinds |= form_types or {}
    labels = sorted(label for lang, label in OrderButtons.on(contract.date).paid if lang == contract.lang)
    signatories = tuple(
        Declarant(
            name=f"signatory-{number + 1}",
            side=Side.CUSTOMER,
            birth_date=person.birth_date,
            text_sha256=sha256(declaration_text(contract, number).encode()).hex(),
        )
        for number, person in enumerate(contract.signatories)
    )
    return Terms(
        reference=contract.reference,
        contract_type=contract.type,
        date=contract.date,
        lang=contract.lang,
        paid=contract.paid,
        consumer=contract.signatory.consumer,
        offer_by=offer_by,
        among=among,
        binding=binding,
        accept_until=None if orders else contract.accept_until,
        answer_days=acceptance_days(contract) if orders else ANSWER_DAYS,
        places=tuple(places),
        receipt_waived=receipt_waived,
        open_points=tuple(open_points),
        one_sided=one_sided,
        summary_first=telecom,
        agreed_level=contract.level,
        declarants=(Declarant(name=COMPANY, side=Side.TRADER), *signatories),
        forms=tuple(_form(kind, name, contract, _side_of(kind, offer_by)) for kind, name in sorted(kinds.items())),
        labels=tuple(labels) if paid_consumer else (),
        policies=_versions(frozenset(kinds.values()), contract.date),
    )


def _side_of(kind: DeclarationKind, offer_by: Side) -> Side:
    return offer_by if kind is DeclarationKind.OFFER else offer_by.other if kind in _ANSWERS else Side.CUSTOMER


def _form(kind: DeclarationKind, row_type: str, contract: ContractData, side: Side) -> DeclarationForm:
    """Return the form of one kind of declaration: that of the row where the row speaks of that side, else none."""
    row = check_form(row_type, contract.date, offered=contract.level)
    meant = side.value in row.sides
    if meant and side is Side.TRADER and (row.form is Form.ELECTRONIC or row.level is not None):
        # the company declares by its document and seals it; it has no qualified signature of its own
        row.check(LegalLevel.SIMPLE)
    return DeclarationForm(
        kind=kind,
        type=row.type,
        form=row.form if meant else Form.NONE,
        level=row.level if meant else None,
        source=row.source,
        consequence=row.consequence.get("en", ""),
        consequence_de=row.consequence.get("de", ""),
        mark=row.mark,
        version=row.version,
    )


def _versions(types: frozenset[str], day: datetime.date) -> tuple[PolicyVersion, ...]:
    used = [("form-requirements/" + name.removesuffix(".yaml"), policy) for name, policy in form_policies()]
    found = [(name, policy) for name, policy in used if types & {row["type"] for row in policy["rows"]}]
    found.append(("wording/order-buttons", wording("order-buttons", day)))
    return tuple(
        PolicyVersion(name=name, version=policy["version"], sha256=sha256(canonical(policy)).hex())
        for name, policy in found
    )
