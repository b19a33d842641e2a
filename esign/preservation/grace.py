"""The grace period: revocation data must be from long enough after the signature to know what was reported before it.

Source: ETSI EN 319 102-1 clause 5.2.5.4 (freshness), clause 4.2.12 (grace period, as cited in public validators; the
clause's own text was not read).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography.x509 import Certificate, load_der_x509_crl, ocsp

from esign.preservation.errors import GraceNotOver
from esign.preservation.levels import BaselineLevel, standing_at
from esign.proof.certificate_path import load_certificate
from esign.validation.process import Material
from esign.validation.verdict import FileVerdict


def require_grace(verdict: FileVerdict, material: Material, *, grace: timedelta, at: datetime) -> None:
    """Refuse to keep revocation data that are too young a witness.

    Signatures whose own data stand in the file already are settled and not asked about.

    Args:
        verdict: On the file with the material.
        material: Everything that was gathered.
        grace: The period; none where it is zero.
        at: Now: the time of a signature that nothing proves to be older.

    Raises:
        GraceNotOver: The data about a signer are from before the period's end.
    """
    if not grace:
        return
    for signature in verdict.signatures:
        standing = standing_at(signature)
        if standing is None or standing >= BaselineLevel.LT or len(signature.result.chain) < 2:
            continue
        due = (signature.proven_at or at) + grace
        newest = max(_about(load_certificate(signature.result.chain[0]), material), default=None)
        if newest is None or newest < due:
            raise GraceNotOver(again_after=due.isoformat())


def _about(signer: Certificate, material: Material) -> Iterator[datetime]:
    """Yield the times of the data that speak about a certificate; whether they are good, the verdict said."""
    for der in material.crls:
        crl = load_der_x509_crl(der)
        if crl.issuer == signer.issuer:
            yield crl.last_update_utc
    for der in material.ocsp_responses:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            yield from (one.this_update_utc for one in response.responses if one.serial_number == signer.serial_number)
