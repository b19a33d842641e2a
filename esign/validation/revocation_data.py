"""Does the file itself hold, for every certificate it relies on, what shows that it was not revoked?"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.x509 import ocsp

from esign.validation.findings import Finding, FindingKind


def missing_revocation_data(
    certificates: Iterable[bytes], crls: Iterable[bytes], ocsp_responses: Iterable[bytes]
) -> tuple[Finding, ...]:
    """Return a finding if some certificate has neither a CRL of its issuer nor an OCSP response.

    Only presence is asked here; whether the data is genuine, fresh and says "not revoked" is judged with the chain.
    Certificates without a distribution point count like all others: what is not in the file will be nowhere later.

    Args:
        certificates: Everything that the document's signatures and timestamps rely on (DER).
        crls: Of the security store (DER).
        ocsp_responses: Of the security store (DER).

    Raises:
        ValueError: A value is not what it stands for.

    Source: ETSI EN 319 142-1 clause 6.3 (B-LT).
    """
    issuers = {x509.load_der_x509_crl(value).issuer for value in crls}
    serials = set()
    for value in ocsp_responses:
        response = ocsp.load_der_ocsp_response(value)
        if response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            serials.add(response.serial_number)
    loaded = [x509.load_der_x509_certificate(value) for value in set(certificates)]
    missing = sum(
        1 for c in loaded if c.issuer != c.subject and c.issuer not in issuers and c.serial_number not in serials
    )
    if not missing:
        return ()
    what = f"revocation data is missing in the file for {missing} certificate(s)"
    return (Finding(kind=FindingKind.REVOCATION_MISSING, what=what),)
