"""The law and the house rules as data: reads ``policies/`` into frozen, validated values.

What enters: YAML files that a lawyer can read and change. What leaves: values that were checked against the JSON
Schema beside the file. What may be touched here: files below the policies folder, read-only. Which rule applies is
decided by the date of the contract, never by today (``in_force``).
"""

from esign.policy.levels import LegalLevel
from esign.policy.reader import PolicyError, PolicyMalformed, PolicyNotFound, policies_root, read_policy
from esign.policy.signature_policy import PolicyLevelDiffers, SignaturePolicy, signature_policies, signature_policy

__all__ = [
    "LegalLevel",
    "PolicyError",
    "PolicyLevelDiffers",
    "PolicyMalformed",
    "PolicyNotFound",
    "SignaturePolicy",
    "policies_root",
    "read_policy",
    "signature_policies",
    "signature_policy",
]
