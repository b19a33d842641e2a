"""The values a PDF is made of. Arrays are lists and dictionaries dicts; by convention nobody changes them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, Union

_DOCUMENT = dict(zip(range(0x18, 0x20), "˘ˇˆ˙˝˛˚˜", strict=True))
_DOCUMENT |= dict(zip(range(0x80, 0x9F), "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž", strict=True)) | {0xA0: "€"}
"""Where PDFDocEncoding differs from Latin-1. Source: ISO 32000-2 Annex D.3."""


class Name(str):
    """A name without its slash; bytes above 127 stand as the characters of the same number."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"/{self!s}"


class String(bytes):
    """The bytes of a literal string, escapes undone."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The string as text: UTF-16 or UTF-8 by its mark, else as PDFDocEncoding."""
        if self.startswith(b"\xfe\xff"):
            return self[2:].decode("utf-16-be", "replace")
        if self.startswith(b"\xff\xfe"):
            return self[2:].decode("utf-16-le", "replace")
        if self.startswith(b"\xef\xbb\xbf"):
            return self[3:].decode("utf-8", "replace")
        return self.decode("latin-1").translate(_DOCUMENT)


class HexString(String):
    """The bytes of a string that is written in hexadecimal."""

    __slots__ = ()


class Ref(NamedTuple):
    """A reference to an indirect object."""

    number: int
    generation: int

    def __repr__(self) -> str:
        return f"{self.number} {self.generation} R"


class Stream:
    """A stream: its dictionary and where its bytes stand.

    Args:
        dictionary: The stream's dictionary.
        source: The bytes that hold the stream.
        start: Where the stream's bytes begin in them.
        length: How many there are.
    """

    __slots__ = ("dictionary", "length", "source", "start")

    def __init__(self, dictionary: Dictionary, source: bytes, start: int, length: int) -> None:
        self.dictionary = dictionary
        self.source = source
        self.start = start
        self.length = length

    @property
    def raw(self) -> bytes:
        """The stream's bytes as they stand in the file, still encoded."""
        return self.source[self.start : self.start + self.length]

    def __repr__(self) -> str:
        return f"Stream({self.dictionary!r}, start={self.start}, length={self.length})"


Object: TypeAlias = Union[bool, int, float, Name, String, Ref, Stream, "list[Object]", "dict[str, Object]", None]
Dictionary: TypeAlias = "dict[str, Object]"
Array: TypeAlias = "list[Object]"
