"""Uploads: a company's PDF is taken in its normal form and waits, sealed, until a contract or a template uses it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from esign.access import Actor, Permission
from esign.documents import OwnPages, Upload, UploadRefused, UploadWarning, normalise, render_page
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.templates.records import UploadContents, UploadRecord
from esign.engine.templates.refusals import TooManyUploads, UploadUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id

KEPT_FOR = timedelta(days=7)
"""How long an upload waits; a contract that used it has its pages under its own key."""
MOST = 500
"""Uploads of one company that wait at a time."""
MOST_BYTES = 1_000_000_000
"""Bytes of them together, sealed."""
WIDTHS = (40, 2400)
"""Narrowest and widest picture of a page in pixels."""

_HOLDER = "company"
_DOCUMENT, _ABOUT = "upload-document", "upload"
_UNFIT = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\/]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadView:
    """What may be shown of an upload."""

    id: str
    name: str
    """Name of the file as it came, without folders."""
    pages: int
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in PDF points."""
    warnings: tuple[UploadWarning, ...]
    digest: bytes
    """SHA-256 of the file as it came: what declarations name."""
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDesk:
    """Takes, shows and discards uploads. One of another company is as unknown as one that does not exist."""

    household: Household

    def accept(self, actor: Actor, name: str, data: bytes) -> UploadView:
        """Take a PDF.

        Args:
            actor: Who uploads.
            name: The file's name; folders and odd characters are left out.
            data: The file as it came.

        Raises:
            AccessDenied: The actor may not draw up contracts.
            UploadRefused: Why the file cannot be signed.
            TooManyUploads: Too many are waiting already, or together they are too large.
            HelpersBusy: Too many files are being looked into right now.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.reading() as tx:  # before the file costs anything; counted again where it is kept
            _refuse_too_many(tx, actor.tenant, len(data))
        try:
            taken = normalise(data)
        except UploadRefused as refused:
            with house.store.transaction() as tx:
                house.record(tx, EntryKind.UPLOAD_REFUSED, None, {"code": refused.code}, by=actor)
            raise
        now = house.clock.now()
        contents = UploadContents(
            name=plain_name(name),
            pages=taken.pages,
            sizes=taken.sizes,
            warnings=tuple((warning.kind, warning.values) for warning in taken.warnings),
            digest=taken.digest_of_original,
        )
        upload_id = new_id()
        with house.store.transaction() as tx:
            _refuse_too_many(tx, actor.tenant, len(taken.pdf))
            tx.safe.new_key(upload_id, (_HOLDER,))
            record = UploadRecord(
                id=upload_id,
                tenant=actor.tenant,
                created_at=now,
                expires_at=now + KEPT_FOR,
                sealed=tx.safe.seal(upload_id, _ABOUT, contents.to_bytes()),
                content=tx.safe.seal(upload_id, _DOCUMENT, taken.pdf),
            )
            tx.uploads.add(record)
            house.record(tx, EntryKind.UPLOAD_ACCEPTED, None, {"upload": upload_id, "pages": taken.pages}, by=actor)
        return _view(record, contents)

    def view(self, actor: Actor, upload_id: str) -> UploadView:
        """Return what may be shown of an upload.

        Raises:
            UploadUnknown: There is no such upload.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            record = found(tx, actor, upload_id, self.household.clock.now())
            return _view(record, _about(tx, record))

    def document(self, actor: Actor, upload_id: str) -> bytes:
        """Return an upload's PDF in its normal form.

        Raises:
            UploadUnknown: There is no such upload.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            record = found(tx, actor, upload_id, self.household.clock.now())
            return tx.safe.open(record.id, _DOCUMENT, record.content)

    def picture(self, actor: Actor, upload_id: str, page: int, width: int = 800) -> bytes:
        """Return a page as PNG.

        Args:
            actor: Who looks.
            upload_id: The upload.
            page: Index of the page, from 0.
            width: Pixels, from 40 to 2400.

        Raises:
            UploadUnknown: There is no such upload.
            RenderingFailed: There is no such page, or the width is out of range.
        """
        view = self.view(actor, upload_id)
        return picture_of(self.document(actor, upload_id), view.sizes, page, width)

    def discard(self, actor: Actor, upload_id: str) -> None:
        """Delete an upload with its key; contracts that used it keep their pages.

        Raises:
            UploadUnknown: There is no such upload.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            record = found(tx, actor, upload_id, self.household.clock.now())
            _delete(tx, record.id)
            self.household.record(tx, EntryKind.UPLOAD_DISCARDED, None, {"upload": record.id}, by=actor)

    def forget_due(self) -> int:
        """Delete uploads whose time is over, with their keys; return how many were."""
        house = self.household
        with house.store.reading() as tx:
            due = tx.uploads.due(house.clock.now(), 100)
        for upload_id in due:
            with house.store.transaction() as tx:
                if tx.uploads.get(upload_id) is None:
                    continue
                _delete(tx, upload_id)
                house.record(tx, EntryKind.UPLOAD_EXPIRED, None, {"upload": upload_id})
        return len(due)


