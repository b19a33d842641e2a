"""Judged long after: the certificate lived an hour, the revocation lists a week; timestamps carry the signature on.

By its own timestamp a dossier is valid however late it is read or made. A verdict by today's clock alone, from nothing
but the file, holds as long as the revocation lists in it are fresh; renewing them is the archive's affair.
"""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from esign.evidence import verify_dossier
from esign.pades import read_signatures, read_signed_data
from tests.actors import COMPANY
from tests.conftest import PERSONS
from tests.verifier.helpers.both import Sample, differences, needs_node

LATER = [timedelta(days=3), timedelta(days=100), timedelta(days=3 * 365)]


def long_term(pdf: bytes, anchor: bytes, at: datetime) -> Any:
    """Return pyHanko's verdict by EN 319 102-1, 5.6 (signatures with archival data), at an instant."""
    anchors = SimpleTrustManager.build([asn1_x509.Certificate.load(anchor)])
    revocation = CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require"))
    certificates = CertValidationPolicySpec(trust_manager=anchors, revinfo_policy=revocation)
    question = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=certificates))
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=False)

    async def ask() -> Any:
        (own,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        return await ades_lta_validation(own, question, timing_info=timing)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(ask())).result()


@needs_node
@pytest.mark.parametrize("template", ["electricity-supply", "mobile-plan"])
def test_document_and_dossier_are_valid_three_days_a_hundred_days_and_three_years_after(
    world: Any, tmp_path: Path, template: str
) -> None:
    contract, link = world.invite(template)
    signed = world.signatory(link, PERSONS[template]).run().document
    world.application.delivery.deliver_due()
    anchors = world.application.contracts.household.trust.certificates
    old = world.application.dossiers.create(COMPANY, contract)
    (own,) = [each for each in read_signatures(signed) if each.kind == "Sig"]
    certificate = x509.load_der_x509_certificate(read_signed_data(own.cms).certificate)
    begun = world.clock.now()
    if template == "electricity-supply":
        assert certificate.not_valid_after_utc < begun + LATER[0], "the signatory's certificate has long expired"
    # While the lists in the file are fresh, a verdict by today's clock needs nothing else.
    assert long_term(signed, anchors[0], begun + LATER[0]).ades_subindic is AdESPassed.OK
    assert verify_dossier(old, anchors=anchors, at=begun + LATER[0]).valid
    samples = []
    for after in LATER:
        world.clock.offset = after
        assert world.application.contracts.signed_document(COMPANY, contract) == signed
        if after < LATER[-1]:  # the sandbox's seal lives no three years
            new = world.application.dossiers.create(COMPANY, contract)
            samples.append(Sample(label=f"made {after.days} days after", data=new, anchors=anchors))
    samples.append(Sample(label="made at once", data=old, anchors=anchors))
    found, answers = differences(samples, tmp_path / "asked")
    assert found == []
    assert [answer["first"] for answer in answers] == [None] * len(samples)
