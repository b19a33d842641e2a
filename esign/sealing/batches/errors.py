"""What can go wrong around a document of a batch: reading it, giving it out, and the batch itself."""

from __future__ import annotations

from esign.sealing.errors import SealingError


class InputError(SealingError):
    """What was to be sealed cannot be had."""

    code = "sealing.input"


class InputMissing(InputError):
    """There is nothing of that name."""

    code = "sealing.input.missing"


class InputUnreadable(InputError):
    """The file or folder may not be read, or its disk fails."""

    code = "sealing.input.unreadable"


class InputNotAFile(InputError):
    """Not a file but a device, a pipe or a socket."""

    code = "sealing.input.not_a_file"


class InputChanged(InputError):
    """The file changed while it was being read."""

    code = "sealing.input.changed"


class OutputError(SealingError):
    """A sealed document cannot be given out."""

    code = "sealing.output"


class OutputExists(OutputError):
    """Something else has that name already; nothing is ever overwritten."""

    code = "sealing.output.exists"


class OutputGone(OutputError):
    """It was sealed before and its file was taken away since; it is not sealed a second time."""

    code = "sealing.output.gone"


class OutputReplaced(OutputError):
    """It was sealed before, and what has its name now is something else, or cannot be read; it is not sealed anew."""

    code = "sealing.output.replaced"


class OutputLevelLower(OutputError):
    """It was sealed before at a lower level than is asked for; ``esign augment`` raises it."""

    code = "sealing.output.level"


class OutputDiskFull(OutputError):
    """The disk or the quota is full."""

    code = "sealing.output.disk_full"


class OutputUnwritable(OutputError):
    """The folder may not be written, or its disk fails."""

    code = "sealing.output.unwritable"


class OutputNameUnusable(OutputError):
    """A file of that name cannot be made: too long, or a folder, a file or a link stands in its way."""

    code = "sealing.output.name"


class BatchError(SealingError):
    """A batch cannot go on."""

    code = "sealing.batch"


class BatchRunning(BatchError):
    """Another program seals into this folder at the moment."""

    code = "sealing.batch.running"


class BatchJournalNewer(BatchError):
    """The journal was written by a newer version of this program."""

    code = "sealing.batch.journal_newer"


class BatchCrashed(BatchError):
    """The process ended each time at this document."""

    code = "sealing.batch.crashed"


class BatchWorkersEnded(BatchError):
    """The worker processes ended again and again by themselves; what was sealed is recorded."""

    code = "sealing.batch.workers_ended"


class BatchBrokerAway(BatchError):
    """The broker that carries the word to workers cannot be reached; what was sealed is recorded."""

    code = "sealing.batch.broker_away"


class BatchElsewhere(BatchError):
    """The journal knows no batch of this number for this place of output."""

    code = "sealing.batch.elsewhere"


class BatchWaiting(BatchError):
    """No worker has sealed anything for as long as was to be waited."""

    code = "sealing.batch.waiting"


class SampleNotGood(SealingError):
    """The full verdict on a sealed document, taken as a sample, is not good; it was not given out."""

    code = "sealing.sample"


class LeaseEnded(BatchError):
    """Another worker has taken the document over, and records what becomes of it."""

    code = "sealing.batch.lease_ended"


class Unexpected(SealingError):
    """A fault of this program at this document; the log says where."""

    code = "sealing.unexpected"
