"""A minor's contract: whether who represents the minor has approved it, refused to, or let the time pass.

Once the minor has come of age, the approval of this person alone takes the place of the representative's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from esign.contracts.deadlines.instants import local_day
from esign.contracts.deadlines.periods import Period, nominal_end
from esign.contracts.formation import events as e
from esign.contracts.formation.effect import minor, of_age
from esign.contracts.formation.facts import Declaring, Facts
from esign.contracts.formation.formation import Formation
from esign.contracts.formation.states import Pending, Rejected
from esign.contracts.formation.values import Clause, Side

DEMAND_DAYS = 14
"""Days for the approval once it was demanded. Source: BGB § 108 (2) sentence 2."""
WAITING = Clause(
    rule="formation.minor.approval",
    source="BGB § 108 (1)",
    consequence="no effect until the legal representative approves the contract",
    consequence_de="erst wirksam, wenn die gesetzlichen Vertreter den Vertrag genehmigen",
)
DENIED = Clause(
    rule="formation.minor.denied",
    source="BGB § 108 (1)",
    consequence="the legal representative refused to approve: there is no contract",
    consequence_de="die gesetzlichen Vertreter haben die Genehmigung verweigert: es gibt keinen Vertrag",
)
SILENT = Clause(
    rule="formation.minor.silent",
    source="BGB § 108 (2) sentence 2",
    consequence="no approval within two weeks of the demand: it counts as refused",
    consequence_de="keine Genehmigung binnen zwei Wochen nach der Aufforderung: sie gilt als verweigert",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval, and when it reached the company."""

    at: datetime
    id: str
    """Identifier of the event."""


def approval_of_minors(
    facts: Facts, offer: str, declared: Iterable[Declaring]
) -> tuple[Approval, ...] | Pending | Rejected:
    """Return the approvals of all that minors declared; or that one is missing, or was refused.

    A consent that comes after the declaration approves it (BGB § 184 (1)). What the representative declares once the
    minor has come of age has no effect, nor what the minor declares before (BGB § 108 (3)).

    Source: BGB § 108.
    """
    found: list[Approval] = []
    waiting: list[str] = []
    ends: list[datetime] = []
    for event in declared:
        declaration = event.declaration
        if facts.side(declaration) is not Side.CUSTOMER or not minor(facts, declaration):
            continue
        until = _until(facts, declaration.declarant)
        approvals = [
            Approval(at=each.reaches, id=each.id)
            for each in facts.all(e.ContractApproved)
            if each.declaration.declarant == declaration.declarant
            and each.declaration.document_sha256 == declaration.document_sha256
            and _entitled(facts, each)
        ]
        consents = [
            each
            for each in facts.all(e.ConsentGiven)
            if each.declarant == declaration.declarant and not of_age(facts, each.declarant, each.at)
        ]
        approvals += [Approval(at=each.at, id=each.id) for each in consents]
        in_time = [each for each in approvals if each.at <= facts.at and (until is None or each.at < until)]
        approval = min(in_time, key=lambda each: (each.at, each.id), default=None)
        denied = _denied(facts, declaration.declarant, until)
        if denied is not None and (approval is None or denied < approval.at):
            return Rejected(offer=offer, at=denied, clause=SILENT if denied == until else DENIED)
        if approval is not None:
            found.append(approval)
        else:
            waiting.append(declaration.declarant)
            ends += [until] if until is not None else []
    if waiting:
        return Pending(by=tuple(waiting), clause=WAITING, until=min(ends, default=None))
    return tuple(found)


def grown_up(formation: Formation, name: str, at: datetime) -> bool:
    """Tell whether a declarant has come of age at an instant, and alone can approve what was declared before."""
    return of_age(Facts.of(formation, at), name, at)


def _entitled(facts: Facts, event: e.ContractApproved | e.ApprovalDenied) -> bool:
    """Tell whether who declared could: the representative of a minor, or who has come of age (BGB § 108 (3))."""
    return (not event.declaration.representative) == of_age(facts, event.declaration.declarant, event.reaches)


def _until(facts: Facts, name: str) -> datetime | None:
    demanded = min((each.at for each in facts.all(e.ApprovalDemanded) if each.declarant == name), default=None)
    if demanded is None:
        return None
    return facts.end_of(nominal_end(local_day(demanded), Period(days=DEMAND_DAYS)), Side.CUSTOMER)


def _denied(facts: Facts, name: str, until: datetime | None) -> datetime | None:
    """Return when the approval was refused, or counts as refused; None: neither."""
    told = [
        each.reaches
        for each in facts.all(e.ApprovalDenied)
        if each.declaration.declarant == name and _entitled(facts, each)
    ]
    if until is not None and facts.at >= until:
        told.append(until)
    return min((at for at in told if at <= facts.at), default=None)
