"""Metadata: the date of the last change and the program that made it may be brought up to date, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from esign.pdf import Dictionary, Object, Stream, String, View
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.rdf import Value, attribute_value, element_value
from esign.validation.changes.sameness import differing
from esign.validation.findings import FindingKind

_INFORMATION = {"ModDate", "Producer"}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_MEDIA = "{http://ns.adobe.com/xap/1.0/mm/}"
_PDF = "{http://ns.adobe.com/pdf/1.3/}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_MAY_CHANGE = {
    f"{_XMP}ModifyDate",
    f"{_XMP}MetadataDate",
    f"{_MEDIA}InstanceID",
    f"{_MEDIA}VersionID",
    f"{_MEDIA}History",
    f"{_PDF}Producer",
    f"{_RDF}about",
}
_SAID_BEFORE = {
    f"{_DUBLIN}title": "Title",
    f"{_DUBLIN}creator": "Author",
    f"{_DUBLIN}description": "Subject",
    f"{_PDF}Keywords": "Keywords",
    f"{_XMP}CreatorTool": "Creator",
}
_LONGEST = 4 << 20


def compare_information(old: View, new: View) -> Iterator[Noted]:
    """Compare the information dictionaries.

    Source: ISO 32000-2 clause 14.3.3.
    """
    before, after = _information(old), _information(new)
    if before is None or after is None:
        yield _finding("the information about the document is damaged")
        return
    changed = differing(before, after)
    if changed - _INFORMATION or not all(isinstance(after.get(key), String | None) for key in changed):
        yield _finding("the information about the document (title, author …) was changed")
    elif changed:
        yield Noted(kind=ChangeKind.METADATA, what="the date of the last change was brought up to date")


def compare_metadata(old: View, new: View) -> Iterator[Noted]:
    """Compare the document's XMP metadata, property by property.

    Source: ISO 32000-2 clause 14.3.2; ISO 16684-1.
    """
    before = _properties(old, old.value(old.catalog, "Metadata"))
    after = _properties(new, new.value(new.catalog, "Metadata"))
    if before is None or after is None:
        yield _finding("the metadata were changed and cannot be read")
        return
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} - _MAY_CHANGE
    if not before:
        changed -= _known(old, new, changed)
    if changed:
        yield _finding("the metadata were changed in more than date and program")
    else:
        yield Noted(kind=ChangeKind.METADATA, what="the metadata were brought up to date")


def _information(view: View) -> Dictionary | None:
    value = view.value(view.trailer, "Info")
    if value is None:
        return {}
    if not isinstance(value, dict):
        return None
    return {key: view.resolve(item) for key, item in value.items()}


def _known(old: View, new: View, properties: set[str]) -> set[str]:
    """Return the properties that only say what the information dictionary said before."""
    information = _information(old) or {}
    root = _tree(new, new.value(new.catalog, "Metadata"))
    found = set()
    for element in root.iter() if root is not None else ():
        key = _SAID_BEFORE.get(element.tag) if isinstance(element.tag, str) else None
        said = information.get(key) if key else None
        if element.tag in properties and isinstance(said, String):
            words = [text.strip() for text in element.itertext() if text.strip()]
            if words == [said.text.strip()]:
                found.add(element.tag)
    return found


def _properties(view: View, value: Object) -> dict[str, list[Value]] | None:
    if value is None:
        return {}
    root = _tree(view, value)
    if root is None:
        return None
    found: dict[str, list[Value]] = {}
    for description in root.iter(f"{_RDF}Description"):
        parent = description.getparent()
        if parent is None or parent.tag != f"{_RDF}RDF":
            continue
        for key, text in description.attrib.items():
            found.setdefault(str(key), []).append(attribute_value(str(text)))
        for element in description:
            if isinstance(element.tag, str):
                found.setdefault(element.tag, []).append(element_value(element))
    return {key: sorted(values) for key, values in found.items()}


def _tree(view: View, value: Object) -> etree._Element | None:
    if not isinstance(value, Stream) or value.dictionary.get("Subtype", "XML") != "XML":
        return None
    content = view.decode(value)
    if len(content) > _LONGEST or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, load_dtd=False)
    try:
        return etree.fromstring(content.strip(b"\0 \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _finding(what: str) -> Noted:
    return Noted(kind=ChangeKind.MODIFICATION, what=what, finding=FindingKind.MODIFIED_AFTER_SIGNING)
