"""The library's PDF reader, taught to read the long hexadecimal string of a signature at once.

The library reads hexadecimal digit by digit, about 17 ms for the hole of one signature, and again for each revision.
Nothing about the meaning changes: a string is read at once only where it is the whole value of ``/Contents``.
"""

from __future__ import annotations

import io
import re
import secrets
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

_LONG = re.compile(rb"<([0-9A-Fa-f]{1024,})>")
_MARK = secrets.token_bytes(16)
"""Stands in for the long string while the rest of the object is parsed; nobody can write it into a file beforehand."""


class SignatureReader(PdfFileReader):
    """Reads PDF objects; strict."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        super().__init__(io.BytesIO(data), strict=True)

    def _read_object(self, ref: Any, marker: Any, *arguments: Any, **options: Any) -> Any:
        if type(marker) is int:
            signature = self._signature(ref, marker)
            if signature is not None:
                return signature
        return super()._read_object(ref, marker, *arguments, **options)

    def _signature(self, ref: Any, start: int) -> Any:
        """Return the object at an offset if it is a dictionary whose ``/Contents`` is a long string, else None."""
        end = self._data.find(b"endobj", start)
        if end - start < 1024:
            return None
        long = list(_LONG.finditer(self._data, start, end))
        head = b"%d %d obj" % (ref.idnum, ref.generation)
        if len(long) != 1 or len(long[0][1]) % 2 or not self._data.startswith(head, start):
            return None
        first, last = long[0].span()
        if not self._data[max(0, first - 64) : first].rstrip(b"\0\t\n\f\r ").endswith(b"/Contents"):
            return None
        short = (
            self._data[start + len(head) : first].lstrip(b"\0\t\n\f\r ")
            + b"<"
            + _MARK.hex().encode()
            + b">"
            + self._data[last:end]
        )
        stream = io.BytesIO(short)
        parsed = generic.read_object(stream, generic.Reference(ref.idnum, ref.generation, self))
        if type(parsed) is not generic.DictionaryObject or "/Contents" not in parsed or stream.read().strip():
            return None
        contents = parsed.raw_get("/Contents")
        if getattr(contents, "original_bytes", None) != _MARK:
            return None
        parsed["/Contents"] = generic.ByteStringObject(bytes.fromhex(long[0][1].decode("ascii")))
        return parsed
