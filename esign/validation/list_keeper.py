"""The trusted lists of an installation: brought up to date by one, used by many, verified whenever they are read."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from esign.foundation.clock import Clock, SystemClock
from esign.validation.qualification import TrustedServices
from esign.validation.trusted_lists import (
    STALE,
    ListAnchors,
    ListCache,
    ListPolicy,
    ListSource,
    LoadedLists,
    load_lists,
)

_log = logging.getLogger("esign.trusted_lists")
CHECKED_EVERY = timedelta(hours=24)
"""Where the policy does not say how long a list may go unchecked."""
LOOKED_EVERY = timedelta(minutes=1)
"""How long services are used before somebody looks whether there was an update."""
READ_EVERY = timedelta(hours=1)
"""How long they are used before the kept lists are verified again although there was none: they grow old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    at: datetime
    looked_at: datetime
    checked: datetime | None
    said: object
    services: TrustedServices


@dataclass(slots=True, kw_only=True)
class ListKeeper:
    """Where trust begins, where lists come from and where they are kept.

    Args:
        source: Where lists come from.
        cache: Where the last good ones are kept.
        anchors: Where trust begins.
        policy: How old a list may be.
        clock: Tells when an update is due.
    """

    source: ListSource
    cache: ListCache
    anchors: ListAnchors
    policy: ListPolicy = field(default_factory=ListPolicy)
    clock: Clock = field(default_factory=SystemClock)
    _read: _Read | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def update(self, at: datetime) -> LoadedLists:
        """Ask for every list, keep what is good, and return what can be used."""
        return load_lists(self.source, self.cache, anchors=self.anchors, at=at, policy=self.policy)

    def update_due(self) -> bool:
        """Bring the lists up to date where they are due; return whether there is more to do at once: never."""
        updated = self.refresh()
        for problem in updated.problems if updated is not None else ():
            facts = {"territory": problem.territory, "code": problem.code, "used": problem.usable}
            _log.warning("trusted list", extra=facts)
        return False

    def refresh(self) -> LoadedLists | None:
        """Bring the lists up to date where a quarter of the time is over after which they would be called stale.

        None: they are not due.
        """
        at = self.clock.now()
        every = (self.policy.check_every or CHECKED_EVERY) / 4
        kept = self.cache.load(self.anchors.location)
        if kept is not None and timedelta(0) <= at - kept.checked_at < every:
            return None
        return self.update(at)

    def current(self, at: datetime) -> LoadedLists:
        """Return the lists as at an instant, brought up to date before where they are due.

        What went wrong with that is among the problems, although kept lists are used.
        """
        updated = self.refresh()
        kept = self.kept(at)
        if updated is None:
            return kept
        wrong = tuple(problem for problem in updated.problems if problem.code != STALE)
        known = {(problem.territory, problem.location) for problem in wrong}
        rest = (problem for problem in kept.problems if (problem.territory, problem.location) not in known)
        return replace(kept, problems=(*wrong, *rest))

    def kept(self, at: datetime) -> LoadedLists:
        """Return the kept lists, verified again; nobody is asked."""
        return load_lists(None, self.cache, anchors=self.anchors, at=at, policy=self.policy)

    def services(self, at: datetime) -> TrustedServices:
        """Return the services of the kept lists; the same object as long as they say the same."""
        with self._lock:
            read = self._read
            if read is not None and timedelta(0) <= at - read.looked_at < LOOKED_EVERY:
                return read.services
            kept = self.cache.load(self.anchors.location)
            checked = None if kept is None else kept.checked_at
            if read is None or read.checked != checked or not timedelta(0) <= at - read.at < READ_EVERY:
                loaded = self.kept(at)
                said = (tuple(item.digest for item in loaded.lists), loaded.problems)
                services = read.services if read is not None and read.said == said else TrustedServices.of(loaded)
                read = _Read(at=at, looked_at=at, checked=checked, said=said, services=services)
            self._read = replace(read, looked_at=at)
            return read.services
