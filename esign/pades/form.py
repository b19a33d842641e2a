"""The document's form: adding a signature field and its widget with as few changed objects as possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esign.pades.document import Array, Dictionary, Document, Indirect, Page, entry
from esign.pades.errors import DocumentUnreadableError
from esign.pades.revision import Reference, Revision, pointer, with_entries, with_items

_SIGNATURES_EXIST_APPEND_ONLY = 3
"""SigFlags (ISO 32000-1 table 219)."""


def add_field(
    document: Document, revision: Revision, *, page: Page, widget: Reference, catalog: Mapping[str, bytes] | None = None
) -> None:
    """Enter a field, which is its own widget, in the form and on its page.

    Args:
        document: The document.
        revision: Where the changed objects go.
        page: The page of the widget.
        widget: The field's object.
        catalog: Further entries for the catalog, if it has to be written anyway.
    """
    annotations = page.dictionary.raw_get("/Annots") if "/Annots" in page.dictionary else Array()
    _append(revision, page.reference, page.dictionary, "/Annots", annotations, widget)
    changes = dict(catalog or {})
    if "/AcroForm" not in document.root:
        form = revision.new(b"<</Fields[%s]/SigFlags %d>>" % (pointer(widget), _SIGNATURES_EXIST_APPEND_ONLY))
        changes["/AcroForm"] = pointer(form)
    else:
        raw = document.root.raw_get("/AcroForm")
        changed = _form(revision, raw.get_object(), widget)
        if isinstance(raw, Indirect):
            if changed is not None:
                revision.put(raw, changed)
        elif changed is not None:
            changes["/AcroForm"] = changed
    if changes:
        revision.put(document.reader.root_ref, with_entries(document.root, changes))


def _form(revision: Revision, form: Any, widget: Reference) -> bytes | None:
    if not isinstance(form, Dictionary):
        raise DocumentUnreadableError("form is damaged")
    changes: dict[str, bytes] = {}
    flags = entry(form, "/SigFlags", 0)
    wanted = int(flags) | _SIGNATURES_EXIST_APPEND_ONLY if isinstance(flags, int) else _SIGNATURES_EXIST_APPEND_ONLY
    if flags != wanted:
        changes["/SigFlags"] = b"%d" % wanted
    fields = form.raw_get("/Fields") if "/Fields" in form else Array()
    resolved = fields.get_object()
    if not isinstance(resolved, Array):
        raise DocumentUnreadableError("form is damaged")
    items = with_items(resolved, pointer(widget))
    if isinstance(fields, Indirect):
        revision.put(fields, items)
    else:
        changes["/Fields"] = items
    return with_entries(form, changes) if changes else None


def _append(
    revision: Revision,
    holder: Any,
    dictionary: Any,
    key: str,
    array: Any,
    item: Reference,
) -> None:
    resolved = array.get_object()
    if not isinstance(resolved, Array):
        raise DocumentUnreadableError("page is damaged")
    items = with_items(resolved, pointer(item))
    if isinstance(array, Indirect):
        revision.put(array, items)
    else:
        revision.put(holder, with_entries(dictionary, {key: items}))
