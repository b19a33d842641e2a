"""The catalog and the form's dictionary: which of their entries may change, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator

from esign.pdf import Dictionary, Name, Object, Ref, String
from esign.validation.changes import metadata, store
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.sameness import differing, same
from esign.validation.changes.skeleton import Skeleton
from esign.validation.findings import FindingKind

_VERSION = re.compile(r"[12]\.[0-9]")
_WORDS = {
    "Pages": "the list of pages was changed",
    "OpenAction": "an action that runs when the document is opened was changed",
    "AA": "actions that run by themselves were changed",
    "OCProperties": "the layers were changed",
    "Outlines": "the outline was changed",
    "StructTreeRoot": "the tag tree was exchanged",
    "Perms": "the permissions of the document were changed",
    "Lang": "the language of the document was changed",
    "ViewerPreferences": "the way in which the document opens was changed",
    "PageMode": "the way in which the document opens was changed",
    "PageLayout": "the way in which the document opens was changed",
    "PageLabels": "the names of the pages were changed",
    "Dests": "the destinations of links were changed",
    "AF": "the list of attachments was changed",
    "Collection": "the list of attachments was changed",
    "Names": "names, attachments or scripts were changed",
}
_ATTACHMENTS = {"AF", "Collection"}
_OF_TEXT = {"Font", "Encoding", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties"}
_SAME_RESOURCES = "the fonts of the form were exchanged"


def compare_catalog(old: Skeleton, new: Skeleton, before: Dictionary, after: Dictionary) -> Iterator[Noted]:
    """Compare two catalogs.

    1. The form and the security store are compared by rules of their own.
    2. Metadata may be brought up to date.
    3. A newer version and extensions of the format may be named.
    4. Everything else is the same.

    Source: ISO 32000-2 clause 7.7.2.
    """
    for key in sorted(differing(before, after)):
        if key == "AcroForm":
            yield from _form(old, new, before, after)
        elif key == "DSS":
            yield from store.compare_store(old, new)
        elif key == "Metadata":
            yield from metadata.compare_metadata(old.view, new.view)
        elif key == "Version" and _newer(old, new, before, after):
            yield Noted(kind=ChangeKind.EXTENSION, what="the file names a newer version of the format")
        elif key == "Extensions":
            yield from compare_extensions(old, new)
        elif key in _ATTACHMENTS or (key == "Names" and _attachments(old, before) != _attachments(new, after)):
            yield _finding("the list of attachments was changed", FindingKind.ATTACHMENT_CHANGED)
        else:
            yield _finding(_WORDS.get(key, "the catalog has other entries"))


def compare_form(old: Skeleton, new: Skeleton, before: Dictionary, after: Dictionary) -> Iterator[Noted]:
    """Compare the dictionaries of two forms; their fields are compared by rules of their own.

    Source: ISO 32000-2 clause 12.7.3.
    """
    for key in sorted(differing(before, after) - {"Fields"}):
        one, other = old.view.resolve(before.get(key)), new.view.resolve(after.get(key))
        if key == "SigFlags" and type(other) is int and other in _more_flags(one):
            continue
        if key == "DR":
            yield from compare_resources(old, new)
            continue
        if key == "DA" and one is None and isinstance(other, String) and not _asks_for_default(old):
            continue
        if key == "NeedAppearances" and all(value is None or value is False for value in (one, other)):
            continue  # what holds where nothing is said
        yield _finding(_SAME_RESOURCES if key in ("DR", "DA") else "the form's own entries were changed")


def compare_resources(old: Skeleton, new: Skeleton) -> Iterator[Noted]:
    """Compare the resources of two forms: what the text of fields could use may only become more."""
    forms = [skeleton.view.value(skeleton.catalog, "AcroForm") for skeleton in (old, new)]
    one, other = (
        skeleton.view.value(form, "DR") if isinstance(form, dict) else None
        for skeleton, form in zip((old, new), forms, strict=True)
    )
    if not _more(old, new, _of_text(one), _of_text(other), 2):
        yield _finding(_SAME_RESOURCES)


def _asks_for_default(skeleton: Skeleton) -> bool:
    """Whether a field shows text and does not say how itself, so that what the form says of that counts."""
    return any(field.kind in ("Tx", "Ch") and field.get("DA") is None for field in skeleton.fields)


def _form(old: Skeleton, new: Skeleton, before: Dictionary, after: Dictionary) -> Iterator[Noted]:
    one, other = old.view.value(before, "AcroForm"), new.view.value(after, "AcroForm")
    if not isinstance(one, dict | None) or not isinstance(other, dict):
        yield _finding("the form was removed")
        return
    yield from compare_form(old, new, one or {}, other)


def _of_text(resources: Object) -> Object:
    """Return the resources of a form that the text of fields could use."""
    if not isinstance(resources, dict):
        return resources
    return {key: value for key, value in resources.items() if key in _OF_TEXT}


def _more(old: Skeleton, new: Skeleton, one: Object, other: Object, depth: int) -> bool:
    """Whether a dictionary of resources only has more of them than before."""
    if one is None:
        return isinstance(other, dict)
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    for key, value in one.items():
        if depth == 1 and same(value, other.get(key)):
            continue  # what the reference leads to is judged by itself
        if depth == 1 or not _more(old, new, old.view.resolve(value), new.view.resolve(other.get(key)), depth - 1):
            return False
    return True


def _more_flags(before: Object) -> set[int]:
    """Return which flags of the form may follow: those that were set stay set."""
    return {flags for flags in range(4) if before is None or (type(before) is int and flags & before == before)}


def _newer(old: Skeleton, new: Skeleton, before: Dictionary, after: Dictionary) -> bool:
    was, now = old.view.resolve(before.get("Version")), new.view.resolve(after.get("Version"))
    if was is None:
        was = Name(".".join(map(str, old.view.pdf.version)))
    return isinstance(was, Name) and isinstance(now, Name) and bool(_VERSION.fullmatch(now)) and str(was) <= str(now)


def compare_extensions(old: Skeleton, new: Skeleton) -> Iterator[Noted]:
    """Compare the extensions of the format that two catalogs name: some may be added.

    Source: ISO 32000-2 clause 7.12.
    """
    if _extended(old, new):
        yield Noted(kind=ChangeKind.EXTENSION, what="the file names extensions of the format")
    else:
        yield _finding("the extensions of the format were changed")


def _extended(old: Skeleton, new: Skeleton) -> bool:
    """Whether extensions were only added, and each says nothing but version and level."""
    one, other = old.view.value(old.catalog, "Extensions"), new.view.value(new.catalog, "Extensions")
    if not isinstance(one, dict | None) or not isinstance(other, dict):
        return False
    for key, value in (one or {}).items():
        if not same(old.view.resolve(value), new.view.resolve(other.get(key))):
            return False
    added = [new.view.resolve(value) for key, value in other.items() if key not in (one or {}) and key != "Type"]
    items = [new.view.resolve(part) for value in added for part in (value if isinstance(value, list) else [value])]
    return all(
        isinstance(item, dict)
        and item.keys() <= {"Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL"}
        and not any(isinstance(part, dict | list | Ref) for part in item.values())
        for item in items
    )


def _attachments(skeleton: Skeleton, catalog: Dictionary) -> object:
    names = skeleton.view.value(catalog, "Names")
    return names.get("EmbeddedFiles") if isinstance(names, dict) else None


def _finding(what: str, finding: FindingKind = FindingKind.MODIFIED_AFTER_SIGNING) -> Noted:
    return Noted(kind=ChangeKind.MODIFICATION, what=what, finding=finding)
