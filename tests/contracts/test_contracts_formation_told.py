"""Ends that were told, persons a provider knows, declarations that nobody accepts, forms that one side needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from esign.contracts import Form
from esign.contracts.form_errors import FormLevelTooLow
from esign.contracts.form_requirement import FormRequirement, form_requirements
from esign.contracts.formation import (
    Concluded,
    ConsentGiven,
    DeclarationKind,
    Formation,
    NotOffered,
    OfferLapsed,
    OfferReceived,
    Open,
    Pending,
    PeriodSet,
    PersonIdentified,
    Side,
    events_from_bytes,
    events_to_bytes,
    terms_from_bytes,
    terms_of,
    terms_to_bytes,
)
from esign.contracts.formation import terms as terms_module
from esign.policy import LegalLevel
from tests.formation_story import DOC, Story, berlin, contract, frame, offered

DAY = berlin("01 09:00")


def told(story: Story, at: str, until: str) -> None:
    story.tell(PeriodSet(id=story.name("period"), evidence="", at=berlin(at), offer="offer", until=berlin(until)))


def open_ended() -> Story:
    return offered(frame(accept_until=None))


def test_bgb_148_the_end_that_was_told_is_the_end_and_no_day_off_moves_it() -> None:
    story = open_ended()
    told(story, "30 10:00", "05 12:00")  # a Saturday
    assert story.state(DAY).until == berlin("05 12:00")
    assert isinstance(story.state(berlin("05 12:00")), OfferLapsed)


def test_bgb_148_more_time_counts_while_there_is_time_and_never_afterwards() -> None:
    story = open_ended()
    told(story, "30 10:00", "02 12:00")
    told(story, "01 10:00", "04 12:00")
    told(story, "02 10:00", "03 12:00")  # what was told is never shortened
    assert story.state(berlin("02 11:00")).until == berlin("04 12:00")
    told(story, "04 12:00", "09 12:00")
    assert isinstance(story.state(berlin("07 12:00")), OfferLapsed)


def test_a_last_day_in_the_contract_stands_whatever_was_told() -> None:
    story = offered()
    before = story.state(DAY).until
    told(story, "30 10:00", "19 12:00")
    assert story.state(DAY).until == before


def test_bgb_104_to_108_whom_a_provider_knows_to_be_a_minor_needs_consent() -> None:
    terms = frame()
    nobody_knows = tuple(replace(each, birth_date=None) for each in terms.declarants)
    story = offered(replace(terms, declarants=nobody_knows))
    story.tell(PersonIdentified(id="born", evidence="", at=DAY, declarant="signatory-1", birth_date=date(2010, 5, 1)))
    story.accept(DAY + timedelta(minutes=1), received=DAY + timedelta(minutes=1))
    waiting = story.state(DAY + timedelta(minutes=2))
    assert isinstance(waiting, Pending) and waiting.clause.rule == "formation.minor.approval"
    story.tell(ConsentGiven(id="yes", evidence="", at=DAY + timedelta(minutes=3), declarant="signatory-1"))
    assert isinstance(story.state(DAY + timedelta(minutes=5)), Concluded)


def test_bgb_130_an_application_is_complete_when_all_of_it_has_arrived() -> None:
    story = Story(replace(terms_of(contract("cost-approval"))))
    assert story.formation.terms.one_sided
    assert isinstance(story.state(DAY), NotOffered)
    made = story.offer(DAY, "signatory-1", button_label="Antrag verbindlich stellen", level=LegalLevel.ADVANCED)
    assert isinstance(story.state(DAY), Open)
    story.tell(OfferReceived(id="there", evidence="", of=made, by="company", at=DAY + timedelta(seconds=1)))
    found = story.state(DAY + timedelta(seconds=1))
    assert isinstance(found, Concluded)
    assert (found.at, found.clauses[0].source) == (DAY + timedelta(seconds=1), "BGB § 130 (1)")


def _row(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Let the table say something else of the electricity sample's type."""
    (row,) = [each for each in form_requirements() if each.type == "NRG-001"]
    bent: FormRequirement = replace(row, **changes)  # type: ignore[arg-type]  # fields of the row

    def check(name: str, day: date, *, offered: LegalLevel) -> FormRequirement:
        bent.check(offered)
        return bent

    monkeypatch.setattr(terms_module, "check_form", check)


def test_form_belongs_to_whose_declaration_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    _row(monkeypatch, declarant="Verbraucher", form=Form.TEXT)
    forms = {each.kind: each.form for each in terms_of(contract("electricity")).forms}
    assert forms == {DeclarationKind.OFFER: Form.NONE, DeclarationKind.ACCEPTANCE: Form.TEXT}
    _row(monkeypatch, declarant="Versorger", form=Form.TEXT)
    forms = {each.kind: each.form for each in terms_of(contract("electricity")).forms}
    assert forms == {DeclarationKind.OFFER: Form.TEXT, DeclarationKind.ACCEPTANCE: Form.NONE}


def test_a_form_that_the_company_would_have_to_keep_by_a_qualified_signature_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sample = replace(contract("electricity"), level=LegalLevel.QUALIFIED)
    _row(monkeypatch, declarant="beide", form=Form.ELECTRONIC, level=LegalLevel.QUALIFIED)
    with pytest.raises(FormLevelTooLow) as refused:
        terms_of(sample)
    assert refused.value.facts["offered"] == "simple"
    _row(monkeypatch, declarant="Verbraucher", form=Form.ELECTRONIC, level=LegalLevel.QUALIFIED)
    assert terms_of(sample).form_of(DeclarationKind.ACCEPTANCE).level is LegalLevel.QUALIFIED  # type: ignore[union-attr]  # there is a row


def test_whom_the_table_leaves_open_stands_on_both_sides() -> None:
    sides = {row.declarant: row.sides for row in form_requirements()}
    assert sides["beide"] == sides[""] == sides["Vermieter"] == {Side.CUSTOMER.value, Side.TRADER.value}
    assert sides["Kunde"] == sides["VN"] == {"customer"}
    assert sides["Versicherer"] == {"trader"}


def test_terms_and_events_are_kept_as_bytes_of_their_own() -> None:
    story = offered()
    story.accept(DAY, received=DAY)
    formation = story.formation
    again = terms_from_bytes(terms_to_bytes(formation.terms))
    events = events_from_bytes(events_to_bytes(formation.events))
    assert Formation(terms=again).fold(reversed(events)) == formation
    assert DOC in events_to_bytes(formation.events).decode()
