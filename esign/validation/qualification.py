"""Qualified or not: what the trusted lists make of a certificate, when it was issued and when it was used.

1. Find the services of the authorities above the certificate, the nearest first. 2. At issuance: was such a service
listed and active, what does its entry make of the certificate. 3. The same at the time of use. 4. Both must agree: a
certificate that a withdrawn service would issue, or that was issued before its service was granted, makes an advanced
signature, not a qualified one. 5. The device is judged at the time of use. 6. What could not be known (stale lists,
lists that could not be used, entries that contradict each other) leaves the answer open, never positive.

Where both instants differ, the standard knows only that the process failed (PRO-4.4.4-36); here *no* at one of them is
*not qualified*. That the issuer's organisation is named like the provider (PRO-4.4.4-06) is not asked: of 806 services
of national lists of 2020 it was not for 58.

Source: ETSI TS 119 615 clauses 4.3 to 4.5, Regulation (EU) No 910/2014 Art. 3 (12), (15), 32 (1) (b), 51.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from esign.validation.findings import Finding
from esign.validation.qc_statements import CertificateStatement, CertificateStatementsError, QcType
from esign.validation.qualification_rules import (
    CA_QC,
    REGULATION,
    SERVICE_FOR,
    Answer,
    Ruling,
    active,
    device,
    purpose,
    qualified,
    qualifiers_of,
)
from esign.validation.trusted_lists.digital_identity import KeyAndName
from esign.validation.trusted_lists.index import ServiceIndex
from esign.validation.trusted_lists.loading import EU, LoadedLists
from esign.validation.trusted_lists.model import Service, ServicePeriod

IS_QUALIFIED = "Is it a qualified certificate?"
COUNTRY = "2.5.4.6"
_TERRITORIES = {"GB": "UK", "GR": "EL"}
"""Territories of lists that are named otherwise than the country. Source: ETSI TS 119 612 clause 5.3.10."""


class Qualification(StrEnum):
    """What a signature made with the certificate can be, cryptography and everything else being in order."""

    QUALIFIED_SIGNATURE = "qualified electronic signature"
    QUALIFIED_SEAL = "qualified electronic seal"
    ADVANCED_SIGNATURE_QC = "advanced electronic signature with a qualified certificate"
    ADVANCED_SEAL_QC = "advanced electronic seal with a qualified certificate"
    WEB = "qualified certificate for website authentication, which signs no documents"
    NOT_QUALIFIED = "advanced at most, not qualified"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step of the determination: the question, the answer, why, and the rule."""

    number: str
    question: str
    answer: Answer
    reason: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What held at one instant.

    ``service`` and ``provider`` name the entry that decided, empty where there was none; public data of the list.
    """

    at: datetime
    qualified: Answer
    kind: QcType | None
    device: Answer
    territory: str = ""
    provider: str = ""
    service: str = ""
    taken_over_by: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationReport:
    """The determination for one certificate.

    Args:
        qualification: What comes out.
        reason: The sentence that decided.
        at_issuance: What held when the certificate was issued; None where the certificate cannot be read.
        at_use: What held at the time of use.
        findings: What is wrong with the lists that were asked: those that speak about the issuer, or all where none
            does or the answer is open.
        compared: Identities that were compared to find the services.
    """

    qualification: Qualification
    reason: str
    at_issuance: Moment | None
    at_use: Moment | None
    findings: tuple[Finding, ...] = ()
    compared: int = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return tuple(step for moment in (self.at_issuance, self.at_use) if moment is not None for step in moment.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedServices:
    """The services of all usable lists, and what is wrong with the others. Made once, then only read."""

    index: ServiceIndex
    unusable: tuple[str, ...]
    findings: tuple[Finding, ...]
    territories: tuple[str, ...] = ()
    """Whose list each finding is about."""

    @classmethod
    def of(cls, loaded: LoadedLists) -> TrustedServices:
        """Return the services of loaded lists."""
        unusable = tuple(dict.fromkeys(item.territory for item in loaded.problems if not item.usable))
        return cls(
            index=ServiceIndex.of(loaded.lists),
            unusable=unusable,
            findings=tuple(item.finding for item in loaded.problems),
            territories=tuple(item.territory for item in loaded.problems),
        )

    def findings_about(self, asked: Collection[str]) -> tuple[Finding, ...]:
        """Return what is wrong with the lists of territories and with the list of the lists."""
        wanted = {*asked, EU}
        of = (*self.territories, *(EU,) * len(self.findings))
        return tuple(finding for finding, territory in zip(self.findings, of, strict=False) if territory in wanted)


def determine_qualification(
    path: Sequence[bytes], *, services: TrustedServices, used_at: datetime
) -> QualificationReport:
    """Return what the trusted lists make of a certificate.

    Args:
        path: The certificate and the authorities above it, DER, each certified by the next; the path was validated.
        services: The services of the trusted lists.
        used_at: When the key was used, as proven (best signature time).
    """
    try:
        authorities = [KeyAndName.of(der) for der in path[1:]]
    except ValueError:
        return _unreadable("an authority cannot be read", (), services)
    try:
        certificate = CertificateStatement.read(path[0])
    except (CertificateStatementsError, IndexError) as error:
        detail = error.detail if isinstance(error, CertificateStatementsError) else "there is no certificate"
        return _unreadable(detail, authorities, services)
    found, compared = _services(authorities, services.index, _territory(certificate))
    used_at = used_at.astimezone(UTC)
    at_issuance = _moment("1", certificate, found, certificate.not_before, services)
    at_use = _moment("2", certificate, found, used_at, services)
    outcome, reason = _outcome(at_issuance, at_use)
    open_answer = not found or outcome is Qualification.INDETERMINATE
    return QualificationReport(
        qualification=outcome,
        reason=reason,
        at_issuance=at_issuance,
        at_use=at_use,
        findings=services.findings if open_answer else services.findings_about({item.territory for item in found}),
        compared=compared,
    )


def _unreadable(reason: str, authorities: Sequence[KeyAndName], services: TrustedServices) -> QualificationReport:
    """Return the answer for a certificate that cannot be read: never positive, and open where its issuer is listed."""
    found, compared = _services(authorities, services.index, "")
    open_answer = found or services.unusable
    return QualificationReport(
        qualification=Qualification.INDETERMINATE if open_answer else Qualification.NOT_QUALIFIED,
        reason=reason,
        at_issuance=None,
        at_use=None,
        findings=services.findings if open_answer else (),
        compared=compared,
    )


def _territory(certificate: CertificateStatement) -> str:
    """Return the territory of the list for the issuer's country; empty where it names none. Source: PRO-4.4.4-01."""
    country = next((value for part in certificate.issuer for oid, value in part if oid == COUNTRY), "").upper()
    return _TERRITORIES.get(country, country)


