"""Whether a form field shows the value that it holds: text by what its appearance writes, boxes by their state."""

from __future__ import annotations

import unicodedata

from esign.pdf import Dictionary, Field, Object, PdfError, Ref, Stream, String
from esign.validation.changes.content import NotUnderstoodError, operations
from esign.validation.changes.fonts import Decoder, brings_glyphs, decoder
from esign.validation.changes.layout import shown_by
from esign.validation.changes.sameness import same
from esign.validation.changes.skeleton import Skeleton

_PLAIN = {
    *("q", "Q", "cm", "w", "J", "j", "M", "d", "i", "gs", "ri"),
    *("m", "l", "h", "re", "S", "s", "n", "f", "F", "f*", "W", "W*"),
    *("BT", "ET", "Tc", "Tw", "Tz", "TL", "Ts", "Td", "TD", "Tm", "T*"),
    *("g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN"),
    *("BMC", "BDC", "EMC", "MP", "DP"),
}
_INVISIBLE = (3, 7)
_FILL = {"f", "F", "f*"}
_WHITE = {"g": [1], "rg": [1, 1, 1], "k": [0, 0, 0, 0]}
_SMALLEST = 0.01
"""The least height of a line, as a part of the whole appearance."""
_APPEARANCE = {
    *("Type", "Subtype", "FormType", "BBox", "Matrix", "Resources", "Name", "LastModified", "StructParents"),
    *("Length", "Filter", "DecodeParms"),
}
_PASSWORD, _PUSHBUTTON, _COMBO = 1 << 13, 1 << 16, 1 << 17


def shows_its_value(old: Skeleton, new: Skeleton, before: Field, after: Field) -> bool:
    """Whether a field that was filled in shows its value, as far as that can be told; False where it cannot.

    Args:
        old: The document before.
        new: The document after.
        before: The field before.
        after: The field after.

    Source: ISO 32000-2 clauses 12.7.4.3, 12.7.5.2 to 12.7.5.4.
    """
    try:
        if after.kind == "Btn":
            return _button(old, new, before, after)
        value = _value(new, after)
        return all(_written(old, new, after, widget, value) for _, widget in after.widgets)
    except (NotUnderstoodError, PdfError):
        return False


def _button(old: Skeleton, new: Skeleton, before: Field, after: Field) -> bool:
    flags = new.view.resolve(after.get("Ff"))
    if type(flags) is int and flags & _PUSHBUTTON:
        return False
    value = new.view.resolve(after.get("V"))
    if not isinstance(value, str | None):
        return False
    for (_, one), (_, other) in zip(before.widgets, after.widgets, strict=True):
        if not same(one.get("AP"), other.get("AP")) or not _same_states(old, new, one, other):
            return False
        states = _states(new, other)
        state = new.view.value(other, "AS")
        if not isinstance(state, str | None) or (state not in (None, "Off", value)):
            return False
        if state not in (None, "Off") and state not in states:
            return False
        if state in (None, "Off") and value in states and value not in (None, "Off"):
            return False
    return True


def _same_states(old: Skeleton, new: Skeleton, one: Dictionary, other: Dictionary) -> bool:
    before, after = old.view.value(one, "AP"), new.view.value(other, "AP")
    if not same(before, after) or not isinstance(before, dict) or not isinstance(after, dict):
        return before is None and after is None
    for key, value in before.items():
        states, now = old.view.resolve(value), new.view.resolve(after.get(key))
        if not same(states, now):
            return False
        for item in states.values() if isinstance(states, dict) else ():
            if not same(old.view.resolve(item), new.view.resolve(item)):
                return False
    return True


def _states(skeleton: Skeleton, widget: Dictionary) -> set[str]:
    appearance = skeleton.view.value(widget, "AP")
    normal = skeleton.view.value(appearance, "N") if isinstance(appearance, dict) else None
    return set(normal) if isinstance(normal, dict) else set()


