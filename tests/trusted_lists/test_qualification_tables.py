"""Tables 1 to 3 and 7 of ETSI TS 119 615 as a second, independent reading: every combination is compared.

The standard asks three questions (for signatures, for seals, for websites) and puts the answers together; the house
asks one. Whatever one of them calls qualified, the other must not contradict.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, combinations

import pytest

from esign.validation.qc_statements import CertificateStatement, QcStatements, QcType
from esign.validation.qualification_rules import _SIE as SIE
from esign.validation.qualification_rules import Answer, device, purpose, qualified

AT = datetime(2024, 1, 1, tzinfo=UTC)
MARKS = ("NotQualified", "QCStatement", "QCForESig", "QCForESeal", "QCForWSA", "QCForLegalPerson")
OWN = {QcType.SIGNATURE: "QCForESig", QcType.SEAL: "QCForESeal", QcType.WEB: "QCForWSA"}
SERVES = {QcType.SIGNATURE: "ForeSignatures", QcType.SEAL: "ForeSeals", QcType.WEB: "ForWebSiteAuthentication"}


def subsets(values):
    return chain.from_iterable(combinations(values, size) for size in range(len(values) + 1))


@pytest.fixture(scope="module")
def certificate(list_world):
    return CertificateStatement.read(list_world.issuers["granted"].issue(at=AT))


@pytest.fixture(scope="module")
def period(services):
    return services.index._by_key[next(iter(services.index._by_key))][0][1].periods[0]


def by_the_tables(kind, compliance, types, marks, serves):
    """One dimension, PRO-4.4.4-10 to -15 and its repetitions."""
    if kind not in serves:
        return Answer.NO
    foreign = {mark for other, mark in OWN.items() if other is not kind}
    if kind is QcType.SIGNATURE:
        foreign.add("QCForLegalPerson")
    if foreign & marks or {"NotQualified", "QCStatement"} <= marks:
        return Answer.INDETERMINATE
    if "NotQualified" in marks:
        return Answer.NO
    own = OWN[kind] in marks
    if own:
        return Answer.YES if compliance or "QCStatement" in marks else Answer.NO
    if not compliance and "QCStatement" not in marks:
        return Answer.NO
    if not types:
        if compliance:
            return Answer.YES if kind is QcType.SIGNATURE else Answer.NO
        return Answer.INDETERMINATE
    if set(types) == {kind}:
        return Answer.YES
    return Answer.INDETERMINATE if kind in types else Answer.NO


def by_the_house(certificate, compliance, types, marks, period):
    stated = replace(certificate, statements=QcStatements(compliance=compliance, types=types))
    known = frozenset(SIE + mark for mark in marks)
    first = qualified(stated, known, AT)
    if first.answer is not Answer.YES:
        return first.answer, None
    second = purpose(stated, known, period, AT)
    return second.answer, second.kind


def test_pro_4_4_4_32_every_combination_of_statements_types_and_qualifiers(certificate, period):
    compared = 0
    for serves in subsets(tuple(SERVES)):
        offered = replace(period, additional=tuple(SIE + SERVES[kind] for kind in serves))
        for marks in map(frozenset, subsets(MARKS)):
            for types in subsets(tuple(QcType)):
                for compliance in (True, False):
                    each = {kind: by_the_tables(kind, compliance, types, marks, serves) for kind in QcType}
                    yes = [kind for kind, answer in each.items() if answer is Answer.YES]
                    answer, kind = by_the_house(certificate, compliance, types, marks, offered)
                    case = (compliance, types, sorted(marks), serves, each, answer)
                    if answer is Answer.YES:
                        assert yes == [kind], case
                    if len(yes) == 1 and Answer.INDETERMINATE not in each.values():
                        assert (answer, kind) == (Answer.YES, yes[0]), case
                    if len(yes) > 1:
                        assert answer is Answer.INDETERMINATE, case
                    compared += 1
    assert compared == 8 * 64 * 8 * 2


def test_pro_4_5_4_04_every_combination_of_device_qualifiers(certificate):
    names = ("QCWithQSCD", "QCNoQSCD", "QCQSCDManagedOnBehalf", "QCQSCDStatusAsInCert", "QCWithSSCD", "QCNoSSCD")
    for marks in map(frozenset, subsets((*names, "QCSSCDStatusAsInCert"))):
        for states in (True, False):
            stated = replace(certificate, statements=QcStatements(compliance=True, device=states))
            yes, no = bool(marks & {"QCWithQSCD", "QCQSCDManagedOnBehalf"}), "QCNoQSCD" in marks
            wrong = (
                ("QCWithSSCD" in marks and "QCWithQSCD" not in marks)
                or ("QCNoSSCD" in marks and not no)
                or (yes and no)
                or ("QCQSCDStatusAsInCert" in marks and (yes or no))
            )
            said = Answer.YES if (yes or states) and not no else Answer.NO
            expected = Answer.INDETERMINATE if wrong else said
            assert device(stated, frozenset(SIE + mark for mark in marks), AT).answer is expected, (marks, states)
