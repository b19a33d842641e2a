"""The gate where strangers hand documents in: each is looked at in a helper process before this one reads it."""

from __future__ import annotations

from dataclasses import dataclass

from esign.sealing.batches.ports import Admitted, Buffer
from esign.sealing.invoices.unchanged import unchanged
from esign.sealing.looking.looking import Looking


@dataclass(frozen=True, slots=True)
class LookedGate:
    """A :class:`~esign.sealing.batches.Preparation` that looks at documents in helper processes.

    Args:
        looking: The helpers.
        level: The level that documents are to reach.
    """

    looking: Looking
    level: str

    def admit(self, document: Buffer) -> Admitted:
        """Look at a document.

        Raises:
            SealingError: It is set aside.
        """
        return self.looking.admit(document, level=self.level)

    def unchanged(self, document: Buffer, tail: bytes) -> None:
        """Check that sealing left invoice, metadata and PDF/A identification as they were: rehearsed before.

        Raises:
            InvoiceChanged: It did not; it is not given out.
        """
        unchanged(bytes(document), tail)
