"""Offer, acceptance, receipt, lateness, changes: each clause of BGB §§ 130, 145–151 by its name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from esign.contracts.formation import (
    Among,
    Concluded,
    CounterOffered,
    InvitationToOffer,
    Lapsed,
    LateInTransit,
    LatenessNotified,
    NotOffered,
    OfferLapsed,
    Open,
    OrderConfirmed,
    PartlyDeclared,
    Refused,
    Rejected,
    RevokedOffer,
    SessionEnded,
    Side,
)
from tests.formation_story import DOC, OTHER, Story, berlin, frame, offered

END = datetime(2026, 12, 4, 23, 0, tzinfo=UTC)
SECOND = timedelta(microseconds=1)
LATER = berlin("19 12:00")


def sources(found: Concluded) -> list[str]:
    return [clause.source for clause in found.clauses]


def test_bgb_145_an_invitation_to_make_an_offer_binds_nobody():
    story = Story(frame(offer_by=Side.CUSTOMER))
    story.tell(InvitationToOffer(id="shop", evidence="", at=berlin("30 09:00")))
    assert story.state(berlin("30 10:00")) == NotOffered(invited=True, missing=("signatory-1",))


def test_bgb_145_an_offer_binds_a_revocation_after_its_receipt_changes_nothing():
    story = offered()
    story.revoke("offer-1", "company", "signatory-1", berlin("30 11:00"), berlin("30 11:00"))
    story.accept(berlin("01 10:00"), received=berlin("01 10:00"))
    assert isinstance(story.state(berlin("01 10:00")), Concluded)


def test_bgb_145_an_offer_that_excludes_being_bound_can_be_revoked_until_the_acceptance_arrives():
    story = offered(frame(binding=False))
    story.revoke("offer-1", "company", "signatory-1", berlin("30 11:00"), berlin("01 10:00"))
    story.accept(berlin("01 09:00"), received=berlin("01 10:00"))
    assert story.state(LATER).clause.source == "BGB § 145"
    assert story.state(LATER).at == berlin("01 10:00")


def test_bgb_146_a_rejection_ends_the_offer_when_it_arrives():
    story = offered()
    story.reject(berlin("30 12:00"), berlin("01 08:00"))
    assert isinstance(story.state(berlin("30 13:00")), Open)
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"))
    found = story.state(LATER)
    assert isinstance(found, Rejected) and found.at == berlin("01 08:00") and found.clause.source == "BGB § 146"


def test_bgb_146_an_acceptance_that_overtakes_the_rejection_concludes():
    story = offered()
    story.reject(berlin("30 12:00"), berlin("02 08:00"))
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"))
    assert story.state(LATER).at == berlin("01 09:00")


def test_bgb_146_an_offer_lapses_at_the_end_of_its_period_whatever_a_clock_noted():
    story = offered()
    story.tell(Lapsed(id="note", evidence="", at=berlin("02 00:00"), offer="offer"))
    assert isinstance(story.state(berlin("03 00:00")), Open)
    assert isinstance(story.state(END - SECOND), Open)
    found = story.state(END)
    assert isinstance(found, OfferLapsed) and (found.at, found.clause.source) == (END, "BGB §§ 146-148")


def test_bgb_147_1_an_offer_among_present_parties_ends_with_the_conversation():
    terms = frame(among=Among.PRESENT, accept_until=None)
    in_time, late = offered(terms), offered(terms)
    for story in (in_time, late):
        story.tell(SessionEnded(id="end", evidence="", at=berlin("30 10:30")))
    in_time.accept(berlin("30 10:20"), received=berlin("30 10:29"))
    late.accept(berlin("30 10:20"), received=berlin("30 10:30"))
    assert isinstance(in_time.state(LATER), Concluded)
    assert isinstance(late.state(berlin("30 10:31")), CounterOffered)


def test_bgb_147_2_an_offer_among_absent_parties_without_a_last_day_is_open_for_fourteen_days():
    story = offered(frame(accept_until=None, places=("BE",)))
    assert story.state(berlin("01 10:00")).until == datetime(2026, 12, 14, 23, 0, tzinfo=UTC)


def test_bgb_148_an_acceptance_counts_when_it_arrives_within_the_period_not_when_it_is_sent():
    for received, kind in ((END - SECOND, Concluded), (END, CounterOffered)):
        story = offered()
        story.accept(berlin("02 10:00"), received=received)
        assert isinstance(story.state(END), kind)


def test_bgb_148_193_vector_a01_a_period_that_ends_on_a_sunday_lasts_until_monday_midnight():
    terms = frame(accept_until=date(2026, 11, 29), places=("BE",))
    end = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    for received, kind in ((end - SECOND, Concluded), (end, CounterOffered)):
        story = Story(terms)
        story.offer_received(story.offer(berlin("26 10:00")), berlin("26 10:00"))
        assert story.state(berlin("27 10:00")).until == end
        story.accept(berlin("28 10:00"), received=received)
        assert isinstance(story.state(end), kind)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        (date(2027, 3, 26), datetime(2027, 3, 30, 22, 0, tzinfo=UTC)),  # Good Friday; summer time began on the 28th
        (date(2026, 10, 25), datetime(2026, 10, 26, 23, 0, tzinfo=UTC)),  # Sunday of 25 hours
        (date(2026, 3, 29), datetime(2026, 3, 30, 22, 0, tzinfo=UTC)),  # Sunday of 23 hours
    ],
)
def test_bgb_148_193_the_period_ends_at_midnight_in_berlin_also_when_the_clocks_change(until, end):
    story = Story(frame(accept_until=until, places=("NW",)))
    made = datetime(until.year, until.month, 20, 8, tzinfo=UTC)
    story.offer_received(story.offer(made), made)
    assert story.state(made).until == end
    story.accept(made, received=end - SECOND)
    assert isinstance(story.state(end), Concluded)


def test_bgb_193_the_doubt_about_the_place_goes_to_the_customer_and_not_to_the_company():
    until = date(2027, 1, 6)  # Epiphany: a holiday in some Länder
    assert offered(frame(accept_until=until)).state(berlin("30 12:00")).until == datetime(2027, 1, 7, 23, tzinfo=UTC)
    story = Story(frame(accept_until=until, offer_by=Side.CUSTOMER))
    story.offer(berlin("30 10:00"), "signatory-1")
    assert story.state(berlin("30 12:00")).until == datetime(2027, 1, 6, 23, tzinfo=UTC)


def late_letter(**receipt: object) -> Story:
    story = offered()
    sent = berlin("02 09:00")
    event = story.accept(sent, sent_at=sent)
    story.accept_received(event, berlin("07 11:00"), **{"usual_transit_seconds": 86_400, **receipt})
    return story


def test_bgb_149_late_in_transit_counts_as_in_time_unless_the_lateness_is_notified():
    story = late_letter()
    found = story.state(berlin("07 12:00"))
    until = datetime(2026, 12, 8, 23, 0, tzinfo=UTC)
    assert isinstance(found, LateInTransit) and found.notify_until == until
    concluded = story.state(until)
    assert isinstance(concluded, Concluded) and concluded.at == berlin("07 11:00")
    assert "BGB § 149 sentence 2" in sources(concluded)


def test_bgb_149_a_notice_at_once_keeps_it_late_a_notice_too_late_does_not():
    for at, kind in ((berlin("08 23:59"), CounterOffered), (berlin("09 00:00"), Concluded)):
        story = late_letter()
        story.tell(LatenessNotified(id="note", evidence="", at=at, offer="offer"))
        assert isinstance(story.state(LATER), kind)


def test_bgb_149_a_letter_sent_too_late_for_its_usual_way_or_without_a_postmark_is_simply_late():
    for receipt in ({"usual_transit_seconds": 86_400 * 3}, {"recognisable": False}):
        assert isinstance(late_letter(**receipt).state(LATER), CounterOffered)


def test_bgb_150_1_a_late_acceptance_is_a_new_offer_that_the_company_can_accept():
    story = offered()
    story.accept(berlin("07 09:00"), received=berlin("07 09:00"))
    found = story.state(berlin("07 09:00"))
    assert isinstance(found, CounterOffered) and found.because.source == "BGB § 150 (1)"
    assert (found.offer, found.offered_by) == ("offer/new", Side.CUSTOMER)
    yes = story.accept(berlin("08 09:00"), "company", "offer/new")
    assert isinstance(story.state(berlin("08 09:00")), CounterOffered)
    story.accept_received(yes, berlin("08 09:05"), "signatory-1")
    assert story.state(LATER).at == berlin("08 09:05")


def test_bgb_150_2_an_acceptance_of_another_document_or_other_words_rejects_and_offers_anew():
    for changes in ({"document_sha256": OTHER}, {"text_sha256": OTHER}, {"document_sha256": OTHER, "changed": True}):
        story = offered()
        story.accept(berlin("01 09:00"), received=berlin("01 09:00"), **changes)
        found = story.state(berlin("01 09:00"))
        assert isinstance(found, CounterOffered) and found.because.source == "BGB § 150 (2)"
        story.accept(berlin("01 10:00"), received=berlin("01 10:00"))
        assert not isinstance(story.state(LATER), Concluded)


def test_bgb_150_2_the_company_can_accept_the_changed_document_only_as_it_is():
    story = offered()
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"), document_sha256=OTHER, changed=True)
    wrong = story.accept(berlin("01 10:00"), "company", "offer/new")
    story.accept_received(wrong, berlin("01 10:00"), "signatory-1")
    assert not isinstance(story.state(LATER), Concluded)
    right = Story(story.formation.terms)
    right.offer_received(right.offer(berlin("30 10:00")), berlin("30 10:00"))
    right.accept(berlin("01 09:00"), received=berlin("01 09:00"), document_sha256=OTHER, changed=True)
    yes = right.accept(berlin("01 10:00"), "company", "offer/new", document_sha256=OTHER)
    right.accept_received(yes, berlin("01 10:00"), "signatory-1")
    assert isinstance(right.state(LATER), Concluded)


def test_bgb_151_where_receipt_is_waived_the_acceptance_need_not_arrive():
    story = offered(frame(receipt_waived=True))
    story.accept(berlin("01 09:00"))
    found = story.state(berlin("01 09:00"))
    assert isinstance(found, Concluded) and "BGB § 151" in sources(found)
    assert isinstance(offered_and_silent().state(berlin("02 09:00")), Open)


def test_bgb_151_the_waiver_spares_an_acceptance_its_receipt_and_no_changed_one():
    story = offered(frame(receipt_waived=True))
    story.accept(berlin("01 09:00"), document_sha256=OTHER)
    assert isinstance(story.state(berlin("01 10:00")), Open)
    story.accept(berlin("02 09:00"))
    assert story.state(LATER).at == berlin("02 09:00")


def offered_and_silent() -> Story:
    story = offered()
    story.accept(berlin("01 09:00"))
    return story


def test_bgb_130_1_an_acceptance_that_never_arrives_concludes_nothing():
    found = offered_and_silent().state(LATER)
    assert isinstance(found, OfferLapsed)


@pytest.mark.parametrize(("reaches", "concluded"), [("01 08:59", False), ("01 09:00", False), ("01 09:01", True)])
def test_bgb_130_1_a_revocation_counts_before_or_together_with_the_acceptance(reaches, concluded):
    story = offered()
    yes = story.accept(berlin("01 08:00"), received=berlin("01 09:00"))
    story.revoke(yes, "signatory-1", "company", berlin("01 08:30"), berlin(reaches))
    assert isinstance(story.state(berlin("02 00:00")), Concluded) is concluded


def test_bgb_130_1_an_offer_revoked_before_it_arrives_cannot_be_accepted():
    story = Story()
    made = story.offer(berlin("30 10:00"))
    story.revoke(made, "company", "signatory-1", berlin("30 10:30"), berlin("30 11:00"))
    story.offer_received(made, berlin("30 11:00"))
    story.accept(berlin("30 12:00"), received=berlin("30 12:00"))
    found = story.state(LATER)
    assert isinstance(found, RevokedOffer) and found.clause.source == "BGB § 130 (1) sentence 2"


def test_bgb_130_1_nobody_accepts_an_offer_that_has_not_arrived():
    story = Story()
    made = story.offer(berlin("30 10:00"))
    story.accept(berlin("30 12:00"), received=berlin("30 12:00"))
    story.offer_received(made, berlin("30 12:01"))
    found = story.state(berlin("30 13:00"))
    assert isinstance(found, Refused) and found.ineffective[0].clause.source == "BGB §§ 130 (1), 145"


def test_bgb_130_1_a_revocation_that_reached_nobody_it_was_meant_for_revokes_nothing():
    story = offered()
    yes = story.accept(berlin("01 08:00"), received=berlin("01 09:00"))
    story.revoke(yes, "signatory-1", "signatory-1", berlin("01 08:30"), berlin("01 08:30"))
    story.revoke("offer-1", "signatory-1", "signatory-1", berlin("30 10:00"), berlin("30 10:00"))
    assert isinstance(story.state(berlin("02 00:00")), Concluded)


def test_bgb_130_1_an_acceptance_has_to_reach_everybody_who_offered():
    story = Story(frame("two", offer_by=Side.CUSTOMER))
    for who in ("signatory-1", "signatory-2"):
        story.offer_received(story.offer(berlin("30 10:00"), who), berlin("30 10:00"), "company")
    yes = story.accept(berlin("01 10:00"), "company")
    story.accept_received(yes, berlin("01 10:01"), "signatory-1")
    assert isinstance(story.state(berlin("01 11:00")), Open)
    story.accept_received(yes, berlin("02 10:01"), "signatory-2")
    assert story.state(LATER).at == berlin("02 10:01")


def test_bgb_130_a_receipt_dated_before_the_declaration_proves_nothing():
    story = offered()
    yes = story.accept(berlin("01 09:00"))
    story.accept_received(yes, berlin("01 08:59"))
    assert isinstance(story.state(berlin("02 00:00")), Open)


def test_all_have_to_declare_one_signature_of_two_concludes_nothing():
    story = offered(frame("two"), "signatory-1", "signatory-2")
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"))
    found = story.state(berlin("02 00:00"))
    assert isinstance(found, PartlyDeclared)
    assert (found.declared, found.missing) == (("signatory-1",), ("signatory-2",))
    story.accept(berlin("02 09:00"), "signatory-2", received=berlin("02 09:00"))
    assert story.state(LATER).at == berlin("02 09:00")


def test_all_have_to_declare_in_time_the_second_too_late_makes_a_new_offer_of_both():
    story = offered(frame("two"), "signatory-1", "signatory-2")
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"))
    assert isinstance(story.state(END), OfferLapsed)
    story.accept(berlin("07 09:00"), "signatory-2", received=berlin("07 09:00"))
    assert isinstance(story.state(LATER), CounterOffered)


def test_what_both_offer_later_about_another_document_undoes_no_contract_about_the_first():
    story = Story(frame("two", offer_by=Side.CUSTOMER))
    for hour, document in ((10, DOC), (12, OTHER)):
        for who in ("signatory-1", "signatory-2"):
            made = story.offer(berlin(f"30 {hour}:00"), who, document_sha256=document)
            story.offer_received(made, berlin(f"30 {hour}:00"), "company")
        if document == DOC:
            yes = story.accept(berlin("30 11:00"), "company")
            for who in ("signatory-1", "signatory-2"):
                story.accept_received(yes, berlin("30 11:00"), who)
    assert story.state(LATER).at == berlin("30 11:00")


def test_two_who_offer_different_documents_offer_nothing():
    story = Story(frame("two", offer_by=Side.CUSTOMER))
    story.offer(berlin("30 10:00"), "signatory-1")
    story.offer(berlin("30 10:00"), "signatory-2", document_sha256=OTHER)
    found = story.state(LATER)
    assert isinstance(found, Refused) and found.ineffective[0].clause.source == "BGB §§ 154, 155"


def test_one_of_two_rejects_and_the_offer_is_over_for_both():
    story = offered(frame("two"), "signatory-1", "signatory-2")
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"))
    story.reject(berlin("01 10:00"), berlin("01 10:00"), "signatory-2")
    story.accept(berlin("01 11:00"), "signatory-2", received=berlin("01 11:00"))
    assert isinstance(story.state(LATER), Rejected)


def test_who_is_bound_by_an_acceptance_cannot_reject_any_more():
    story = offered(frame("two"), "signatory-1", "signatory-2")
    story.accept(berlin("01 09:00"), received=berlin("01 09:00"))
    story.reject(berlin("01 10:00"), berlin("01 10:00"), "signatory-1")
    story.accept(berlin("01 11:00"), "signatory-2", received=berlin("01 11:00"))
    assert isinstance(story.state(LATER), Concluded)


def test_bgb_312i_1_no_3_the_receipt_of_the_order_accepts_nothing():
    story = Story(frame(offer_by=Side.CUSTOMER))
    order = story.offer(berlin("30 10:00"), "signatory-1")
    story.offer_received(order, berlin("30 10:00"), "company")
    story.tell(OrderConfirmed(id="mail", evidence="", at=berlin("30 10:01")))
    assert isinstance(story.state(berlin("30 11:00")), Open)
    yes = story.accept(berlin("01 10:00"), "company")
    story.accept_received(yes, berlin("01 10:01"), "signatory-1")
    assert story.state(LATER).at == berlin("01 10:01")
