"""Every object that the pages reach is looked at: what acts, hides, points elsewhere or plays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

from esign.documents.intake import limits
from esign.documents.intake.reasons import Reasons, Refused

ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "action",
    "/SubmitForm": "action",
    "/ResetForm": "action",
    "/ImportData": "action",
    "/Hide": "action",
    "/Named": "action",
    "/Thread": "action",
    "/GoToR": "external_reference",
    "/GoToE": "external_reference",
    "/GoToDp": "external_reference",
    "/SetOCGState": "layers",
    "/Rendition": "multimedia",
    "/Movie": "multimedia",
    "/Sound": "multimedia",
    "/GoTo3DView": "multimedia",
    "/RichMediaExecute": "multimedia",
}
"""Kinds of actions and why they are refused. Source: ISO 32000-1 table 198."""
ANNOTATIONS = {
    "/FileAttachment": "attachments",
    "/Movie": "multimedia",
    "/Sound": "multimedia",
    "/Screen": "multimedia",
    "/3D": "multimedia",
    "/RichMedia": "multimedia",
    "/Redact": "annotation",
    "/Projection": "annotation",
    "/TrapNet": "annotation",
}
"""Kinds of annotations and why they are refused. Source: ISO 32000-1 table 169."""
LINK_SCHEMES = ("http://", "https://", "mailto:")
RESERVED = frozenset(
    [
        "/JavaScript",
        "/JS",
        "/Launch",
        "/OpenAction",
        "/AA",
        "/XFA",
        "/SubmitForm",
        "/ImportData",
        "/ResetForm",
        "/GoToE",
        "/GoToR",
        "/RichMedia",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/Screen",
        "/3D",
        "/FileAttachment",
        "/OCG",
        "/OCMD",
        "/OCProperties",
        "/Encrypt",
        "/Collection",
        "/JPXDecode",
        "/JBIG2Decode",
        "/Alternates",
        "/OPI",
        "/PresSteps",
        "/NeedAppearances",
        "/EmbeddedFile",
        "/ByteRange",
        "/ObjStm",
    ]
)
"""Names that the customer's browser takes for active or hidden content wherever they stand (web/agent, pdf-names)."""
_COMPONENT_3D = {"/U3D", "/PRC"}


def inspect(document: pikepdf.Pdf, reasons: Reasons) -> None:
    """Note every reason against the file that one of its objects gives.

    Raises:
        Refused: ``too_complex``: more objects than any contract has.
    """
    for item in dictionaries(document):
        _inspect(item, reasons)


def dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    """Return every dictionary of the file, those of streams and those inside others too.

    Raises:
        Refused: ``too_complex``.
    """
    if len(document.objects) > limits.MAX_OBJECTS:
        raise Refused("too_complex", objects=len(document.objects))
    waiting: list[Any] = list(document.objects)
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Stream):
            item = item.stream_dict
        if isinstance(item, pikepdf.Dictionary):
            yield item
            waiting.extend(value for value in item.values() if _direct(value))
        elif isinstance(item, pikepdf.Array):
            waiting.extend(value for value in item if _direct(value))


def check_names(document: pikepdf.Pdf) -> None:
    """Refuse names that the customer's browser would refuse.

    Raises:
        Refused: ``reserved_name``.
    """
    for item in dictionaries(document):
        for key, value in item.items():
            values = list(value) if isinstance(value, pikepdf.Array) and not value.is_indirect else [value]
            for name in (key, *(str(each) for each in values if isinstance(each, pikepdf.Name))):
                if name in RESERVED:
                    raise Refused("reserved_name", name=str(name).lstrip("/"))
    for item in document.objects:
        if isinstance(item, pikepdf.Array):
            for each in item:
                if isinstance(each, pikepdf.Name) and str(each) in RESERVED:
                    raise Refused("reserved_name", name=str(each).lstrip("/"))


def _inspect(item: Any, reasons: Reasons) -> None:
    kind, subtype, action = (str(item.get(name, "")) for name in ("/Type", "/Subtype", "/S"))
    if kind != "/StructElem" and action in ACTIONS and "/P" not in item:
        reasons.add(ACTIONS[action], kind=action.lstrip("/"))
    if "/JS" in item:
        reasons.add("javascript")
    if action == "/URI" and "/URI" in item and not _harmless(str(item["/URI"])):
        reasons.add("action", kind="URI")
    actions = item.get("/AA")
    if isinstance(actions, pikepdf.Dictionary) and len(actions):
        reasons.add("additional_actions")
    if subtype in ANNOTATIONS and ("/Rect" in item or kind == "/Annot"):
        reasons.add(ANNOTATIONS[subtype], kind=subtype.lstrip("/"))
    if subtype in _COMPONENT_3D and kind == "/3D":
        reasons.add("multimedia", kind="3D")
    if kind in ("/OCG", "/OCMD"):
        reasons.add("layers")
    if "/EF" in item or kind == "/EmbeddedFile":
        reasons.add("attachments")
    elif kind in ("/Filespec", "/F"):
        reasons.add("external_reference")
    if "/ByteRange" in item or (item.get("/FT") == "/Sig" and "/V" in item):
        reasons.add("signed")
    if subtype == "/Form" and "/Ref" in item:
        reasons.add("external_reference")
    if (
        "/Length" in item
        and "/F" in item
        and ("/FFilter" in item or isinstance(item["/F"], pikepdf.Dictionary | pikepdf.String))
    ):
        reasons.add("external_reference")


def _harmless(address: str) -> bool:
    return address.strip().lower().startswith(LINK_SCHEMES)


def _direct(value: Any) -> bool:
    return isinstance(value, (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream)) and not value.is_indirect
