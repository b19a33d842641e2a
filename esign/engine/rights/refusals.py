"""What is refused around declarations: incomplete ones, never late or doubtful ones."""

from __future__ import annotations

from esign.engine.refusals import EngineError


class RightError(EngineError):
    """Something about a declaration cannot be done."""

    code = "engine.right"


class DeclarationIncomplete(RightError):
    """A prescribed field is empty, or no acknowledgement could be sent to the address; the person is asked again."""

    code = "engine.right.incomplete"
    source = "BGB § 356a (2), § 312k (2) sentence 3"


class DeclarationUnknown(RightError):
    """There is no such declaration."""

    code = "engine.right.unknown"


class DeclarationStateRefused(RightError):
    """The declaration is not in a state in which this can be done."""

    code = "engine.right.state"


class DeclarationWordsRefused(RightError):
    """A clerk's words are missing, too long, or hold odd characters."""

    code = "engine.right.words"


class PerformanceUnknown(RightError):
    """There is no such statement about the contract's performance."""

    code = "engine.right.performance_unknown"
