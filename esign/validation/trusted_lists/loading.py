"""From the certificates in the Official Journal to the national lists.

1. Fetch the list of the lists (LOTL). 2. Its pivots, oldest first: each is verified with the certificates trusted so
far and names those that are trusted next. 3. Verify the LOTL with the last. 4. Follow its pointers to lists for
machines. 5. Verify each list with the certificates of its pointer; kind and territory must be those of the pointer.
6. No list goes back behind an issue that was seen before. 7. A list that is past its next update is used as the policy
says, and always named; so is one that nobody could ask about lately. What cannot be used is named too; the lists that
can be are used.

Source: ETSI TS 119 615 clauses 4.1 and 4.2, ETSI TS 119 612 clauses 5.3.2, 5.3.13, 5.3.15. The texts of TS 119 615 were
read as public implementations and its draft quote them, not in the standard itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from esign.validation.findings import Finding, FindingKind
from esign.validation.trusted_lists.errors import (
    ListDiffersFromPointer,
    ListSignatureInvalid,
    ListUnavailable,
    ListWentBack,
    PivotsBroken,
    TrustedListError,
)
from esign.validation.trusted_lists.model import ListKind, ListPointer, TrustedList
from esign.validation.trusted_lists.pointers import MEDIA_TYPE
from esign.validation.trusted_lists.ports import KeptList, ListCache, ListSource
from esign.validation.trusted_lists.reading import read_list
from esign.validation.trusted_lists.signature import verify_list
from esign.validation.trusted_lists.xml import TSL, children, optional, parse, required, text

MAX_PIVOTS = 50
EU = "EU"
STALE, UNCHECKED = "stale", "unchecked"
"""Codes of problems that are no errors: past its next update; not confirmed for longer than the policy allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnchors:
    """Where trust begins.

    Args:
        location: Address of the list of the lists.
        signers: Certificates (DER) that the Official Journal names for it.
        journal: Address of that publication; pivots are followed back to it. Empty: pivots are not followed.
    """

    location: str
    signers: tuple[bytes, ...]
    journal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPolicy:
    """How old a list may be.

    Args:
        grace: How long a list is still used after its next update was due; afterwards it counts as not there. Within
            the grace it is used and named stale.
        check_every: How long a kept list may go unchecked; afterwards it is named stale, and used until its next
            update is due. None: it is not asked.
        territories: Only these national lists are loaded; empty: all.
    """

    grace: timedelta = timedelta(0)
    check_every: timedelta | None = None
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProblem:
    """One list that is stale or cannot be used.

    ``usable`` tells whether it was used all the same; ``code`` is that of the error, ``stale``, or ``unchecked``.
    """

    territory: str
    location: str
    code: str
    usable: bool
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedLists:
    """The lists that can be used, what is wrong with the others, and when each territory's place was asked last."""

    list_of_lists: TrustedList | None
    lists: tuple[TrustedList, ...]
    problems: tuple[ListProblem, ...]
    checked: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Loading:
    source: ListSource | None
    cache: ListCache
    at: datetime
    policy: ListPolicy
    problems: list[ListProblem] = field(default_factory=list)
    checked: dict[str, datetime] = field(default_factory=dict)

    def obtain(self, location: str, *, territory: str, check: Callable[[bytes], TrustedList]) -> TrustedList:
        """Return a list: the fresh one where it is good, else the kept one, and then that is named."""
        kept = self.cache.load(location)
        if self.source is None:
            return self._kept(kept, location, territory=territory, check=check)
        try:
            fetched = self.source.fetch(location, kept)
            found = check(fetched.data)
            _not_back(found, kept)
        except TrustedListError as error:
            if kept is None:
                raise
            found = check(kept.data)
            self.checked[territory] = kept.checked_at
            what = f"the kept issue no. {found.sequence} is used: {error.detail}"
            self._problem(territory, location, error.code, usable=True, what=what)
            return found
        self.checked[territory] = self.at
        same = kept is not None and kept.content_digest == found.digest
        now = KeptList(
            data=fetched.data,
            sequence=found.sequence,
            content_digest=found.digest,
            accepted_at=kept.accepted_at if kept is not None and same else self.at,
            checked_at=self.at,
            etag=fetched.etag,
            modified=fetched.modified,
        )
        try:
            self.cache.save(location, now)
        except TrustedListError as error:
            self._problem(territory, location, error.code, usable=True, what=f"it is used, not kept: {error.detail}")
        return found

    def _kept(
        self, kept: KeptList | None, location: str, *, territory: str, check: Callable[[bytes], TrustedList]
    ) -> TrustedList:
        """Return the kept list where nobody is asked; one that nobody asked about for too long is named."""
        if kept is None:
            raise ListUnavailable("no good issue of it is kept yet")
        found = check(kept.data)
        if found.sequence != kept.sequence or found.digest != kept.content_digest:
            raise ListWentBack("the kept list is another one than was accepted", sequence=found.sequence)
        self.checked[territory] = kept.checked_at
        age = self.at - kept.checked_at
        if self.policy.check_every is not None and age > self.policy.check_every:
            what = f"whether no. {found.sequence} is the newest was last asked {kept.checked_at:%Y-%m-%d %H:%M} UTC"
            self._problem(territory, location, UNCHECKED, usable=True, what=what)
        return found

    def fresh_enough(self, found: TrustedList, location: str) -> bool:
        """Tell whether the policy lets a list be used; a stale one is named either way."""
        if found.next_update is None or not found.stale(self.at):
            return True
        usable = self.at < found.next_update + self.policy.grace
        what = (
            f"trusted list {found.territory} no. {found.sequence}: the next issue was due {found.next_update:%Y-%m-%d}"
        )
        finding = Finding(kind=FindingKind.TRUSTED_LIST_STALE, what=what)
        self.problems.append(
            ListProblem(territory=found.territory, location=location, code=STALE, usable=usable, finding=finding)
        )
        return usable

    def refused(self, territory: str, location: str, error: TrustedListError) -> None:
        """Note a list that cannot be used."""
        self._problem(territory, location, error.code, usable=False, what=f"it cannot be used: {error.detail}")

    def loaded(self, lotl: TrustedList | None, lists: Sequence[TrustedList] = ()) -> LoadedLists:
        """Return what came of it."""
        return LoadedLists(
            list_of_lists=lotl, lists=tuple(lists), problems=tuple(self.problems), checked=dict(self.checked)
        )

    def _problem(self, territory: str, location: str, code: str, *, usable: bool, what: str) -> None:
        kind = FindingKind.TRUSTED_LIST_STALE if usable else FindingKind.RULES_NOT_AVAILABLE
        finding = Finding(kind=kind, what=f"trusted list {territory}: {what}")
        self.problems.append(
            ListProblem(territory=territory, location=location, code=code, usable=usable, finding=finding)
        )


