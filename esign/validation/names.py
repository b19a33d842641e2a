"""Comparing the names in certificates: the library's preparation, in one step where a name is plain.

The library prepares each name for comparison (RFC 4518) character by character, with a dozen tables, and anew for each
copy of a certificate: a fifth of the time of validating a signature. For printable ASCII and the letters of Latin-1
the tables come to lower case, ``ss`` for ``ß``, and spaces; all other names go the library's own way.
"""

from __future__ import annotations

import re
from typing import Any

from asn1crypto import x509

_PLAIN = re.compile("[ -~À-ÖØ-öø-ÿ]*")
_SPACES = re.compile(" +")

_library = x509.NameTypeAndValue._ldap_string_prep


def prepare_name(value: Any, text: Any) -> str:
    """Return a name's text as the library compares it.

    Args:
        value: The name's part; only the library's own way needs it.
        text: Its text.

    Source: RFC 4518 section 2; RFC 5280 section 7.1.
    """
    if not isinstance(text, str) or not _PLAIN.fullmatch(text):
        prepared: str = _library(value, text)
        return prepared
    return " " + _SPACES.sub("  ", text.lower().replace("ß", "ss")).strip() + " "


def install() -> None:
    """Let the library prepare names this way."""
    x509.NameTypeAndValue._ldap_string_prep = prepare_name
