"""What a service's entry makes of a certificate at one instant: qualified or not, for what, with which device.

Source: ETSI TS 119 615 clauses 4.3 (service), 4.4 (qualified certificate), 4.5 (device); ETSI TS 119 612 clauses
5.5.1.1, 5.5.4, 5.5.9.2; Regulation (EU) No 910/2014 Art. 51.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from esign.validation.qc_statements import CertificateStatement, QcType
from esign.validation.trusted_lists.model import ServicePeriod

CA_QC = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
"""A service that issues qualified certificates. Source: ETSI TS 119 612 clause 5.5.1.1."""
_STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
GRANTED = _STATUS + "granted"
BEFORE_REGULATION = frozenset(_STATUS + word for word in ("undersupervision", "supervisionincessation", "accredited"))
"""Statuses that stood for *granted* under Directive 1999/93/EC. Source: ETSI TS 119 612 clause 5.5.4, annex J."""
REGULATION = datetime(2016, 6, 30, 22, 0, tzinfo=UTC)
"""1 July 2016, 00:00 in Brussels: Regulation (EU) No 910/2014 applies. Source: its Art. 52 (2)."""

_SIE = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
NOT_QUALIFIED = _SIE + "NotQualified"
QC_STATEMENT = _SIE + "QCStatement"
FOR_TYPE = {_SIE + "QCForESig": QcType.SIGNATURE, _SIE + "QCForESeal": QcType.SEAL, _SIE + "QCForWSA": QcType.WEB}
FOR_LEGAL_PERSON = _SIE + "QCForLegalPerson"
DEVICE = frozenset(_SIE + word for word in ("QCWithQSCD", "QCWithSSCD", "QCQSCDManagedOnBehalf"))
NO_DEVICE = frozenset(_SIE + word for word in ("QCNoQSCD", "QCNoSSCD"))
DEVICE_AS_STATED = frozenset(_SIE + word for word in ("QCQSCDStatusAsInCert", "QCSSCDStatusAsInCert"))
KNOWN = frozenset({NOT_QUALIFIED, QC_STATEMENT, FOR_LEGAL_PERSON, *FOR_TYPE}) | DEVICE | NO_DEVICE | DEVICE_AS_STATED
SERVICE_FOR = {
    _SIE + "ForeSignatures": QcType.SIGNATURE,
    _SIE + "ForeSeals": QcType.SEAL,
    _SIE + "ForWebSiteAuthentication": QcType.WEB,
}
"""What the service may issue qualified certificates for. Source: ETSI TS 119 612 clause 5.5.9.4."""


class Answer(StrEnum):
    """The answer to one question of the determination."""

    YES = "yes"
    NO = "no"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One answer and its reason, in plain English for reports. ``clause`` is the rule that gave it."""

    answer: Answer
    reason: str
    clause: str
    kind: QcType | None = None


def qualifiers_of(period: ServicePeriod, certificate: CertificateStatement) -> tuple[frozenset[str], bool]:
    """Return the qualifiers that stand for a certificate, and whether others might (criteria not understood)."""
    sure: set[str] = set()
    unsure = False
    for item in period.qualifications:
        met = item.criteria.met(certificate.traits)
        if met:
            sure.update(item.qualifiers)
        unsure = unsure or met is None
    return frozenset(sure), unsure


def active(period: ServicePeriod, at: datetime) -> Ruling:
    """Tell whether the service had the qualified status at an instant."""
    word = period.status.rsplit("/", 1)[-1]
    clause = "TS 119 612 clause 5.5.4"
    if period.not_understood:
        return Ruling(
            answer=Answer.INDETERMINATE,
            reason=f"the list says something critical that is not understood: {', '.join(period.not_understood)}",
            clause="TS 119 612 clause 5.5.9",
        )
    good = period.status == GRANTED if at >= REGULATION else period.status in BEFORE_REGULATION | {GRANTED}
    return Ruling(answer=Answer.YES if good else Answer.NO, reason=f"the service's status was {word}", clause=clause)


