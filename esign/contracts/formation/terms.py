"""What is fixed before anybody declares: who has to, in which form, until when; frozen with the policies' versions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from esign.contracts.buttons import OrderButtons
from esign.contracts.data import ContractData
from esign.contracts.declaration import declaration_text
from esign.contracts.form_requirement import check_form, form_policies
from esign.contracts.formation.values import (
    Among,
    Declarant,
    DeclarationForm,
    DeclarationKind,
    PolicyVersion,
    Side,
)
from esign.contracts.wording import wording
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256
from esign.policy import LegalLevel

COMPANY = "company"
"""Name of the company among the declarants."""
ANSWER_DAYS = 14
"""Days for an answer among absent parties where no last day is fixed (BGB § 147 (2); engineering decision)."""
SUMMARY_FIRST = frozenset({"TEL-001"})
"""Types whose contract summary must be there before the customer declares (TKG § 54 (3))."""
SUMMARY_APPROVAL = "TEL-002"


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
    offer_by: Side = Side.TRADER,
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
        offer_by: Who makes the binding offer.
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
        accept_until=contract.accept_until,
        answer_days=ANSWER_DAYS,
        places=tuple(places),
        receipt_waived=receipt_waived,
        open_points=tuple(open_points),
        summary_first=telecom,
        agreed_level=contract.level,
        declarants=(Declarant(name=COMPANY, side=Side.TRADER), *signatories),
        forms=tuple(_form(kind, name, contract) for kind, name in sorted(kinds.items())),
        labels=tuple(labels) if paid_consumer else (),
        policies=_versions(frozenset(kinds.values()), contract.date),
    )


def _form(kind: DeclarationKind, row_type: str, contract: ContractData) -> DeclarationForm:
    row = check_form(row_type, contract.date, offered=contract.level)
    return DeclarationForm(
        kind=kind,
        type=row.type,
        form=row.form,
        level=row.level,
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
