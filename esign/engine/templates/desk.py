"""Page templates: made, given new versions, tried out, handed on as files; a version never changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from esign.access import Actor, Permission
from esign.documents import PageTemplate, Upload, UploadWarning, fill_in, from_archive, normalise, to_archive
from esign.engine.contracts.sample_values import SAMPLE_CONTRACT, sample_values
from esign.engine.household import Household
from esign.engine.own import own
from esign.engine.ports import Transaction
from esign.engine.templates.records import TemplateContents, TemplateRecord, TemplateVersionRecord
from esign.engine.templates.refusals import TemplateArchived, TemplateChanged, TemplateUnknown
from esign.engine.templates.uploads import found, picture_of, taken_again
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.identifiers import new_id

_HOLDER = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """What a list shows of a page template."""

    id: str
    name: str
    lang: str
    version: int
    """The newest one."""
    pages: int
    parties: int
    created_at: datetime
    changed_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDetail:
    """One version of a page template with all that is put on its pages."""

    view: TemplateView
    version: int
    description: Mapping[str, Any]
    """``template.json`` as JSON."""
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in PDF points."""
    warnings: tuple[UploadWarning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    """When a version of a page template was made."""

    number: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDesk:
    """Keeps page templates. One of another company is as unknown as one that does not exist."""

    household: Household

    def create(self, actor: Actor, description: Mapping[str, Any], document: bytes | str) -> TemplateView:
        """Make a template.

        Args:
            actor: Who makes it.
            description: ``template.json`` as JSON; ``document`` in it may be left out, it is set to what is given.
            document: A PDF, or the identifier of an upload.

        Raises:
            AccessDenied: The actor may not write templates.
            UploadUnknown: There is no such upload.
            UploadRefused: The PDF cannot be signed.
            TemplateRefused: The description is refused.
        """
        actor.require(Permission.TEMPLATES_WRITE)
        taken = self._document(actor, document)
        return self._add(actor, PageTemplate.parse(_naming(description, taken), taken), taken.warnings)

    def new_version(
        self,
        actor: Actor,
        template_id: str,
        description: Mapping[str, Any],
        document: bytes | str | None = None,
        *,
        newest: int | None = None,
    ) -> TemplateView:
        """Add a version; contracts of earlier ones stay what they are.

        Args:
            actor: Who changes it.
            template_id: The template.
            description: ``template.json`` as JSON.
            document: A PDF, or the identifier of an upload; None: that of the newest version.
            newest: The version that the change began with; None: whichever is the newest.

        Raises:
            TemplateUnknown: There is no such template.
            TemplateArchived: It is archived.
            TemplateChanged: There is a newer version than the change began with.
            UploadUnknown, UploadRefused, TemplateRefused: As in :meth:`create`.
        """
        actor.require(Permission.TEMPLATES_WRITE)
        taken = self._document(actor, document) if document is not None else self._kept(actor, template_id)
        template = PageTemplate.parse(_naming(description, taken), taken)
        return self._append(actor, template_id, template, taken.warnings, newest=newest)

    def list(self, actor: Actor, *, archived: bool = False) -> tuple[TemplateView, ...]:
        """Return the company's templates, newest first; archived ones only where asked for."""
        actor.require(Permission.TEMPLATES_READ)
        with self.household.store.reading() as tx:
            records = [each for each in tx.page_templates.of_tenant(actor.tenant) if archived or not each.archived_at]
            return tuple(self._view(tx, record) for record in records)

    def get(self, actor: Actor, template_id: str, version: int | None = None) -> TemplateDetail:
        """Return a version of a template; None: the newest.

        Raises:
            TemplateUnknown: There is no such template or version.
        """
        actor.require(Permission.TEMPLATES_READ)
        with self.household.store.reading() as tx:
            record, kept = _version(tx, actor, template_id, version)
            contents = _contents(tx, kept)
            return TemplateDetail(
                view=self._view(tx, record),
                version=kept.number,
                description=json.loads(contents.description),
                sizes=_sizes(contents),
                warnings=_warnings(contents),
            )

    def versions(self, actor: Actor, template_id: str, limit: int = 50) -> tuple[TemplateVersion, ...]:
        """Return a template's versions, newest first.

        Raises:
            TemplateUnknown: There is no such template.
        """
        actor.require(Permission.TEMPLATES_READ)
        with self.household.store.reading() as tx:
            newest = _record(tx, actor, template_id).newest
            numbers = range(newest, max(0, newest - limit), -1)
            found = [tx.page_templates.version(template_id, number) for number in numbers]
        return tuple(TemplateVersion(number=each.number, made_at=each.created_at) for each in found if each is not None)

    def export(self, actor: Actor, template_id: str, version: int | None = None) -> bytes:
        """Return a version as a ZIP archive of ``template.json`` and ``document.pdf``.

        Raises:
            TemplateUnknown: There is no such template or version.
        """
        actor.require(Permission.TEMPLATES_READ)
        with self.household.store.reading() as tx:
            return to_archive(load(tx, actor, template_id, version)[1])

    def import_archive(self, actor: Actor, data: bytes, template_id: str | None = None) -> TemplateView:
        """Make a template from an archive, or add a version to one.

        Raises:
            TemplateUnknown: There is no such template.
            TemplateArchived: It is archived.
            UploadRefused: The PDF cannot be signed.
            TemplateRefused: The archive or what stands in it is refused.
        """
        actor.require(Permission.TEMPLATES_WRITE)
        if template_id is not None:
            with self.household.store.reading() as tx:
                _record(tx, actor, template_id)
        template = from_archive(data)
        if template_id is None:
            return self._add(actor, template, ())
        return self._append(actor, template_id, template, ())

    def archive(self, actor: Actor, template_id: str) -> TemplateView:
        """Take a template out of use; contracts made with it stay. Doing it twice changes nothing.

        Raises:
            TemplateUnknown: There is no such template.
        """
        return self._set_archived(actor, template_id, self.household.clock.now())

    def restore(self, actor: Actor, template_id: str) -> TemplateView:
        """Take an archived template into use again.

        Raises:
            TemplateUnknown: There is no such template.
        """
        return self._set_archived(actor, template_id, None)

    def preview(
        self,
        actor: Actor,
        template_id: str,
        values: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        description: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the pages filled in with sample data as PDF; nothing is kept.

        Args:
            actor: Who tries it out.
            template_id: The template.
            values: Values by variable; what is missing is made up.
            version: None: the newest.
            description: Another ``template.json`` on the same PDF, before it becomes a version; None: the kept one.

        Raises:
            TemplateUnknown: There is no such template or version.
            TemplateRefused: The description or a value is refused, or a text does not fit.
        """
        actor.require(Permission.TEMPLATES_READ)
        with self.household.store.reading() as tx:
            _, template = load(tx, actor, template_id, version)
            taken = _upload(tx, _version(tx, actor, template_id, version)[1])
        if description is not None:
            template = PageTemplate.parse(_naming(description, taken), taken)
        given = {**sample_values(template), **(values or {})}
        return fill_in(template, given, SAMPLE_CONTRACT[template.lang]).pdf

    def picture(
        self, actor: Actor, template_id: str, page: int, width: int = 800, *, version: int | None = None
    ) -> bytes:
        """Return an empty page of a template as PNG; ``page`` from 0, ``width`` in pixels.

        Raises:
            TemplateUnknown: There is no such template or version.
            RenderingFailed: There is no such page, or the width is out of range.
        """
        actor.require(Permission.TEMPLATES_READ)
        with self.household.store.reading() as tx:
            _, template = load(tx, actor, template_id, version)
        return picture_of(template.pdf, template.sizes, page, width)

    def _document(self, actor: Actor, document: bytes | str) -> Upload:
        if isinstance(document, bytes):
            return normalise(document)
        with self.household.store.reading() as tx:
            return taken_again(tx, found(tx, actor, document, self.household.clock.now()))

    def _kept(self, actor: Actor, template_id: str) -> Upload:
        with self.household.store.reading() as tx:
            return _upload(tx, _version(tx, actor, template_id, None)[1])

    def _add(self, actor: Actor, template: PageTemplate, warnings: tuple[UploadWarning, ...]) -> TemplateView:
        house = self.household
        record = TemplateRecord(id=new_id(), tenant=actor.tenant, created_at=house.clock.now(), newest=1)
        with house.store.transaction() as tx:
            tx.safe.new_key(record.id, (_HOLDER,))
            tx.page_templates.add(record)
            self._add_version(tx, record, template, warnings)
            facts = {"template": record.id, "version": 1}
            house.record(tx, EntryKind.TEMPLATE_MADE, None, facts, by=actor)
            return self._view(tx, record)

    def _append(
        self,
        actor: Actor,
        template_id: str,
        template: PageTemplate,
        warnings: tuple[UploadWarning, ...],
        *,
        newest: int | None = None,
    ) -> TemplateView:
        house = self.household
        with house.store.transaction() as tx:
            was = _record(tx, actor, template_id)
            if was.archived_at is not None:
                raise TemplateArchived
            if newest is not None and newest != was.newest:
                raise TemplateChanged(newest=was.newest)
            record = replace(was, newest=was.newest + 1)
            if not tx.page_templates.update(record, was=was):
                raise TemplateChanged
            self._add_version(tx, record, template, warnings)
            facts = {"template": record.id, "version": record.newest}
            house.record(tx, EntryKind.TEMPLATE_VERSION_MADE, None, facts, by=actor)
            return self._view(tx, record)

    def _add_version(
        self, tx: Transaction, record: TemplateRecord, template: PageTemplate, warnings: tuple[UploadWarning, ...]
    ) -> None:
        contents = TemplateContents(
            description=template.source,
            sizes=template.sizes,
            warnings=tuple((warning.kind, warning.values) for warning in warnings),
        )
        tx.page_templates.add_version(
            TemplateVersionRecord(
                template_id=record.id,
                number=record.newest,
                created_at=self.household.clock.now(),
                sealed=tx.safe.seal(record.id, f"template-{record.newest}", contents.to_bytes()),
                content=tx.safe.seal(record.id, f"template-document-{record.newest}", template.pdf),
            )
        )

    def _set_archived(self, actor: Actor, template_id: str, at: datetime | None) -> TemplateView:
        actor.require(Permission.TEMPLATES_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            was = _record(tx, actor, template_id)
            if (was.archived_at is None) == (at is None):
                return self._view(tx, was)
            record = replace(was, archived_at=at)
            tx.page_templates.update(record, was=was)
            kind = EntryKind.TEMPLATE_RESTORED if at is None else EntryKind.TEMPLATE_ARCHIVED
            house.record(tx, kind, None, {"template": record.id}, by=actor)
            return self._view(tx, record)

    @staticmethod
    def _view(tx: Transaction, record: TemplateRecord) -> TemplateView:
        kept = tx.page_templates.version(record.id, record.newest)
        if kept is None:
            raise TemplateUnknown
        description = json.loads(_contents(tx, kept).description)
        return TemplateView(
            id=record.id,
            name=description["name"],
            lang=description["lang"],
            version=record.newest,
            pages=len(_contents(tx, kept).sizes),
            parties=description["parties"],
            created_at=record.created_at,
            changed_at=kept.created_at,
            archived_at=record.archived_at,
        )


def load(tx: Transaction, actor: Actor, template_id: str, version: int | None) -> tuple[TemplateRecord, PageTemplate]:
    """Return a template of the actor's company in a version; None: the newest.

    Raises:
        TemplateUnknown: There is no such template or version.
    """
    record, kept = _version(tx, actor, template_id, version)
    return record, PageTemplate.parse(_contents(tx, kept).description, _upload(tx, kept))


def _record(tx: Transaction, actor: Actor, template_id: str) -> TemplateRecord:
    return own(tx.page_templates.get(template_id), actor, TemplateUnknown)


def _version(
    tx: Transaction, actor: Actor, template_id: str, version: int | None
) -> tuple[TemplateRecord, TemplateVersionRecord]:
    record = _record(tx, actor, template_id)
    kept = tx.page_templates.version(template_id, record.newest if version is None else version)
    if kept is None:
        raise TemplateUnknown
    return record, kept


def _contents(tx: Transaction, kept: TemplateVersionRecord) -> TemplateContents:
    return TemplateContents.from_bytes(tx.safe.open(kept.template_id, f"template-{kept.number}", kept.sealed))


def _upload(tx: Transaction, kept: TemplateVersionRecord) -> Upload:
    contents = _contents(tx, kept)
    pdf = tx.safe.open(kept.template_id, f"template-document-{kept.number}", kept.content)
    sizes = _sizes(contents)
    return Upload(pdf=pdf, pages=len(sizes), sizes=sizes, warnings=_warnings(contents), digest_of_original=sha256(pdf))


def _sizes(contents: TemplateContents) -> tuple[tuple[float, float], ...]:
    return tuple((float(width), float(height)) for width, height in contents.sizes)


def _warnings(contents: TemplateContents) -> tuple[UploadWarning, ...]:
    return tuple(UploadWarning(kind=kind, values=tuple(values)) for kind, values in contents.warnings)


def _naming(description: Mapping[str, Any], taken: Upload) -> dict[str, Any]:
    """Return the description with the digest of its document."""
    return {**description, "document": {"sha256": sha256(taken.pdf).hex()}}
