"""The validation process of ETSI EN 319 102-1, on parsed values: no PDF, no law, nothing fetched.

What enters: CMS signatures and timestamps in the order of their file, with the digests of what they cover;
certificates, revocation lists and OCSP responses from wherever; trust anchors; cryptographic suites; an instant. What
leaves: for each of them an indication with its reason, the proven time, the chain, every step with its clause,
findings, proofs of existence. Hostile bytes never raise: they become findings. What may be touched here: nothing.
Clauses: ETSI EN 319 102-1 clauses 5.2 to 5.6; RFC 5280 section 6; RFC 6960; RFC 3161; RFC 5652.
"""

from esign.validation.process.inputs import Constraints, Material, SignatureKind, SignatureObject
from esign.validation.process.policy_tree import PolicyInputs
from esign.validation.process.process import validate
from esign.validation.process.result import Indication, Outcome, ProofOfExistence, Step, SubIndication
from esign.validation.process.suites import CryptographicSuites, shipped_suites
from esign.validation.process.validated import LevelMaterial, StampOutcome, Validated

__all__ = [
    "Constraints",
    "CryptographicSuites",
    "Indication",
    "LevelMaterial",
    "Material",
    "Outcome",
    "PolicyInputs",
    "ProofOfExistence",
    "SignatureKind",
    "SignatureObject",
    "StampOutcome",
    "Step",
    "SubIndication",
    "Validated",
    "shipped_suites",
    "validate",
]
