"""Old dossiers, asked about today: everything in them has expired, and both verifiers judge as at their own time.

The small world is put into the past, so that no clock has to be turned: the signatory's certificate lived an hour, the
revocation lists a week, the authorities ten years.
"""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from esign.evidence import verify_dossier
from tests.evidence.helpers import case
from tests.evidence.helpers.case import NOW, Case
from tests.pades.small_world import World
from tests.verifier.helpers.both import PROGRAM, Sample, differences, needs_node, pem

AGES = {"a hundred days": 100, "three years": 3 * 365, "eleven years": 11 * 365}


@needs_node
def test_an_old_dossier_is_judged_as_at_its_own_time_and_both_verifiers_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).replace(microsecond=0)
    samples = []
    for label, days in AGES.items():
        past = today - timedelta(days=days)
        monkeypatch.setattr(case, "NOW", past)
        monkeypatch.setattr(case, "World", partial(World, now=past))
        folder = tmp_path / str(days)
        folder.mkdir()
        made = case.make_case(folder)
        samples.append(Sample(label=label, data=made.build(), anchors=made.anchors))
        words = f"judged as at {(past + timedelta(seconds=1)).isoformat()}, the instant of its own timestamp"
        (verdict,) = (s for s in made.verify(samples[-1].data).steps if s.name == "verdict")
        assert verdict.what.endswith(words)
        file, root = folder / "file.asice", folder / "root.pem"
        file.write_bytes(samples[-1].data)
        root.write_bytes(pem(made.anchors))
        asked = ["node", str(PROGRAM), str(file), "--trust", str(root), "--json"]
        told = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
        (theirs,) = (step for step in told["steps"] if step["name"] == "verdict")
        assert theirs["what"].endswith(words)
    found, answers = differences(samples, tmp_path / "asked")
    assert (found, [answer["why"] for answer in answers]) == ([], [None] * len(AGES))


@pytest.mark.parametrize("days", [100, 3 * 365])
def test_by_a_later_clock_the_report_says_what_has_aged_and_which_time_counts(
    advanced: Case, whole: bytes, days: int
) -> None:
    later = NOW + timedelta(days=days)
    report = verify_dossier(whole, anchors=advanced.anchors, at=later)
    assert [step.name for step in report.steps if step.outcome == "failed"] == ["verdict"]
    failure = report.first_failure
    assert failure is not None
    assert f"judged as at {later.isoformat()}, what the document holds does not suffice" in failure.what
    own = (NOW + timedelta(seconds=1)).isoformat()
    assert failure.what.endswith(f"timestamp of {own}, which is what counts, nothing speaks against it")


def test_by_a_later_clock_a_changed_document_is_not_excused(advanced: Case) -> None:
    document = advanced.dossier.document
    data = advanced.build(document=document + b"\n")
    report = verify_dossier(data, anchors=advanced.anchors, at=NOW + timedelta(days=100))
    (verdict,) = (step for step in report.steps if step.name == "verdict")
    assert (verdict.outcome, "nothing speaks against" in verdict.what) == ("failed", False)
