"""The LZW filter."""

from __future__ import annotations

from esign.pdf.errors import PdfLimitError, PdfStreamError

_CLEAR, _END = 256, 257


def lzw(raw: bytes, most: int) -> bytes:
    """Undo LZW compression with early change, the only kind that is written.

    Args:
        raw: The compressed bytes.
        most: Longest result.

    Raises:
        PdfStreamError: A code that cannot be.
        PdfLimitError: The result would be too long.

    Source: ISO 32000-2 clause 7.4.4.
    """
    parts: list[bytes] = []
    table = [bytes((byte,)) for byte in range(256)] + [b"", b""]
    total = bits = held = 0
    width = 9
    before: bytes | None = None
    for byte in raw:
        held = held << 8 | byte
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits
        held &= (1 << bits) - 1
        if code == _END:
            return b"".join(parts)
        if code == _CLEAR:
            del table[258:]
            width, before = 9, None
            continue
        if code < len(table):
            part = table[code]
        elif code == len(table) and before is not None:
            part = before + before[:1]
        else:
            raise PdfStreamError("an LZW stream is damaged")
        if before is not None and len(table) < 4096:
            table.append(before + part[:1])
        before = part
        parts.append(part)
        total += len(part)
        if total > most:
            raise PdfLimitError("an LZW stream is too long", most=most)
        width = min(12, max(9, (len(table) + 1).bit_length()))
    return b"".join(parts)
