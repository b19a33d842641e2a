"""Backend systems have documents sealed: one at once, batches in the background, each document exactly once."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.access import AccessDenied, Actor, ActorKind, Permission
from esign.documents.errors import HelpersBusy
from esign.documents.helpers import Bench
from esign.engine.api.events import Event
from esign.engine.sealing import one, runs
from esign.engine.sealing.desk import SealingDesk
from esign.engine.sealing.errors import (
    SealBatchEmpty,
    SealBatchFull,
    SealBatchGone,
    SealBatchState,
    SealBatchUnknown,
    SealDocumentNotSealed,
    SealDocumentUnknown,
    SealNameRefused,
    TooManySealBatches,
)
from esign.engine.sealing.names import root
from esign.evidence.entry import Entry
from esign.proof.evidence_records import EvidenceRecord
from esign.proof.merkle import MerkleTree
from esign.sealing import DocumentCostly, NotPdf
from esign.sealing.batches.errors import OutputExists
from esign.sealing.invoices.errors import InvoiceRejected
from esign.sealing.key_errors import SealKeyExpired, SealKeyUnavailable
from esign.sealing.looking import LookLimits, LookUnavailable, helper
from esign.signing import NoSealDevice
from tests.conftest import World, installation
from tests.sealing.invoice_samples import cii, invoice_pdf, ubl
from tests.sealing.sealing_documents import document, packed

BOTH = frozenset({Permission.SEALS_READ, Permission.SEALS_WRITE})
SHOP = Actor(tenant="default", kind=ActorKind.API_KEY, id="shop", permissions=BOTH)
PLAIN = document("no end of line at the end")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: Any, sandbox_folder: Path) -> Iterator[World]:
    """One installation for what leaves no trace for others."""
    with installation(tmp_path_factory.mktemp("sealing"), sandbox_folder) as made:
        yield made


@pytest.fixture(autouse=True)
def no_pauses() -> None:
    runs._later.clear()


def desk_of(world: World) -> SealingDesk:
    return world.application.sealing


def work(desk: SealingDesk) -> None:
    while desk.seal_due():
        pass


def batch(desk: SealingDesk, documents: dict[str, bytes], actor: Actor = SHOP, **options: Any) -> str:
    job = desk.open_batch(actor, **{"level": "B-B", **options}).id
    for name, data in documents.items():
        desk.add(actor, job, name, data)
    desk.complete(actor, job)
    return job


def entries(desk: SealingDesk, kind: str) -> list[Entry]:
    with desk.household.store.reading() as tx:
        read = [Entry.parse(stored.data) for stored in tx.ledger.read()]
        return [entry for entry in read if entry.kind == kind]


def unlike(number: int) -> bytes:
    """Return a document that is like no other one."""
    return document("annotations") + bytes(number)


def test_one_document_is_permitted_before_and_recorded_after(shared: World) -> None:
    desk = desk_of(shared)
    for level in ("B-B", "B-T", "B-LT", "B-LTA"):
        sealed = desk.seal(SHOP, PLAIN, level=level)
        assert sealed.startswith(PLAIN) and len(sealed) > len(PLAIN)
        permitted, done = entries(desk, "seal.permitted")[-1], entries(desk, "seal.document")[-1]
        assert permitted.seq < done.seq
        assert permitted.facts["document"] == done.facts["document"] == hashlib.sha256(PLAIN).hexdigest()
        assert (done.facts["sealed"], done.facts["level"]) == (hashlib.sha256(sealed).hexdigest(), level)
        assert (done.facts["by"], done.facts["tenant"]) == ("api_key:shop", "default")
    with pytest.raises(NotPdf):
        desk.seal(SHOP, b"no document", level="B-B")
    assert entries(desk, "seal.document")[-1].facts["code"] == "sealing.document.not_pdf"
    with pytest.raises(InvoiceRejected):
        desk.seal(SHOP, invoice_pdf(total="999.00"), level="B-B")


def test_a_document_that_costs_too_much_is_refused_and_the_others_are_sealed(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, bomb = desk_of(shared), packed(b"[" + b"0 " * 1_400_000 + b"]")
    desk.seal(SHOP, PLAIN, level="B-B")
    gate = desk.household.seal_bench.preparation("B-B")
    monkeypatch.setattr(gate.looking, "_limits", LookLimits(seconds=1, rehearsal_seconds=1))
    gate.looking.close()  # the next helpers have these limits
    gate.looking._setup["rehearsal_seconds"] = 1
    began = time.process_time()
    with pytest.raises(DocumentCostly):
        desk.seal(SHOP, bomb, level="B-B")
    permitted, done = entries(desk, "seal.permitted")[-1], entries(desk, "seal.document")[-1]
    assert permitted.facts["document"] == done.facts["document"] == hashlib.sha256(bomb).hexdigest()
    assert (done.facts["code"], "sealed" in done.facts) == ("sealing.document.costly", False)
    job = batch(desk, {"one.pdf": PLAIN, "bomb.pdf": bomb, "two.pdf": unlike(77)})
    work(desk)
    told = [(each.name, each.state, each.code) for each in desk.results(SHOP, job).results]
    assert told == [
        ("one.pdf", "sealed", None),
        ("bomb.pdf", "set_aside", "sealing.document.costly"),
        ("two.pdf", "sealed", None),
    ]
    finished = entries(desk, "seal.batch_finished")[-1].facts
    assert (finished["sealed"], finished["set_aside"]) == (2, 1)
    assert time.process_time() - began < 3.0, "the bomb was read here"
    monkeypatch.setattr(helper, "WORKER", Path("/nonexistent.py"))
    gate.looking.close()
    with pytest.raises(LookUnavailable):
        desk.seal(SHOP, PLAIN, level="B-B")
    assert entries(desk, "seal.document")[-1].facts["code"] == "sealing.look_unavailable"
    gate.looking._setup["rehearsal_seconds"] = LookLimits().rehearsal_seconds


def test_more_documents_at_a_time_than_there_are_places_are_told_to_come_again(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(shared)
    monkeypatch.setattr(one, "BENCH", Bench(running=0, waiting=0))
    with pytest.raises(HelpersBusy):
        desk.seal(SHOP, PLAIN, level="B-B")
    assert entries(desk, "seal.document")[-1].facts["code"] == "documents.busy"


def test_an_invoice_that_is_xml_leaves_as_pages_that_carry_it(shared: World) -> None:
    for xml in (ubl(), cii("XRECHNUNG")):
        sealed = desk_of(shared).seal(SHOP, xml, level="B-B")
        assert sealed.startswith(b"%PDF-") and b"/ByteRange" in sealed


def test_a_batch_is_handed_over_sealed_proven_and_told(shared: World) -> None:
    desk = desk_of(shared)
    documents = {
        "Rechnung 1 – Müller & Söhne (§ 14).pdf": unlike(1),
        "plain.pdf": PLAIN,
        "no document": b"nothing",
        "e-Rechnung.pdf": invoice_pdf(),
        "falsch.pdf": invoice_pdf(total="999.00"),
        "请求 100%25?.pdf": unlike(2),
    }
    job = desk.open_batch(SHOP, level="B-T", evidence_record=True).id
    before = len(entries(desk, "seal.batch_permitted"))
    for name, data in documents.items():
        assert desk.add(SHOP, job, name, data)[1] is True
        assert desk.add(SHOP, job, name, data)[1] is False, "given twice"
    assert desk.seal_due() == 0, "sealed before it was complete"
    with pytest.raises(SealDocumentNotSealed):
        desk.document(SHOP, job, "plain.pdf")
    assert [each.state for each in desk.results(SHOP, job).results] == ["waiting"] * 6
    assert desk.complete(SHOP, job) == desk.complete(SHOP, job)
    (permitted,) = entries(desk, "seal.batch_permitted")[before:]
    leaves = sorted(
        hashlib.sha256(name.encode()).digest() + hashlib.sha256(d).digest() for name, d in documents.items()
    )
    assert (permitted.facts["documents"], permitted.facts["root"]) == (6, MerkleTree(leaves).root().hex())
    with pytest.raises(SealBatchState):
        desk.add(SHOP, job, "late.pdf", PLAIN)
    with pytest.raises(SealBatchState):
        desk.delete(SHOP, job)
    work(desk)
    view = desk.view(SHOP, job)
    assert (view.state, view.documents, view.sealed, view.set_aside) == ("done", 6, 4, 2)
    first = desk.results(SHOP, job, limit=4)
    second = desk.results(SHOP, job, after=first.next, limit=4)
    assert second.next is None
    found = {each.name: each for each in (*first.results, *second.results)}
    assert list(found) == list(documents), "not in the order in which they came"
    assert found["no document"].code == "sealing.document.not_pdf"
    assert (found["falsch.pdf"].code or "").startswith("sealing.invoice.")
    outputs = []
    for name, each in found.items():
        assert each.digest_in == hashlib.sha256(documents[name]).digest()
        if each.state == "set_aside":
            with pytest.raises(SealDocumentNotSealed):
                desk.document(SHOP, job, name)
            continue
        sealed = desk.document(SHOP, job, name)
        assert sealed.startswith(documents[name])
        assert each.digest_out == hashlib.sha256(sealed).digest()
        record = desk.evidence_record(SHOP, job, name)
        digest = hashlib.sha256(sealed).digest()
        assert EvidenceRecord.from_der(record).imprints(lambda _, of=digest: of)
        outputs.append((hashlib.sha256(name.encode()).digest(), each.digest_out))
    (finished,) = (each for each in entries(desk, "seal.batch_finished") if each.facts["seal_batch"] == job)
    assert (finished.facts["sealed"], finished.facts["set_aside"]) == (4, 2)
    assert finished.facts["root"] == root(outputs)
    assert Event.of(finished).batch_id == job
    everything = b"".join(path.read_bytes() for path in (shared.folder / "state").rglob("*") if path.is_file())
    for secret in ("Müller & Söhne".encode(), b"plain.pdf", PLAIN[:60]):
        assert secret not in everything, "lies readable"


def test_what_others_have_nobody_sees(shared: World) -> None:
    desk = desk_of(shared)
    job = batch(desk, {"a.pdf": PLAIN})
    work(desk)
    strangers = (replace(SHOP, id="other"), replace(SHOP, tenant="other"), replace(SHOP, kind=ActorKind.ACCOUNT))
    for other in strangers:
        for ask in (
            lambda a: desk.view(a, job),
            lambda a: desk.results(a, job),
            lambda a: desk.document(a, job, "a.pdf"),
            lambda a: desk.evidence_record(a, job, "a.pdf"),
            lambda a: desk.add(a, job, "a.pdf", PLAIN),
            lambda a: desk.complete(a, job),
            lambda a: desk.delete(a, job),
        ):
            with pytest.raises(SealBatchUnknown):
                ask(other)
        assert desk.batches(other).batches == ()
    for permission, ask in (
        (Permission.SEALS_READ, lambda a: desk.seal(a, PLAIN, level="B-B")),
        (Permission.SEALS_READ, lambda a: desk.open_batch(a, level="B-B")),
        (Permission.SEALS_READ, lambda a: desk.delete(a, job)),
        (Permission.SEALS_WRITE, lambda a: desk.document(a, job, "a.pdf")),
        (Permission.SEALS_WRITE, lambda a: desk.batches(a)),
    ):
        with pytest.raises(AccessDenied):
            ask(replace(SHOP, permissions=frozenset({permission})))
    with pytest.raises(SealDocumentUnknown):
        desk.document(SHOP, job, "b.pdf")
    with pytest.raises(SealDocumentUnknown):
        desk.evidence_record(SHOP, job, "a.pdf")  # none was asked for


def test_names_and_numbers_have_bounds(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, actor = desk_of(shared), replace(SHOP, id="bounds")
    job = desk.open_batch(actor, level="B-B").id
    with pytest.raises(SealBatchEmpty):
        desk.complete(actor, job)
    for name in ("", ".", "..", "a/b", "../x", "a\\b", "a\nb", "a\0b", "\u202egnp.pdf", "x" * 201, ".hidden", "\ufffd"):
        with pytest.raises(SealNameRefused):
            desk.add(actor, job, name, PLAIN)
    desk.add(actor, job, "Cafe\u0301.pdf", PLAIN)
    assert desk.add(actor, job, "Café.pdf", PLAIN)[1] is False, "one name in two forms"
    with pytest.raises(OutputExists):
        desk.add(actor, job, "Café.pdf", unlike(1))
    monkeypatch.setattr("esign.engine.sealing.desk.MOST_DOCUMENTS", 1)
    with pytest.raises(SealBatchFull):
        desk.add(actor, job, "more.pdf", PLAIN)
    most = desk.household.settings.seal_open_batches
    for _ in range(most - 1):
        desk.open_batch(actor, level="B-B")
    with pytest.raises(TooManySealBatches):
        desk.open_batch(actor, level="B-B")
    assert len(desk.batches(actor, limit=50).batches) == most
    desk.delete(actor, job)
    desk.open_batch(actor, level="B-B")


def test_deletion_leaves_digests_only(world: World) -> None:
    desk = desk_of(world)
    job = batch(desk, {"a.pdf": PLAIN, "b": b"nothing"})
    opened = desk.open_batch(SHOP, level="B-B").id
    desk.add(SHOP, opened, "c.pdf", PLAIN)
    work(desk)
    assert desk.forget_due() == 0
    world.clock.offset += timedelta(days=30, seconds=1)
    assert desk.forget_due() == 2
    assert desk.forget_due() == 0
    for each in (job, opened):
        assert desk.view(SHOP, each).state == "deleted"
        with pytest.raises(SealBatchGone):
            desk.document(SHOP, each, "a.pdf")
        with pytest.raises(SealBatchState):
            desk.complete(SHOP, each)
        assert not (world.settings.state_dir / "seal-batches" / each).exists()
    shown = desk.results(SHOP, job).results
    assert [each.name for each in shown] == [None, None]
    assert shown[0].digest_in == hashlib.sha256(PLAIN).digest() and shown[0].digest_out
    desk.delete(SHOP, job)
    assert len(entries(desk, "seal.batch_deleted")) == 2


class _Killed(BaseException):
    """The process ended here."""


def test_killed_at_every_step_each_document_is_sealed_once(world: World) -> None:
    desk, count = desk_of(world), 0
    names = {f"{number}.pdf": unlike(number) for number in range(3)}
    named: list[str] = []

    def note(step: str, item: Any = None) -> None:
        named.append(step)

    work_once(desk, names, note)
    for step in sorted(set(named)):
        done: list[str] = []

        def die(now: str, item: Any = None, *, at: str = step, done: list[str] = done) -> None:
            if now == at and not done:
                done.append(now)
                raise _Killed

        job = work_once(desk, names, die, killed=True)
        world.clock.offset += timedelta(minutes=11)
        work(desk)
        view = desk.view(SHOP, job)
        assert (view.state, view.sealed, view.set_aside) == ("done", 3, 0), step
        for name, data in names.items():
            sealed = desk.document(SHOP, job, name)
            assert sealed.startswith(data) and sealed.count(b"/ByteRange") == 1, step
        out = world.settings.state_dir / "seal-batches" / job / "out"
        assert len([path for path in out.rglob("*") if path.is_file()]) == 3, step
        assert not (out.parent / "in").exists()
        count += 1
    assert count >= 8


def work_once(desk: SealingDesk, documents: dict[str, bytes], steps: Any, *, killed: bool = False) -> str:
    job = batch(desk, documents)
    watched = SealingDesk(household=replace(desk.household, seal_steps=steps))
    if killed:
        with pytest.raises(_Killed):
            work(watched)
        return job
    work(watched)
    return job


def test_what_a_process_of_this_machine_held_waits_again_when_it_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(world)

    def die(step: str, item: Any = None) -> None:
        if step == "sealed":
            raise _Killed

    with subprocess.Popen(["true"]) as ended:
        pass
    for owner in (f"{runs._HOST}-{ended.pid}-0-1", f"{runs._HOST}-{os.getpid()}-earlier-1"):
        with monkeypatch.context() as patched:
            patched.setattr(runs, "_owner", lambda owner=owner: owner)
            job = work_once(desk, {"a.pdf": PLAIN}, die, killed=True)
        work(desk)
        assert desk.view(SHOP, job).sealed == 1, owner
    for owner in (f"elsewhere-{ended.pid}-0-1", f"{runs._HOST}-{os.getppid()}-0-1"):
        with monkeypatch.context() as patched:
            patched.setattr(runs, "_owner", lambda owner=owner: owner)
            job = work_once(desk, {"a.pdf": PLAIN}, die, killed=True)
        work(desk)
        assert desk.results(SHOP, job).results[0].state == "running", owner


def test_workers_share_a_batch_and_one_of_them_ends_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 3)
    desk = desk_of(world)
    names = {f"{number}.pdf": unlike(number) for number in range(20)}
    job = batch(desk, names, evidence_record=True)

    def run() -> None:
        while desk.view(SHOP, job).state != "done":
            desk.seal_due()

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(run) for _ in range(3)]:
            each.result(60)
    assert desk.view(SHOP, job).sealed == len(names)
    assert [each.state for each in desk.results(SHOP, job, limit=100).results] == ["sealed"] * len(names)
    assert len(entries(desk, "seal.batch_finished")) == 1
    out = world.settings.state_dir / "seal-batches" / job / "out"
    assert sum(path.is_file() for path in out.rglob("*")) == 2 * len(names)
    for name in names:
        sealed = hashlib.sha256(desk.document(SHOP, job, name)).digest()
        assert EvidenceRecord.from_der(desk.evidence_record(SHOP, job, name)).imprints(lambda _, of=sealed: of)


class _Bench:
    """The installation's bench with a key that fails."""

    def __init__(self, bench: Any, error: Exception) -> None:
        self.bench, self.error = bench, error

    def workshop(self, level: str) -> Any:
        raise self.error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bench, name)


