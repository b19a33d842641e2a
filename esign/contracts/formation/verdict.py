"""How the formation of a contract stands at an instant: one offer after the other is judged.

1. All who offer must have offered the same, with effect; what was revoked in time was never there (§ 130 (1)).
2. All who accept must have accepted exactly that, with effect, received in time (§§ 146–148, 151); a rejection that
   arrives first ends the offer.
3. What is late but was sent in time counts, unless its lateness was notified (§ 149); what else is late is a new offer
   (§ 150 (1)).
4. What changes the offer rejects it and is a new one (§ 150 (2)).
5. Open points and approvals that the law wants come last (§ 154, TKG § 54 (3)).

Source: BGB §§ 130, 145–154.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.contracts.deadlines.instants import local_day
from esign.contracts.formation import events as e
from esign.contracts.formation.answers import Answers, answers_to, sent_in_time
from esign.contracts.formation.conclusion import conclusion
from esign.contracts.formation.facts import Facts, next_day
from esign.contracts.formation.formation import Formation
from esign.contracts.formation.offers import Offer, Turned, offer_of
from esign.contracts.formation.refusal import MAX_COUNTERS, NEW
from esign.contracts.formation.states import (
    Concluded,
    CounterOffered,
    LateInTransit,
    NotOffered,
    OfferLapsed,
    Open,
    PartlyDeclared,
    Refused,
    Rejected,
    RevokedOffer,
    State,
)
from esign.contracts.formation.values import Clause

LAPSED = Clause(rule="formation.lapsed", source="BGB §§ 146-148")
REJECTED = Clause(rule="formation.rejected", source="BGB § 146")
REVOKED = Clause(rule="formation.revoked", source="BGB § 130 (1) sentence 2")
UNBOUND = Clause(rule="formation.unbound", source="BGB § 145")
LATE = Clause(rule="formation.late", source="BGB § 150 (1)")
CHANGED = Clause(rule="formation.changed", source="BGB § 150 (2)")
ARRIVED = Clause(rule="formation.arrived", source="BGB § 130 (1)")
IN_TRANSIT = Clause(
    rule="formation.late_in_transit",
    source="BGB § 149",
    consequence="counts as in time unless the lateness is notified without undue delay",
    consequence_de="gilt als rechtzeitig, wenn die Verspätung nicht unverzüglich angezeigt wird",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    state: State
    known_at: datetime | None = None
    """When the contract could be known to be there."""
    turned: Turned | None = None


def state(formation: Formation, at: datetime) -> State:
    """Return how a formation stands at an instant, by what had happened until then.

    Args:
        formation: The events.
        at: An instant with time zone; what is dated after it has not happened yet.
    """
    facts = Facts.of(formation, at)
    begun = sorted(
        {event.offer: e.instant(event) for event in reversed(facts.all(e.OfferMade)) if NEW not in event.offer}.items(),
        key=lambda item: (item[1], item[0]),
    )
    judged = [_judge_all(facts, name) for name, _ in begun]
    concluded = [each for each in judged if isinstance(each.state, Concluded)]
    if concluded:
        return min(concluded, key=lambda each: each.known_at or at).state
    if judged:
        return judged[-1].state
    invited = bool(facts.all(e.InvitationToOffer))
    return NotOffered(invited=invited, missing=tuple(each.name for each in facts.terms.of_side(facts.terms.offer_by)))


def history(formation: Formation, until: datetime) -> tuple[tuple[datetime, State], ...]:
    """Return every change of state with the instant at which it came about, up to an instant.

    Instants at which the law alone changes something, such as the end of a period, are among them.
    """
    instants = {e.instant(event) for event in formation.events}
    for event in formation.events:
        instants |= {getattr(event, "reaches", None) or e.instant(event)}
        received = event.declaration.received_at if isinstance(event, e.OfferMade | e.Answer) else None
        instants |= {received or e.instant(event)}
    found: list[tuple[datetime, State]] = []
    waiting = sorted(each for each in instants if each <= until)
    while waiting:
        at = waiting.pop(0)
        now = state(formation, at)
        if not found or found[-1][1] != now:
            found.append((at, now))
        due = getattr(now, "notify_until", None) or getattr(now, "until", None)
        if due is not None and at < due <= until and due not in waiting:
            waiting = sorted([*waiting, due])
    return tuple(found)


def _judge_all(facts: Facts, name: str) -> _Judged:
    """Judge an offer and every new offer that came of it."""
    judged = _judge(facts, name, None)
    while judged.turned is not None and name.count(NEW) < MAX_COUNTERS:
        name += NEW
        following = _judge(facts, name, judged.turned)
        if isinstance(following.state, NotOffered):  # not everybody joined in the new offer
            break
        judged = following
    return judged


def _judge(facts: Facts, name: str, turned: Turned | None) -> _Judged:
    offer = offer_of(facts, name, turned)
    if offer.missing:
        return _Judged(state=_not_offered(facts, offer))
    if facts.terms.one_sided:
        return _arrived(facts, offer)
    until = offer.until(facts)
    answers = answers_to(facts, offer)
    complete, stopped = answers.complete_at, _stopped(facts, offer, answers)
    if complete is not None and (stopped is None or complete < stopped):
        if until is None or complete < until:
            return _Judged(state=conclusion(facts, offer, answers, complete, late=False), known_at=complete)
        return _late(facts, offer, answers, complete, until)
    if stopped is not None and (until is None or stopped < until):
        return _stop(facts, offer, answers, stopped)
    if until is not None and facts.at >= until:
        lapsed = OfferLapsed(offer=name, at=until, clause=LAPSED, ineffective=answers.ineffective)
        return _Judged(state=lapsed)
    return _Judged(state=_open(facts, offer, answers, until))


def _arrived(facts: Facts, offer: Offer) -> _Judged:
    """Judge a declaration that nobody has to accept: it is there when all of it has arrived (§ 130 (1))."""
    names = [each.name for each in facts.terms.of_side(offer.side.other)]
    found = [facts.reached(event, name) for event in offer.made.values() for name in names]
    known = [at for at in found if at is not None]
    if len(known) < len(found):
        return _Judged(state=Open(offer=offer.name, offered_by=offer.side, received=False, until=None))
    concluded = Concluded(at=max(known), offer=offer.name, by=offer.ids, clauses=(ARRIVED,))
    return _Judged(state=concluded, known_at=concluded.at)


def _not_offered(facts: Facts, offer: Offer) -> State:
    if offer.revoked_at is not None:
        return RevokedOffer(offer=offer.name, at=offer.revoked_at, clause=REVOKED)
    if offer.ineffective:
        return Refused(offer=offer.name, ineffective=offer.ineffective, until=None)
    return NotOffered(invited=bool(facts.all(e.InvitationToOffer)), missing=offer.missing)


def _withdrawn(facts: Facts, offer: Offer) -> datetime | None:
    """Return when an offer that binds nobody was revoked; a binding one cannot be once it has arrived (§ 145)."""
    if facts.terms.binding or offer.turned is not None:
        return None
    found = [each.reaches for event in offer.made.values() for each in facts.revocations(event)]
    return min(found, default=None)


def _stopped(facts: Facts, offer: Offer, answers: Answers) -> datetime | None:
    found = [answers.stopped_at, _withdrawn(facts, offer)]
    return min((at for at in found if at is not None), default=None)


def _stop(facts: Facts, offer: Offer, answers: Answers, stopped: datetime) -> _Judged:
    if _withdrawn(facts, offer) == stopped:
        return _Judged(state=RevokedOffer(offer=offer.name, at=stopped, clause=UNBOUND))
    if answers.rejected_at == stopped:
        return _Judged(state=Rejected(offer=offer.name, at=stopped, clause=REJECTED))
    events = tuple(each.event for each in answers.changed)
    turned = Turned(events=events, because=CHANGED, same_document=False)
    return _Judged(state=Rejected(offer=offer.name, at=stopped, clause=CHANGED), turned=turned)


def _late(facts: Facts, offer: Offer, answers: Answers, complete: datetime, until: datetime) -> _Judged:
    late = [each.event for each in answers.accepted.values() if each.at >= until]
    if all(sent_in_time(facts, event, until) for event in late):
        notify_until = facts.end_of(next_day(local_day(complete)), offer.side)
        notified = [each.at for each in facts.all(e.LatenessNotified) if each.offer == offer.name]
        if not any(at < notify_until for at in notified):
            if facts.at >= notify_until:
                found = conclusion(facts, offer, answers, complete, late=True)
                return _Judged(state=found, known_at=notify_until)
            waiting = LateInTransit(
                offer=offer.name, received_at=complete, notify_until=notify_until, clause=IN_TRANSIT
            )
            return _Judged(state=waiting)
    events = tuple(each.event for each in answers.accepted.values())
    lapsed = OfferLapsed(offer=offer.name, at=until, clause=LATE, ineffective=answers.ineffective)
    return _Judged(state=lapsed, turned=Turned(events=events, because=LATE, same_document=True))


def _open(facts: Facts, offer: Offer, answers: Answers, until: datetime | None) -> State:
    wrong = {each.declaration for each in answers.ineffective}
    by = {event.declaration.declarant for event in facts.all(e.Answer) if event.id in wrong}
    if by & set(answers.missing):
        return Refused(offer=offer.name, ineffective=answers.ineffective, until=until)
    if answers.accepted:
        declared = tuple(answers.accepted)
        return PartlyDeclared(offer=offer.name, declared=declared, missing=answers.missing, until=until)
    now = Open(offer=offer.name, offered_by=offer.side, received=offer.received(facts), until=until)
    if offer.turned is None:
        return now
    because = offer.turned.because
    return CounterOffered(
        offer=now.offer, offered_by=now.offered_by, received=now.received, until=until, because=because
    )
