"""What a service's entry makes of a certificate at one instant: qualified or not, for what, with which device.

Numbers such as PRO-4.4.4-12 are those of ETSI TS 119 615 V1.4.1 as two independent public implementations quote them;
the standard's own text was not read.

Source: ETSI TS 119 615 clauses 4.3.4 (service), 4.4.4 (qualified certificate), 4.5.4 (device); ETSI TS 119 612 clauses
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
WITHDRAWN = _STATUS + "withdrawn"
BEFORE_REGULATION = frozenset(_STATUS + word for word in ("undersupervision", "supervisionincessation", "accredited"))
"""Statuses that stood for *granted* under Directive 1999/93/EC. Source: ETSI TS 119 612 clause 5.5.4, annex J."""
ENDED_BEFORE_REGULATION = frozenset(
    _STATUS + word
    for word in ("supervisionceased", "supervisionrevoked", "accreditationceased", "accreditationrevoked", "withdrawn")
)
"""Statuses under which nothing was qualified then. Source: PRO-4.4.4-33 (f)."""
REGULATION = datetime(2016, 6, 30, 22, 0, tzinfo=UTC)
"""1 July 2016, 00:00 in Brussels: Regulation (EU) No 910/2014 applies. Source: its Art. 52 (2); PRO-4.4.4-07."""

_SIE = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
NOT_QUALIFIED = _SIE + "NotQualified"
QC_STATEMENT = _SIE + "QCStatement"
FOR_TYPE = {_SIE + "QCForESig": QcType.SIGNATURE, _SIE + "QCForESeal": QcType.SEAL, _SIE + "QCForWSA": QcType.WEB}
FOR_LEGAL_PERSON = _SIE + "QCForLegalPerson"
WITH_DEVICE, MANAGED, WITHOUT_DEVICE = _SIE + "QCWithQSCD", _SIE + "QCQSCDManagedOnBehalf", _SIE + "QCNoQSCD"
DEVICE_AS_STATED = _SIE + "QCQSCDStatusAsInCert"
WITH_SSCD, WITHOUT_SSCD, SSCD_AS_STATED = _SIE + "QCWithSSCD", _SIE + "QCNoSSCD", _SIE + "QCSSCDStatusAsInCert"
KNOWN = frozenset(
    {NOT_QUALIFIED, QC_STATEMENT, FOR_LEGAL_PERSON, *FOR_TYPE, WITH_DEVICE, MANAGED, WITHOUT_DEVICE, DEVICE_AS_STATED}
    | {WITH_SSCD, WITHOUT_SSCD, SSCD_AS_STATED}
)
"""Source: ETSI TS 119 612 clause 5.5.9.2.3."""
SERVICE_FOR = {
    _SIE + "ForeSignatures": QcType.SIGNATURE,
    _SIE + "ForeSeals": QcType.SEAL,
    _SIE + "ForWebSiteAuthentication": QcType.WEB,
}
"""What the service may issue qualified certificates for. Source: ETSI TS 119 612 clause 5.5.9.4."""
QCP, QCP_PLUS = "0.4.0.1456.1.2", "0.4.0.1456.1.1"
"""Policies of qualified certificates of the Directive, without and with a device. Source: ETSI TS 101 456."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The qualifiers that stand for a certificate.

    Args:
        known: Those that are understood.
        unknown: Last parts of the names of the others.
        unknown_critical: The same, of those that the list calls critical.
        unsure: Whether others might stand for it: criteria that are not understood.
    """

    known: frozenset[str]
    unknown: tuple[str, ...] = ()
    unknown_critical: tuple[str, ...] = ()
    unsure: bool = False


def qualifiers_of(period: ServicePeriod, certificate: CertificateStatement) -> Marks:
    """Return the qualifiers that stand for a certificate. Source: PRO-4.4.4-11."""
    known: set[str] = set()
    others: dict[str, bool] = {}
    unsure = False
    for item in period.qualifications:
        met = item.criteria.met(certificate.traits)
        unsure = unsure or met is None
        for mark in item.qualifiers if met else ():
            if mark in KNOWN:
                known.add(mark)
            else:
                name = mark.rsplit("/", 1)[-1]
                others[name] = others.get(name, False) or item.critical
    return Marks(
        known=frozenset(known),
        unknown=tuple(sorted(others)),
        unknown_critical=tuple(sorted(name for name, critical in others.items() if critical)),
        unsure=unsure,
    )


def directive(certificate: CertificateStatement, at: datetime) -> bool:
    """Tell whether the rules of Directive 1999/93/EC decide. Source: PRO-4.4.4-07; Regulation Art. 51 (2)."""
    return at < REGULATION or certificate.not_before < REGULATION


def active(period: ServicePeriod, at: datetime) -> Ruling:
    """Tell whether the service had the qualified status at an instant."""
    word = period.status.rsplit("/", 1)[-1]
    if period.not_understood:
        return Ruling(
            answer=Answer.INDETERMINATE,
            reason=f"the list says something critical that is not understood: {', '.join(period.not_understood)}",
            clause="TS 119 612 clause 5.5.9",
        )
    if at < REGULATION:
        good, ended = period.status in BEFORE_REGULATION | {GRANTED}, period.status in ENDED_BEFORE_REGULATION
        clause = "TS 119 615 clause 4.4.4 (PRO-4.4.4-33 f)"
    else:
        good, ended = period.status == GRANTED, period.status == WITHDRAWN
        clause = "TS 119 615 clause 4.4.4 (PRO-4.4.4-10, -10A)"
    if good or ended:
        answer = Answer.YES if good else Answer.NO
        return Ruling(answer=answer, reason=f"the service's status was {word}", clause=clause)
    reason = f"the service's status was {word}, which such a service cannot have then"
    return Ruling(answer=Answer.INDETERMINATE, reason=reason, clause=clause)


def qualified(certificate: CertificateStatement, marks: frozenset[str], at: datetime) -> Ruling:
    """Tell whether a certificate is a qualified one, the service being active."""
    clause = "TS 119 615 clause 4.4.4 (PRO-4.4.4-12, -15 table 1)"
    old = directive(certificate, at)
    if old:
        clause = "TS 119 615 clause 4.4.4 (PRO-4.4.4-33 h to k, table 5)"
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
    if old and {QCP, QCP_PLUS} & certificate.traits.policies:
        reason = "the certificate's policy was one for qualified certificates, and the list does not object"
        return Ruling(answer=Answer.YES, reason=reason, clause=clause)
    return Ruling(answer=Answer.NO, reason="the certificate does not say that it is qualified", clause=clause)


def purpose(certificate: CertificateStatement, marks: frozenset[str], period: ServicePeriod, at: datetime) -> Ruling:
    """Tell what a qualified certificate is for; the list overrides the certificate."""
    clause = "TS 119 615 clause 4.4.4 (PRO-4.4.4-12 to -15, -20 to -23, -28 to -31)"
    listed = tuple(dict.fromkeys(FOR_TYPE[mark] for mark in sorted(marks) if mark in FOR_TYPE))
    if directive(certificate, at):
        return _purpose_before(listed, period, at)
    kinds, whence = listed, "the list says so"
    if not kinds:
        stated = certificate.statements
        kinds, whence = stated.types, "the certificate says so"
        if stated.unknown_types:
            return _open("the certificate names a type that is none", clause)
        if not kinds and not stated.compliance:
            return _open("the list says qualified, and nobody says what for", clause)
        if not kinds:
            kinds, whence = (QcType.SIGNATURE,), "the certificate names no type, which stands for signatures"
    if len(kinds) > 1:
        return _open(f"several types at once: {', '.join(kinds)}", clause)
    kind = kinds[0]
    if FOR_LEGAL_PERSON in marks and kind is QcType.SIGNATURE:
        return _open("the list says: for a legal person, which signs nothing", clause)
    offered = {SERVICE_FOR[item] for item in period.additional if item in SERVICE_FOR}
    if kind not in offered:
        reason = f"the service is not listed for certificates of type {kind}"
        clause = "TS 119 612 clause 5.5.9.4; TS 119 615 clause 4.4.4 (PRO-4.4.4-10, -18, -26)"
        return Ruling(answer=Answer.NO, reason=reason, clause=clause)
    return Ruling(answer=Answer.YES, reason=whence, clause=clause, kind=kind)


def _purpose_before(listed: tuple[QcType, ...], period: ServicePeriod, at: datetime) -> Ruling:
    """Tell the same of a certificate of the Directive's time, which knew signatures only. Source: PRO-4.4.4-33."""
    clause = "TS 119 615 clause 4.4.4 (PRO-4.4.4-33 a, b, f, h)"
    if set(listed) - {QcType.SIGNATURE}:
        return _open("the list says: for seals or websites, of a certificate from before they were known", clause)
    offered = {SERVICE_FOR[item] for item in period.additional if item in SERVICE_FOR}
    if at >= REGULATION and QcType.SIGNATURE not in offered:
        reason = f"the service is not listed for certificates of type {QcType.SIGNATURE}"
        return Ruling(answer=Answer.NO, reason=reason, clause=clause)
    reason = "before the Regulation qualified certificates were for signatures"
    return Ruling(answer=Answer.YES, reason=reason, clause=clause, kind=QcType.SIGNATURE)


