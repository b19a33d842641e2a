"""Text of strangers on a terminal, and in lines for programs."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Mapping


def plain(text: str) -> str:
    """Return text without what could steer a terminal or turn its writing round."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def json_line(told: Mapping[str, object]) -> str:
    """Return an object as one line of JSON that standard output can take: where that is not UTF-8, in ASCII."""
    text = json.dumps(told, ensure_ascii=False)
    try:
        if codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name == "utf-8":
            text.encode("utf-8")
            return text
    except UnicodeEncodeError:  # a name that is no text
        pass
    return json.dumps(told)
