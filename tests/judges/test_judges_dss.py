"""EU DSS: levels, results and changes of sealed documents, signed contracts and evidence records are what we say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.foundation.digests import sha256
from esign.sealing.batches.proof import prove_batch
from esign.store.seal_folder import FolderDocuments
from tests.conftest import World, installation
from tests.journeys.test_two_signatories import conclude
from tests.judges.dss import Asked, dss, needs_dss
from tests.judges.judged_files import CORPUS, LATER, SealedFile, sealed_files, sources
from tests.sealing.helpers.levels_world import LEVELS, LevelsWorld

pytestmark = needs_dss
FORMATS = {level: f"PAdES-BASELINE-{level[2:]}" for level in LEVELS}


def good(signature: dict[str, Any], level: str) -> bool:
    """Tell whether a signature passed at a level, whole, and with no error in it."""
    told = (signature["format"], signature["indication"], signature["errors"], signature["structure"])
    sound = signature["intact"], signature["byte_range"], signature["dictionary"]
    untouched = not (signature["modified"] or signature["undefined_changes"] or signature["annotation_changes"])
    return told == (FORMATS[level], "TOTAL_PASSED", [], []) and all(sound) and untouched


def passed(stamp: dict[str, Any]) -> bool:
    return (stamp["indication"], stamp["errors"], stamp["intact"]) == ("PASSED", [], True)


def lists_of(opened: LevelsWorld) -> tuple[bytes, ...]:
    return opened.revocations.collect((opened.key.certificate, *opened.key.chain)).crls


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_dss_calls_every_level_of_every_sealed_document_as_we_do(kind: str, tmp_path: Path) -> None:
    with LevelsWorld(kind).open() as opened:
        files = list(sealed_files(opened, sources()))
        asked = [Asked(pdf=tmp_path / f"{number}.pdf", at=LATER) for number in range(len(files))]
        for question, file in zip(asked, files, strict=True):
            question.pdf.write_bytes(file.data)
        said = dss(asked, trust=opened.anchors, crls=lists_of(opened), folder=tmp_path)
    for file, found in zip(files, said, strict=True):
        assert len(found["signatures"]) == len(file.levels), file.name
        for signature, level in zip(found["signatures"], expected(file), strict=True):
            assert good(signature, level), (file.name, signature)
        assert all(map(passed, found["timestamps"])), file.name
    assert len(files) == 9 * (10 if CORPUS else 6)


def expected(file: SealedFile) -> tuple[str, ...]:
    """Return the levels that DSS names.

    A later document timestamp raises the first seal, too. The second one it calls B-T: it counts for a signature only a
    store that differs from the one before it, and the same key at the same time needs nothing that is not there. We
    take the store for what it is, wherever it stands.
    """
    return ("B-LTA", "B-T") if file.how == "twice" else file.levels


def test_dss_finds_what_was_changed(tmp_path: Path) -> None:
    with LevelsWorld().open() as opened:
        sealed = bytearray(opened.seal(sources()["draft"], "B-LTA"))
        sealed[2_000] ^= 1
        (tmp_path / "changed.pdf").write_bytes(sealed)
        asked = [Asked(pdf=tmp_path / "changed.pdf", at=LATER)]
        (found,) = dss(asked, trust=opened.anchors, folder=tmp_path)
    (signature,) = found["signatures"]
    assert (signature["indication"], signature["sub_indication"]) == ("TOTAL_FAILED", "HASH_FAILURE")


def test_dss_verifies_the_evidence_records_of_a_batch(tmp_path: Path) -> None:
    documents = sources()
    with LevelsWorld().open() as opened:
        folder = FolderDocuments(os.fsencode(tmp_path))
        batch = []
        for number, data in enumerate(documents.values()):
            sealed = opened.seal(data, "B-B")
            (tmp_path / f"{number}.pdf").write_bytes(sealed)
            batch.append((b"%d.pdf" % number, sha256(sealed)))
        assert prove_batch(batch, documents=folder, timestamps=opened.stamps).made == len(batch)
        folder.close()
        paths = [(tmp_path / f"{number}.pdf", tmp_path / f"{number}.pdf.ers") for number in range(len(batch))]
        asked = [Asked(pdf=pdf, at=LATER, record=record) for pdf, record in paths]
        asked.append(Asked(pdf=paths[0][0], at=LATER, record=paths[2][1]))  # that of the next one names both
        *said, foreign = dss(asked, trust=opened.anchors, crls=lists_of(opened), folder=tmp_path)
    for found in said:
        (record,), (signature,) = found["records"], found["signatures"]
        assert good(signature, "B-B")
        assert (record["indication"], record["errors"], record["sound"], record["intact"]) == ("PASSED", [], True, True)
        assert record["proven"] == f"{opened.clock.at:%Y-%m-%dT%H:%M:%SZ}"
    assert not any(record["intact"] and record["indication"] == "PASSED" for record in foreign["records"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Path) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("judged"), sandbox_folder) as made:
        yield made


def test_dss_accepts_contracts_signed_by_our_ceremony(world: World, tmp_path: Path) -> None:
    """One person; two people and the company's seal. Nothing is asked besides what stands in the file."""
    _, link = world.invite("mobile-plan")
    alone = world.signatory(link, "sophie-mueller-luedenscheidt").run().document
    _, together = conclude(world)
    asked = []
    for name, pdf in (("alone", alone), ("together", together)):
        (tmp_path / f"{name}.pdf").write_bytes(pdf)
        asked.append(Asked(pdf=tmp_path / f"{name}.pdf", at=world.clock.now() + timedelta(seconds=1)))
    said = dss(asked, trust=world.application.contracts.household.trust.certificates, folder=tmp_path)
    assert [len(found["signatures"]) for found in said] == [1, 3]
    for found in said:
        assert all(good(signature, "B-LTA") for signature in found["signatures"]), found["signatures"]
        assert all(map(passed, found["timestamps"]))
