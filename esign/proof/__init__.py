"""Proofs that need nobody's word: hash chain, Merkle tree, timestamps.

What enters: bytes and digests. What leaves: hashes, proofs, and checks that raise when a proof does not hold.
What may be touched here: nothing; a timestamp authority is reached through the port of this room.
Clauses: RFC 6962 and RFC 9162 section 2.1 (Merkle trees), RFC 3161 and RFC 5816 (timestamps), RFC 5280 (paths).
"""

from esign.proof.certificate_path import CertificatePathError, load_certificate, verify_path
from esign.proof.chain import GENESIS, Link, check_chain, entry_hash
from esign.proof.errors import ChainError, ConsistencyError, InclusionError, MerkleError, ProofError
from esign.proof.merkle import (
    ConsistencyProof,
    Frontier,
    InclusionProof,
    MerkleTree,
    check_consistency,
    check_inclusion,
)
from esign.proof.ports import TimestampSource
from esign.proof.timestamps import TimestampRequest, TimestampToken, read_reply, verify_token

__all__ = [
    "GENESIS",
    "CertificatePathError",
    "ChainError",
    "ConsistencyError",
    "ConsistencyProof",
    "Frontier",
    "InclusionError",
    "InclusionProof",
    "Link",
    "MerkleError",
    "MerkleTree",
    "ProofError",
    "TimestampRequest",
    "TimestampSource",
    "TimestampToken",
    "check_chain",
    "check_consistency",
    "check_inclusion",
    "entry_hash",
    "load_certificate",
    "read_reply",
    "verify_path",
    "verify_token",
]
