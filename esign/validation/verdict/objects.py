"""Signatures and timestamps cut out of their file, in the shape that the validation process takes.

Source: ISO 32000-2 clause 12.8.1 (byte range), table 255 (``/Cert``, ``/M``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from esign.pdf import Name, Object, PdfError, String, View
from esign.validation.changes import FoundSignature
from esign.validation.process import SignatureKind, SignatureObject
from esign.validation.process.cms import DATA, SignedMessage
from esign.validation.verdict.digests import FileDigests
from esign.validation.verdict.levels import Entries

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([-+Zz])(\d\d)?'?(\d\d)?'?)?")
_MOST_CERTIFICATES = 100


def signature_object(digests: FileDigests, view: View, found: FoundSignature, *, covers: bool) -> SignatureObject:
    """Return a signature as the process takes it.

    Args:
        digests: Of the file.
        view: The revision in which it stands.
        found: The signature.
        covers: Whether its byte range is what it should be; otherwise it proves nothing about the file.
    """
    end = found.end if covers else 0
    return SignatureObject(
        cms=found.contents or b"",
        content_digest=_digest(digests, found.byte_range),
        kind=SignatureKind.DOCUMENT_TIMESTAMP if found.kind == "DocTimeStamp" else SignatureKind.SIGNATURE,
        covered_until=end,
        stands_until=found.end,
        subfilter=str(found.subfilter),
        certificates=_certificates(view, found),
        claimed_at=_claimed(view, found),
    )


def entries_of(view: View, found: FoundSignature, message: SignedMessage | None) -> Entries:
    """Return what levels ask of a signature's dictionary.

    Args:
        view: The revision in which it stands.
        found: The signature.
        message: Its CMS, where it can be read.
    """
    handler, reason = _entry(view, found, "Filter"), _entry(view, found, "Reason")
    return Entries(
        time=_claimed(view, found) is not None,
        handler=isinstance(handler, Name) and bool(handler),
        reason=reason is not None and not (isinstance(reason, String) and not reason.text.strip()),
        certificate=_entry(view, found, "Cert") is not None,
        data=message is None or message.content_type == DATA,
    )


def _entry(view: View, found: FoundSignature, key: str) -> Object:
    try:
        return view.value(found.dictionary, key)
    except PdfError:
        return None


def _digest(digests: FileDigests, ranges: tuple[int, ...] | None) -> Callable[[str], bytes]:
    known: dict[str, bytes] = {}

    def digest(name: str) -> bytes:
        if name not in known:
            if not ranges or len(ranges) % 2:
                raise ValueError("no byte range")
            known[name] = digests.of(name, tuple(zip(ranges[::2], ranges[1::2], strict=True)))
        return known[name]

    return digest


def _certificates(view: View, found: FoundSignature) -> tuple[bytes, ...]:
    try:
        value = view.value(found.dictionary, "Cert")
        listed = [view.resolve(item) for item in value[:_MOST_CERTIFICATES]] if isinstance(value, list) else [value]
    except PdfError:
        return ()
    return tuple(bytes(item) for item in listed if isinstance(item, String))


def _claimed(view: View, found: FoundSignature) -> datetime | None:
    value = _entry(view, found, "M")
    return read_date(value.text) if isinstance(value, String) else None


def read_date(text: str) -> datetime | None:
    """Return a date of a PDF; None for what is none. Without a time zone it counts as UTC.

    Source: ISO 32000-2 clause 7.9.4.
    """
    match = _DATE.fullmatch(text.strip("\0 "))
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[n]) if match[n] else n in (2, 3) for n in range(1, 7))
    away = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
    try:
        zone = timezone(-away if match[7] == "-" else away)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
