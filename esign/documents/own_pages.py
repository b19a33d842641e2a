"""A company's own pages, and behind them the page of the declaration: one document."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pikepdf

from esign.documents.draft import FieldPlacement

_NOT_DECLARED = "Pages of the company's own, not declared as PDF/A or PDF/UA"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPages:
    """The company's pages as they stand before the declaration."""

    pdf: bytes = field(repr=False)
    """One revision, without anything that acts."""
    pages: int
    fields: tuple[FieldPlacement, ...] = ()
    """Where on them parties sign; who is not among them signs on the page of the declaration."""
    digest: bytes
    """SHA-256 that the contract data name: of an uploaded file as it came, or of the filled-in pages."""


def joined(
    own: OwnPages,
    declaration: bytes,
    *,
    title: str,
    author: str,
    lang: str,
    at: datetime,
    data: tuple[str, bytes],
) -> bytes:
    """Return the own pages and those of the declaration as one revision with the contract data attached.

    The whole claims neither PDF/A nor PDF/UA: nobody has checked the company's pages for that. Tags are kept, those
    of the company's pages first.

    Args:
        own: The company's pages.
        declaration: Our pages, as the typesetter wrote them.
        title: Title of the document.
        author: The company.
        lang: Language of the declaration.
        at: Creation instant.
        data: Name and bytes of the attached contract data.
    """
    with pikepdf.open(io.BytesIO(own.pdf)) as document, pikepdf.open(io.BytesIO(declaration)) as ours:
        first = len(document.pages)
        document.pages.extend(ours.pages)
        _join_tags(document, ours, first)
        root = document.Root
        root["/Lang"] = pikepdf.String({"de": "de-DE", "en": "en-GB"}[lang])
        root["/ViewerPreferences"] = pikepdf.Dictionary(DisplayDocTitle=True)
        for key in ("/OutputIntents", "/PageLabels"):
            if key in root:
                del root[key]
        for page in document.pages:
            page.obj["/Tabs"] = pikepdf.Name.S
        name, content = data
        spec = pikepdf.AttachedFileSpec(
            document,
            content,
            filename=name,
            mime_type="application/json",
            description="",
            creation_date="",
            mod_date="",
        )
        spec.relationship = pikepdf.Name.Data
        document.attachments[name] = spec
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = title
            metadata["dc:creator"] = [author]
            metadata["dc:description"] = _NOT_DECLARED
            metadata["dc:language"] = {lang}
            metadata["xmp:CreateDate"] = at.isoformat(timespec="seconds")
            metadata["pdf:Producer"] = "esign"
        return written(document)


def written(document: pikepdf.Pdf) -> bytes:
    """Return a document in the one form that can be signed: one revision, classic structure, packed streams."""
    stream = io.BytesIO()
    document.save(
        stream,
        force_version="1.7",
        fix_metadata_version=False,
        preserve_pdfa=True,  # an end of line before each "endstream" (ISO 19005-3 clause 6.1.7.1)
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        deterministic_id=True,
    )
    return stream.getvalue()


def _join_tags(document: pikepdf.Pdf, ours: pikepdf.Pdf, first: int) -> None:
    """Hang our tags behind the company's; without any there, ours are all, and the file does not call itself tagged."""
    theirs = document.Root.get("/StructTreeRoot")
    tree = document.copy_foreign(ours.Root["/StructTreeRoot"])
    known = list(_numbers(theirs["/ParentTree"])) if theirs is not None and "/ParentTree" in theirs else []
    offset = max((key for key, _ in known), default=-1) + 1
    for page in list(document.pages)[first:]:
        if "/StructParents" in page.obj:
            page.obj["/StructParents"] = int(page.obj["/StructParents"]) + offset
        for note in page.obj.get("/Annots", pikepdf.Array()):
            if "/StructParent" in note:
                note["/StructParent"] = int(note["/StructParent"]) + offset
    added = [(key + offset, value) for key, value in _numbers(tree["/ParentTree"])]
    numbers = pikepdf.Array([part for pair in (*known, *added) for part in pair])
    tree["/ParentTree"] = document.make_indirect(pikepdf.Dictionary(Nums=numbers))
    tree["/ParentTreeNextKey"] = max((key for key, _ in (*known, *added)), default=-1) + 1
    if theirs is not None and "/K" in theirs:
        own_kids, our_kids = _kids(theirs), _kids(tree)
        top = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document, P=tree, K=pikepdf.Array())
        )
        for kid in (*own_kids, *our_kids):
            if kid.get("/S") == "/Document":
                kid["/S"] = pikepdf.Name.Part
            kid["/P"] = top
            top["/K"].append(kid)
        tree["/K"] = pikepdf.Array([top])
        for key in ("/RoleMap", "/ClassMap", "/IDTree"):
            if key in theirs:
                kept = theirs[key]
                if key != "/IDTree" and key in tree:
                    for name, value in tree[key].items():
                        if name not in kept:
                            kept[name] = value
                tree[key] = kept
    marked = theirs is not None and "/K" in theirs
    document.Root["/StructTreeRoot"] = tree
    document.Root["/MarkInfo"] = pikepdf.Dictionary(Marked=marked)


def _kids(tree: Any) -> list[Any]:
    kids = tree["/K"]
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _numbers(node: Any, depth: int = 0) -> Iterator[tuple[int, Any]]:
    """Return the entries of a number tree (ISO 32000-1 7.9.7)."""
    entries = node.get("/Nums")
    if isinstance(entries, pikepdf.Array):
        for at in range(0, len(entries) - 1, 2):
            yield int(entries[at]), entries[at + 1]
    for kid in node.get("/Kids", pikepdf.Array()) if depth < 32 else ():
        yield from _numbers(kid, depth + 1)
