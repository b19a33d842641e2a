"""The document security store: values may be added for later checks; that some are missing is told."""

from __future__ import annotations

from collections.abc import Iterator

from esign.foundation.digests import sha256
from esign.pdf import Dictionary, Object, Ref, Stream, View
from esign.validation.changes.change import ChangeKind, Noted
from esign.validation.changes.skeleton import Skeleton
from esign.validation.findings import FindingKind

_LISTS = {"Certs", "OCSPs", "CRLs"}
_RELATED_LISTS = {"Cert", "OCSP", "CRL"}
_MOST = 100_000


class _NotAStoreError(Exception):
    """Something in the store is not what belongs there."""


def compare_store(old: Skeleton, new: Skeleton) -> Iterator[Noted]:
    """Compare the stores of two revisions.

    1. The store is a dictionary of lists of streams, and of such dictionaries for single signatures.
    2. Values that stand in no list any more are told. No reader shows them, and they remain in the revision before.

    Source: ETSI EN 319 142-1 clause 5.4.2; ISO 32000-2 clause 12.8.4.3.
    """
    try:
        before = _read(old.view)
        after = _read(new.view)
    except _NotAStoreError:
        yield _finding("the security store holds something that does not belong there")
        return
    told = new.view.revision.entries
    stay = {ref for streams in after.values() for ref in streams if ref.number not in told}
    gone = {ref for streams in before.values() for ref in streams} - stay
    kept = {_digest(new.view, ref) for streams in after.values() for ref in streams} if gone else set()
    if not {_digest(old.view, ref) for ref in gone} <= kept:
        yield Noted(kind=ChangeKind.SECURITY_STORE, what="values were taken out of the security store")
        return
    yield Noted(kind=ChangeKind.SECURITY_STORE, what="certificates and revocation data were added for later checks")


def _read(view: View) -> dict[str, list[Ref]]:
    """Return the streams of each list."""
    store = view.value(view.catalog, "DSS")
    found: dict[str, list[Ref]] = {}
    if store is None:
        return found
    if not isinstance(store, dict) or not store.keys() <= {*_LISTS, "Type", "VRI"}:
        raise _NotAStoreError
    if view.value(store, "Type") not in (None, "DSS"):
        raise _NotAStoreError
    for key in _LISTS & store.keys():
        found[key] = _streams(view, store[key])
    related = view.value(store, "VRI")
    if related is None:
        return found
    if not isinstance(related, dict) or len(related) > _MOST:
        raise _NotAStoreError
    for name, value in related.items():
        entry = view.resolve(value)
        if name == "Type" and not isinstance(entry, dict):
            continue
        if not isinstance(entry, dict) or not entry.keys() <= {*_RELATED_LISTS, "Type", "TU", "TS"}:
            raise _NotAStoreError
        _related(view, name, entry, found)
    return found


def _related(view: View, name: str, entry: Dictionary, found: dict[str, list[Ref]]) -> None:
    for key in _RELATED_LISTS & entry.keys():
        found[f"{name}/{key}"] = _streams(view, entry[key])
    stamp = entry.get("TS")
    if stamp is not None:
        found[f"{name}/TS"] = _streams(view, [stamp])


def _streams(view: View, value: Object) -> list[Ref]:
    items = view.resolve(value)
    if items is None:
        return []
    if not isinstance(items, list) or len(items) > _MOST:
        raise _NotAStoreError
    found = []
    for item in items:
        if type(item) is not Ref or not isinstance(view.get(item), Stream):
            raise _NotAStoreError
        found.append(item)
    return found


def _digest(view: View, reference: Ref) -> bytes:
    stream = view.get(reference)
    if not isinstance(stream, Stream):
        raise _NotAStoreError
    return sha256(view.decode(stream))


def _finding(what: str) -> Noted:
    return Noted(kind=ChangeKind.MODIFICATION, what=what, finding=FindingKind.MODIFIED_AFTER_SIGNING)
