"""A formation as a record: canonical JSON, replay, policies frozen in, events that cannot have happened."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from esign.contracts import Form
from esign.contracts.formation import (
    VERSION,
    AcceptanceReceived,
    Accepted,
    CompanyAccepted,
    Concluded,
    DeclarationKind,
    Formation,
    FormationMalformed,
    FormationRefused,
    InvitationToOffer,
    LateInTransit,
    OfferLapsed,
    OfferMade,
    Open,
    OrderButtonPressed,
    Refusal,
    history,
)
from esign.foundation.canonical import canonical
from esign.policy import LegalLevel
from tests.formation_story import DOC, Story, berlin, frame, offered

DAY, LATER = berlin("01 09:00"), berlin("19 12:00")


def concluded() -> Story:
    story = offered()
    story.accept(DAY, received=DAY)
    return story


def test_the_record_names_its_version_and_is_replayed_to_the_same_value():
    formation = concluded().formation
    data = formation.canonical()
    assert json.loads(data)["v"] == VERSION == "esign-formation/1"
    assert Formation.parse(data) == formation
    assert Formation(terms=formation.terms).fold(reversed(formation.events)) == formation


def test_every_declaration_carries_text_document_time_level_declarant_and_evidence():
    (accepted,) = [event for event in concluded().formation.events if isinstance(event, Accepted)]
    told = accepted.declaration
    assert (told.declarant, told.document_sha256, told.level, told.form) == (
        "signatory-1",
        DOC,
        LegalLevel.ADVANCED,
        Form.TEXT,
    )
    assert len(told.text_sha256) == 64 and told.declared_at == DAY and told.evidence == "ledger:1"


def test_the_versions_of_the_policies_are_frozen_in():
    terms = frame("mobile")
    assert [each.name for each in terms.policies] == ["form-requirements/telecommunications", "wording/order-buttons"]
    assert all(len(each.sha256) == 64 and each.version == "1" for each in terms.policies)
    assert {(each.kind.value, each.type) for each in terms.forms} == {
        ("offer", "TEL-001"),
        ("acceptance", "TEL-001"),
        ("approval", "TEL-002"),
    }


def test_a_policy_that_changes_later_changes_no_formation(monkeypatch: pytest.MonkeyPatch):
    data = concluded().formation.canonical()

    def gone(*_: Any, **__: Any) -> Any:
        raise AssertionError("a replay asks no policy")

    monkeypatch.setattr("esign.contracts.formation.terms.wording", gone)
    monkeypatch.setattr("esign.contracts.formation.terms.check_form", gone)
    story = Story(Formation.parse(data).terms)
    story.formation = Formation.parse(data)
    assert isinstance(story.state(LATER), Concluded)


def test_the_same_event_twice_changes_nothing_another_one_of_its_name_is_refused():
    formation = concluded().formation
    for event in formation.events:
        assert formation.after(event) is formation
    first = formation.events[0]
    refused = formation.after(dataclasses.replace(first, evidence="ledger:2"))
    assert isinstance(refused, Refusal) and refused.clause.rule == "formation.event.contradiction"


def changed(**changes: Any) -> OfferMade:
    made = dataclasses.replace(Story().declaration(DeclarationKind.OFFER, "company", DAY), **changes)
    return OfferMade(id="x", evidence="", offer="offer", declaration=made)


def accepted(who: str, cls: Any = Accepted, offer: str = "offer") -> Any:
    made = Story().declaration(DeclarationKind.ACCEPTANCE, who, DAY)
    return cls(id="x", evidence="", offer=offer, declaration=made)


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (changed(text_sha256="A" * 64), "digest"),
        (changed(document_sha256="0" * 63), "digest"),
        (changed(declarant="somebody"), "declarant"),
        (changed(declarant="signatory-1"), "side"),
        (changed(kind=DeclarationKind.ACCEPTANCE), "kind"),
        (changed(form=Form.ELECTRONIC, level=LegalLevel.ADVANCED), "electronic_form"),
        (changed(sent_at=DAY - timedelta(seconds=1)), "order_of_times"),
        (changed(declared_at=DAY.replace(tzinfo=None)), "instant"),
        (changed(declared_at=DAY.replace(year=1900)), "instant"),
        (changed(evidence="name of a person"), "identifier"),
        (dataclasses.replace(changed(), id="../x"), "identifier"),
        (dataclasses.replace(changed(), offer="Offer"), "offer"),
        (dataclasses.replace(changed(), offer="offer" + "/new" * 9), "offer"),
        (accepted("company"), "side"),
        (accepted("signatory-1", CompanyAccepted), "side"),
        (accepted("company", CompanyAccepted), "side"),
        (accepted("signatory-1", Accepted, "offer/new"), "side"),
        (AcceptanceReceived(id="x", evidence="", at=DAY, of="y", by="somebody"), "declarant"),
        (AcceptanceReceived(id="x", evidence="", at=DAY, of="y", by="company", usual_transit_seconds=-1), "transit"),
        (
            OrderButtonPressed(
                id="x", evidence="", at=DAY, of="y", by="company", lang="de", label="", document_sha256=DOC
            ),
            "button",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_event_that_cannot_have_happened_is_refused_and_nothing_changes(event, rule):
    before = concluded().formation
    refused = before.after(event)
    assert isinstance(refused, Refusal) and refused.clause.rule == f"formation.event.{rule}"
    assert refused.clause.source
    assert before == concluded().formation
    with pytest.raises(FormationRefused) as caught:
        before.fold([event])
    assert caught.value.code == "contracts.formation.event" and caught.value.facts["rule"] == refused.clause.rule


def test_more_events_than_any_contract_has_are_refused(monkeypatch: pytest.MonkeyPatch):
    formation = concluded().formation
    monkeypatch.setattr("esign.contracts.formation.formation.MAX_EVENTS", len(formation.events))
    refused = formation.after(InvitationToOffer(id="one-more", evidence="", at=DAY))
    assert isinstance(refused, Refusal) and refused.clause.rule == "formation.event.too_many"


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value | {"v": "esign-formation/2"},
        lambda value: value | {"more": 1},
        lambda value: value | {"events": value["events"][::-1]},
        lambda value: value | {"events": [*value["events"], value["events"][-1]]},
        lambda value: value | {"events": [{**value["events"][0], "kind": "oath"}]},
        lambda value: value | {"events": [{**value["events"][0], "surprise": 1}]},
        lambda value: value | {"events": [{k: v for k, v in value["events"][0].items() if k != "id"}]},
        lambda value: value | {"events": ["offer_made"]},
        lambda value: value | {"terms": value["terms"] | {"paid": 1}},
        lambda value: value | {"terms": value["terms"] | {"date": "20261120"}},
        lambda value: value | {"terms": value["terms"] | {"offer_by": "nobody"}},
        lambda value: value | {"terms": value["terms"] | {"agreed_level": "high"}},
        lambda value: value | {"terms": value["terms"] | {"declarants": []}},
        lambda value: value | {"terms": value["terms"] | {"declarants": value["terms"]["declarants"] * 2}},
        lambda value: value | {"terms": []},
    ],
)
def test_another_spelling_or_version_is_no_formation(change):
    value = json.loads(concluded().formation.canonical())
    with pytest.raises(FormationMalformed):
        Formation.parse(canonical(change(value)))


def test_bytes_that_are_not_canonical_are_no_formation():
    data = concluded().formation.canonical()
    for bad in (b"", b"[]", data + b" ", data[:-1], b" " * 2_000_001):
        with pytest.raises(FormationMalformed):
            Formation.parse(bad)


def test_the_history_names_each_change_also_those_that_the_law_makes_alone():
    story = Story()
    story.tell(InvitationToOffer(id="shop", evidence="", at=berlin("30 08:00")))
    story.offer_received(story.offer(berlin("30 10:00")), berlin("30 10:00"))
    assert [type(each) for _, each in history(story.formation, LATER)][1:] == [Open, OfferLapsed]
    sent = berlin("02 09:00")
    yes = story.accept(sent, sent_at=sent)
    story.accept_received(yes, berlin("07 11:00"), usual_transit_seconds=86_400)
    told = history(story.formation, LATER)
    assert [type(each) for _, each in told][1:] == [Open, OfferLapsed, LateInTransit, Concluded]
    assert told[-1][0] == berlin("09 00:00") and told[-1][1].at == berlin("07 11:00")  # type: ignore[union-attr]  # concluded
