"""Findings: what a check has to say against a document. Values, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """The kinds of findings; each word is stable."""

    UNCOVERED_BYTES = "uncovered_bytes"
    """Bytes stand where no signature or timestamp covers them."""
    MODIFIED_AFTER_SIGNING = "modified_after_signing"
    """Something was changed after the signature that nothing permits."""
    DIGEST_MISMATCH = "digest_mismatch"
    """The signed bytes are not those that were signed or shown."""
    SIGNATURE_VALUE_INVALID = "signature_value_invalid"
    """The signature value does not verify."""
    BYTE_RANGE_INVALID = "byte_range_invalid"
    """The byte range is not the one that was shown, or none at all."""
    SIGNATURE_DICTIONARY_INCONSISTENT = "signature_dictionary_inconsistent"
    """The signature's dictionary or encoding is not what this product writes."""
    ATTRIBUTES_DIFFER = "attributes_differ"
    """The signed attributes are not those that were released."""
    CERTIFICATE_DIFFERS = "certificate_differs"
    """The signer's certificate is not the expected one."""
    LEVEL_CONTRADICTION = "level_contradiction"
    """Certificate, statement and expectation do not say the same about level, holder, identification or trust."""
    UNTRUSTED = "untrusted"
    """No chain to a trust anchor."""
    KEY_USAGE = "key_usage"
    """The certificate does not allow its key to sign declarations."""
    REVOKED = "revoked"
    """A certificate was revoked."""
    REVOCATION_MISSING = "revocation_missing"
    """The file does not hold what shows that no certificate was revoked."""
    EXPIRED = "expired"
    """A certificate was no longer valid."""
    NOT_YET_VALID = "not_yet_valid"
    """A certificate was not valid yet."""
    WEAK_CRYPTO = "weak_crypto"
    """An algorithm that proves nothing any more."""
    TIMESTAMP_INVALID = "timestamp_invalid"
    """A timestamp is missing, does not verify or is not trusted."""
    DOCMDP_VIOLATION = "docmdp_violation"
    """Something was changed that the certification of the document does not permit."""
    FIELDMDP_VIOLATION = "fieldmdp_violation"
    """A form field was changed that a signature had locked."""
    PERMITTED_CHANGE_ANNOTATION = "permitted_change_annotation"
    """An annotation was added, changed or removed, as the certification permits."""
    ANNOTATION_OVERLAYS_CONTENT = "annotation_overlays_content"
    """Something that was added later lies over what was signed."""
    FIELD_VALUE_APPEARANCE_MISMATCH = "field_value_appearance_mismatch"
    """What a form field shows is not the value that it holds."""
    ATTACHMENT_CHANGED = "attachment_changed"
    """An attachment was added, exchanged or removed after the signature."""
    TRUSTED_LIST_STALE = "trusted_list_stale"
    """A trusted list should have been followed by another issue."""
    RULES_NOT_AVAILABLE = "rules_not_available"
    """Rules or lists from outside that the answer depends on could not be used."""
    EVIDENCE_RECORD_INVALID = "evidence_record_invalid"
    """An evidence record does not verify."""
    LIMIT_EXCEEDED = "limit_exceeded"
    """Reading the file would cost more than is allowed."""
    FORMAT_FAILURE = "format_failure"
    """The file cannot be read, or a check broke on it."""
    NO_USABLE_SIGNATURE = "no_usable_signature"
    """The expected signature is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that speaks against a document.

    Args:
        kind: What kind of thing.
        what: One plain English sentence for operators. No personal data.
    """

    kind: FindingKind
    what: str
