"""The corpus of signed and attacked files where the CMS alone decides; skipped without ``ESIGN_CORPUS`` (a folder)."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.validation.certificates import TrustAnchors
from esign.validation.process import SignatureKind, shipped_suites, validate
from tests.validation.process_file import cut_out

FOLDER = os.environ.get("ESIGN_CORPUS", "")
CASES = json.loads((Path(FOLDER) / "corpus.json").read_text("utf-8"))["cases"] if FOLDER else []
BY_CRYPTOGRAPHY = {"digest-mismatch", "signature-value-flipped", "lookalike-ca", "expired-cert", "key-usage-wrong"}
DECIDED = [
    case
    for case in CASES
    if case["id"] in BY_CRYPTOGRAPHY or (case["id"].startswith("v-") and not case["id"].startswith("v-pyh-formfill"))
]

pytestmark = pytest.mark.skipif(not FOLDER, reason="ESIGN_CORPUS is not set")


def _der(value: bytes) -> bytes:
    return x509.load_pem_x509_crl(value).public_bytes(Encoding.DER) if value.startswith(b"-----") else value


def results(case: dict):
    folder, data = Path(FOLDER), (Path(FOLDER) / case["file"]).read_bytes()
    objects, material = cut_out(data)
    outside = tuple(_der((folder / name).read_bytes()) for name in case["crls"])
    anchors = case["anchors"] or ["anchors/rub-Vladislav_Mladenov_a5f7b636.pem"]  # one that has nothing to do with it
    return validate(
        objects,
        material=replace(material, crls=material.crls + outside),
        trust=TrustAnchors.from_pem((folder / name).read_bytes() for name in anchors),
        suites=shipped_suites(),
        at=datetime.fromisoformat(case["time"]) if case["time"] else datetime.now(UTC),
    )


@pytest.mark.parametrize("case", DECIDED, ids=lambda case: case["id"])
def test_the_indication_is_the_one_that_the_corpus_expects(case):
    found = [result for result in results(case) if result.kind is SignatureKind.SIGNATURE]
    expected = case["expected"]
    if "signatures" in expected:
        assert len(found) == expected["signatures"]
    if "verdict_any" in expected:
        assert {result.indication.value for result in found} <= set(expected["verdict_any"])
    if "sub" in expected:
        assert {result.sub_indication for result in found} == {expected["sub"]}
    if "sub_any" in expected:
        assert {result.sub_indication.value for result in found} <= set(expected["sub_any"])
    if expected.get("clean"):
        assert not [finding for result in found for finding in result.findings]
    if "findings_any" in expected and not expected.get("clean"):
        kinds = {finding.kind.value for result in found for finding in result.findings}
        assert kinds & set(expected["findings_any"])
    if expected.get("integrity"):
        assert all(result.signature_verified for result in found)
