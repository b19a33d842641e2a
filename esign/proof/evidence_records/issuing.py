"""One timestamp for a whole batch of documents, and an evidence record for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from esign.proof.evidence_records.hash_tree import HashTree
from esign.proof.evidence_records.record import evidence_record
from esign.proof.ports import TimestampSource


def evidence_records(digests: Sequence[bytes], timestamps: TimestampSource) -> Iterator[bytes]:
    """Yield an evidence record (DER) for each document, in order; one timestamp is asked for, before the first.

    Args:
        digests: SHA-256 of the documents, at least one.
        timestamps: Where the timestamp comes from.

    Raises:
        MerkleError: There is no digest, or one of another length.
        EsignError: No timestamp could be had; there is no record then.

    Source: RFC 4998 sections 4.2 and 5.1.
    """
    tree = HashTree(digests)
    token = timestamps.stamp(tree.root)
    for index in range(len(digests)):
        yield evidence_record(tree.reduced(index), token.der)
