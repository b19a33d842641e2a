"""What has to be told before somebody declares: which items, from which clause, where; and whether all are answered.

What enters: checked contract data. What leaves: the information in the contract's language, item by item, each with its
clause and mark; or :class:`InformationIncomplete`, and the contract is not offered. What may be touched here: the files
below ``policies/duties``, read-only. Nobody confirms having read anything: that it was delivered is logged as a fact
(BGB § 309 No. 12 (b)). Clauses: BGB §§ 312d, 312i, 312j; EGBGB Art. 246a–246c; VVG § 7; TKG § 54; EnWG § 41.
"""

from esign.contracts.duties.errors import InformationIncomplete, InformationUnknown
from esign.contracts.duties.information import (
    Information,
    InformationSheet,
    Told,
    ToldList,
    above_button,
    duties_of,
    information,
    subject_of,
)
from esign.contracts.duties.policy import Duty, DutyList, Place, Sector, Subject, duties, sector_of, sectors

__all__ = [
    "Duty",
    "DutyList",
    "Information",
    "InformationIncomplete",
    "InformationSheet",
    "InformationUnknown",
    "Place",
    "Sector",
    "Subject",
    "Told",
    "ToldList",
    "above_button",
    "duties",
    "duties_of",
    "information",
    "sector_of",
    "sectors",
    "subject_of",
]
