"""Where a page shows text and pictures, roughly: boxes of lines as wide as their fonts say."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from weakref import WeakKeyDictionary

from esign.pdf import Dictionary, Object, Page, Pdf, PdfError, Ref, Stream, String, View
from esign.validation.changes.content import NotUnderstoodError, operations
from esign.validation.changes.fonts import Decoder, decoder

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the units of the page."""

_MEASURED: WeakKeyDictionary[Pdf, dict[tuple[int, str, str], list[Shown]]] = WeakKeyDictionary()
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 6
_MOST = 50_000
_MOST_STATES = 256
_LONGEST = 8 << 20


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that a page shows.

    Args:
        box: Where.
        text: What is written there; one question mark a character where that cannot be told; None for a picture.
        clipped: Whether it is cut away.
    """

    box: Box
    text: str | None
    clipped: bool = False


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
    """Return what a page's content shows, annotations left out; measured once as long as the page stays as it is.

    Raises:
        NotUnderstoodError: The content cannot be followed.
        PdfError: It cannot be read.

    Source: ISO 32000-2 clauses 8.3, 9.4.
    """
    measured = _MEASURED.setdefault(view.pdf, {})
    key = (page.ref.number, repr(page.get("Contents")), repr(page.get("Resources")))
    if key not in measured:
        measured[key] = _measure(view, page)
    return measured[key]


def _measure(view: View, page: Page) -> list[Shown]:
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


def shown_by(view: View, stream: Stream) -> list[Shown]:
    """Return what an appearance shows, in its own units.

    Raises:
        NotUnderstoodError: It cannot be followed.
        PdfError: It cannot be read.
    """
    resources = view.value(stream.dictionary, "Resources")
    own = resources if isinstance(resources, dict) else {}
    return list(islice(_run(view, view.decode(stream), own, _UNIT, 0), _MOST))


def _run(view: View, content: bytes, resources: Dictionary, matrix: Matrix, depth: int) -> Iterator[Shown]:
    if depth > _DEEPEST or len(content) > _LONGEST:
        raise NotUnderstoodError
    fonts, objects = view.value(resources, "Font"), view.value(resources, "XObject")
    state = _State(matrix)
    stack: list[_State] = []
    for operator, operands in operations(content):
        numbers = [float(n) for n in operands if isinstance(n, int | float)]
        if operator == "q":
            stack.append(copy(state))
            if len(stack) > _MOST_STATES:
                raise NotUnderstoodError
        elif operator == "Q" and stack:
            state = stack.pop()
        elif operator in ("Tj", "'", '"', "TJ") and operands:
            if operator in ("'", '"'):
                state.next_line(0.0, -state.leading)
            yield from state.show(view, operands[-1])
        elif operator == "Tf" and len(operands) == 2 and numbers:
            font = fonts.get(str(operands[0])) if isinstance(fonts, dict) else None
            state.font, state.size = state.known(view, font), numbers[-1]
        elif operator == "Do" and operands and isinstance(objects, dict):
            yield from _object(view, view.resolve(objects.get(str(operands[0]))), resources, state.matrix, depth)
        else:
            state.apply(operator, numbers)


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


class _State:
    """The graphics and text state, as far as it decides where text stands."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.font: _Font | None = None
        self.size = 1.0
        self.leading = 0.0
        self._spacing = self._word = self._rise = 0.0
        self._line = self._place = _UNIT
        self._clip: Box | None = None
        self._drawn: Box | None = None
        self._fonts: dict[object, _Font] = {}

    def known(self, view: View, font: Object) -> _Font:
        """Return a font, measured once."""
        key = font if type(font) is Ref else id(font)
        if key not in self._fonts:
            self._fonts[key] = _Font(view, font)
        return self._fonts[key]

    def next_line(self, right: float, up: float) -> None:
        """Move from the beginning of this line to that of the next."""
        self._line = self._place = _times((1.0, 0.0, 0.0, 1.0, right, up), self._line)

    def apply(self, operator: str, numbers: list[float]) -> None:
        """Follow an operator that shows nothing."""
        match operator, numbers:
            case "cm", [_, _, _, _, _, _]:
                self.matrix = _times(_matrix(numbers), self.matrix)
            case "BT", _:
                self._line = self._place = _UNIT
            case "Tm", [_, _, _, _, _, _]:
                self._line = self._place = _matrix(numbers)
            case "Td", [right, up]:
                self.next_line(right, up)
            case "TD", [right, up]:
                self.leading = -up
                self.next_line(right, up)
            case "T*", _:
                self.next_line(0.0, -self.leading)
            case "TL", [self.leading]:
                pass
            case "Tc", [self._spacing]:
                pass
            case "Tw", [self._word]:
                pass
            case "Ts", [self._rise]:
                pass
            case "re", [left, bottom, width, height]:
                self._drawn = _box(self.matrix, left, bottom, left + width, bottom + height)
            case (("W" | "W*"), _) if self._drawn is not None:
                self._clip = self._drawn if self._clip is None else both(self._clip, self._drawn)

    def show(self, view: View, value: Object) -> Iterator[Shown]:
        """Yield what a string shows, or the strings of a list; nothing where it is clipped away."""
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, String):
                font = self.font or _Font(view, None)
                width, text = font.measure(item, self.size, self._spacing, self._word)
                low, high = self._rise - 0.2 * self.size, self._rise + 0.8 * self.size
                box = _box(_times(self._place, self.matrix), 0.0, low, width, high)
                if all(map(isfinite, box)):
                    yield Shown(box, text, clipped=self._clip is not None and not _middle_within(box, self._clip))
            elif isinstance(item, int | float):
                width = -item / 1000 * self.size
            else:
                continue
            self._place = _times((1.0, 0.0, 0.0, 1.0, width, 0.0), self._place)


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


def both(one: Box, other: Box) -> Box:
    """Return what two boxes share; it is empty where left is not left of right, or bottom not below top."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _middle_within(box: Box, other: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]
