"""Whether something that was added lies over what the signed page shows."""

from __future__ import annotations

from esign.pdf import Dictionary, Object, Page, PdfError, View
from esign.validation.changes.content import NotUnderstoodError
from esign.validation.changes.layout import Box, Shown, both, shown_on

_HIDDEN = 2 | 32
"""Hidden, no view."""
_MOST_COVERED = 30
"""Characters that a signature may lie over: a line to sign on and what stands beside it."""
_MOST_OF_PAGE = 0.5
_FARTHEST = 1e9


def overlays(old: View, page: Page, new: View, annotation: Dictionary, *, signature: bool = False) -> bool:
    """Whether an annotation lies over text or pictures of the page as it was.

    A signature may lie over a short line without figures, as they are drawn for signing.

    Args:
        old: The document before.
        page: The page there.
        new: The document after.
        annotation: The annotation, or the widget of a signature.
        signature: Whether it is a signature's.
    """
    flags = new.value(annotation, "F")
    if (type(flags) is int and flags & _HIDDEN) or new.value(annotation, "Subtype") == "Popup":
        return False
    box = _rectangle(new, annotation.get("Rect"))
    if box is None:
        return not signature
    if box[2] - box[0] <= 0 or box[3] - box[1] <= 0:
        return False
    paper = _rectangle(old, page.get("CropBox")) or _rectangle(old, page.get("MediaBox")) or (0.0, 0.0, 612.0, 792.0)
    if _area(both(box, paper)) > _MOST_OF_PAGE * _area(paper):
        return True
    try:
        covered = [shown for shown in shown_on(old, page) if _covers(box, shown)]
    except (NotUnderstoodError, PdfError):
        return not signature
    if not signature:
        return bool(covered)
    texts = [_part(box, shown) for shown in covered if shown.text is not None]
    figures = any(sum(c.isdigit() for c in text) > 1 for text in texts)
    return figures or sum(c.isalnum() or c == "?" for text in texts for c in text) > _MOST_COVERED


def _covers(box: Box, shown: Shown) -> bool:
    if shown.text is not None and not shown.text.strip(" _.\u00a0\u2026-"):
        return False
    if shown.clipped:
        return False
    common = both(box, shown.box)
    return common[2] - common[0] > 0.5 and common[3] - common[1] > 0.25 * (shown.box[3] - shown.box[1])


def _part(box: Box, shown: Shown) -> str:
    """Return the characters of a line that stand under a box, as if all were equally wide."""
    text, width = shown.text or "", shown.box[2] - shown.box[0]
    if width <= 0:
        return text
    step = width / max(1, len(text))
    first, last = (min(max(0.0, (side - shown.box[0]) / step), len(text)) for side in (box[0], box[2]))
    return text[int(first) : int(last) + 1]


def _rectangle(view: View, value: Object) -> Box | None:
    items = view.resolve(value)
    if not isinstance(items, list) or len(items) != 4:
        return None
    numbers = [float(n) for n in (view.resolve(item) for item in items) if isinstance(n, int | float)]
    if len(numbers) != 4 or any(abs(number) > _FARTHEST for number in numbers):
        return None
    a, b, c, d = numbers
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
