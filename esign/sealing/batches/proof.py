"""The proof of a batch: one timestamp over all its sealed documents, and beside each its evidence record.

1. Of the sealed documents those are taken that have no record of their own yet. 2. One timestamp is asked for over the
root of their hash tree. 3. Each record is written beside its document, whole or not at all. After a crash the next run
proves what is left, with a timestamp of its own.

Source: RFC 4998.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from esign.foundation.errors import EsignError
from esign.proof.evidence_records import LARGEST, EvidenceRecord, evidence_records
from esign.proof.evidence_records.hash_tree import root_of
from esign.proof.ports import TimestampSource
from esign.proof.timestamp_asn1 import read_token
from esign.sealing.batches.errors import OutputExists
from esign.sealing.batches.ports import Documents, Staged

RECORD = b".ers"
"""What the name of an evidence record has behind that of its document."""
_AT_ONCE = 64
"""Records that are brought to the disk together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProof:
    """What became of the evidence records of a batch.

    Args:
        made: Records that were written.
        there: Documents that had one before.
        failed: By the document's output name, why it has none.
    """

    made: int = 0
    there: int = 0
    failed: Mapping[bytes, EsignError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Record:
    """A record on its way to the place of output."""

    data: bytes

    def close(self) -> None:
        """Nothing has to be let go."""


def prove_batch(
    sealed: Iterable[tuple[bytes, bytes]], *, documents: Documents, timestamps: TimestampSource
) -> BatchProof:
    """Write an evidence record beside every sealed document that has none.

    Args:
        sealed: Output name and SHA-256 of each; names that occur again are proven once.
        documents: Where the records are given out.
        timestamps: Asked once, and not at all where nothing is to be proven.

    Raises:
        EsignError: No timestamp could be had; then no record is written.
    """
    wanted: dict[bytes, bytes] = {}
    there = set()
    failed: dict[bytes, EsignError] = {}
    for output, digest in sealed:
        if output in wanted or output in there or output in failed:
            continue
        if not documents.exists(output + RECORD):
            wanted[output] = digest
        elif _covers(documents.content(output + RECORD, LARGEST + 1), digest):
            there.add(output)
        else:
            failed[output] = OutputExists("something else has the name of the evidence record")
    if not wanted:
        return BatchProof(there=len(there), failed=failed)
    names = list(wanted)
    records = evidence_records(list(wanted.values()), timestamps)
    portion: list[tuple[bytes, Staged]] = []
    for name, record in zip(names, records, strict=True):
        try:
            portion.append((name, documents.stage(_Record(record), b"", name + RECORD)))
        except EsignError as error:
            failed[name] = error
        if len(portion) == _AT_ONCE:
            failed |= _give_out(documents, portion)
            portion.clear()
    failed |= _give_out(documents, portion)
    return BatchProof(made=len(wanted) - len(wanted.keys() & failed), there=len(there), failed=failed)


def _covers(record: bytes | None, digest: bytes) -> bool:
    """Tell whether a file that has a record's name is one over the document; who stamped it is for the verdict."""
    try:
        first = EvidenceRecord.from_der(record or b"").chains[0][0]
        return (
            first.algorithm == "sha256" and root_of(first.reduced, digest, "sha256") == read_token(first.token).imprint
        )
    except EsignError:
        return False


def _give_out(documents: Documents, portion: Sequence[tuple[bytes, Staged]]) -> dict[bytes, EsignError]:
    """Bring records to the disk and give them their names; returns what failed by the document's name."""
    lost = documents.settle([staged for _, staged in portion])
    failed: dict[bytes, EsignError] = {}
    given = []
    for name, staged in portion:
        try:
            if staged.name in lost:
                raise lost[staged.name]
            documents.release(staged)
            given.append(name)
        except OutputExists:
            given.append(name)  # another run wrote it meanwhile
        except EsignError as error:
            failed[name] = error
        finally:
            documents.discard(staged)
    try:
        documents.confirm()
    except EsignError as error:
        failed |= dict.fromkeys(given, error)
    return failed