def device(certificate: CertificateStatement, marks: frozenset[str], at: datetime) -> Ruling:
    """Tell whether the key is in a qualified signature or seal creation device; the list overrides the certificate."""
    states = certificate.statements.device
    if at < REGULATION:
        clause = "TS 119 615 clause 4.5.4 (PRO-4.5.4-03, table 6)"
        yes, no, stated = WITH_SSCD in marks, WITHOUT_SSCD in marks, SSCD_AS_STATED in marks
        contradiction = yes + no + stated > 1
        states = states or QCP_PLUS in certificate.traits.policies
    else:
        clause = "TS 119 615 clause 4.5.4 (PRO-4.5.4-04 c to e, table 7)"
        yes, no = bool(marks & {WITH_DEVICE, MANAGED}), WITHOUT_DEVICE in marks
        stated = DEVICE_AS_STATED in marks
        old_only = (WITH_SSCD in marks and WITH_DEVICE not in marks) or (WITHOUT_SSCD in marks and not no)
        contradiction = yes + no + stated > 1 or old_only
    if contradiction:
        return _open("the list contradicts itself about the device", clause)
    if yes or no:
        reason = "the list says: qualified device" if yes else "the list says: no qualified device"
        return Ruling(answer=Answer.YES if yes else Answer.NO, reason=reason, clause=clause)
    reason = "the certificate says so" if states else "the certificate does not say so"
    return Ruling(answer=Answer.YES if states else Answer.NO, reason=reason, clause=clause)


def _open(reason: str, clause: str) -> Ruling:
    return Ruling(answer=Answer.INDETERMINATE, reason=reason, clause=clause)
