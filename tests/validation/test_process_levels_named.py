"""Levels by name, from the material that the process gives; expectations as EU DSS's own tests have them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esign.validation.process import LevelMaterial
from esign.validation.verdict.levels import level_of

BASELINE = LevelMaterial(
    readable=True,
    subfilter="ETSI.CAdES.detached",
    content_type=True,
    message_digest=True,
    signing_certificate=2,
    certificate_included=True,
)
STAMPED = replace(BASELINE, signature_timestamps=1)
STORED = replace(STAMPED, revocation_complete=True)
ARCHIVED = replace(STORED, document_timestamps=1, material_covered=True)
PKCS7 = replace(BASELINE, subfilter="adbe.pkcs7.detached", signing_certificate=0)


@pytest.mark.parametrize(
    ("material", "stored", "level"),
    [
        (BASELINE, False, "PAdES-BASELINE-B"),
        (STAMPED, False, "PAdES-BASELINE-T"),
        (STORED, True, "PAdES-BASELINE-LT"),
        (ARCHIVED, True, "PAdES-BASELINE-LTA"),
        (replace(ARCHIVED, material_covered=False), True, "PAdES-BASELINE-LT"),
        (replace(BASELINE, signing_time=True), False, "PAdES-BES"),
        (replace(BASELINE, signing_time=True, policy="1.2.3"), False, "PAdES-EPES"),
        (replace(BASELINE, certificate_included=False), False, "PAdES-BES"),
        (replace(BASELINE, detached=False), False, "PDF-NOT-ETSI"),
        (replace(BASELINE, signing_certificate=0), False, "PDF-NOT-ETSI"),
        (PKCS7, False, "PKCS7-B"),
        (replace(PKCS7, signature_timestamps=1), False, "PKCS7-T"),
        (replace(PKCS7, message_digest=False), False, "PDF-NOT-ETSI"),
        (replace(PKCS7, certificate_included=False), False, "PDF-NOT-ETSI"),
        (replace(PKCS7, subfilter="adbe.pkcs7.sha1", detached=False, message_digest=False), False, "PKCS7-B"),
        (replace(PKCS7, subfilter="adbe.x509.rsa_sha1"), False, "PDF-NOT-ETSI"),
        (LevelMaterial(readable=False, subfilter="ETSI.CAdES.detached"), False, "PDF-NOT-ETSI"),
    ],
)
def test_en_319_142_each_level_asks_for_its_own_material(material, stored, level):
    assert level_of(material, stored=stored) == level
