"""What a content stream shows as text, as far as plain operators tell; anything else is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from esign.pdf import Limits, Object, PdfError
from esign.pdf.syntax import parse, skip

_OPERATOR = re.compile(rb"[A-Za-z'\"][A-Za-z0-9*]{0,3}+(?![^\0\t\n\f\r ()<>\[\]{}/%])")
_WORDS = (b"true", b"false", b"null")
_LIMITS = Limits(items=100_000)
_MOST = 200_000


class NotUnderstoodError(Exception):
    """The content does something that is not followed here."""


def operations(content: bytes) -> Iterator[tuple[str, list[Object]]]:
    """Yield the operators of a content stream with their operands.

    Raises:
        NotUnderstoodError: The content is damaged, holds inline pictures, or is very long.

    Source: ISO 32000-2 clause 7.8.2.
    """
    operands: list[Object] = []
    position = skip(content, 0)
    count = 0
    while position < len(content):
        count += 1
        if count > _MOST:
            raise NotUnderstoodError
        found = _OPERATOR.match(content, position)
        if found is not None and found[0] not in _WORDS:
            operator = found[0].decode("ascii")
            if operator == "BI":
                raise NotUnderstoodError
            yield operator, operands
            operands, position = [], found.end()
        else:
            try:
                value, position = parse(content, position, _LIMITS)
            except PdfError as error:
                raise NotUnderstoodError from error
            operands.append(value)
        position = skip(content, position)
