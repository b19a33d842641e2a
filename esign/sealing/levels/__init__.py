"""Levels B-T to B-LTA in bulk: timestamps for many documents at a time, and what proves a seal in the long run.

What enters: the imprint of a seal, later the sealed bytes. What leaves: a checked timestamp token, and the bytes that
are appended: security store and document timestamp. What may be touched here: one thread, in which the lines to the
authorities are used; the lines, the clock and revocation data come in by ports.

How a batch uses it: all documents of a portion go one step together, because a token takes as long as the authority
needs, and many at a time take no longer: ``submit``, and when their tokens are there ``LongTerm.store``,
``begin_archive`` and ``submit`` again, ``finish_archive``, ``check_raised``.

Clauses: RFC 3161 and RFC 5816, ETSI EN 319 142-1 clauses 5.4 and 6.
"""

from esign.sealing.levels.errors import LevelError, SealTimestampError
from esign.sealing.levels.health import AuthorityHealth, CircuitRule
from esign.sealing.levels.level_check import check_raised
from esign.sealing.levels.long_term import LongTerm
from esign.sealing.levels.material import MaterialKeeper, SealStanding
from esign.sealing.levels.ports import TimestampLine
from esign.sealing.levels.timestamps import BulkTimestamps, TimestampRules

__all__ = [
    "AuthorityHealth",
    "BulkTimestamps",
    "CircuitRule",
    "LevelError",
    "LongTerm",
    "MaterialKeeper",
    "SealStanding",
    "SealTimestampError",
    "TimestampLine",
    "TimestampRules",
    "check_raised",
]
