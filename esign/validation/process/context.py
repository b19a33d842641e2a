"""What all building blocks of one run share: certificates, revocation data, constraints, the instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.validation.process.certificate import Certificate
from esign.validation.process.inputs import Constraints
from esign.validation.process.pool import CertificatePool
from esign.validation.process.revocation import RevocationData
from esign.validation.process.suites import CryptographicSuites


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Shared by all building blocks.

    Args:
        pool: Certificates and trust anchors.
        revocation: Revocation data.
        suites: Cryptographic constraints.
        constraints: What the standard leaves to the policy.
        at: The instant of the validation (current time).
    """

    pool: CertificatePool
    revocation: RevocationData
    suites: CryptographicSuites
    constraints: Constraints
    at: datetime


def needs_revocation(certificate: Certificate) -> bool:
    """Tell whether revocation data are asked for a certificate.

    Source: ETSI EN 319 412-1 clause 5.2 (validity assured, short term); RFC 9608 (noRevAvail, end entities only).
    """
    return not certificate.no_revocation or certificate.authority
