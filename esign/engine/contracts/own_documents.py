"""Contract data that name an upload or a page template become complete: the pages, their number and digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from esign.access import Actor
from esign.contracts import ContractData
from esign.documents import COMPANY_FIELD, OWN_DOCUMENT, OwnPages, PagesDiffer, fill_in
from esign.documents.page_errors import PartiesDiffer
from esign.engine.contents import ContractContents
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.engine.templates.desk import load
from esign.engine.templates.refusals import TemplateArchived, UploadUnknown
from esign.engine.templates.uploads import found, pages_of
from esign.foundation.encoding import from_hex

PAGES = "pages"
"""Under this name a contract's own pages are sealed with the contract's key."""
_NOT_YET = "0" * 64
Kept = tuple[ContractRecord, ContractContents]
"""A contract that is drawn up anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Contract data ready to be parsed, and the company's own pages where the contract has some."""

    data: Mapping[str, Any]
    own: OwnPages | None


def complete(
    house: Household,
    actor: Actor,
    data: Mapping[str, Any],
    *,
    kept: Kept | None = None,
) -> Completed:
    """Return contract data with name, number of pages and digest of the company's own document.

    Args:
        house: The household.
        actor: Who draws up: only uploads and templates of his or her company are known.
        data: Contract data; other templates than ``own-document`` are returned as they are.
        kept: The contract that is drawn up anew: its pages are used where its upload is gone by now.

    Raises:
        UploadUnknown: There is no such upload.
        TemplateUnknown, TemplateArchived: There is no such page template in use, or not in this version.
        PartiesDiffer: The page template is made for another number of signatories.
        ValueRefused, TextOverflows: What is to be filled in is refused.
        PagesDiffer: The data name a digest or number of pages of another file.
        ContractDataError: The contract data are refused.
    """
    document = _document(data)
    if document is None:
        return Completed(data=data, own=None)
    if isinstance(document.get("upload"), str) and "page_template" not in document:
        name, own = _upload(house, actor, document["upload"], kept)
        named = {
            "name": name.removesuffix(".pdf").strip() or "Dokument",
            "pages": own.pages,
            "sha256": own.digest.hex(),
            **document,
        }
        if (named["pages"], named["sha256"]) != (own.pages, own.digest.hex()):
            raise PagesDiffer("the data name another file than the upload")
        return Completed(data=_with(data, named), own=own)
    if isinstance(document.get("page_template"), str) and "upload" not in document:
        return _template(house, actor, data, document, again=kept is not None)
    return Completed(data=data, own=None)  # the contract data's own checks say what is wrong


def _document(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    terms = data.get("terms")
    if data.get("template") != OWN_DOCUMENT or not isinstance(terms, Mapping):
        return None
    document = terms.get("document")
    return document if isinstance(document, Mapping) else None


def _with(data: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "terms": {**data["terms"], "document": dict(document)}}


def _upload(house: Household, actor: Actor, upload_id: str, kept: Kept | None) -> tuple[str, OwnPages]:
    with house.store.reading() as tx:
        try:
            return pages_of(tx, found(tx, actor, upload_id, house.clock.now()))
        except UploadUnknown:
            if kept is None or not kept[1].pages:
                raise
            return _kept(house, tx, *kept)


def _kept(
    house: Household, tx: Transaction, record: ContractRecord, contents: ContractContents
) -> tuple[str, OwnPages]:
    pdf = tx.safe.open(record.id, PAGES, house.documents.get(contents.pages))
    document = json.loads(contents.data)["terms"]["document"]
    return document["name"], OwnPages(pdf=pdf, pages=document["pages"], digest=from_hex(document["sha256"], 32))


def _template(
    house: Household, actor: Actor, data: Mapping[str, Any], document: Mapping[str, Any], *, again: bool
) -> Completed:
    version = document.get("version")
    with house.store.reading() as tx:
        known = version if isinstance(version, int) and not isinstance(version, bool) else None
        record, template = load(tx, actor, document["page_template"], known)
    if record.archived_at is not None and not again:
        raise TemplateArchived
    named = {
        "name": template.name,
        "version": record.newest if version is None else version,
        "values": {},
        **{key: value for key, value in document.items() if key not in ("pages", "sha256")},
        "pages": len(template.sizes),
        "sha256": _NOT_YET,
    }
    contract = ContractData.parse(_with(data, named))  # first all else: what is filled in comes from there
    if len(contract.signatories) != template.parties:
        raise PartiesDiffer(parties=template.parties)
    own = fill_in(template, named["values"], data)
    if contract.company_signature != "seal":
        own = replace(own, fields=tuple(field for field in own.fields if field.name != COMPANY_FIELD))
    return Completed(data=_with(data, {**named, "sha256": own.digest.hex()}), own=own)
