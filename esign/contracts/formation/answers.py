"""The answers to an offer: which count as acceptances, which change it, which reject it, and when each arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from esign.contracts.formation import events as e
from esign.contracts.formation.effect import without_effect
from esign.contracts.formation.facts import Facts
from esign.contracts.formation.offers import Offer
from esign.contracts.formation.states import Ineffective
from esign.contracts.formation.values import Clause, DeclarationKind

UNHEARD = Clause(
    rule="formation.unheard",
    source="BGB §§ 130 (1), 145",
    consequence="nobody accepts an offer that has not arrived",
    consequence_de="niemand nimmt ein Angebot an, das nicht zugegangen ist",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An answer with an effect, and when it took it."""

    event: e.Answer
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered to one offer."""

    accepted: Mapping[str, Arrived]
    """The first acceptance of each declarant that took effect."""
    missing: tuple[str, ...]
    changed: tuple[Arrived, ...]
    rejected_at: datetime | None
    ineffective: tuple[Ineffective, ...]

    @property
    def complete_at(self) -> datetime | None:
        """When the last acceptance took effect; None: somebody has not accepted."""
        return None if self.missing else max(each.at for each in self.accepted.values())

    @property
    def stopped_at(self) -> datetime | None:
        """When the first rejection or changed acceptance arrived."""
        found = [self.rejected_at, *(each.at for each in self.changed)]
        return min((at for at in found if at is not None), default=None)


def answers_to(facts: Facts, offer: Offer) -> Answers:
    """Return what was answered to an offer that everybody made who has to."""
    names = [each.name for each in facts.terms.of_side(offer.side.other)]
    ineffective: list[Ineffective] = []
    arrived: list[Arrived] = []
    changed: list[Arrived] = []
    for event in facts.all(e.Answer):
        if event.offer != offer.name or event.declaration.declarant not in names:
            continue
        heard = offer.heard(facts, event.declaration.declarant)
        if heard is None or heard > event.declaration.declared_at:
            ineffective.append(Ineffective(declaration=event.id, clause=UNHEARD))
            continue
        other = differs(facts, offer, event)
        at = _takes_effect(facts, event, spared=facts.terms.receipt_waived and not other)
        if at is None:
            continue
        if other:
            changed.append(Arrived(event=event, at=at))
            continue
        clauses = without_effect(facts, event, (DeclarationKind.ACCEPTANCE,))
        ineffective += [Ineffective(declaration=event.id, clause=clause) for clause in clauses]
        if not clauses:
            arrived.append(Arrived(event=event, at=at))
    accepted: dict[str, Arrived] = {}
    for each in sorted(arrived, key=lambda found: (found.at, found.event.id)):
        accepted.setdefault(each.event.declaration.declarant, each)

    def bound(name: str, at: datetime) -> bool:
        """Tell whether this declarant's own acceptance had taken effect before: it cannot be taken back."""
        return name in accepted and accepted[name].at < at

    changed = [each for each in changed if not bound(each.event.declaration.declarant, each.at)]
    rejections = [
        each.reaches
        for each in facts.all(e.OfferRejected)
        if each.offer == offer.name
        and each.reaches <= facts.at
        and each.declaration.declarant in names
        and not bound(each.declaration.declarant, each.reaches)
    ]
    return Answers(
        accepted=accepted,
        missing=tuple(name for name in names if name not in accepted),
        changed=tuple(sorted(changed, key=lambda each: (each.at, each.event.id))),
        rejected_at=min(rejections, default=None),
        ineffective=tuple(ineffective),
    )


def differs(facts: Facts, offer: Offer, event: e.Answer) -> bool:
    """Tell whether an answer says something else than the offer: another document, other words than those fixed.

    Source: BGB § 150 (2).
    """
    declaration = event.declaration
    if isinstance(event, e.ChangedAcceptance) or declaration.document_sha256 != offer.document_sha256:
        return True
    who = facts.terms.declarant(declaration.declarant)
    fixed = who.text_sha256 if who is not None and (offer.turned is None or offer.turned.same_document) else ""
    return bool(fixed) and declaration.text_sha256 != fixed


def sent_in_time(facts: Facts, event: e.Answer, until: datetime) -> bool:
    """Tell whether an answer that came late would have come in time by regular transit, and that could be seen.

    Source: BGB § 149 sentence 1.
    """
    sent = event.declaration.sent_at
    receipts = [each for each in facts.all(e.AcceptanceReceived) if each.of == event.id]
    transit = timedelta(seconds=max((each.usual_transit_seconds for each in receipts), default=0))
    return sent is not None and sent + transit < until and all(each.recognisable for each in receipts)


def _takes_effect(facts: Facts, event: e.Answer, *, spared: bool) -> datetime | None:
    """Return when an answer takes effect: on receipt, unless receipt is waived; None: not yet, or revoked in time.

    A waiver spares the acceptance its receipt, nothing else does: changes have to arrive.

    Source: BGB §§ 130 (1), 151.
    """
    if spared:
        return event.declaration.declared_at
    if facts.revoked(event) is not None:
        return None
    return facts.received(event)
