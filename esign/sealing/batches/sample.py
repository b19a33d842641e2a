"""The sample: some of the sealed documents are verified as ``esign verify`` would, in a helper process."""

from __future__ import annotations

from dataclasses import dataclass

from esign.foundation.clock import Clock
from esign.sealing.batches.errors import SampleNotGood
from esign.sealing.batches.ports import Buffer
from esign.validation.isolation import Isolation
from esign.validation.process import Indication
from esign.validation.verdict.file_verdict import Outcome

_WHOLE = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledVerdicts:
    """Full verdicts on a share of the documents; which ones follows from their digests, and is the same every time.

    Args:
        isolation: Gives verdicts; it trusts what the seal leads to.
        clock: The instant of each verdict.
        percent: From 0 to 100.
        level: What the seal must have reached.
    """

    isolation: Isolation
    clock: Clock
    percent: float
    level: str

    def wanted(self, digest_in: bytes) -> bool:
        """Return whether a document belongs to the sample."""
        return int.from_bytes(digest_in[:4], "big") < self.percent / 100 * _WHOLE

    def check(self, document: Buffer, tail: bytes) -> None:
        """Verify a sealed document: the newest signature is ours, intact, of its level, and nothing speaks against it.

        What earlier signatures of others are worth is not our seal's; whether our seal broke one is checked here too.

        Raises:
            SampleNotGood: It must not be given out.
        """
        verdict = self.isolation.verify(b"".join((document, tail)), at=self.clock.now())
        if verdict.outcome is not Outcome.OK or not verdict.signatures:
            raise SampleNotGood(outcome=verdict.outcome.value)
        ours = verdict.signatures[-1]
        if not ours.integrity or ours.indication is Indication.TOTAL_FAILED:
            raise SampleNotGood(indication=ours.indication.value)
        if ours.level != f"PAdES-BASELINE-{self.level.removeprefix('B-')}":
            raise SampleNotGood("the seal is not of the level that was asked for", level=ours.level)
        forbidden = [change for part in verdict.parts for change in part.changes.changes if not change.permitted]
        if forbidden:
            raise SampleNotGood("an earlier signature does not permit a seal", kind=forbidden[0].kind.value)