def test_a_key_that_is_away_is_waited_for_and_one_that_expired_is_not(world: World) -> None:
    desk = desk_of(world)
    job = batch(desk, {"a.pdf": PLAIN})
    house = desk.household
    away = SealingDesk(household=replace(house, seal_bench=_Bench(house.seal_bench, SealKeyUnavailable())))
    work(away)
    assert (desk.view(SHOP, job).state, desk.results(SHOP, job).results[0].state) == ("running", "waiting")
    runs._later.clear()
    over = SealingDesk(household=replace(house, seal_bench=_Bench(house.seal_bench, SealKeyExpired())))
    work(over)
    (result,) = desk.results(SHOP, job).results
    assert (desk.view(SHOP, job).state, result.code) == ("done", "sealing.key.expired")
    none = SealingDesk(household=replace(house, settings=house.settings.with_changes(seal_file=None)))
    with pytest.raises(NoSealDevice):
        none.open_batch(SHOP, level="B-B")


def test_a_batch_whose_proof_cannot_be_had_ends_when_it_can(world: World) -> None:
    desk = desk_of(world)
    job = batch(desk, {"a.pdf": PLAIN}, evidence_record=True)
    house = desk.household

    class Silent:
        def stamp(self, digest: bytes) -> Any:
            raise SealKeyUnavailable

    work(SealingDesk(household=replace(house, timestamps=Silent())))
    assert desk.view(SHOP, job).state == "running"
    assert desk.document(SHOP, job, "a.pdf").startswith(PLAIN)
    with pytest.raises(SealDocumentNotSealed):
        desk.evidence_record(SHOP, job, "a.pdf")
    runs._later.clear()
    work(desk)
    assert desk.view(SHOP, job).state == "done" and desk.evidence_record(SHOP, job, "a.pdf")
