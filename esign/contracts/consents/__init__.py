"""Consents beside the declaration: exact words, each an object of its own, never its condition.

What enters: contract data that name which consents are asked for, and what a person ticked. What leaves: the exact text
with its digest, or what is still missing; and what a consent means for the period for withdrawal. What may be touched
here: the files below ``policies/consents``, read-only. Clauses: BGB §§ 312f (3), 356 (5), (6), 357a (2); VVG § 9 (2);
UWG §§ 7, 7a; GDPR Art. 7, 9.
"""

from esign.contracts.consents.consent import Consent, effects, read_consent
from esign.contracts.consents.errors import ConsentError, ConsentIncomplete, ConsentNotAsked
from esign.contracts.consents.text import ConsentText, Statement, asked

__all__ = [
    "Consent",
    "ConsentError",
    "ConsentIncomplete",
    "ConsentNotAsked",
    "ConsentText",
    "Statement",
    "asked",
    "effects",
    "read_consent",
]