def qualified(certificate: CertificateStatement, marks: frozenset[str]) -> Ruling:
    """Tell whether a certificate is a qualified one, the service being active."""
    clause = "TS 119 615 clause 4.4"
    stated = certificate.statements
    if NOT_QUALIFIED in marks and QC_STATEMENT in marks:
        return Ruling(answer=Answer.INDETERMINATE, reason="the list says qualified and not qualified", clause=clause)
    if NOT_QUALIFIED in marks:
        return Ruling(answer=Answer.NO, reason="the list says: not qualified", clause=clause)
    if stated.legislation is not None:
        countries = ", ".join(stated.legislation)
        contradiction = QC_STATEMENT in marks
        return Ruling(
            answer=Answer.INDETERMINATE if contradiction else Answer.NO,
            reason=f"the certificate says that it is qualified under the law of {countries}, not of the Union",
            clause="EN 319 412-5 clause 4.2.4",
        )
    if QC_STATEMENT in marks:
        return Ruling(answer=Answer.YES, reason="the list says: qualified", clause=clause)
    if stated.compliance:
        return Ruling(answer=Answer.YES, reason="the certificate says so, and the list does not object", clause=clause)
    return Ruling(answer=Answer.NO, reason="the certificate does not say that it is qualified", clause=clause)


def purpose(certificate: CertificateStatement, marks: frozenset[str], period: ServicePeriod, at: datetime) -> Ruling:
    """Tell what a qualified certificate is for; the list overrides the certificate."""
    clause = "TS 119 615 clause 4.4"
    kinds = tuple(dict.fromkeys(FOR_TYPE[mark] for mark in sorted(marks) if mark in FOR_TYPE))
    whence = "the list says so"
    if FOR_LEGAL_PERSON in marks and not kinds:
        return Ruling(answer=Answer.INDETERMINATE, reason="the list says only: for a legal person", clause=clause)
    if not kinds:
        stated = certificate.statements
        kinds, whence = stated.types, "the certificate says so"
        if stated.unknown_types:
            return Ruling(
                answer=Answer.INDETERMINATE, reason="the certificate names a type that is none", clause=clause
            )
        if not kinds:
            kinds, whence = (QcType.SIGNATURE,), "the certificate names no type, which stands for signatures"
    if len(kinds) > 1:
        words = ", ".join(kinds)
        return Ruling(answer=Answer.INDETERMINATE, reason=f"several types at once: {words}", clause=clause)
    kind = kinds[0]
    offered = {SERVICE_FOR[item] for item in period.additional if item in SERVICE_FOR}
    if at >= REGULATION and kind not in offered:
        reason = f"the service is not listed for certificates of type {kind}"
        return Ruling(answer=Answer.NO, reason=reason, clause="TS 119 612 clause 5.5.9.4")
    return Ruling(answer=Answer.YES, reason=whence, clause=clause, kind=kind)


def device(certificate: CertificateStatement, marks: frozenset[str]) -> Ruling:
    """Tell whether the key is in a qualified signature or seal creation device; the list overrides the certificate."""
    clause = "TS 119 615 clause 4.5"
    yes, no, stated = bool(marks & DEVICE), bool(marks & NO_DEVICE), bool(marks & DEVICE_AS_STATED)
    if yes + no + stated > 1:
        return Ruling(answer=Answer.INDETERMINATE, reason="the list contradicts itself about the device", clause=clause)
    if yes or no:
        reason = "the list says: qualified device" if yes else "the list says: no qualified device"
        return Ruling(answer=Answer.YES if yes else Answer.NO, reason=reason, clause=clause)
    says = certificate.statements.device
    reason = "the certificate says so" if says else "the certificate does not say so"
    return Ruling(answer=Answer.YES if says else Answer.NO, reason=reason, clause=clause)
