"""A PDF's own text, read without a renderer: everything that a reader could be led to stands in plain sight.

Strings, comments and streams are passed over, but nothing may hide in them that an offset could point to; no object is
packed into a stream; every table of objects is a plain one.

Source: docs/ceremony-spec.md section 5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from certs.signatory.errors import SignatoryRefused, demand

AMBIGUOUS: Final = "agent.document.ambiguous"

PACKED: Final = frozenset((b"/ObjStm", b"/XRef", b"/XRefStm"))
"""Objects in streams. Source: ISO 32000-1 7.5.7 and 7.5.8."""

_ACTIVE = (
    "JavaScript JS Launch OpenAction AA XFA SubmitForm ImportData ResetForm GoToE GoToR RichMedia Rendition Movie "
    "Sound Screen 3D FileAttachment OCG OCMD OCProperties Encrypt Collection JPXDecode JBIG2Decode Alternates OPI "
    "PresSteps NeedAppearances"
)
ACTIVE: Final = frozenset(f"/{name}".encode("ascii") for name in _ACTIVE.split())
"""Names of what acts, hides, or is left to the viewer. Source: docs/ceremony-spec.md section 5."""

_TOKEN = re.compile(
    rb"[\0\t\n\f\r ]*(%[^\r\n]*|<<|>>|<[^>]*>|[\[\]{}(]|/?[^\0\t\n\f\r ()<>\[\]{}/%]+|/|\Z)",
)
_HIDDEN = re.compile(
    rb"\d(?:[\0\s]|%[^\r\n]*[\r\n])+\d+(?:[\0\s]|%[^\r\n]*[\r\n])*obj|xref[\0\s]+\d|trailer[\0\s]*<<",
)
_HEX_STRING = re.compile(rb"<[0-9A-Fa-f\0\s]*>")
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING = b"()"
_BORDERS: Final = frozenset((b"obj", b"endobj"))


def tokens(pdf: bytes) -> list[bytes]:
    """Return the tokens of a file, streams passed over; names are written plainly, a string is ``()``.

    Raises:
        SignatoryRefused: Readers could see different things in the file.
    """
    found: list[bytes] = []
    depth = at = 0
    while at < len(pdf):
        match = _TOKEN.match(pdf, at)
        if match is None:
            raise SignatoryRefused(AMBIGUOUS)
        token, end = match[1], match.end()
        if token == b"<<":
            depth += 1
            found.append(token)
        elif token == b">>":
            depth -= 1
            found.append(token)
        elif token == b"(":
            end = _passed(pdf, match.start(1), _end_of_string(pdf, match.start(1)))
            found.append(_STRING)
        elif token.startswith(b"%"):
            _passed(pdf, match.start(1), end)
        elif token.startswith(b"<"):
            demand(_HEX_STRING.fullmatch(token) is not None, AMBIGUOUS)
            found.append(_STRING)
        elif token == b"stream":
            line = pdf[end : end + 2]
            begun = depth == 0 and found[-1:] == [b">>"] and (line == b"\r\n" or line[:1] == b"\n")
            demand(begun, AMBIGUOUS)
            end = _passed(pdf, end, pdf.find(b"endstream", end))
        elif token.startswith(b"/"):
            found.append(_ESCAPE.sub(_plain, token) if b"#" in token else token)
        elif token:  # nothing but blanks was left
            demand(depth == 0 or token not in _BORDERS, AMBIGUOUS)
            found.append(token)
        at = end
    demand(depth == 0, AMBIGUOUS)
    return found


def require_plain_tables(read: Sequence[bytes], pdf: bytes) -> None:
    """Refuse a file whose objects are reached through a stream.

    Raises:
        SignatoryRefused: There are packed objects, or a table stands where none is.
    """
    demand(not PACKED.intersection(read), AMBIGUOUS)
    for at, token in enumerate(read):
        older = token == b"/Prev" and read[at + 3 : at + 4] != [b"R"]  # otherwise a neighbour in an outline
        if token == b"startxref" or older:
            place = b"".join(read[at + 1 : at + 2])
            demand(place.isdigit() and pdf.startswith(b"xref", int(place[:20])), AMBIGUOUS)


def _passed(pdf: bytes, start: int, end: int) -> int:
    demand(end >= 0 and _HIDDEN.search(pdf, start, end) is None, AMBIGUOUS)
    return end


def _end_of_string(pdf: bytes, start: int) -> int:
    depth = 0
    for match in _BRACKET.finditer(pdf, start):
        depth += (match[0] == b"(") - (match[0] == b")")
        if depth == 0:
            return match.end()
    return -1


def _plain(match: re.Match[bytes]) -> bytes:
    char = bytes.fromhex(match[1].decode("ascii"))
    return char if re.fullmatch(rb"[!-~]", char) and char not in b"()<>[]{}/%#" else match[0]
