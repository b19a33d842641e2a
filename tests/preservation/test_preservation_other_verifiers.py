"""What was augmented is accepted by another library; what its archival process asks for besides."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from esign.pades import read_security_store
from esign.preservation import BaselineLevel
from tests.journeys.test_long_after import long_term


def augmented(pdf: bytes, services: Any, renewals: int) -> bytes:
    pdf = services.augmenter().augment(pdf, BaselineLevel.LTA).data
    for _ in range(renewals):
        services.at = services.now() + timedelta(minutes=5)
        pdf = services.augmenter().augment(pdf, BaselineLevel.LTA).data
    return pdf


def test_without_a_signature_timestamp_pyhanko_s_archival_process_does_not_begin(basic, services):
    """Its own reading: EN 319 142-1 clause 6.3 takes a document timestamp as well. Told in docs/known-limits.md."""
    pdf = augmented(basic.signed, services, 0)
    found = long_term(pdf, basic.world.root.der, services.now() + timedelta(minutes=5))
    assert found.ades_subindic == AdESIndeterminate.SIG_CONSTRAINTS_FAILURE


@pytest.mark.parametrize("renewals", [0, 1, 2])
def test_pyhanko_s_difference_analysis_accepts_what_was_added(basic, services, renewals):
    pdf = augmented(basic.signed, services, renewals)
    certificates, crls, _ = read_security_store(pdf)
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(basic.world.root.der)],
        other_certs=[x509.Certificate.load(der) for der in certificates],
        crls=[crl.CertificateList.load(der) for der in crls],
        allow_fetching=False,
        revocation_mode="require",
        moment=basic.world.now,
    )
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.modification_level == ModificationLevel.LTA_UPDATES
