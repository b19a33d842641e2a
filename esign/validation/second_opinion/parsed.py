"""Certificates and revocation lists of authorities, parsed once by each thread: the same bytes are the same object.

The library parses lazily, and again for each copy; most of a validation's time goes there. An object is used by one
thread alone, since lazy parsing is not safe among several. Certificates of persons are not kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from asn1crypto import crl, x509

_MOST = 64
"""Objects of each kind that a thread keeps."""
_LARGEST = 1 << 20
"""Bytes; larger revocation lists are parsed anew."""


class _Kept(threading.local):
    def __init__(self) -> None:
        self.of: dict[Any, OrderedDict[bytes, Any]] = {}

    def get(self, kind: Any, data: bytes) -> Any:
        found = self.of.setdefault(kind, OrderedDict())
        parsed = found.get(data)
        if parsed is None:
            parsed = kind.load(data)
            if len(data) <= _LARGEST and _is_of_authority(parsed):
                found[bytes(data)] = parsed
                if len(found) > _MOST:
                    found.popitem(last=False)
        else:
            found.move_to_end(data)
        return parsed


_kept = _Kept()


def certificate(data: bytes) -> x509.Certificate:
    """Return a certificate (DER).

    Raises:
        ValueError: It is none.
    """
    return _kept.get(x509.Certificate, data)


def revocation_list(data: bytes) -> crl.CertificateList:
    """Return a certificate revocation list (DER).

    Raises:
        ValueError: It is none.
    """
    return _kept.get(crl.CertificateList, data)


def _is_of_authority(parsed: Any) -> bool:
    if not isinstance(parsed, x509.Certificate):
        return True
    usage = parsed.extended_key_usage_value
    return bool(parsed.ca) or (usage is not None and "time_stamping" in usage.native)
