"""What stands behind each signature of a file: bytes first, then objects, revision by revision."""

from __future__ import annotations

import logging
from functools import cached_property
from itertools import accumulate

from esign.pdf import PdfError, PdfLimitError
from esign.validation.changes.byte_range import check_byte_range
from esign.validation.changes.change import Change, ChangeKind, Changes, Noted
from esign.validation.changes.coverage import Coverage
from esign.validation.changes.fields import holds_something
from esign.validation.changes.found import FoundSignature, Standing, find_signatures
from esign.validation.changes.judgement import Judgement, Rule
from esign.validation.changes.location import Locations
from esign.validation.changes.permission import strictest
from esign.validation.changes.reading import Reading
from esign.validation.changes.references import References
from esign.validation.changes.skeleton import Met, Skeleton
from esign.validation.changes.step import Step
from esign.validation.findings import Finding, FindingKind

_log = logging.getLogger(__name__)


class Analysis:
    """What stands behind each signature; each pair of revisions is compared once, however many signatures there are.

    Args:
        reading: The file.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._pdf = reading.pdf
        self._skeletons: dict[int, Skeleton] = {}
        self._met: dict[int, Met] = {}
        self._steps: dict[int, tuple[Noted, ...] | Finding] = {}
        self._judgements: dict[Rule, dict[int, Judgement]] = {}
        self._locations = Locations()
        self._coverage = Coverage(reading)

    @cached_property
    def signatures(self) -> tuple[FoundSignature, ...]:
        """The signatures that any revision shows, in the order of the file, as the first one that shows them does.

        Raises:
            PdfError: No form can be read.
        """
        found: dict[object, FoundSignature] = {}
        known: set[Standing] = set()
        last: PdfError | None = None
        for index in range(len(self._pdf.revisions)):
            try:
                for signature in find_signatures(self._pdf, index, known):
                    found.setdefault(signature.hole or signature.ref, signature)
            except PdfError as error:
                last = error
        if last is not None and not found:
            raise last
        return tuple(sorted(found.values(), key=lambda signature: (signature.revision, signature.end)))

    @cached_property
    def _references(self) -> References:
        first = min((signature.revision for signature in self.signatures), default=0)
        appearances: set[int] = set()
        for index in range(first, len(self._pdf.revisions) - 1):
            appearances.update(*self._skeleton(index).appearances.values())
        return References(self._pdf, appearances)

    def after(self, signature: FoundSignature) -> Changes:
        """Return what stands behind a signature.

        1. The byte range must be of the right shape and the hole the signature's own.
        2. Every byte behind the signed revision must belong to something that readers know of, or be a little padding.
        3. Each later revision is compared with the one before it; what it did is judged by what the signature permits.

        Args:
            signature: One of this file.

        Source: ISO 32000-2 clause 12.8; ETSI EN 319 142-1 clause 5.
        """
        findings = [*check_byte_range(self._reading.data, self._pdf, signature)]
        rule = Rule.of(signature, self._certified[signature.revision], self._filled(signature.revision))
        judgements = self._judgements.setdefault(rule, {})
        changes: dict[Change, None] = {}
        judged: dict[Finding, None] = {}
        for index in range(signature.revision + 1, len(self._pdf.revisions)):
            found = self._step(index)
            if isinstance(found, Finding):
                findings.append(found)
                continue
            judgement = judgements.get(index) or judgements.setdefault(index, rule.judge(found))
            changes.update(dict.fromkeys(judgement.changes))
            judged.update(dict.fromkeys(judgement.findings))
        changes.update(dict.fromkeys(self._coverage.added(signature)))
        findings.extend(self._coverage.check(signature))
        findings.extend(judged)
        if not signature.permission.understood:
            what = "what the signature permits afterwards cannot be understood"
            findings.append(Finding(kind=FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, what=what))
        return Changes(
            covers_whole_file=self._coverage.is_whole(signature),
            changes=tuple(changes),
            findings=tuple(dict.fromkeys(findings)),
        )

    @cached_property
    def _certified(self) -> tuple[int | None, ...]:
        """The strictest certification that each revision holds."""
        own: list[int | None] = [None] * len(self._pdf.revisions)
        for signature in self.signatures:
            own[signature.revision] = strictest(own[signature.revision], signature.permission.certifies)
        return tuple(accumulate(own, strictest))

    @cached_property
    def _last_filling(self) -> int:
        """The last revision in which a form field was filled in; -1 where none was."""
        first = min((signature.revision for signature in self.signatures), default=len(self._pdf.revisions))
        for index in range(len(self._pdf.revisions) - 1, first, -1):
            found = self._step(index)
            if not isinstance(found, Finding) and any(note.kind is ChangeKind.FORM_FILLING for note in found):
                return index
        return -1

    def _filled(self, index: int) -> frozenset[str]:
        """Return the fields that hold something as of a revision; none are looked up where none was filled in later."""
        if index >= self._last_filling:
            return frozenset()
        fields = self._skeleton(index).fields
        return frozenset(field.name for field in fields if holds_something(self._pdf.view(index), field))

    def _step(self, index: int) -> tuple[Noted, ...] | Finding:
        """Return what a revision did, or that it cannot be told."""
        if index not in self._steps:
            try:
                old, new = self._skeleton(index - 1), self._skeleton(index)
                self._steps[index] = Step(old, new, self._references, self._locations).differences()
            except PdfLimitError as error:
                what = f"revision {index + 1} cannot be compared within the limits ({error.detail})"
                self._steps[index] = Finding(kind=FindingKind.LIMIT_EXCEEDED, what=what)
            except PdfError as error:
                what = f"revision {index + 1} cannot be compared with the one before it ({error.code})"
                self._steps[index] = Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what)
            except Exception as error:  # a fault of ours must not let a change pass
                _log.error("comparing revisions broke: %s", type(error).__name__)
                what = f"revision {index + 1} could not be compared with the one before it"
                self._steps[index] = Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what)
        return self._steps[index]

    def _skeleton(self, index: int) -> Skeleton:
        if index not in self._skeletons:
            self._skeletons[index] = Skeleton(self._pdf.view(index), self._met)
        return self._skeletons[index]
