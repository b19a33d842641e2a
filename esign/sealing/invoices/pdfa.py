"""Whether what a seal adds keeps the rules of the PDF/A that the document declares; a fast look, not a validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from esign.pdf import Dictionary, Name, Object, Ref, Stream, View

PRINT, HIDDEN = 1 << 2, 1 << 0 | 1 << 1 | 1 << 5 | 1 << 8
"""Flags of annotations: printed; invisible, hidden, not viewed, toggled. Source: ISO 32000-2 table 167."""
_DEVICE = {"DeviceRGB": 3, "DeviceCMYK": 4}


def breaches(after: View, before: View, new: Sequence[int], part: str) -> Iterator[str]:
    """Yield what would break the declared PDF/A: ``annotation``, ``colour`` …

    Args:
        after: The sealed document.
        before: The document as it was.
        new: Numbers of the objects that the seal adds.
        part: The declared part: ``1``, ``2``, ``3`` or ``4``.

    Source: ISO 19005-1 and 19005-3 clauses 6.1.7 (streams), 6.2.4 (colours), 6.2.10 (transparency), 6.3 (annotations).
    """
    if before.catalog.get("Version") != after.catalog.get("Version"):
        yield "version"
    if before.catalog.get("OutputIntents") != after.catalog.get("OutputIntents"):
        yield "output_intent"
    if part == "1" and any(
        revision.kind != "table" for revision in after.pdf.revisions[before.index + 1 : after.index + 1]
    ):
        yield "cross_reference"
    components = _components(after)
    for number in new:
        value = after.get(Ref(number, 0))
        dictionary = value.dictionary if isinstance(value, Stream) else value
        if not isinstance(dictionary, dict):
            continue
        if dictionary.get("Subtype") == "Widget" and not _shown(after, dictionary):
            yield "annotation"
        if part == "1" and _transparent(after, dictionary):
            yield "transparency"
        if isinstance(value, Stream):
            if {"F", "FFilter", "FDecodeParms"} & dictionary.keys() or _lzw(after, dictionary):
                yield "stream"
            colour = after.value(dictionary, "ColorSpace")
            if isinstance(colour, Name) and _DEVICE.get(colour, 0) not in (0, components):
                yield "colour"


def _shown(view: View, annotation: Dictionary) -> bool:
    """Tell whether a new field is printed, not hidden, and pictured where it has a place on the page."""
    flags = view.value(annotation, "F")
    if type(flags) is not int or not flags & PRINT or flags & HIDDEN:
        return False
    box = view.value(annotation, "Rect")
    numbers = [item for item in box if isinstance(item, int | float)] if isinstance(box, list) else []
    empty = len(numbers) == 4 and (numbers[0] == numbers[2] or numbers[1] == numbers[3])
    appearance = view.value(annotation, "AP")
    return empty or (isinstance(appearance, dict) and set(appearance) == {"N"})


def _transparent(view: View, dictionary: Dictionary) -> bool:
    if dictionary.get("SMask") not in (None, "None") or dictionary.get("BM", "Normal") not in ("Normal", "Compatible"):
        return True
    group = view.value(dictionary, "Group")
    if isinstance(group, dict) and group.get("S") == "Transparency":
        return True
    return any(isinstance(alpha, int | float) and alpha != 1 for alpha in (dictionary.get("CA"), dictionary.get("ca")))


def _lzw(view: View, dictionary: Dictionary) -> bool:
    filters: Object = view.value(dictionary, "Filter")
    return "LZWDecode" in (filters if isinstance(filters, list) else [filters])


def _components(view: View) -> int:
    """Return how many colour components the output intent's profile has; 0 where it has none."""
    intents = view.resolve(view.catalog.get("OutputIntents"))
    for item in intents if isinstance(intents, list) else ():
        intent = view.resolve(item)
        if isinstance(intent, dict) and intent.get("S") == "GTS_PDFA1":
            profile = view.value(intent, "DestOutputProfile")
            count = profile.dictionary.get("N") if isinstance(profile, Stream) else None
            return count if isinstance(count, int) else 0
    return 0
