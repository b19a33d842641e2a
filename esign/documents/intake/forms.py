"""Form fields and annotations become part of the page, or the file is refused; links stay."""

from __future__ import annotations

from typing import Any

import pikepdf

from esign.documents.intake.reasons import Reasons

_HIDDEN, _NO_VIEW = 2, 32
_SILENT = {"/Popup"}
"""Annotations that show nothing by themselves."""


class Settled:
    """What became of the fields, annotations and links of a file."""

    def __init__(self) -> None:
        self.fields = 0
        self.drawn = 0
        self.links: list[str] = []


def check_form(document: pikepdf.Pdf, reasons: Reasons) -> None:
    """Note fields that hold something that is not drawn: nobody could say what it looks like."""
    form = document.Root.get("/AcroForm")
    late = isinstance(form, pikepdf.Dictionary) and bool(form.get("/NeedAppearances", False))
    for number, page in enumerate(document.pages, 1):
        for note in _annotations(page):
            if note.get("/Subtype") == "/Widget":
                _check_widget(note, late, number, reasons)
            elif note.get("/Subtype") not in ("/Link", *_SILENT) and _visible(note):
                drawn = "/AP" in note and "/N" in note["/AP"]
                if note.get("/Subtype") == "/Text" or not drawn:
                    reasons.add("annotation", kind=str(note.get("/Subtype", "")).lstrip("/"), page=number)


def settle(document: pikepdf.Pdf) -> Settled:
    """Draw fields and annotations into their pages, and keep the links.

    What is hidden, or shows in print only, is left out: it was never seen.
    """
    settled = Settled()
    kept: list[list[Any]] = []
    for page in document.pages:
        links = []
        others = []
        for note in _annotations(page):
            if note.get("/Subtype") == "/Link":
                if _link(note, settled):
                    links.append(note)
                continue
            settled.fields += note.get("/Subtype") == "/Widget"
            settled.drawn += note.get("/Subtype") not in ("/Widget", *_SILENT) and _visible(note)
            if note.get("/Subtype") not in _SILENT:
                others.append(note)
        kept.append(links)
        if "/Annots" in page.obj:
            page.obj["/Annots"] = document.make_indirect(pikepdf.Array(others))
    if settled.fields or settled.drawn:
        document.flatten_annotations("screen")
    for page, links in zip(document.pages, kept, strict=True):
        if "/Annots" in page.obj:
            del page.obj["/Annots"]
        if links:
            page.obj["/Annots"] = pikepdf.Array(links)
    if "/AcroForm" in document.Root:
        del document.Root["/AcroForm"]
    return settled


def _annotations(page: pikepdf.Page) -> list[Any]:
    found = page.obj.get("/Annots")
    if not isinstance(found, pikepdf.Array):
        return []
    return [note for note in found if isinstance(note, pikepdf.Dictionary)]


def _check_widget(note: Any, late: bool, page: int, reasons: Reasons) -> None:
    field, depth = note, 0
    while "/V" not in field and isinstance(field.get("/Parent"), pikepdf.Dictionary) and depth < 32:
        field, depth = field["/Parent"], depth + 1
    value = field.get("/V")
    if isinstance(value, pikepdf.Dictionary):  # a signature: the walk over all objects says so
        return
    filled = value is not None and str(value) not in ("", "/Off")
    drawn = "/AP" in note and "/N" in note["/AP"]
    if depth >= 32 or (filled and _visible(note) and (late or not drawn)):
        reasons.add("form", page=page)


def _visible(note: Any) -> bool:
    flags = note.get("/F", 0)
    return not (isinstance(flags, int) and flags & (_HIDDEN | _NO_VIEW))


def _link(note: Any, settled: Settled) -> bool:
    """Tell whether a link stays; what it leads to outside is remembered."""
    for key in ("/PA", "/AP", "/AS", "/P", "/M", "/NM", "/OC"):
        if key in note:
            del note[key]
    if not _visible(note):
        return False
    note["/F"] = 4  # seen wherever the page is
    action = note.get("/A")
    if action is None:
        return "/Dest" in note
    if not isinstance(action, pikepdf.Dictionary):
        return False
    if action.get("/S") == "/URI" and "/URI" in action:
        address = str(action["/URI"]).strip()
        settled.links.append(address[:200])
        note["/A"] = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(address))
        return True
    if action.get("/S") == "/GoTo" and "/D" in action:
        note["/Dest"] = action["/D"]
        del note["/A"]
        return True
    return False
