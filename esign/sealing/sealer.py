"""The library call: a document in, the bytes to append out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from esign.pades.revision import text
from esign.sealing.cms_template import CmsTemplate
from esign.sealing.document_errors import EmptyDocument, NotPdf, SealProfileError, SealTooLong
from esign.sealing.incremental.form import Entered, Found, each_once, enter_field, look_up
from esign.sealing.incremental.library import prepare_by_library
from esign.sealing.incremental.look import Look
from esign.sealing.incremental.restrictions import NONE, Restrictions
from esign.sealing.incremental.revision import Block, append_with_room, block_of, ending_of
from esign.sealing.incremental.source import Reference, Source
from esign.sealing.incremental.structure import tag_widget
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.ports import SealKey
from esign.sealing.profile import SealProfile

if TYPE_CHECKING:
    from typing_extensions import Buffer

Path = Literal["incremental", "library"]
Range = tuple[int, int, int, int]
_Alike = tuple[bytes, bytes, Reference, Reference, int]
"""Catalog, page, their references, and the next free object number: where they are the same, so is what is appended."""
_LONGEST_KEPT = 8_192
_MOST_KEPT = 1_024

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_HEADER_WITHIN = 1024
_PRINT_AND_LOCKED = 132
"""Annotation flags: printed (ISO 19005-3 6.3.2 demands it) and not to be moved."""


class Begun(NamedTuple):
    """A document that the key has signed, and that a timestamp may still be put on.

    Args:
        before: The bytes to append, up to the room for the signature.
        after: The bytes to append behind it.
        byte_range: ``(0, b, c, d)``: bytes b to c are the room, d bytes follow it up to the end of the file.
        digest: SHA-256 over the byte range (32 bytes).
        signature: The signature value.
        path: Which way was taken.
    """

    before: bytes
    after: bytes
    byte_range: Range
    digest: bytes
    signature: bytes
    path: Path

    @property
    def imprint(self) -> bytes:
        """SHA-256 over the signature value: what a signature timestamp is made over."""
        return hashlib.sha256(self.signature).digest()


class Sealed(NamedTuple):
    """What makes a sealed document of a document.

    Args:
        tail: The bytes to append; the sealed file is document + tail.
        byte_range: ``(0, b, c, d)``: bytes b to c are the signature, d bytes follow it up to the end of the file.
        digest: SHA-256 over the byte range (32 bytes).
        path: Which way was taken.
    """

    tail: bytes
    byte_range: Range
    digest: bytes
    path: Path


class Sealer:
    """Seals documents, one like the other, with one key. Thread-safe as far as its key is.

    Args:
        key: The seal key.
        profile: What every seal looks like.

    Raises:
        SealProfileError: The profile cannot be followed.
        SealKeyError: The key's certificate is unusable.
    """

    def __init__(self, key: SealKey, profile: SealProfile) -> None:
        if not profile.field or "." in profile.field or not profile.field.isprintable():
            raise SealProfileError("field name is unusable")
        self._key = key
        self._profile = profile
        self._template = template = CmsTemplate(key.certificate, key.chain)
        longest = template.length(template.longest_signature)
        self._reserved = longest if profile.reserved is None else profile.reserved
        if not longest <= self._reserved <= 39_000:
            raise SealProfileError("reserved bytes out of range", reserved=self._reserved, needed=longest)
        self._room = 2 * self._reserved + 2
        self._zeros = b"0" * (2 * self._reserved)
        self._label = profile.label or f"{profile.field} – {profile.name}"
        self._look = Look(profile.visible) if profile.visible else None
        self._page = profile.visible.page if profile.visible else 0
        self._widget = self._widget_named(profile.field)
        self._dictionary = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Name%b/M(D:" % text(
            profile.name
        )
        self._known: dict[_Alike, tuple[Block, int, int]] = {}
        self._moment = _LONG_AGO, _LONG_AGO, b""

    def begin(self, document: Buffer, *, claimed_at: datetime) -> Begun:
        """Append a revision, hash everything once, and let the key sign.

        Args:
            document: The document: bytes, a memory map, whatever lends its bytes. It is read, never copied or changed.
            claimed_at: Claimed time of sealing (``/M``), which PAdES demands; nobody has proven it.

        Raises:
            DocumentError: The document cannot be sealed.
            SealKeyError: The key cannot be used.
        """
        try:
            source = Source(document)
            found = look_up(source, self._page)
            alike = found.catalog, found.text, found.page, source.root, source.size
            block, value, size = self._known.get(alike) or self._enter(source, found, alike)
            hashed = hashlib.sha256(document)
            revision = append_with_room(
                ending_of(source),
                block,
                dictionary=(value, self._signature_dictionary(claimed_at)),
                room=self._room,
                size=size,
                identifier=hashed.digest()[:16],
            )
            before, after, byte_range, path = revision.before, revision.after, revision.byte_range, "incremental"
        except Unusual:
            before, after, byte_range = self._by_library(document, claimed_at)
            path = "library"
            hashed = hashlib.sha256(document)
        hashed.update(before)
        hashed.update(after)
        digest = hashed.digest()
        signature = self._key.sign(self._template.attributes(digest))
        return Begun(before, after, byte_range, digest, signature, path)  # type: ignore[arg-type]  # one of the two

    def finish(self, begun: Begun, *, timestamp: bytes | None = None) -> Sealed:
        """Put the signature in its room.

        Args:
            begun: What :meth:`begin` returned.
            timestamp: RFC 3161 token (DER ContentInfo) over :attr:`Begun.imprint`, or None for B-B.

        Raises:
            SealTooLong: The room is too small.
        """
        contents = self._template.hexadecimal(begun.digest, begun.signature, timestamp)
        _, start, end, _ = begun.byte_range
        free = end - start - 2 - len(contents)
        if free < 0:
            raise SealTooLong(bytes=len(contents) // 2, reserved=(end - start - 2) // 2)
        zeros = self._zeros[:free] if free <= len(self._zeros) else b"0" * free
        tail = b"".join((begun.before, b"<", contents, zeros, b">", begun.after))
        return Sealed(tail, begun.byte_range, begun.digest, begun.path)

    def seal(self, document: Buffer, *, claimed_at: datetime, timestamp: bytes | None = None) -> Sealed:
        """Begin and finish a seal at level B-B.

        Raises:
            DocumentError: The document cannot be sealed.
            SealKeyError: The key cannot be used.
        """
        return self.finish(self.begin(document, claimed_at=claimed_at), timestamp=timestamp)

    def _widget_named(self, name: str) -> bytes:
        """Return the field's dictionary; page and value are missing."""
        box = self._look.box if self._look else b"0 0 0 0"
        fixed = b"/T%b/TU%b/F %d/Rect[%b]" % (text(name), text(self._label), _PRINT_AND_LOCKED, box)
        return b"<</Type/Annot/Subtype/Widget/FT/Sig%b/P %%d %%d R/V %%d 0 R%%b>>" % fixed

    def _widget_among(self, restrictions: Restrictions) -> bytes:
        restrictions.check(visible=self._profile.visible is not None)
        return self._widget_named(restrictions.name_for(self._profile.field))

    def _enter(self, source: Source, found: Found, alike: _Alike) -> tuple[Block, int, int]:
        """Return the objects of a seal, the number of its dictionary, and the next free number.

        They are kept for documents that are alike, where they depend on nothing else.
        """
        entered = enter_field(source, self._page, found)
        widget = self._widget if entered.restrictions is NONE else self._widget_among(entered.restrictions)
        size = entered.size
        if self._look is None:
            entered.objects.append((entered.widget, 0, widget % (*entered.page, entered.value, b"")))
        else:
            size = self._show(self._look, source, entered, widget)
        made = block_of(entered.objects, entered.value), entered.value, size
        if self._look is None and found.alone and len(made[0].text) < _LONGEST_KEPT:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[alike] = made
        return made

    def _show(self, look: Look, source: Source, entered: Entered, widget: bytes) -> int:
        """Add the widget and what it shows; return the next free object number."""
        image = entered.size
        entered.objects.extend(look.objects(image))
        size = image + 2
        told = b"/AP<</N %d 0 R>>" % (image + 1)
        if b"StructTreeRoot" in entered.catalog and not entered.restrictions.signatures:
            key, size = tag_widget(
                source,
                entered.objects,
                entered.catalog,
                widget=entered.widget,
                page=entered.page,
                label=self._label,
                element=size,
            )
            each_once(entered.objects)
            told += b"/StructParent %d" % key
        entered.objects.append((entered.widget, 0, widget % (*entered.page, entered.value, told)))
        return size

    def _signature_dictionary(self, claimed_at: datetime) -> bytes:
        begins, ends, known = self._moment
        if not begins <= claimed_at < ends:
            begins = claimed_at.astimezone(UTC).replace(microsecond=0)
            known = self._dictionary + begins.strftime("%Y%m%d%H%M%SZ").encode() + b")"
            self._moment = begins, begins + _SECOND, known
        return known

    def _by_library(self, document: Buffer, claimed_at: datetime) -> tuple[bytes, bytes, Range]:
        with memoryview(document) as lent, lent.cast("B") as view:
            length, beginning = view.nbytes, bytes(view[:_HEADER_WITHIN])
        if not length:
            raise EmptyDocument()
        if b"%PDF-" not in beginning:
            raise NotPdf()
        prepared = prepare_by_library(
            document, self._profile, label=self._label, claimed_at=claimed_at, reserved=self._reserved
        )
        _, start, end, _ = prepared.byte_range
        return prepared.data[length:start], prepared.data[end:], prepared.byte_range


def sealed_document(document: Buffer, sealed: Sealed) -> bytes:
    """Return the sealed document as a whole."""
    return b"".join((document, sealed.tail))
