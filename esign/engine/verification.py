"""Verdicts on files of strangers: a file comes in, what is to be said about it goes out, nothing is kept.

What enters: the bytes of a file and what it is called. What leaves: the verdict with its reports. What may be touched
here: helper processes with limits (``esign.validation.isolation``, ``esign.documents.compare``), and, only where
somebody of the company asks for sealed reports, the company's seal. Neither database nor disk nor network sees the
file.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from esign.documents.compare import Comparison, compare_pages
from esign.documents.errors import HelpersBusy, RenderingFailed
from esign.engine.evidence.reports import ReportDesk
from esign.engine.household import Household
from esign.validation.isolation import MAX_BYTES, Isolation
from esign.validation.process import Material
from esign.validation.qualification import TrustedServices
from esign.validation.reports import Maker, Reports, make_reports, this_program
from esign.validation.verdict import FileVerdict
from esign.validation.verdict.standing import name_of

LARGEST = MAX_BYTES
"""Bytes of the largest file that is looked into."""
_NAMED = 6
"""Trust anchors that are named to people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What is to be said about one file.

    Args:
        verdict: The verdict.
        reports: For people, programs and other validators; sealed if that was asked for.
    """

    verdict: FileVerdict
    reports: Reports


@dataclass(slots=True, kw_only=True)
class VerificationDesk:
    """Gives verdicts against the installation's own trust anchors; serves many threads."""

    household: Household
    report_desk: ReportDesk
    _isolation: Isolation | None = None
    _lists: TrustedServices | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def trusted(self) -> tuple[str, ...]:
        """Return the names of the first trust anchors that are asked."""
        named = (name_of(der) or "?" for der in self.household.trust.certificates[:_NAMED])
        return tuple(dict.fromkeys(named))

    @property
    def lists_asked(self) -> bool:
        """Whether trusted lists are asked as well."""
        return self.household.trusted_lists is not None

    def verify(self, data: bytes, *, name: str, lang: str, sealed: bool = False) -> Verified:
        """Return what is to be said about a file, as of now.

        Args:
            data: The file; one that is larger than :data:`LARGEST` is not looked into.
            name: What it is called.
            lang: Language for people, ``de`` or ``en``.
            sealed: Whether the company's seal stands on the reports; its use stands in the ledger.

        Raises:
            EsignError: The reports could not be made, or not be sealed.
        """
        at = self.household.clock.now()
        verdict = self._helpers().verify(data, at=at, name=name)
        maker = self.report_desk.maker() if sealed else Maker(name=this_program())
        reports = make_reports(verdict, data, maker=maker, lang=lang, made_at=at, compare=_compared)
        return Verified(verdict=verdict, reports=self.report_desk.seal(reports) if sealed else reports)

    def _helpers(self) -> Isolation:
        """Return the helpers that know the present trusted lists."""
        lists = self._services()
        with self._lock:
            old = self._isolation
            if old is None or lists is not self._lists:
                self._isolation = Isolation(trust=self.household.trust, material=Material(), lists=lists)
                self._lists = lists
                if old is not None:
                    old.close()
            found = self._isolation
        if found is None:  # it was made just now
            raise RuntimeError
        return found

    def _services(self) -> TrustedServices | None:
        """Return the services of the trusted lists that the installation keeps; None: it keeps none."""
        keeper = self.household.trusted_lists
        return None if keeper is None else keeper.services(self.household.clock.now())


def _compared(before: bytes, after: bytes) -> Comparison:
    """Return pictures of what differs; a verdict does not wait until helpers for pictures are free."""
    try:
        return compare_pages(before, after)
    except HelpersBusy as error:
        raise RenderingFailed("no helper was free for pictures") from error