def _services(
    authorities: Sequence[KeyAndName], index: ServiceIndex, territory: str
) -> tuple[tuple[Service, ...], int]:
    """Return the services of the nearest authority that is listed as an issuer of qualified certificates.

    The list of the issuer's own country goes before all others.
    """
    compared = 0
    for authority in authorities:
        found = index.find(authority)
        compared += found.compared
        issuing = tuple(item for item in found.services if any(period.kind == CA_QC for period in item.periods))
        if issuing:
            return tuple(item for item in issuing if item.territory == territory) or issuing, compared
    return (), compared


def _moment(
    number: str, certificate: CertificateStatement, found: Sequence[Service], at: datetime, services: TrustedServices
) -> Moment:
    entries = [(service, period) for service in found if (period := service.at(at)) is not None]
    entries = [(service, period) for service, period in entries if period.kind == CA_QC]
    when = "when the certificate was issued" if number == "1" else "when the key was used"
    question = f"Was the issuer listed for qualified certificates {when} ({at:%Y-%m-%d %H:%M:%S} UTC)?"
    clause = "TS 119 615 clause 4.3.4 (PRO-4.3.4-03)"
    if not entries:
        open_question = not found and bool(services.unusable)
        answer = Answer.INDETERMINATE if open_question else Answer.NO
        missing = ", ".join(services.unusable)
        reason = f"in no list that can be used; not usable: {missing}" if open_question else "in no list at that time"
        step = Step(number=f"{number}.1", question=question, answer=answer, reason=reason, clause=clause)
        return Moment(at=at, qualified=answer, kind=None, device=answer, steps=(step,))
    listed = ", ".join(sorted({f"{_where(service)}: {period.name}" for service, period in entries}))
    first = Step(number=f"{number}.1", question=question, answer=Answer.YES, reason=listed, clause=clause)
    conflict = _conflict(entries, at)
    if conflict is not None:
        return _contradiction(at, (first,), number, conflict, "TS 119 615 clause 4.3.4 (PRO-4.3.4-05 to -11)")
    moments = [_entry(number, certificate, service, period, at, first) for service, period in entries]
    return _together(number, moments)


def _where(service: Service) -> str:
    return f"{service.territory} {service.issue}".strip()


def _conflict(entries: Sequence[tuple[Service, ServicePeriod]], at: datetime) -> str | None:
    """Return what is wrong with several entries for one authority; None where nothing is."""
    if len({(service.territory, service.provider) for service, _ in entries}) > 1:
        return "it is listed for several providers"
    for position, (_, one) in enumerate(entries):
        for _, other in entries[position + 1 :]:
            same = at < REGULATION or {*one.additional} & {*other.additional} & {*SERVICE_FOR}
            if same and one.status != other.status:
                return "it is listed twice for the same, with different statuses"
    return None


def _contradiction(at: datetime, steps: tuple[Step, ...], number: str, reason: str, clause: str) -> Moment:
    step = Step(
        number=f"{number}.{len(steps) + 1}",
        question="Do all entries for the issuer say the same?",
        answer=Answer.INDETERMINATE,
        reason=reason,
        clause=clause,
    )
    return Moment(at=at, qualified=Answer.INDETERMINATE, kind=None, device=Answer.INDETERMINATE, steps=(*steps, step))


