"""Mails on the disk: the exact bytes that arrived, one ``.eml`` file each, the oldest going when there are too many."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from mimetypes import guess_extension
from pathlib import Path

from certs.sandbox.errors import UnknownMail
from certs.sandbox.files import private_folder, write_private
from esign.foundation.clock import Clock

MAX_MAILS = 500
HEAD = 64 * 1024
"""Bytes of a mail that are read for the list; headers beyond it are not shown."""
_ID = re.compile(r"[0-9]{20}-[0-9a-f]{12}\Z")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""Control characters and those that turn the direction of writing: they would let a header show what it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHead:
    """What stands on the outside of a mail."""

    id: str
    received_at: datetime
    sender: str
    recipients: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file in a mail."""

    number: int
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that was read: its head, its text, what is enclosed."""

    head: MailHead
    text: str
    enclosures: tuple[Enclosure, ...]


class MailStore:
    """A bounded folder of mails."""

    def __init__(self, folder: Path, clock: Clock, *, limit: int = MAX_MAILS) -> None:
        self.folder = private_folder(folder)
        self._clock = clock
        self._limit = limit
        self._lock = threading.Lock()

    def add(self, content: bytes) -> str:
        """Keep a mail as it arrived; returns its name."""
        with self._lock:
            stamp = self._clock.now().astimezone(UTC).strftime("%Y%m%d%H%M%S%f")
            name = f"{stamp}-{secrets.token_hex(6)}"
            write_private(self.folder / f"{name}.eml", content)
            for old in self._names()[self._limit :]:
                (self.folder / f"{old}.eml").unlink(missing_ok=True)
        return name

    def heads(self, *, start: int = 0, count: int = MAX_MAILS) -> tuple[MailHead, ...]:
        """Return the heads of mails, newest first."""
        found = []
        for name in self._names()[start : start + count]:
            try:
                with (self.folder / f"{name}.eml").open("rb") as file:
                    message = BytesHeaderParser(policy=policy.default).parsebytes(file.read(HEAD))
            except FileNotFoundError:
                continue
            found.append(_head(name, message))
        return tuple(found)

    def __len__(self) -> int:
        return len(self._names())

    def content(self, name: str) -> bytes:
        """Return the exact bytes of a mail.

        Raises:
            UnknownMail: There is none of this name.
        """
        if not _ID.match(name):
            raise UnknownMail
        try:
            return (self.folder / f"{name}.eml").read_bytes()
        except FileNotFoundError as error:
            raise UnknownMail from error

    def read(self, name: str) -> Mail:
        """Return a mail with its text and enclosures.

        Raises:
            UnknownMail: There is none of this name.
        """
        message = BytesParser(policy=policy.default).parsebytes(self.content(name))
        body = message.get_body(("plain",))
        text = _text(body) if isinstance(body, EmailMessage) else ""
        parts = (part for part in message.walk() if isinstance(part, EmailMessage) and part is not body)
        return Mail(head=_head(name, message), text=text, enclosures=tuple(_enclosures(parts)))

    def _names(self) -> list[str]:
        names = (path.stem for path in self.folder.glob("*.eml"))
        return sorted((name for name in names if _ID.match(name)), reverse=True)


def _head(name: str, message: EmailMessage) -> MailHead:
    received = datetime.strptime(name[:20], "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    return MailHead(
        id=name,
        received_at=received,
        sender=_header(message, "From"),
        recipients=_header(message, "To"),
        subject=_header(message, "Subject"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a decoded header; one that cannot be decoded is shown as it came."""
    try:
        value = str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        value = next((raw for key, raw in message.raw_items() if key.lower() == name.lower()), "")
    return _INVISIBLE.sub(" ", value.encode("utf-8", "replace").decode("utf-8")).strip()


def _text(part: EmailMessage) -> str:
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, KeyError):
        text = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")  # type: ignore[union-attr]  # bytes where a part is decoded
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")


def _enclosures(parts: Iterable[EmailMessage]) -> Iterable[Enclosure]:
    number = 0
    for part in parts:
        if part.is_multipart():
            continue
        number += 1
        name = _INVISIBLE.sub("", part.get_filename() or "").replace("/", "_").replace("\\", "_").strip(". ")
        data = part.get_payload(decode=True)
        yield Enclosure(
            number=number,
            name=name[:120] or f"part-{number}{guess_extension(part.get_content_type()) or ''}",
            media_type=part.get_content_type(),
            data=data if isinstance(data, bytes) else b"",
        )
