"""veraPDF: what is sealed keeps the PDF/A that it had, and what the product writes itself is what it declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from esign.contracts import ContractData
from esign.contracts.duties import information
from esign.contracts.policy_tests import samples
from esign.documents import draw_up, draw_up_information
from esign.documents.compare import Comparison
from esign.documents.notices import Notice, draw_up_notice
from esign.validation.reports import Maker, make_reports
from tests.judges.judged_files import CORPUS, sealed_files, sources
from tests.judges.verapdf import Faults, needs_verapdf, verapdf
from tests.pades import small_world
from tests.sealing.helpers.levels_world import LevelsWorld
from tests.validation.verdicts import said

pytestmark = needs_verapdf
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEPT: Faults = {"PDF/A-3A": (), "PDF/UA-1": ()}
_NOTICE = Notice(
    lang="de",
    number="",
    company="Lichtwerk Energie GmbH",
    company_lines=("Am Kanal 7", "10115 Berlin"),
    title="Bestätigung Ihres Widerrufs",
    paragraphs=("Wir bestätigen den Eingang Ihres Widerrufs.",),
    rows=(("Eingegangen am", "20.11.2026, 10:00 Uhr"),),
    closing=("Mit freundlichen Grüßen",),
    at=AT,
    sealed=True,
    sandbox=True,
)


def judged(folder: Path, files: dict[str, bytes]) -> dict[str, Faults]:
    names = {f"{number}.pdf": name for number, name in enumerate(files)}
    for file, name in names.items():
        (folder / file).write_bytes(files[name])
    return {names[file]: found for file, found in verapdf(folder).items()}


def test_sealed_documents_keep_the_standards_that_they_declare(tmp_path: Path) -> None:
    documents = sources()
    with LevelsWorld().open() as opened:
        sealed = {each.name: (each.source, each.data) for each in sealed_files(opened, documents)}
    found = judged(tmp_path, {**documents, **{name: data for name, (_, data) in sealed.items()}})
    assert all(found[name] and not any(found[name].values()) for name in documents), found
    changed = {name: found[name] for name, (source, _) in sealed.items() if found[name] != found[source]}
    assert changed == {}
    assert len(sealed) == 9 * (10 if CORPUS else 6)


def written_by_the_product() -> Iterator[tuple[str, bytes]]:
    for name, data in samples():
        contract = ContractData.parse(data)
        told = information(contract)
        files = draw_up_information(contract, told, drawn_up_at=AT, sandbox=True) if told else ()
        yield from ((f"{name}, {each.name}", each.pdf) for each in files)
        yield name, draw_up(contract, drawn_up_at=AT, enclosed=files).pdf
    for sealed in (True, False):
        yield f"notice, sealed {sealed}", draw_up_notice(replace(_NOTICE, sealed=sealed)).pdf
    walk = small_world.walk()
    yield "a signed contract", walk.finished
    yield (
        "a contract signed by two people",
        small_world.walk(walk.world, base=walk.stored, field_name="Second").finished,
    )
    for pdf in (walk.finished, b"%PDF-1.7 and nothing"):
        verdict = said(pdf, walk)
        made = make_reports(
            verdict,
            pdf,
            maker=Maker(name="esign test"),
            lang="de",
            made_at=verdict.at,
            compare=lambda before, after: Comparison(pairs=(), differing=0, complete=True),
        )
        yield f"report, {len(pdf)} bytes", made.pdf


def test_what_the_product_writes_is_what_it_declares(tmp_path: Path) -> None:
    files = {name: pdf for name, pdf in written_by_the_product() if "own-document" not in name}
    found = judged(tmp_path, files)
    # The tag tree of a signed document is left alone: the field of the second person is not in it (ISO 14289-1 7.18.4).
    assert found.pop("a contract signed by two people") == {"PDF/A-3A": (), "PDF/UA-1": ("7.18.4-1",)}
    assert {name: faults for name, faults in found.items() if faults != KEPT} == {}
    assert len(files) > 30


def test_a_fault_is_told(tmp_path: Path) -> None:
    good = small_world.walk().finished
    found = judged(tmp_path, {"good": good, "spoilt": good.replace(b"\nendstream", b" endstream")})
    assert found["good"] == KEPT
    assert "6.1.7.1-2" in found["spoilt"]["PDF/A-3A"]
