"""How much a file may cost: every count and size that its bytes could drive up has a bound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for reading one file.

    Args:
        file_bytes: Longest file.
        revisions: Most cross-reference sections in one chain.
        objects: Largest object number, and most objects.
        depth: Deepest nesting of arrays, dictionaries, page trees and forms.
        items: Most values within one object.
        stream_bytes: Longest decoded stream.
        decoded_bytes: Most decoded bytes altogether.
        predicted_bytes: Longest stream whose predictor is undone byte by byte.
        pages: Most pages.
        fields: Most form fields.
    """

    file_bytes: int = 256 << 20
    revisions: int = 1_000
    objects: int = 8_388_607
    depth: int = 96
    items: int = 1_500_000
    stream_bytes: int = 64 << 20
    decoded_bytes: int = 192 << 20
    predicted_bytes: int = 8 << 20
    pages: int = 20_000
    fields: int = 20_000
