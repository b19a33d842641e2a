"""The document security store read as validation data, with the byte behind which each value is known to stand.

Source: ETSI EN 319 142-1 clause 5.4.2; ISO 32000-2 clause 12.8.4.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esign.pdf import Object, Pdf, PdfError, PdfLimitError, Stream, View
from esign.validation.process import Material

_KINDS = {"Certs": 0, "Cert": 0, "CRLs": 1, "CRL": 1, "OCSPs": 2, "OCSP": 2}
_MOST = 20_000
"""Values of one store that are read."""


@dataclass(slots=True)
class _Store:
    """What was found so far: for each value its kind and the byte before which it stands."""

    kinds: dict[bytes, int]
    positions: dict[bytes, int]
    streams: dict[tuple[int, int], bytes]
    left: int = _MOST


def read_stores(pdf: Pdf, covered: Sequence[tuple[int, int]]) -> Material:
    """Return the values of the store as document timestamps cover them, and as the whole file shows them.

    Args:
        pdf: The file.
        covered: For each document timestamp its revision and where its covered bytes end, in the order of the file.
    """
    store = _Store({}, {}, {})
    last = len(pdf.revisions) - 1
    for index, end in (*covered, (last, pdf.revisions[last].end)):
        view = pdf.view(index)
        for kind, stream in _values(view):
            if store.left <= 0:
                break
            store.left -= 1
            der = _decoded(view, stream, store)
            if der is not None:
                store.kinds.setdefault(der, kind)
                store.positions.setdefault(der, end)
    by_kind = [tuple(der for der, kind in store.kinds.items() if kind == wanted) for wanted in range(3)]
    return Material(certificates=by_kind[0], crls=by_kind[1], ocsp_responses=by_kind[2], positions=store.positions)


def _values(view: View) -> Iterator[tuple[int, Stream]]:
    try:
        dss = view.value(view.catalog, "DSS")
    except PdfLimitError:
        raise
    except PdfError:
        return
    if not isinstance(dss, dict):
        return
    yield from _lists(view, dss)
    related = _resolved(view, dss.get("VRI"))
    if isinstance(related, dict):
        for entry in related.values():
            found = _resolved(view, entry)
            if isinstance(found, dict):
                yield from _lists(view, found)


def _lists(view: View, holder: dict[str, Object]) -> Iterator[tuple[int, Stream]]:
    for key, kind in _KINDS.items():
        listed = _resolved(view, holder.get(key))
        for item in listed[:_MOST] if isinstance(listed, list) else ():
            stream = _resolved(view, item)
            if isinstance(stream, Stream):
                yield kind, stream


def _resolved(view: View, value: Object) -> Object:
    try:
        return view.resolve(value)
    except PdfLimitError:
        raise
    except PdfError:
        return None


def _decoded(view: View, stream: Stream, store: _Store) -> bytes | None:
    place = (stream.start, stream.length)
    if place not in store.streams:
        try:
            store.streams[place] = view.decode(stream)
        except PdfLimitError:
            raise
        except PdfError:
            return None
    return store.streams[place]
