"""Trusted lists that somebody hands over as files: who names a file vouches for where it came from.

1. Each list is verified with a certificate that it carries itself, which shows that it is whole. 2. Where the list of
the lists is among the files, each other list must be signed by a certificate that it names for that territory. 3. A
list past its next update is not used, and named.

Source: ETSI TS 119 612 clauses 5.3.13, 5.3.15, 5.7; ETSI TS 119 615 clause 4.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from esign.validation.findings import Finding, FindingKind
from esign.validation.trusted_lists import (
    ListDiffersFromPointer,
    ListKind,
    ListProblem,
    LoadedLists,
    TrustedList,
    read_list,
    verify_list,
)
from esign.validation.trusted_lists.xml import DS, binary, parse


def load_handed(files: Iterable[bytes], *, at: datetime) -> LoadedLists:
    """Return trusted lists that somebody vouches for.

    Args:
        files: The lists.
        at: The instant of the validation.

    Raises:
        TrustedListError: One cannot be read, is not whole, or is not signed by whom the list of the lists names.
    """
    found = [_read(data) for data in files]
    lotls = [item for item in found if item.kind is ListKind.LIST_OF_LISTS]
    lotl = max(lotls, key=lambda item: item.sequence, default=None)
    national = [item for item in found if item.kind is ListKind.NATIONAL]
    problems: list[ListProblem] = []
    used: list[TrustedList] = []
    for item in national:
        if lotl is not None and item.signer not in _named(lotl, item.territory):
            raise ListDiffersFromPointer(territory=item.territory)
        if item.stale(at):
            problems.append(_stale(item))
        else:
            used.append(item)
    if lotl is not None and lotl.stale(at):
        problems.append(_stale(lotl))
    return LoadedLists(list_of_lists=lotl, lists=tuple(used), problems=tuple(problems))


def _read(data: bytes) -> TrustedList:
    carried = [binary(item) for item in parse(data).iter(f"{{{DS}}}X509Certificate")]
    return read_list(verify_list(data, signers=carried))


def _named(lotl: TrustedList, territory: str) -> Sequence[bytes]:
    return [der for pointer in lotl.pointers if pointer.territory == territory for der in pointer.signers]


def _stale(item: TrustedList) -> ListProblem:
    due = f"{item.next_update:%Y-%m-%d}" if item.next_update else ""
    what = f"trusted list {item.territory} no. {item.sequence}: the next issue was due {due}"
    finding = Finding(kind=FindingKind.TRUSTED_LIST_STALE, what=what)
    return ListProblem(territory=item.territory, location="", code="stale", usable=False, finding=finding)
