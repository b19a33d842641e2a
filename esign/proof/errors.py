"""What can go wrong with proofs."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class ProofError(EsignError):
    """A proof does not hold or cannot be read."""

    code = "proof"


class ChainError(ProofError):
    """A link of the hash chain does not follow the link before it."""

    code = "proof.chain"


class MerkleError(ProofError):
    """A Merkle tree was asked for something that it cannot prove."""

    code = "proof.merkle"
    source = "RFC 6962 section 2.1"


class InclusionError(MerkleError):
    """The entry is not at that place of the tree with this root."""

    code = "proof.merkle.inclusion"
    source = "RFC 9162 section 2.1.3.2"


class ConsistencyError(MerkleError):
    """The larger tree is not the smaller one with entries appended."""

    code = "proof.merkle.consistency"
    source = "RFC 9162 section 2.1.4.2"
