"""Which declarations have an effect: order button, form of each declaration, age, summary, open points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from esign.contracts import Form
from esign.contracts.form_errors import FormExcluded, FormLevelTooLow
from esign.contracts.form_requirement import form_requirements
from esign.contracts.formation import (
    ApprovalDemanded,
    ApprovalDenied,
    Concluded,
    ConsentGiven,
    ContractApproved,
    Declarant,
    DeclarationForm,
    DeclarationKind,
    OfferLapsed,
    Pending,
    PointRaised,
    PointSettled,
    Refused,
    Rejected,
    Side,
    SummaryReceived,
    Terms,
    Unsettled,
    history,
    terms_of,
)
from esign.contracts.formation.approval import grown_up
from esign.policy import LegalLevel
from tests.formation_story import DOC, OTHER, Story, berlin, contract, frame, offered

DAY, LATER = berlin("01 09:00"), berlin("19 12:00")
ROWS = {row.type: row for row in form_requirements()}


def rules(found: Any) -> set[str]:
    return {each.clause.rule for each in found.ineffective}


def needs(row_type: str, *kinds: DeclarationKind, base: Terms | None = None) -> Terms:
    """Return terms whose declarations need the form of a row of the table, whatever the contract is."""
    row = ROWS[row_type]
    forms = tuple(
        DeclarationForm(
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
        for kind in kinds or (DeclarationKind.OFFER, DeclarationKind.ACCEPTANCE)
    )
    return replace(base or frame(agreed_level=None), forms=forms)


def test_bgb_312j_4_without_the_order_button_nothing_is_concluded_whatever_was_signed():
    story = offered()
    story.accept(DAY, received=DAY, button=False, level=LegalLevel.QUALIFIED, form=Form.ELECTRONIC)
    found = story.state(berlin("02 00:00"))
    assert isinstance(found, Refused)
    (only,) = found.ineffective
    assert only.clause.source == "BGB § 312j (3), (4)" and only.clause.consequence and only.clause.consequence_de
    assert isinstance(story.state(LATER), OfferLapsed)


@pytest.mark.parametrize(
    "label",
    ["Jetzt unterschreiben", "Senden", "Bestellen", "Zahlungspflichtig bestellen", "zahlungspflichtig bestellen "],
)
def test_bgb_312j_3_vector_t13_a_label_that_is_not_allowed_concludes_nothing(label):
    story = offered()
    yes = story.accept(DAY, received=DAY, button=False, button_label=label)
    story.press(yes, "signatory-1", DAY, label=label)
    assert rules(story.state(berlin("02 00:00"))) == {"formation.button"}


@pytest.mark.parametrize(
    "changes",
    [
        {"of": "yes-99"},
        {"document_sha256": OTHER},
        {"lang": "en"},
        {"label": "kaufen"},
    ],
)
def test_bgb_312j_the_button_counts_for_the_one_declaration_that_it_made(changes):
    story = offered()
    yes = story.accept(DAY, received=DAY, button=False)
    story.press(yes, "signatory-1", DAY, **changes)
    assert isinstance(story.state(berlin("02 00:00")), Refused)


def test_bgb_312j_nobody_presses_the_button_for_somebody_else():
    story = offered(frame("two"), "signatory-1", "signatory-2")
    story.accept(DAY, "signatory-2", received=DAY)
    yes = story.accept(DAY, received=DAY, button=False)
    story.press(yes, "signatory-2", DAY)
    assert isinstance(story.state(berlin("02 00:00")), Refused)


def test_bgb_312j_a_button_pressed_after_the_signature_heals_nothing_the_order_is_made_anew():
    story = offered()
    yes = story.accept(DAY, received=DAY, button=False)
    story.press(yes, "signatory-1", berlin("01 09:01"))
    assert isinstance(story.state(berlin("02 00:00")), Refused)
    story.accept(berlin("02 09:00"), received=berlin("02 09:00"))
    assert story.state(LATER).at == berlin("02 09:00")


def test_bgb_312j_needs_no_button_where_nothing_is_owed_or_no_consumer_declares():
    for changes in ({"paid": False}, {"consumer": False}):
        story = offered(frame(**changes))
        story.accept(DAY, received=DAY, button=False, button_label="")
        assert isinstance(story.state(LATER), Concluded)


def test_bgb_312j_the_customers_order_as_offer_needs_the_button_too():
    for button, kind in ((True, Concluded), (False, Refused)):
        story = Story(frame(offer_by=Side.CUSTOMER))
        order = story.offer(berlin("30 10:00"), "signatory-1", button=button)
        story.offer_received(order, berlin("30 10:00"), "company")
        yes = story.accept(DAY, "company")
        story.accept_received(yes, DAY, "signatory-1")
        assert isinstance(story.state(LATER), kind)


def test_bgb_125_a_level_below_the_one_agreed_on_has_no_effect():
    story = offered()
    story.accept(DAY, received=DAY, level=LegalLevel.SIMPLE)
    assert rules(story.state(berlin("02 00:00"))) == {"formation.form.agreed"}


@pytest.mark.parametrize(
    ("row", "form", "level", "rule"),
    [
        ("NRG-001", Form.NONE, LegalLevel.SIMPLE, {"formation.form"}),
        ("NRG-001", Form.TEXT, None, set()),
        ("EMP-004", Form.TEXT, LegalLevel.ADVANCED, {"formation.form", "formation.form.level"}),
        ("EMP-004", Form.TEXT, LegalLevel.QUALIFIED, {"formation.form"}),
        ("EMP-004", Form.ELECTRONIC, LegalLevel.QUALIFIED, set()),
        ("EMP-004", Form.PAPER, None, set()),
        ("B2C-002", Form.NONE, None, set()),
        ("GEN-003", Form.ELECTRONIC, LegalLevel.QUALIFIED, {"formation.form.excluded"}),
        ("EMP-003", Form.ELECTRONIC, LegalLevel.QUALIFIED, {"formation.form.excluded"}),
    ],
)
def test_bgb_125_to_126b_an_acceptance_in_another_form_has_no_effect(row, form, level, rule):
    story = offered(needs(row, DeclarationKind.ACCEPTANCE))
    story.accept(DAY, received=DAY, form=form, level=level)
    found = story.state(berlin("02 00:00"))
    if not rule:
        assert isinstance(found, Concluded)
        return
    assert isinstance(found, Refused) and rules(found) == rule
    assert {each.clause.source for each in found.ineffective} == {ROWS[row].source}
    assert {each.clause.consequence_de for each in found.ineffective} == {ROWS[row].consequence.get("de", "")}


def test_form_is_a_property_of_each_declaration_and_not_of_the_contract():
    qualified = {"form": Form.ELECTRONIC, "level": LegalLevel.QUALIFIED}
    only_customer, both = needs("EMP-004", DeclarationKind.ACCEPTANCE), needs("EMP-004")
    for terms, kind in ((only_customer, Concluded), (both, Refused)):
        story = offered(terms)
        story.accept(DAY, received=DAY, **qualified)
        assert isinstance(story.state(LATER), kind)
    story = Story(both)
    story.offer_received(story.offer(berlin("30 10:00"), **qualified), berlin("30 10:00"))
    story.accept(DAY, received=DAY, **qualified)
    assert isinstance(story.state(LATER), Concluded)


def test_bgb_125_128_terms_that_need_paper_or_a_notary_are_refused_with_clause_and_consequence():
    for kind in (DeclarationKind.OFFER, DeclarationKind.ACCEPTANCE):
        with pytest.raises(FormExcluded) as refused:
            terms_of(contract("electricity"), form_types={kind: "GEN-003"})
        assert refused.value.facts["clause"] == ROWS["GEN-003"].source and refused.value.facts["consequence_de"]
    with pytest.raises(FormLevelTooLow):
        terms_of(contract("electricity"), form_types={DeclarationKind.ACCEPTANCE: "EMP-004"})


@pytest.mark.parametrize(
    ("born", "consent", "rule"),
    [
        (date(2008, 12, 1), None, set()),
        (date(2008, 12, 2), None, Pending),
        (date(2008, 12, 2), "30 12:00", set()),
        (date(2008, 12, 2), "02 09:01", Pending),
        (date(2019, 12, 2), "30 12:00", {"formation.incapable"}),
    ],
)
def test_bgb_104_to_108_131_a_minor_is_not_bound_without_consent(born, consent, rule):
    terms = frame()
    company, customer = terms.declarants
    story = offered(replace(terms, declarants=(company, replace(customer, birth_date=born))))
    if consent:
        story.tell(ConsentGiven(id="consent", evidence="", at=berlin(consent), declarant="signatory-1"))
    story.accept(DAY, received=DAY)
    found = story.state(berlin("02 00:00"))
    if rule is Pending:
        assert isinstance(found, Pending) and found.clause.source == "BGB § 108 (1)" and found.by == ("signatory-1",)
    else:
        assert rules(found) == rule if rule else isinstance(found, Concluded)


def young() -> Story:
    """Return a story in which a person of seventeen has accepted, and nobody consented."""
    terms = frame()
    company, customer = terms.declarants
    story = offered(replace(terms, declarants=(company, replace(customer, birth_date=date(2009, 1, 1)))))
    story.accept(DAY, received=DAY)
    return story


def answered(story: Story, at: str, *, approved: bool = True, own: bool = False, **changes: Any) -> None:
    """Let the legal representative, or the person alone, approve the contract, or refuse to."""
    kind = DeclarationKind.APPROVAL if approved else DeclarationKind.REJECTION
    who = "" if own else "legal-representative"
    made = story.declaration(kind, "signatory-1", berlin(at), representative=who, **changes)
    event = ContractApproved if approved else ApprovalDenied
    story.tell(event(id=story.name("answer"), evidence="", reaches=berlin(at), declaration=made))


def test_bgb_108_1_a_minors_contract_is_there_with_the_approval_and_gone_with_its_refusal():
    story = young()
    answered(story, "03 09:00")
    assert isinstance(story.state(berlin("03 08:59")), Pending)
    found = story.state(LATER)
    assert isinstance(found, Concluded) and found.at == berlin("03 09:00") and len(found.by) == 3
    story = young()
    answered(story, "03 09:00", approved=False)
    answered(story, "04 09:00")
    found = story.state(LATER)
    assert isinstance(found, Rejected) and found.clause.rule == "formation.minor.denied"


def test_bgb_108_1_an_approval_of_something_else_approves_nothing_and_a_later_consent_approves():
    story = young()
    answered(story, "03 09:00", document_sha256=OTHER)
    assert isinstance(story.state(LATER), Pending)
    story.tell(ConsentGiven(id="fine", evidence="", at=berlin("04 09:00"), declarant="signatory-1"))
    assert story.state(LATER).at == berlin("04 09:00")


def test_bgb_108_2_two_weeks_after_the_demand_silence_is_a_refusal():
    story = young()
    story.tell(ApprovalDemanded(id="demand", evidence="", at=berlin("02 10:00"), declarant="signatory-1"))
    end = berlin("17 00:00")
    pending = story.state(berlin("03 00:00"))
    assert isinstance(pending, Pending) and pending.until == end
    assert isinstance(story.state(end - timedelta(seconds=1)), Pending)
    silent = story.state(end)
    assert isinstance(silent, Rejected) and (silent.at, silent.clause.source) == (end, "BGB § 108 (2) sentence 2")
    answered(story, "17 00:00")
    assert isinstance(story.state(end + timedelta(days=1)), Rejected), "too late"
    assert [type(each).__name__ for _, each in history(story.formation, end)][-2:] == ["Pending", "Rejected"]


def grown() -> Story:
    """Return a story of :func:`young` in which the person comes of age on the third."""
    terms = frame()
    company, customer = terms.declarants
    story = offered(replace(terms, declarants=(company, replace(customer, birth_date=date(2008, 12, 3)))))
    story.accept(DAY, received=DAY)
    return story


def test_bgb_108_3_who_has_come_of_age_approves_in_the_representatives_place():
    story = grown()
    answered(story, "02 23:59", own=True)
    answered(story, "03 00:00")
    answered(story, "03 00:00", approved=False)
    story.tell(ConsentGiven(id="late", evidence="", at=berlin("03 00:00"), declarant="signatory-1"))
    assert isinstance(story.state(berlin("03 12:00")), Pending), "too early for the one, too late for the other"
    answered(story, "04 09:00", own=True)
    found = story.state(LATER)
    assert isinstance(found, Concluded) and found.at == berlin("04 09:00")
    refused = grown()
    answered(refused, "02 23:59", approved=False, own=True)
    assert isinstance(refused.state(berlin("03 12:00")), Pending)
    answered(refused, "04 09:00", approved=False, own=True)
    answered(refused, "05 09:00", own=True)
    assert isinstance(refused.state(LATER), Rejected)


def test_bgb_108_3_what_the_representative_approved_before_stays_approved():
    story = grown()
    answered(story, "02 23:59")
    answered(story, "04 09:00", approved=False, own=True)
    assert isinstance(story.state(LATER), Concluded)
    assert [grown_up(story.formation, "signatory-1", berlin(at)) for at in ("02 23:59", "03 00:00")] == [False, True]


def test_bgb_2_187_2_of_age_is_reached_as_the_birthday_begins_in_berlin_also_on_29_february():
    born = Declarant(name="x", side=Side.CUSTOMER, birth_date=date(2008, 2, 29))
    assert (born.years(date(2026, 2, 28)), born.years(date(2026, 3, 1))) == (17, 18)
    terms = frame()
    company, customer = terms.declarants
    for at, kind in ((berlin("01 23:59"), Pending), (berlin("02 00:00"), Concluded)):
        story = offered(replace(terms, declarants=(company, replace(customer, birth_date=date(2008, 12, 2)))))
        story.accept(at, received=at)
        assert isinstance(story.state(berlin("02 10:00")), kind)


def mobile(*, summary: str | None) -> Story:
    story = offered(frame("mobile"))
    if summary:
        at = berlin(summary)
        story.tell(SummaryReceived(id="sheet", evidence="", at=at, by="signatory-1", summary_sha256=DOC))
    story.accept(DAY, received=DAY)
    return story


def test_tkg_54_3_a_summary_before_the_declaration_and_the_contract_is_there():
    assert mobile(summary="01 09:00").state(LATER).at == DAY


def test_tkg_54_3_without_the_summary_the_contract_is_pending_until_approved_in_text_form():
    assert isinstance(mobile(summary=None).state(LATER), Pending)
    story = mobile(summary="02 09:00")
    found = story.state(berlin("03 00:00"))
    assert isinstance(found, Pending) and found.by == ("signatory-1",) and found.clause.source == "TKG § 54 (3)"
    story.approve(berlin("03 08:00"), berlin("03 09:00"))
    assert isinstance(story.state(berlin("03 08:30")), Pending)
    assert story.state(LATER).at == berlin("03 09:00")


@pytest.mark.parametrize(
    ("at", "changes"), [("01 12:00", {}), ("03 08:00", {"form": Form.NONE}), ("03 08:00", {"document_sha256": OTHER})]
)
def test_tkg_54_3_an_approval_before_the_summary_or_in_no_text_form_or_of_something_else_approves_nothing(at, changes):
    story = mobile(summary="02 09:00")
    story.approve(berlin(at), berlin(at), **changes)
    assert isinstance(story.state(LATER), Pending)


def test_bgb_154_1_no_contract_while_a_point_is_open():
    story = offered(frame(open_points=("delivery date",)))
    story.accept(DAY, received=DAY)
    found = story.state(berlin("02 00:00"))
    assert isinstance(found, Unsettled)
    assert (found.points, found.clause.source) == (("delivery date",), "BGB § 154 (1)")
    story.tell(PointSettled(id="agreed", evidence="", at=berlin("03 10:00"), point="delivery date"))
    assert story.state(LATER).at == berlin("03 10:00")


def test_bgb_154_1_a_point_raised_before_the_last_acceptance_counts_one_raised_after_it_does_not():
    for at, kind in (("01 08:00", Unsettled), ("01 10:00", Concluded)):
        story = offered()
        story.tell(PointRaised(id="ask", evidence="", at=berlin(at), point="bonus"))
        story.accept(DAY, received=DAY)
        assert isinstance(story.state(LATER), kind)