def load_lists(
    source: ListSource | None, cache: ListCache, *, anchors: ListAnchors, at: datetime, policy: ListPolicy | None = None
) -> LoadedLists:
    """Return all lists that can be reached and verified from the anchors.

    Args:
        source: Where lists come from; None: nobody is asked, the kept ones are verified again and used.
        cache: Where the last good ones are kept.
        anchors: Where trust begins.
        at: The present instant.
        policy: How old a list may be; None: not a second over its time.
    """
    loading = _Loading(source=source, cache=cache, at=at, policy=policy or ListPolicy())
    try:
        lotl = _list_of_lists(loading, anchors)
    except TrustedListError as error:
        loading.refused(EU, anchors.location, error)
        return loading.loaded(None)
    if not loading.fresh_enough(lotl, anchors.location):
        return loading.loaded(lotl)
    lists: list[TrustedList] = []
    wanted = loading.policy.territories
    for pointer in _national(lotl):
        if wanted and pointer.territory not in wanted:
            continue
        check = partial(_checked, signers=pointer.signers, kind=ListKind.NATIONAL, territory=pointer.territory)
        try:
            found = loading.obtain(pointer.location, territory=pointer.territory, check=check)
        except TrustedListError as error:
            loading.refused(pointer.territory, pointer.location, error)
            continue
        if loading.fresh_enough(found, pointer.location):
            lists.append(found)
    return loading.loaded(lotl, lists)


def _list_of_lists(loading: _Loading, anchors: ListAnchors) -> TrustedList:
    check = partial(_rooted, loading=loading, anchors=anchors)
    return loading.obtain(anchors.location, territory=EU, check=check)


