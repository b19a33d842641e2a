"""Where a page shows text and pictures, roughly: boxes of lines as wide as their fonts say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from esign.pdf import Dictionary, Object, Page, PdfError, Stream, String, View
from esign.validation.changes.content import NotUnderstoodError, operations
from esign.validation.changes.fonts import Decoder, decoder

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the units of the page."""

_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 6
_MOST = 50_000
_LONGEST = 8 << 20


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that a page shows.

    Args:
        box: Where.
        text: What is written there; one question mark a character where that cannot be told; None for a picture.
    """

    box: Box
    text: str | None


class _Font:
    """Width and text of the strings in one font."""

    def __init__(self, view: View, font: Object) -> None:
        self._decode: Decoder | None = None
        self.wide = False
        self._widths: dict[int, float] = {}
        font = view.resolve(font)
        if not isinstance(font, dict):
            return
        self.wide = view.value(font, "Subtype") == "Type0"
        try:
            self._decode = decoder(view, font)
        except (NotUnderstoodError, PdfError):
            self._decode = None
        first, widths = view.value(font, "FirstChar"), view.value(font, "Widths")
        if type(first) is int and isinstance(widths, list) and len(widths) <= 256:
            for index, width in enumerate(widths):
                width = view.resolve(width)
                if isinstance(width, int | float):
                    self._widths[first + index] = width / 1000

    def measure(self, data: bytes, size: float, spacing: float, word: float) -> tuple[float, str]:
        """Return how wide a string is, in text space, and what it says."""
        count = len(data) // 2 if self.wide else len(data)
        if self.wide:
            width = 0.5 * size * count
        else:
            width = sum(self._widths.get(byte, 0.55) for byte in data) * size + word * data.count(b" ")
        try:
            text = self._decode(data) if self._decode else "?" * count
        except NotUnderstoodError:
            text = "?" * count
        return width + spacing * count, text


def shown_on(view: View, page: Page) -> list[Shown]:
    """Return what a page's content shows, annotations left out.

    Raises:
        NotUnderstoodError: The content cannot be followed.
        PdfError: It cannot be read.

    Source: ISO 32000-2 clauses 8.3, 9.4.
    """
    contents = view.resolve(page.get("Contents"))
    parts = contents if isinstance(contents, list) else [contents]
    streams = [part for part in (view.resolve(item) for item in parts) if isinstance(part, Stream)]
    content = b"\n".join(view.decode(stream) for stream in streams)
    resources = view.resolve(page.get("Resources"))
    found: list[Shown] = []
    for shown in _run(view, content, resources if isinstance(resources, dict) else {}, _UNIT, 0):
        found.append(shown)
        if len(found) > _MOST:
            raise NotUnderstoodError
    return found


def _run(view: View, content: bytes, resources: Dictionary, matrix: Matrix, depth: int) -> Iterator[Shown]:
    if depth > _DEEPEST or len(content) > _LONGEST:
        raise NotUnderstoodError
    fonts, objects = view.value(resources, "Font"), view.value(resources, "XObject")
    known: dict[str, _Font] = {}
    stack: list[tuple[Matrix, _Font | None, float, float, float, float, float]] = []
    font: _Font | None = None
    size, spacing, word, leading, rise = 1.0, 0.0, 0.0, 0.0, 0.0
    line = place = _UNIT
    for operator, operands in operations(content):
        numbers = [float(n) for n in operands if isinstance(n, int | float)]
        if operator == "q":
            stack.append((matrix, font, size, spacing, word, leading, rise))
            if len(stack) > 256:
                raise NotUnderstoodError
        elif operator == "Q" and stack:
            matrix, font, size, spacing, word, leading, rise = stack.pop()
        elif operator == "cm" and len(numbers) == 6:
            matrix = _times(_matrix(numbers), matrix)
        elif operator == "BT":
            line = place = _UNIT
        elif operator == "Tf" and len(operands) == 2 and isinstance(operands[0], str) and numbers:
            name, size = operands[0], numbers[-1]
            if name not in known and isinstance(fonts, dict):
                known[name] = _Font(view, fonts.get(name))
            font = known.get(name)
        elif operator == "Tc" and numbers:
            spacing = numbers[0]
        elif operator == "Tw" and numbers:
            word = numbers[0]
        elif operator == "TL" and numbers:
            leading = numbers[0]
        elif operator == "Ts" and numbers:
            rise = numbers[0]
        elif operator in ("Td", "TD") and len(numbers) == 2:
            leading = -numbers[1] if operator == "TD" else leading
            line = place = _times((1.0, 0.0, 0.0, 1.0, numbers[0], numbers[1]), line)
        elif operator == "Tm" and len(numbers) == 6:
            line = place = _matrix(numbers)
        elif operator == "T*":
            line = place = _times((1.0, 0.0, 0.0, 1.0, 0.0, -leading), line)
        elif operator in ("Tj", "'", '"', "TJ") and operands:
            if operator in ("'", '"'):
                line = place = _times((1.0, 0.0, 0.0, 1.0, 0.0, -leading), line)
            last = operands[-1]
            for item in last if isinstance(last, list) else [last]:
                if isinstance(item, String):
                    width, text = (font or _Font(view, None)).measure(item, size, spacing, word)
                    whole = _times(place, matrix)
                    yield Shown(_box(whole, 0.0, rise - 0.2 * size, width, rise + 0.8 * size), text)
                elif isinstance(item, int | float):
                    width = -item / 1000 * size
                else:
                    continue
                place = _times((1.0, 0.0, 0.0, 1.0, width, 0.0), place)
        elif operator == "Do" and operands and isinstance(objects, dict):
            yield from _object(view, view.resolve(objects.get(str(operands[0]))), resources, matrix, depth)


def _object(view: View, value: Object, resources: Dictionary, matrix: Matrix, depth: int) -> Iterator[Shown]:
    if not isinstance(value, Stream):
        return
    if view.value(value.dictionary, "Subtype") == "Image":
        yield Shown(_box(matrix, 0.0, 0.0, 1.0, 1.0), None)
        return
    own = view.value(value.dictionary, "Matrix")
    numbers = [float(n) for n in own if isinstance(n, int | float)] if isinstance(own, list) else []
    inner = view.value(value.dictionary, "Resources")
    inside = _times(_matrix(numbers), matrix) if len(numbers) == 6 else matrix
    yield from _run(view, view.decode(value), inner if isinstance(inner, dict) else resources, inside, depth + 1)


def _matrix(numbers: list[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _box(matrix: Matrix, left: float, bottom: float, right: float, top: float) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
