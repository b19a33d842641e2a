"""What backend systems are refused when they have documents sealed."""

from __future__ import annotations

from esign.sealing.batches.errors import BatchError, InputError


class SealNameRefused(InputError):
    """A document's name has 1 to 200 printable characters, no slash, and begins with no dot."""

    code = "sealing.input.name"


class SealBatchUnknown(BatchError):
    """There is no such batch."""

    code = "sealing.batch.unknown"


class SealBatchState(BatchError):
    """The batch is not in a state in which this can be done; the facts name the state."""

    code = "sealing.batch.state"


class SealBatchEmpty(BatchError):
    """There is no document in the batch."""

    code = "sealing.batch.empty"


class SealBatchFull(BatchError):
    """There are as many documents in the batch as there may be."""

    code = "sealing.batch.full"


class TooManySealBatches(BatchError):
    """As many batches are open or being worked on as may be; complete or delete one first, or wait."""

    code = "sealing.batch.too_many"


class SealDocumentUnknown(BatchError):
    """There is no document of that name in the batch, or no evidence record of it."""

    code = "sealing.batch.document_unknown"


class SealDocumentNotSealed(BatchError):
    """The document is not sealed: it waits still, or it was set aside; the facts name state and code."""

    code = "sealing.batch.document_not_sealed"


class SealBatchGone(BatchError):
    """The documents of the batch were deleted; of it only digests are kept."""

    code = "sealing.batch.gone"
