"""The valid files of the corpus are augmented, however they were made; skipped without ``ESIGN_CORPUS``."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from esign.foundation.errors import EsignError
from esign.preservation import BaselineLevel
from esign.validation.certificates import TrustAnchors
from tests.validation.corpus_answers import _material, _trust

FOLDER = os.environ.get("ESIGN_CORPUS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="ESIGN_CORPUS is not set")


def cases(*groups: str) -> list[dict]:
    if not FOLDER:
        return []
    found = json.loads((Path(FOLDER) / "corpus.json").read_text("utf-8"))["cases"]
    return [case for case in found if case["group"] in groups]


VALID = [case for case in cases("valid") if case["expected"]["clean"] and case["crls"]]
NOT_VALID = [case for case in cases("attack", "malformed") if case["grade"] == "must"]


@pytest.mark.parametrize("case", VALID, ids=lambda case: case["id"])
@pytest.mark.parametrize("level", [BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA])
def test_a_valid_file_of_the_corpus(services, case, level):
    folder = Path(FOLDER)
    pdf = (folder / case["file"]).read_bytes()
    services.at = datetime.fromisoformat(case["time"])
    anchors = (*_trust(folder, case).certificates, services.world.root.der)
    augmenter = services.augmenter(trust=TrustAnchors(certificates=anchors))
    given = _material(folder, case)
    made = augmenter.augment(pdf, level, material=given)
    assert made.data.startswith(pdf)
    assert made.verdict.clean
    assert augmenter.augment(made.data, level, material=given).verdict.clean


@pytest.mark.parametrize("case", NOT_VALID, ids=lambda case: case["id"])
def test_a_file_that_is_not_valid_gets_no_timestamp(services, case):
    folder = Path(FOLDER)
    services.at = datetime.fromisoformat(case["time"]) if case["time"] else datetime.now(UTC)
    anchors = (*_trust(folder, case).certificates, services.world.root.der)
    augmenter = services.augmenter(trust=TrustAnchors(certificates=anchors))
    with pytest.raises(EsignError) as caught:
        augmenter.augment((folder / case["file"]).read_bytes(), BaselineLevel.LTA, material=_material(folder, case))
    assert caught.value.code.startswith("preservation.")
    assert services.stamped == []
