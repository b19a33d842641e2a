"""The rules that make a prospective path a certification path: all of RFC 5280 section 6.1 except validity in time.

Validity, revocation and strength of algorithms depend on the instant of the question and are asked elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from esign.validation.process.certificate import Certificate
from esign.validation.process.name_constraints import permitted
from esign.validation.process.policy_tree import PolicyInputs, policies_hold
from esign.validation.process.pool import CertificatePool, Path


class PathFault(StrEnum):
    """What is wrong with a path."""

    SIGNATURE = "a signature in the path does not verify"
    NAMES = "issuer and subject names do not meet"
    UNREADABLE = "a certificate cannot be read"
    NOT_AUTHORITY = "a certificate above another one is no authority's"
    PATH_LENGTH = "the path is longer than an authority permits"
    KEY_USAGE = "an authority may not sign certificates"
    NAME_CONSTRAINTS = "a name is not permitted by an authority above"
    POLICIES = "the certificate policies do not hold"
    UNKNOWN_EXTENSION = "a critical extension is not understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathProblem:
    """A fault, where in the path (0 is the end entity), and the clause."""

    fault: PathFault
    position: int
    clause: str


def check_path(path: Path, pool: CertificatePool, policies: PolicyInputs | None = None) -> PathProblem | None:
    """Return the first fault of a path, or None.

    1. Signatures and names of every certificate. 2. Nothing critical that is not understood. 3. Basic constraints,
    path length and key usage of every authority. 4. Name constraints. 5. Policies.

    Args:
        path: The end entity first, the trust anchor last; the anchor itself is not checked.
        pool: Knows which signatures verify.
        policies: What the relying party asks of certificate policies; nothing by default.
    """
    checked = path[:-1]
    for position, certificate in enumerate(checked):
        issuer = path[position + 1]
        if certificate.problem:
            return PathProblem(fault=PathFault.UNREADABLE, position=position, clause="RFC 5280 section 4.1")
        if certificate.issuer_name != issuer.subject_name:
            return PathProblem(fault=PathFault.NAMES, position=position, clause="RFC 5280 section 6.1.3 (a) (4)")
        if not pool.issued(certificate, issuer):
            return PathProblem(fault=PathFault.SIGNATURE, position=position, clause="RFC 5280 section 6.1.3 (a) (1)")
        if certificate.unknown_critical:
            clause = "RFC 5280 section 6.1.4 (o)" if position else "RFC 5280 section 6.1.5 (f)"
            return PathProblem(fault=PathFault.UNKNOWN_EXTENSION, position=position, clause=clause)
    below = 0  # authorities below that are not self-issued
    for position, certificate in enumerate(checked):
        if not position:
            continue
        if not certificate.authority or certificate.version < 3:
            return PathProblem(fault=PathFault.NOT_AUTHORITY, position=position, clause="RFC 5280 section 6.1.4 (k)")
        if certificate.path_length is not None and below > certificate.path_length:
            return PathProblem(fault=PathFault.PATH_LENGTH, position=position, clause="RFC 5280 section 6.1.4 (l), (m)")
        if certificate.usage is not None and "key_cert_sign" not in certificate.usage:
            return PathProblem(fault=PathFault.KEY_USAGE, position=position, clause="RFC 5280 section 6.1.4 (n)")
        below += not certificate.self_issued
    above: list[x509.NameConstraints] = []
    for position in range(len(checked) - 1, -1, -1):
        certificate = checked[position]
        if (not certificate.self_issued or not position) and not _permitted(certificate, above):
            clause = "RFC 5280 section 6.1.3 (b), (c)"
            return PathProblem(fault=PathFault.NAME_CONSTRAINTS, position=position, clause=clause)
        if certificate.constraints is not None:
            above.append(certificate.constraints)
    if not policies_hold(tuple(reversed(checked)), policies or PolicyInputs()):
        return PathProblem(fault=PathFault.POLICIES, position=0, clause="RFC 5280 section 6.1.5 (g)")
    return None


def _permitted(certificate: Certificate, above: list[x509.NameConstraints]) -> bool:
    try:
        return permitted(certificate, above)
    except Exception:  # names of hostile certificates: what cannot be compared is not permitted
        return False


def out_of_bounds(path: Path, at: datetime) -> tuple[int, ...]:
    """Return the positions of certificates that are not valid at an instant; the anchor is not asked."""
    return tuple(position for position, certificate in enumerate(path[:-1]) if not certificate.valid_at(at))


def shared_validity(path: Path) -> tuple[datetime, datetime] | None:
    """Return the instants at which all certificates of a path are valid together, or None.

    Source: ETSI EN 319 102-1 clause 5.6.2.1.4 step 2 (shell model).
    """
    checked = path[:-1]
    if not checked:
        return None
    first, last = max(c.not_before for c in checked), min(c.not_after for c in checked)
    return (first, last) if first <= last else None