def _value(new: Skeleton, field: Field) -> str:
    """Return what a text or choice field must show."""
    value = new.view.resolve(field.get("V"))
    flags = new.view.resolve(field.get("Ff"))
    flags = flags if type(flags) is int else 0
    if isinstance(value, Stream):
        value = String(new.view.decode(value))
    chosen = [new.view.resolve(item) for item in value] if isinstance(value, list) else [value]
    texts = [item.text if isinstance(item, String) else "" for item in chosen if item is not None]
    if field.kind == "Ch":
        if not flags & _COMBO:
            raise NotUnderstoodError  # a list shows all of its options
        texts = [_shown_option(new, field, text) for text in texts]
    text = "".join(texts)
    return "*" * len(text) if flags & _PASSWORD else text


def _shown_option(new: Skeleton, field: Field, value: str) -> str:
    options = new.view.resolve(field.get("Opt"))
    for item in options if isinstance(options, list) else ():
        pair = new.view.resolve(item)
        if isinstance(pair, list) and len(pair) == 2:
            export, shown = (new.view.resolve(part) for part in pair)
            if isinstance(export, String) and isinstance(shown, String) and export.text == value:
                return shown.text
    return value


def _written(old: Skeleton, new: Skeleton, field: Field, widget: Dictionary, value: str) -> bool:
    appearance = new.view.value(widget, "AP")
    if appearance is None:
        return True  # viewers write the value themselves
    if not isinstance(appearance, dict) or "R" in appearance or "D" in appearance:
        raise NotUnderstoodError
    normal = new.view.value(appearance, "N")
    if not isinstance(normal, Stream) or not normal.dictionary.keys() <= _APPEARANCE:
        raise NotUnderstoodError
    return _plain(_text(old, new, normal)) == _plain(value) and _within(new, normal)


def _within(new: Skeleton, stream: Stream) -> bool:
    """Whether all that an appearance writes stands within it, large enough to be read."""
    box = new.view.value(stream.dictionary, "BBox")
    numbers = [float(n) for n in box if isinstance(n, int | float)] if isinstance(box, list) else []
    if len(numbers) != 4:
        return False
    left, right = sorted((numbers[0], numbers[2]))
    bottom, top = sorted((numbers[1], numbers[3]))
    for shown in shown_by(new.view, stream):
        x, y = (shown.box[0] + shown.box[2]) / 2, (shown.box[1] + shown.box[3]) / 2
        small = shown.box[3] - shown.box[1] < _SMALLEST * (top - bottom)
        if small or shown.clipped or not (left <= x <= right and bottom <= y <= top):
            return False
    return True


def _text(old: Skeleton, new: Skeleton, stream: Stream) -> str:
    resources = new.view.value(stream.dictionary, "Resources")
    fonts = new.view.value(resources, "Font") if isinstance(resources, dict) else None
    found: list[str] = []
    decode: Decoder | None = None
    white = False
    for operator, operands in operations(new.view.decode(stream)):
        if operator == "Tf":
            decode = _font(old, new, fonts, operands)
        elif operator == "Tr":
            if operands[-1:] and operands[-1] in _INVISIBLE:
                raise NotUnderstoodError
        elif operator in ("Tj", "'", '"', "TJ"):
            if decode is None or white:
                raise NotUnderstoodError
            shown = operands[-1] if operands else None
            for item in shown if isinstance(shown, list) else [shown]:
                if isinstance(item, String):
                    found.append(decode(item))
        elif operator not in _PLAIN or (found and operator in _FILL):
            raise NotUnderstoodError
        elif operator in _WHITE:
            white = operands == _WHITE[operator]
    return "".join(found)


def _font(old: Skeleton, new: Skeleton, fonts: Object, operands: list[Object]) -> Decoder:
    """Return what a font shows; one that came with the value must not bring shapes of its own."""
    name = operands[0] if len(operands) == 2 else None
    if not isinstance(fonts, dict):
        form = new.view.value(new.catalog, "AcroForm")
        resources = new.view.value(form, "DR") if isinstance(form, dict) else None
        fonts = new.view.value(resources, "Font") if isinstance(resources, dict) else None
    if not isinstance(fonts, dict) or not isinstance(name, str) or name not in fonts:
        raise NotUnderstoodError
    font = fonts[name]
    signed = type(font) is Ref and old.view.get(font) is not None
    if not signed and brings_glyphs(new.view, font):
        raise NotUnderstoodError
    return decoder(new.view, font)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
