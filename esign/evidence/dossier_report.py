"""The report on a dossier: numbered steps, each passed, failed or skipped, and what that means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from esign.evidence.errors import DossierError
from esign.foundation.errors import EsignError

T = TypeVar("T")


class Outcome(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the verification.

    Args:
        name: Stable word for the step.
        outcome: How it ended.
        what: One English sentence: what was shown, what is wrong, or why it was skipped.
        part: The part of the dossier that the sentence is about, where it is about one.
    """

    name: str
    outcome: Outcome
    what: str
    part: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReport:
    """The verdict on a dossier.

    Args:
        valid: No step failed, and none was skipped because it could not be done.
        sandbox: It speaks of itself as sandbox; then it proves nothing to anybody, valid or not.
        level: ``simple``, ``advanced`` or ``qualified``, as far as it could be read.
        signatory: The signatory's name, as far as it could be read.
        proven_at: Instant of the signature timestamp, if it is good; of the last one, where several signed.
        dossier_at: Instant of the dossier's own timestamp, if it is good.
        steps: All steps, in order.
        signatories: The names of all who signed, as far as they could be read.
    """

    valid: bool
    sandbox: bool
    level: str | None
    signatory: str | None
    proven_at: datetime | None
    dossier_at: datetime | None
    steps: tuple[Step, ...]
    signatories: tuple[str, ...] = ()

    @property
    def first_failure(self) -> Step | None:
        """The first step that failed, if one did."""
        return next((step for step in self.steps if step.outcome is Outcome.FAILED), None)


WHOLE_FILE = frozenset({"container", "manifest", "timestamp", "seal", "parts", "signatories", "formation", "verdict"})
"""Steps that are about the dossier as a whole, whoever signed."""


class StepFailed(DossierError):
    """A step of the verification does not hold."""

    code = "evidence.dossier.step"


def require(holds: bool, what: str, part: str | None = None) -> None:
    """Fail the step unless something holds.

    Raises:
        StepFailed: It does not.
    """
    if not holds:
        raise StepFailed(what, part=part)


def present(value: T | None, what: str, part: str | None = None) -> T:
    """Return the value, or fail the step because it is missing.

    Raises:
        StepFailed: It is missing.
    """
    if value is None:
        raise StepFailed(what, part=part)
    return value


@contextmanager
def about(part: str) -> Iterator[None]:
    """Name the part for whatever is refused within the block.

    Raises:
        StepFailed: In place of an error that names no part itself.
    """
    try:
        yield
    except StepFailed:
        raise
    except EsignError as error:
        raise StepFailed(f"{error.code}: {error.detail}", part=part) from error
    except Exception as error:  # hostile bytes
        raise StepFailed(f"cannot be read ({type(error).__name__})", part=part) from error


class Steps:
    """Runs steps one after the other; whatever happens inside one, it ends as passed, failed or skipped."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._passed: set[str] = set()
        self._blocked = False

    def run(self, name: str, check: Callable[[], str], *, part: str | None = None, after: tuple[str, ...] = ()) -> None:
        """Run a step.

        Args:
            name: Stable word for the step.
            check: Returns what it shows, or raises.
            part: The part that it is mainly about.
            after: Steps that must have passed, or it cannot be done.
        """
        missing = [step for step in after if step not in self._passed]
        if missing:
            self._blocked = True
            self._add(name, Outcome.SKIPPED, f"cannot be done: step {missing[0]} did not pass", part)
            return
        try:
            self._add(name, Outcome.PASSED, check(), part)
            self._passed.add(name)
        except EsignError as error:
            named = error.facts.get("part")
            what = error.detail if error.code == StepFailed.code else f"{error.code}: {error.detail}"
            self._add(name, Outcome.FAILED, what, named if isinstance(named, str) else part)
        except Exception as error:  # hostile bytes: the verdict is a report whatever a library raises
            self._add(name, Outcome.FAILED, f"cannot be read ({type(error).__name__})", part)

    def skip(self, name: str, why: str) -> None:
        """Leave a step out that this dossier does not need."""
        self._add(name, Outcome.SKIPPED, why, None)
        self._passed.add(name)

    def of(self, prefix: str, whole_name: Callable[[str | None], str | None]) -> PrefixedSteps:
        """Return the same steps for one of several signatories: names with a prefix, parts in their own folder."""
        return PrefixedSteps(self, prefix, whole_name)

    def passed(self, *names: str) -> bool:
        """Tell whether steps passed, or were not needed."""
        return set(names) <= self._passed

    @property
    def all(self) -> tuple[Step, ...]:
        """The steps so far."""
        return tuple(self._done)

    @property
    def hold(self) -> bool:
        """Whether no step failed and none could not be done."""
        return not self._blocked and all(step.outcome is not Outcome.FAILED for step in self._done)

    def _add(self, name: str, outcome: Outcome, what: str, part: str | None) -> None:
        self._done.append(Step(name=name, outcome=outcome, what=what, part=part))


class PrefixedSteps:
    """Runs steps about one signatory; steps about the whole file keep their names."""

    def __init__(self, steps: Steps, prefix: str, whole_name: Callable[[str | None], str | None]) -> None:
        self._steps, self._prefix, self._whole_name = steps, prefix, whole_name

    def run(self, name: str, check: Callable[[], str], *, part: str | None = None, after: tuple[str, ...] = ()) -> None:
        """Run a step under its name with the prefix."""

        def named() -> str:
            try:
                return check()
            except StepFailed as error:
                own = error.facts.get("part")
                raise StepFailed(error.detail, part=self._whole_name(own if isinstance(own, str) else part)) from error

        before = tuple(step if step in WHOLE_FILE else self._prefix + step for step in after)
        self._steps.run(self._prefix + name, named, part=self._whole_name(part), after=before)

    def skip(self, name: str, why: str) -> None:
        """Leave a step out that this signatory does not need."""
        self._steps.skip(self._prefix + name, why)
