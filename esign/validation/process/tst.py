"""The content of a timestamp token.

Source: RFC 3161 section 2.4.2; RFC 5816.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from esign.validation.process.algorithms import hash_name
from esign.validation.process.ber import GENERALIZED_TIME, SEQUENCE, Cursor
from esign.validation.process.cms import SignedMessage
from esign.validation.process.errors import CmsUnreadable

TST_INFO = "1.2.840.113549.1.9.16.1.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class StampInfo:
    """What a token states.

    Args:
        policy: Of the authority (dotted).
        imprint_hash: Name of the hash; None where it is not known here.
        imprint: The stamped digest.
        serial: Of the token.
        gen_time: The stated time.
        accuracy: How far the truth may lie from it.
        ordering: Whether tokens of the authority can be ordered by their times alone.
    """

    policy: str
    imprint_hash: str | None
    imprint: bytes
    serial: int
    gen_time: datetime
    accuracy: timedelta
    ordering: bool


def read_stamp(message: SignedMessage) -> StampInfo:
    """Return what a token states.

    Raises:
        CmsUnreadable: Not a token, an unknown version, or a critical extension that is not understood.
    """
    if message.content_type != TST_INFO or message.content is None:
        raise CmsUnreadable("the content is not a TSTInfo")
    cursor = Cursor(message.content).inside(SEQUENCE)
    if cursor.integer() != 1:
        raise CmsUnreadable("unknown version of TSTInfo")
    policy = cursor.oid()
    both = cursor.inside(SEQUENCE)
    name = hash_name(both.inside(SEQUENCE).oid())
    imprint = both.octets()
    serial = cursor.integer()
    if cursor.tag != GENERALIZED_TIME:
        raise CmsUnreadable("the time is not a GeneralizedTime")
    gen_time = cursor.instant()
    accuracy = timedelta()
    part = cursor.optional(SEQUENCE)
    if part is not None:
        accuracy = _accuracy(part)
    ordering = cursor.boolean() if cursor.tag == 0x01 else False
    if cursor.tag == 0x02:
        cursor.integer()
    if cursor.tag == 0xA0:
        cursor.next()
    extensions = cursor.optional(0xA1)
    while extensions is not None and extensions.tag != -1:
        extension = extensions.inside(SEQUENCE)
        extension.oid()
        if extension.tag == 0x01 and extension.boolean():
            raise CmsUnreadable("a critical extension of the token is not understood")
    return StampInfo(
        policy=policy,
        imprint_hash=name,
        imprint=imprint,
        serial=serial,
        gen_time=gen_time,
        accuracy=accuracy,
        ordering=ordering,
    )


def _accuracy(cursor: Cursor) -> timedelta:
    seconds = cursor.integer() if cursor.tag == 0x02 else 0
    millis = int.from_bytes(cursor.content(0x80), "big") if cursor.tag == 0x80 else 0
    micros = int.from_bytes(cursor.content(0x81), "big") if cursor.tag == 0x81 else 0
    if not 0 <= seconds < 1 << 31 or millis > 999 or micros > 999:
        raise CmsUnreadable("the accuracy is out of range")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)
