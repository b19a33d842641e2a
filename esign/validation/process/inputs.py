"""What the process is given: signatures in the order of their file, validation data, and the house's constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from esign.validation.process.policy_tree import PolicyInputs


class SignatureKind(StrEnum):
    """What a signature object is."""

    SIGNATURE = "signature"
    DOCUMENT_TIMESTAMP = "document_timestamp"
    EVIDENCE_RECORD = "evidence_record"
    """A timestamp of an evidence record, which stands beside the file and covers all of it (RFC 4998)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureObject:
    """One signature or document timestamp, as it was cut out of its file.

    Args:
        cms: CMS, or an RFC 3161 token, or for ``adbe.x509.rsa_sha1`` the signature value as an OCTET STRING; zeros
            behind it are padding.
        content_digest: Returns the digest of the covered bytes; called with ``sha256``, ``sha1`` … Whatever it raises
            means that there is nothing to digest.
        kind: Signature or document timestamp.
        covered_until: Everything in the file before this byte is covered (except its own contents); 0 where the byte
            range is not what it should be, so that it proves nothing about the file.
        stands_until: Where it itself ends in the file; by default ``covered_until``.
        subfilter: As in the file.
        certificates: Beside the CMS (``/Cert``), DER, the signer's first.
        claimed_at: Beside the CMS (``/M``).
    """

    cms: bytes
    content_digest: Callable[[str], bytes]
    kind: SignatureKind = SignatureKind.SIGNATURE
    covered_until: int = 0
    stands_until: int | None = None
    subfilter: str = ""
    certificates: tuple[bytes, ...] = ()
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Validation data beside the signatures: of the document security store, or handed over by the user.

    Args:
        certificates: DER.
        crls: DER.
        ocsp_responses: DER.
        positions: For what stands in the file, the byte behind it; what is not in here came from outside.
    """

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()
    positions: Mapping[bytes, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """What the standard leaves to the validation policy.

    Args:
        maximum_freshness: Accepted age of revocation data; None: the time between its two updates.
        tolerance: How far a timestamp may lie in the future of the validation.
        sliding_to_issuance: Whether stale revocation data set the control time to their issuance, as the standard has
            it, or (False) to the end of the time for which they were issued. With the former, no renewed archive
            timestamp can be validated whose authority's data were not issued behind the renewal.
        higher_responders: Whether an authority above the issuer, in the same path, may designate OCSP responders for
            it; RFC 6960 leaves that to local configuration, and groups of authorities with one responder rely on it.
        timestamp_delay: Accepted time between the claimed and the proven time; None: not asked.
        policies: What is asked of certificate policies.
    """

    maximum_freshness: timedelta | None = None
    tolerance: timedelta = timedelta(minutes=5)
    sliding_to_issuance: bool = False
    higher_responders: bool = True
    timestamp_delay: timedelta | None = None
    policies: PolicyInputs = field(default_factory=PolicyInputs)
