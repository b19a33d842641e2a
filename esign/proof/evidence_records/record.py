"""An evidence record as a value, and what each of its timestamps has to cover."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from esign.proof.der import tlv
from esign.proof.evidence_records.asn1 import EvidenceRecordStructure
from esign.proof.evidence_records.errors import (
    EvidenceRecordAlgorithmUnknown,
    EvidenceRecordChainBroken,
    EvidenceRecordError,
    EvidenceRecordMalformed,
    EvidenceRecordOfAnother,
)
from esign.proof.evidence_records.hash_tree import ReducedTree, root_of
from esign.proof.timestamp_asn1 import read_token
from esign.proof.timestamp_errors import TimestampError

LARGEST = 4 << 20
"""Bytes of a record that is looked at."""
_MOST_TIMESTAMPS = 64
_MOST_LISTS = 64
_MOST_HASHES = 20_000
"""Of one timestamp's reduced tree, all lists together."""
_HASHES = ("sha224", "sha256", "sha384", "sha512")
"""Whether one of them still proves something, the cryptographic suites say."""
_SEQUENCE = 0x30


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTimestamp:
    """One timestamp of a record and the hashes that lead up to it.

    Args:
        algorithm: Name of its hash function, for ``hashlib``.
        reduced: From the document's digest up.
        token: ``TimeStampToken`` (DER).
    """

    algorithm: str
    reduced: ReducedTree
    token: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredImprint:
    """What a timestamp of a record must stamp, so that the record proves something.

    Args:
        token: The timestamp (DER).
        algorithm: Name of the hash function of the imprint.
        imprint: The digest.
    """

    token: bytes
    algorithm: str
    imprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """An evidence record: a document existed when the first of its timestamps was made, and each renewal says so anew.

    Args:
        chains: A new chain for each renewal of the hash tree; in each a new timestamp for each renewal of timestamps.
        written: The chains as they stand in the file (DER).
    """

    chains: tuple[tuple[ArchiveTimestamp, ...], ...]
    written: tuple[bytes, ...]

    @classmethod
    def from_der(cls, data: bytes) -> Self:
        """Return the record that stands in bytes; nothing of it is checked yet.

        Raises:
            EvidenceRecordMalformed: No evidence record, one for encrypted documents, or larger than is looked at.
            EvidenceRecordAlgorithmUnknown: A hash that proves nothing here.
        """
        if len(data) > LARGEST:
            raise EvidenceRecordMalformed("the record is larger than is looked at")
        try:
            return cls._read(data)
        except EvidenceRecordError:
            raise
        except Exception as error:  # hostile bytes: asn1crypto lets many kinds of exception escape
            raise EvidenceRecordMalformed("the record cannot be read") from error

    @classmethod
    def _read(cls, data: bytes) -> Self:
        read = EvidenceRecordStructure.load(data, strict=True)
        if read["version"].native != 1:
            raise EvidenceRecordMalformed("unknown version")
        if read["encryption_info"].native is not None:
            raise EvidenceRecordMalformed("records of encrypted documents are not looked at")
        chains = [chain for chain in read["archive_time_stamp_sequence"] if len(chain)]
        if not chains or sum(map(len, chains)) > _MOST_TIMESTAMPS:
            raise EvidenceRecordMalformed("no timestamp, or more than are looked at")
        return cls(
            chains=tuple(tuple(_timestamp(each) for each in chain) for chain in chains),
            written=tuple(chain.dump() for chain in chains),
        )

    def imprints(self, digest_of: Callable[[str], bytes]) -> tuple[CoveredImprint, ...]:
        """Return what each timestamp must stamp, the oldest first, if this is the record of a document.

        Whether the tokens stamp it, and who made them, is for whoever validates timestamps.

        Args:
            digest_of: Returns the document's digest by the name of the hash function.

        Raises:
            EvidenceRecordOfAnother: The document's digest is not in the record.
            EvidenceRecordChainBroken: A renewal does not cover what it renewed.

        Source: RFC 4998 section 5.3.
        """
        found: list[CoveredImprint] = []
        for number, chain in enumerate(self.chains):
            name = chain[0].algorithm
            if any(each.algorithm != name for each in chain):
                raise EvidenceRecordChainBroken("the hash changes within a chain")
            digest = digest_of(name)
            if number:
                older = hashlib.new(name, tlv(_SEQUENCE, *self.written[:number])).digest()
                digest = hashlib.new(name, digest + older).digest()
            for position, each in enumerate(chain):
                if position:
                    digest = hashlib.new(name, chain[position - 1].token).digest()
                try:
                    imprint = root_of(each.reduced, digest, name)
                except EvidenceRecordOfAnother:
                    if number == position == 0:
                        raise
                    raise EvidenceRecordChainBroken from None
                found.append(CoveredImprint(token=each.token, algorithm=name, imprint=imprint))
        return tuple(found)


def evidence_record(reduced: Sequence[Sequence[bytes]], token: bytes) -> bytes:
    """Return a new evidence record (DER): SHA-256, one timestamp.

    Args:
        reduced: What leads from the document's digest to the timestamp's imprint; nothing where that is the digest.
        token: ``TimeStampToken`` over the root (DER).

    Source: RFC 4998 sections 3.1 and 4.1.
    """
    lists = b"".join(tlv(_SEQUENCE, *(tlv(0x04, hashed) for hashed in hashes)) for hashes in reduced)
    tree = tlv(0xA2, lists) if lists else b""
    stamp = tlv(_SEQUENCE, tlv(0xA0, _SHA256), tree, token)
    return tlv(_SEQUENCE, b"\x02\x01\x01", tlv(_SEQUENCE, _ALGORITHM), tlv(_SEQUENCE, tlv(_SEQUENCE, stamp)))


_SHA256 = bytes.fromhex("0609608648016503040201")
_ALGORITHM = tlv(_SEQUENCE, _SHA256)


def _timestamp(read: Any) -> ArchiveTimestamp:
    token: bytes = read["time_stamp"].dump()
    algorithm = read["digest_algorithm"]["algorithm"].native if read["digest_algorithm"].native is not None else None
    if algorithm is None:
        try:
            algorithm = read_token(token).imprint_hash
        except TimestampError as error:
            raise EvidenceRecordMalformed("a timestamp of the record cannot be read") from error
    if algorithm not in _HASHES:
        raise EvidenceRecordAlgorithmUnknown(algorithm=str(algorithm)[:40])
    tree = read["reduced_hash_tree"]
    lists = () if tree.native is None else tuple(tuple(item.native for item in each) for each in tree)
    if len(lists) > _MOST_LISTS or sum(map(len, lists)) > _MOST_HASHES or not all(lists):
        raise EvidenceRecordMalformed("a reduced hash tree is empty in part, or larger than is looked at")
    return ArchiveTimestamp(algorithm=algorithm, reduced=lists, token=token)