def _rooted(data: bytes, *, loading: _Loading, anchors: ListAnchors) -> TrustedList:
    """Return the list of the lists that ``data`` is, trusted through its pivots.

    Which pivots there are is read before anything is trusted; each of them is then verified by itself, and the
    verified list must name the very same.
    """
    if not anchors.journal:
        return _checked(data, signers=anchors.signers, kind=ListKind.LIST_OF_LISTS, territory=EU)
    scheme = required(parse(data), TSL, "SchemeInformation")
    holder = optional(scheme, TSL, "SchemeInformationURI")
    named = () if holder is None else tuple(text(item) for item in children(holder, TSL, "URI"))
    pivots = _pivots(named, anchors.journal)
    signers, sequence = _follow(loading, anchors.signers, pivots)
    found = _checked(data, signers=signers, kind=ListKind.LIST_OF_LISTS, territory=EU)
    _named_by_itself(found)
    if _pivots(found.information, anchors.journal) != pivots:
        raise PivotsBroken("the verified list names other pivots")
    if found.sequence < sequence:
        raise ListWentBack("the list is older than its last pivot", sequence=found.sequence, seen=sequence)
    return found


def _follow(loading: _Loading, signers: tuple[bytes, ...], pivots: Sequence[str]) -> tuple[tuple[bytes, ...], int]:
    """Return who signs after the last pivot, and the number of that pivot."""
    sequence = 0
    for location in reversed(pivots):
        check = partial(_checked, signers=signers, kind=ListKind.LIST_OF_LISTS, territory=EU)
        try:
            pivot = loading.obtain(location, territory=EU, check=check)
        except TrustedListError as error:
            raise PivotsBroken(f"a pivot cannot be used: {error.detail}", pivot=location) from error
        if pivot.sequence <= sequence:
            raise PivotsBroken("the pivots are not in order", pivot=location)
        sequence = pivot.sequence
        signers = _named_by_itself(pivot)
    return signers, sequence


def _named_by_itself(lotl: TrustedList) -> tuple[bytes, ...]:
    """Return who may sign the list of the lists from an issue on; who signed that issue must be among them.

    Source: ETSI TS 119 615 clause 4.1.4, PRO-4.1.4-09 to -11.
    """
    named = [item for item in lotl.pointers if item.kind == ListKind.LIST_OF_LISTS and item.territory == EU]
    named = [item for item in named if item.media_type == MEDIA_TYPE]
    if len(named) != 1 or not named[0].signers:
        raise PivotsBroken("an issue of the list of the lists does not say who signs next", sequence=lotl.sequence)
    if lotl.signer not in named[0].signers:
        raise PivotsBroken("an issue of the list of the lists does not name its own signer", sequence=lotl.sequence)
    return named[0].signers


def _pivots(information: Sequence[str], journal: str) -> tuple[str, ...]:
    """Return the addresses of the pivots, newest first: those before the publication in the Official Journal."""
    if journal not in information:
        raise PivotsBroken("the list does not name the publication in the Official Journal that is trusted")
    pivots = tuple(information[: information.index(journal)])
    if len(pivots) > MAX_PIVOTS:
        raise PivotsBroken("there are too many pivots", pivots=len(pivots))
    return pivots


def _national(lotl: TrustedList) -> tuple[ListPointer, ...]:
    """Return the pointers to national lists for machines; each territory once, or not at all."""
    found = [item for item in lotl.pointers if item.kind == ListKind.NATIONAL and item.media_type == MEDIA_TYPE]
    return tuple({(item.territory, item.location): item for item in found}.values())


def _checked(data: bytes, *, signers: Sequence[bytes], kind: ListKind, territory: str) -> TrustedList:
    if not signers:
        raise ListSignatureInvalid("nobody is named who may sign the list")
    found = read_list(verify_list(data, signers=signers))
    if found.kind is not kind or found.territory != territory:
        raise ListDiffersFromPointer(kind=found.kind.value, territory=found.territory)
    return found


def _not_back(found: TrustedList, kept: KeptList | None) -> None:
    if kept is None:
        return
    if found.sequence < kept.sequence:
        raise ListWentBack(sequence=found.sequence, seen=kept.sequence)
    if found.sequence == kept.sequence and found.digest != kept.content_digest:
        raise ListWentBack("two different issues carry the same number", sequence=found.sequence)