def _entry(
    number: str, certificate: CertificateStatement, service: Service, period: ServicePeriod, at: datetime, first: Step
) -> Moment:
    steps = [first]

    def step(question: str, ruling: Ruling) -> Answer:
        steps.append(
            Step(
                number=f"{number}.{len(steps) + 1}",
                question=question,
                answer=ruling.answer,
                reason=ruling.reason,
                clause=ruling.clause,
            )
        )
        return ruling.answer

    def moment(answer: Answer, kind: QcType | None = None, on_device: Answer = Answer.NO) -> Moment:
        return Moment(
            at=at,
            qualified=answer,
            kind=kind,
            device=on_device,
            territory=service.territory,
            provider=service.provider,
            service=period.name,
            taken_over_by=period.taken_over_by,
            steps=tuple(steps),
        )

    status = step("Did the service have the qualified status?", active(period, at))
    if status is not Answer.YES:
        return moment(status, on_device=status)
    found = qualifiers_of(period, certificate)
    clause = "TS 119 612 clause 5.5.9.2; TS 119 615 clause 4.4.4 (PRO-4.4.4-11)"
    if found.unsure or found.unknown_critical:
        unknown = ", ".join(found.unknown_critical)
        what = f"unknown qualifiers: {unknown}" if unknown else "criteria that are not understood"
        open_ruling = Ruling(answer=Answer.INDETERMINATE, reason=what, clause=clause)
        step("Which qualifiers does the list give the certificate?", open_ruling)
        return moment(Answer.INDETERMINATE, on_device=Answer.INDETERMINATE)
    marks = found.known
    words = ", ".join(sorted(mark.rsplit("/", 1)[-1] for mark in marks)) or "none"
    if found.unknown:
        words = f"{words}; passed over, not critical: {', '.join(found.unknown)}"
    step(
        "Which qualifiers does the list give the certificate?",
        Ruling(answer=Answer.YES, reason=words, clause=clause),
    )
    answer = step(IS_QUALIFIED, qualified(certificate, marks, at))
    if answer is not Answer.YES:
        return moment(answer, on_device=answer)
    ruling = purpose(certificate, marks, period, at)
    answer = step("What is it for?", ruling)
    if answer is not Answer.YES:
        return moment(answer, on_device=answer)
    if ruling.kind is QcType.WEB:
        return moment(Answer.YES, ruling.kind, Answer.NO)
    on_device = step("Is its key in a qualified device?", device(certificate, marks, at))
    return moment(Answer.YES, ruling.kind, on_device)


def _together(number: str, moments: Sequence[Moment]) -> Moment:
    """Return the answer of all entries for one authority.

    Entries that are not active, or are for certificates of another type, give way to one that is; one that says *not
    qualified* does not. Entries that make different things of the same certificate leave the answer open.
    """
    speaking = [item for item in moments if item.qualified is not Answer.NO or item.steps[-1].question == IS_QUALIFIED]
    speaking = speaking or list(moments[:1])
    if len({(item.qualified, item.kind, item.device) for item in speaking}) == 1:
        return speaking[0]
    steps = tuple(item for moment in speaking for item in moment.steps)
    reason = f"{len(speaking)} entries contradict each other"
    return _contradiction(speaking[0].at, steps, number, reason, "TS 119 615 clause 4.4.4 (PRO-4.4.4-32)")


def _outcome(at_issuance: Moment, at_use: Moment) -> tuple[Qualification, str]:
    for moment, when in ((at_issuance, "when the certificate was issued"), (at_use, "when the key was used")):
        if moment.qualified is Answer.NO:
            return Qualification.NOT_QUALIFIED, f"not qualified {when}: {moment.steps[-1].reason}"
    for moment, when in ((at_issuance, "when the certificate was issued"), (at_use, "when the key was used")):
        if moment.qualified is Answer.INDETERMINATE:
            return Qualification.INDETERMINATE, f"not known {when}: {moment.steps[-1].reason}"
    if at_issuance.kind is not at_use.kind:
        return Qualification.INDETERMINATE, "it was for something else when it was issued than when it was used"
    if at_use.kind is QcType.WEB:
        return Qualification.WEB, at_use.steps[-1].reason
    if at_use.device is Answer.INDETERMINATE:
        return Qualification.INDETERMINATE, f"the device is not known: {at_use.steps[-1].reason}"
    seal = at_use.kind is QcType.SEAL
    if at_use.device is Answer.YES:
        return Qualification.QUALIFIED_SEAL if seal else Qualification.QUALIFIED_SIGNATURE, at_use.steps[-1].reason
    outcome = Qualification.ADVANCED_SEAL_QC if seal else Qualification.ADVANCED_SIGNATURE_QC
    return outcome, f"no qualified device: {at_use.steps[-1].reason}"
