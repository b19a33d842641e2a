"""What still stands between matching declarations and a contract: open points, an approval that the law wants."""

from __future__ import annotations

from datetime import datetime

from esign.contracts.formation import events as e
from esign.contracts.formation.answers import Answers
from esign.contracts.formation.approval import approval_of_minors
from esign.contracts.formation.effect import without_effect
from esign.contracts.formation.facts import Declaring, Facts
from esign.contracts.formation.offers import Offer
from esign.contracts.formation.states import Concluded, Pending, Rejected, Unsettled
from esign.contracts.formation.values import Clause, DeclarationKind, Side

CONCLUDED = Clause(rule="formation.concluded", source="BGB §§ 145-148")
WAIVED = Clause(rule="formation.receipt_waived", source="BGB § 151")
NOT_LATE = Clause(rule="formation.not_late", source="BGB § 149 sentence 2")
OPEN_POINTS = Clause(
    rule="formation.open_points",
    source="BGB § 154 (1)",
    consequence="in doubt no contract while a point is open",
    consequence_de="im Zweifel kein Vertrag, solange ein Punkt offen ist",
)
SUMMARY = Clause(
    rule="formation.summary",
    source="TKG § 54 (3)",
    consequence="no effect until approved in text form after the summary was received",
    consequence_de="erst wirksam mit Genehmigung in Textform nach Erhalt der Zusammenfassung",
)


def conclusion(
    facts: Facts, offer: Offer, answers: Answers, matched_at: datetime, *, late: bool
) -> Concluded | Unsettled | Pending | Rejected:
    """Return the contract, or what it waits for, once all declarations match and were in time.

    Args:
        facts: What has happened.
        offer: The offer.
        answers: Its answers; nobody is missing.
        matched_at: When the last acceptance took effect.
        late: Whether it counts as in time only because its lateness was not notified.
    """
    clauses = [CONCLUDED, *([WAIVED] if facts.terms.receipt_waived else []), *([NOT_LATE] if late else [])]
    ids = [*offer.ids, *(each.event.id for each in answers.accepted.values())]
    open_points, settled_at = _points(facts, matched_at)
    if open_points:
        return Unsettled(points=open_points, clause=OPEN_POINTS)
    at = max(matched_at, settled_at or matched_at)
    declared: list[Declaring] = [*offer.made.values(), *(each.event for each in answers.accepted.values())]
    approved = approval_of_minors(facts, offer.name, declared)
    if isinstance(approved, Pending | Rejected):
        return approved
    ids += [each.id for each in approved]
    at = max([at, *(each.at for each in approved)])
    if facts.terms.summary_first:
        waiting = []
        for event in declared:
            if facts.side(event.declaration) is not Side.CUSTOMER or _informed(facts, event):
                continue
            approval = _approval(facts, event)
            if approval is None:
                waiting.append(event.declaration.declarant)
                continue
            ids.append(approval.id)
            at = max(at, approval.reaches)
        if waiting:
            return Pending(by=tuple(waiting), clause=SUMMARY)
        clauses.append(SUMMARY)
    return Concluded(at=at, offer=offer.name, by=tuple(ids), clauses=tuple(clauses))


def _points(facts: Facts, matched_at: datetime) -> tuple[tuple[str, ...], datetime | None]:
    """Return the points that are open, and when the last of the others was settled.

    What somebody raises once everything was agreed does not undo the contract.
    """
    raised: dict[str, datetime | None] = dict.fromkeys(facts.terms.open_points)
    for event in facts.all(e.PointRaised):
        if event.at <= matched_at:
            raised[event.point] = event.at
    settled: dict[str, datetime] = {}
    for answer in facts.all(e.PointSettled):
        since = raised.get(answer.point)
        if answer.point in raised and (since is None or answer.at >= since):
            settled.setdefault(answer.point, answer.at)
    return tuple(sorted(set(raised) - set(settled))), max(settled.values(), default=None)


def _informed(facts: Facts, event: Declaring) -> bool:
    """Tell whether the declarant had the contract summary before declaring."""
    declaration = event.declaration
    return any(
        each.by == declaration.declarant and each.at <= declaration.declared_at for each in facts.all(e.SummaryReceived)
    )


def _approval(facts: Facts, event: Declaring) -> e.SummaryApproved | None:
    """Return the first approval of a declaration, in its form, made after the summary came and received since."""
    declaration = event.declaration
    had = min((each.at for each in facts.all(e.SummaryReceived) if each.by == declaration.declarant), default=None)
    found = [
        each
        for each in facts.all(e.SummaryApproved)
        if had is not None
        and each.declaration.declarant == declaration.declarant
        and each.declaration.document_sha256 == declaration.document_sha256
        and each.declaration.declared_at >= max(had, declaration.declared_at)
        and each.reaches <= facts.at
        and not without_effect(facts, each, (DeclarationKind.APPROVAL,))
    ]
    return min(found, key=lambda each: (each.reaches, each.id), default=None)
