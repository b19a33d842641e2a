"""Whether a declaration has an effect of its own: who may bind whom, in which form, by which control."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from esign.contracts.deadlines.instants import local_day
from esign.contracts.form_requirement import Form
from esign.contracts.formation import events as e
from esign.contracts.formation.facts import Facts
from esign.contracts.formation.values import Clause, Declaration, DeclarationForm, DeclarationKind, Side
from esign.policy import LegalLevel

OF_AGE = 18
CAPABLE = 7

NO_BUTTON = Clause(
    rule="formation.button",
    source="BGB § 312j (3), (4)",
    consequence="no contract is concluded, and nothing heals it but the right control",
    consequence_de="kein Vertrag; nur die richtige Schaltfläche hilft, keine spätere Nachricht",
)


def without_effect(
    facts: Facts, event: e.OfferMade | e.Answer | e.SummaryApproved, kinds: tuple[DeclarationKind, ...]
) -> tuple[Clause, ...]:
    """Return every rule that takes a declaration's effect away; none: it has one.

    Args:
        facts: What has happened.
        event: The event that holds the declaration.
        kinds: As what it has to count: a late acceptance counts as acceptance and as offer.

    Source: BGB §§ 104–108, 125–126a, 312j (3), (4).
    """
    found = [*_person(facts, event)]
    for kind in kinds:
        required = facts.terms.form_of(kind)
        found += _form(required, event.declaration) if required else ()
    if DeclarationKind.APPROVAL not in kinds and facts.side(event.declaration) is Side.CUSTOMER:
        found += _agreed(facts, event.declaration)
        if facts.terms.needs_button and not _pressed(facts, event):
            found.append(NO_BUTTON)
    return tuple(dict.fromkeys(found))


def minor(facts: Facts, declaration: Declaration) -> bool:
    """Tell whether a minor declared without consent beforehand: the contract needs the approval of who represents.

    Source: BGB §§ 106-108.
    """
    years = _years(facts, declaration.declarant, declaration.declared_at)
    if years is None or not CAPABLE <= years < OF_AGE:
        return False
    known = [each.at for each in facts.all(e.ConsentGiven) if each.declarant == declaration.declarant]
    known += [
        each.reaches for each in facts.all(e.ContractApproved) if each.declaration.declarant == declaration.declarant
    ]
    return not any(at <= declaration.declared_at for at in known)


def of_age(facts: Facts, name: str, at: datetime) -> bool:
    """Tell whether a person is known to have completed eighteen years at an instant: who alone can approve then.

    Source: BGB §§ 2, 108 (3).
    """
    years = _years(facts, name, at)
    return years is not None and years >= OF_AGE


def _years(facts: Facts, name: str, at: datetime) -> int | None:
    who = facts.terms.declarant(name)
    if who is not None and who.birth_date is None:
        told = [each for each in facts.all(e.PersonIdentified) if each.declarant == who.name]
        who = replace(who, birth_date=told[0].birth_date) if told else who
    return None if who is None else who.years(local_day(at))


def _person(facts: Facts, event: e.OfferMade | e.Answer | e.SummaryApproved) -> Iterator[Clause]:
    """Yield why the person cannot declare it; a minor's part in a contract waits for approval instead (§ 108)."""
    years = _years(facts, event.declaration.declarant, event.declaration.declared_at)
    if years is not None and years < CAPABLE:
        yield Clause(rule="formation.incapable", source="BGB §§ 104, 105", consequence="void", consequence_de="nichtig")
    alone = facts.terms.one_sided or isinstance(event, e.SummaryApproved)
    if alone and minor(facts, event.declaration):
        yield Clause(
            rule="formation.minor",
            source="BGB §§ 106, 107, 111, 131",
            consequence="no effect without the consent of the legal representative beforehand",
            consequence_de="ohne vorherige Einwilligung der gesetzlichen Vertreter keine Wirkung",
        )


def _form(required: DeclarationForm, declaration: Declaration) -> Iterator[Clause]:
    told = {
        "source": required.source,
        "consequence": required.consequence,
        "consequence_de": required.consequence_de,
    }
    if required.form in (Form.PAPER, Form.NOTARY):
        yield Clause(rule="formation.form.excluded", **told)
        return
    if not _satisfied(required.form, declaration):
        yield Clause(rule="formation.form", **told)
    by_hand = declaration.form in (Form.PAPER, Form.NOTARY)
    if required.level is not None and not by_hand and not _reaches(declaration.level, required.level):
        yield Clause(rule="formation.form.level", **told)


def _satisfied(required: Form, declaration: Declaration) -> bool:
    """Tell whether a form is given; a stricter one always gives a lesser one (BGB §§ 126 (3), (4), 126a, 126b)."""
    if required is Form.NONE:
        return True
    if required is Form.TEXT:
        return declaration.form is not Form.NONE
    return declaration.form in (Form.ELECTRONIC, Form.PAPER, Form.NOTARY)


def _agreed(facts: Facts, declaration: Declaration) -> Iterator[Clause]:
    agreed = facts.terms.agreed_level
    by_hand = declaration.form in (Form.PAPER, Form.NOTARY)
    if agreed is not None and not by_hand and not _reaches(declaration.level, agreed):
        yield Clause(
            rule="formation.form.agreed",
            source="BGB §§ 125 sentence 2, 127",
            consequence="in doubt void",
            consequence_de="im Zweifel nichtig",
        )


def _reaches(level: LegalLevel | None, needed: LegalLevel) -> bool:
    return level is not None and level >= needed


def _pressed(facts: Facts, event: e.OfferMade | e.Answer | e.SummaryApproved) -> bool:
    """Tell whether the declarant used the allowed control for this very declaration, before it was complete."""
    declaration = event.declaration
    return any(
        press.of == event.id
        and press.by == declaration.declarant
        and press.document_sha256 == declaration.document_sha256
        and press.at <= declaration.declared_at
        and press.lang == facts.terms.lang
        and press.label == declaration.button_label
        and press.label in facts.terms.labels
        for press in facts.all(e.OrderButtonPressed)
    )
