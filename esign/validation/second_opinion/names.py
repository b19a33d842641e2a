"""Names in certificates: prepared as the library does, in one step where a name is plain, and once for each name.

The library prepares each name for comparison (RFC 4518) character by character, with a dozen tables, and anew for each
copy of a certificate: a fifth of the time of validating a signature. For printable ASCII and the letters of Latin-1
the tables come to lower case, ``ss`` for ``ß``, and spaces; all other names go the library's own way. What a name is
compared by is prepared once for each parsed name.
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


def equal_names(name: Any, other: Any) -> bool:
    """Tell whether two names are the same, as the library does: the same types and prepared values at each place.

    Args:
        name: A name.
        other: Anything.

    Source: RFC 5280 section 7.1.
    """
    if not isinstance(other, x509.Name):
        return False
    return name is other or bool(_prepared(name) == _prepared(other))


def _prepared(name: Any) -> Any:
    """Return what a name is compared by; kept with the bytes that it was parsed from, as long as it has these."""
    sequence = name.chosen
    known = getattr(name, "_esign_prepared", None)
    if known is not None and known[0] is sequence.contents and known[0] is not None and not sequence._is_mutated():
        return known[1]
    parts = tuple(
        (len(part), frozenset((item["type"].native, item.prepped_value) for item in _last_of_each_type(part)))
        for part in sequence
    )
    name._esign_prepared = (sequence.contents, parts)
    return parts


def hashable_name(name: Any) -> Any:
    """Return what a name is looked up by, as the library makes it; kept like what it is compared by.

    Args:
        name: A name.
    """
    sequence = name.chosen
    known = getattr(name, "_esign_hashable", None)
    if known is not None and known[0] is sequence.contents and known[0] is not None and not sequence._is_mutated():
        return known[1]
    found = sequence.hashable
    name._esign_hashable = (sequence.contents, found)
    return found


def _last_of_each_type(part: Any) -> list[Any]:
    return list({item["type"].native: item for item in part}.values())


def install() -> None:
    """Let the library prepare and compare names this way."""
    x509.NameTypeAndValue._ldap_string_prep = prepare_name
    x509.Name.__eq__ = equal_names
    x509.Name.hashable = property(hashable_name)