def found(tx: Transaction, actor: Actor, upload_id: str, now: datetime) -> UploadRecord:
    """Return an upload of the actor's company whose time is not over.

    Raises:
        UploadUnknown: There is none.
    """
    record = tx.uploads.get(upload_id)
    if record is None or record.tenant != actor.tenant or record.expires_at <= now:
        raise UploadUnknown
    return record


def pages_of(tx: Transaction, record: UploadRecord) -> tuple[str, OwnPages]:
    """Return an upload's name and pages."""
    about = _about(tx, record)
    pdf = tx.safe.open(record.id, _DOCUMENT, record.content)
    return about.name, OwnPages(pdf=pdf, pages=about.pages, digest=about.digest)


def taken_again(tx: Transaction, record: UploadRecord) -> Upload:
    """Return an upload as it was taken."""
    view = _view(record, _about(tx, record))
    return Upload(
        pdf=tx.safe.open(record.id, _DOCUMENT, record.content),
        pages=view.pages,
        sizes=view.sizes,
        warnings=view.warnings,
        digest_of_original=view.digest,
    )


def picture_of(pdf: bytes, sizes: tuple[tuple[float, float], ...], page: int, width: int) -> bytes:
    """Return a page as PNG of a width in pixels.

    Raises:
        RenderingFailed: There is no such page, or the width is out of range.
    """
    inside = 0 <= page < len(sizes) and WIDTHS[0] <= width <= WIDTHS[1]
    scale = width / sizes[page][0] if inside else 0.0
    return render_page(pdf, page, max(scale, 0.1) if inside else 0.0)


def plain_name(name: str) -> str:
    """Return a file's name without folders, control and odd characters; ``dokument.pdf`` where nothing is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(char for char in _UNFIT.sub(" ", last) if unicodedata.category(char)[0] != "C")
    kept = " ".join(kept.split()).strip(". ")[:120].strip()
    return kept or "dokument.pdf"


def _refuse_too_many(tx: Transaction, tenant: str, more: int) -> None:
    if tx.uploads.count(tenant) >= MOST:
        raise TooManyUploads(limit=MOST)
    if tx.uploads.size(tenant) + more > MOST_BYTES:
        raise TooManyUploads("together they are too large", bytes=MOST_BYTES)


def _about(tx: Transaction, record: UploadRecord) -> UploadContents:
    contents = UploadContents.from_bytes(tx.safe.open(record.id, _ABOUT, record.sealed))
    return replace(contents, sizes=_sizes(contents.sizes))


def _sizes(sizes: Iterable[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(width), float(height)) for width, height in sizes)


def _view(record: UploadRecord, contents: UploadContents) -> UploadView:
    return UploadView(
        id=record.id,
        name=contents.name,
        pages=contents.pages,
        sizes=contents.sizes,
        warnings=tuple(UploadWarning(kind=kind, values=tuple(values)) for kind, values in contents.warnings),
        digest=contents.digest,
        created_at=record.created_at,
        expires_at=record.expires_at,
    )


def _delete(tx: Transaction, upload_id: str) -> None:
    tx.uploads.remove(upload_id)
    tx.safe.destroy(upload_id, _HOLDER)
