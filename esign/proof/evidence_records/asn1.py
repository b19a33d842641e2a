"""The ASN.1 of RFC 4998 (appendix A, implicit tags), for reading."""

from __future__ import annotations

from asn1crypto import algos, cms, core


class Opaque(core.SequenceOf):  # type: ignore[misc]  # asn1crypto has no types
    """Something that is passed over."""

    _child_spec = core.Any


class PartialHashTree(core.SequenceOf):  # type: ignore[misc]  # as above
    """``PartialHashtree``."""

    _child_spec = core.OctetString


class ReducedHashTree(core.SequenceOf):  # type: ignore[misc]  # as above
    """``reducedHashtree``."""

    _child_spec = PartialHashTree


class ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]  # as above
    """``ArchiveTimeStamp``."""

    _fields = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_hash_tree", ReducedHashTree, {"implicit": 2, "optional": True}),
        ("time_stamp", core.Any),
    ]


class ArchiveTimeStampChain(core.SequenceOf):  # type: ignore[misc]  # as above
    """``ArchiveTimeStampChain``."""

    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):  # type: ignore[misc]  # as above
    """``ArchiveTimeStampSequence``."""

    _child_spec = ArchiveTimeStampChain


class DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]  # as above
    """``digestAlgorithms``."""

    _child_spec = algos.DigestAlgorithm


class EvidenceRecordStructure(core.Sequence):  # type: ignore[misc]  # as above
    """``EvidenceRecord``."""

    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", DigestAlgorithms),
        ("crypto_infos", Opaque, {"implicit": 0, "optional": True}),
        ("encryption_info", Opaque, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]
