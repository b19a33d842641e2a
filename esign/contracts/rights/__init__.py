"""Rights that run by themselves: the withdrawal function (BGB § 356a) and the termination function (§ 312k).

What enters: what a consumer typed, the day; what is known about a contract. What leaves: a declaration as a value, or
what is still missing; the labels that a control may carry; the prescribed texts; whether a withdrawal was in time, as
a value and never as a refusal; the day on which a terminated contract ends; the last day for the refund. What may be
touched here: files below ``policies/rights``, read-only; no clock. Clauses: BGB §§ 312k, 355, 356a, 357, 309 No. 9;
TKG § 56; VVG § 11.
"""

from esign.contracts.rights.compensation import Compensation, Condition, Owed, compensation
from esign.contracts.rights.declaration import Read, RightDeclaration, read, tidy
from esign.contracts.rights.ending import Ending, Term, ordinary_ending
from esign.contracts.rights.function import Choice, Function, FunctionField, Right, function
from esign.contracts.rights.performance import Happened, PerformanceRefused, Statement
from esign.contracts.rights.policy_tests import right_faults
from esign.contracts.rights.timeliness import Judged, Verdict, judge, refund_due

__all__ = [
    "Choice",
    "Compensation",
    "Condition",
    "Ending",
    "Function",
    "FunctionField",
    "Happened",
    "Judged",
    "Owed",
    "PerformanceRefused",
    "Read",
    "Right",
    "RightDeclaration",
    "Statement",
    "Term",
    "Verdict",
    "compensation",
    "function",
    "judge",
    "ordinary_ending",
    "read",
    "refund_due",
    "right_faults",
    "tidy",
]
