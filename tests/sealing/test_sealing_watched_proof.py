"""Hot folders with evidence records: one timestamp for what came since the last one; if killed, made the next time."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from esign.cli import program
from esign.foundation.errors import EsignError
from esign.proof.evidence_records import EvidenceRecord
from esign.proof.timestamp_asn1 import read_token
from esign.proof.timestamp_errors import TimestampRefused
from esign.proof.timestamps import verify_token
from esign.seal_works import FolderBatch, SealOrder, watched_proof
from esign.seal_works.watched_proof import WatchedProof, unproven
from esign.sealing.batches import NewItem
from esign.sealing.batches.proof import BatchProof, prove_batch
from esign.store.seal_folder import FolderDocuments
from tests.identity.helpers.tsa import TimestampAuthorityDouble
from tests.pades import small_world
from tests.sealing.helpers.seal_files import seal_file
from tests.sealing.helpers.served_world import ServedWorld

DRAFT = small_world.draft()
SCHEMAS = Path(__file__).parents[2] / "docs/schemas"


class Authority:
    """Stamps in this process, or does not."""

    def __init__(self) -> None:
        self.tsa = TimestampAuthorityDouble()
        self.asked: list[int] = []
        self.away = False

    def prove(self, order: SealOrder, sealed: Sequence[tuple[bytes, bytes]], clock: object) -> BatchProof:
        self.asked.append(len(sealed))
        if self.away:
            raise TimestampRefused
        documents = FolderDocuments(os.fsencode(order.out))
        try:
            return prove_batch(sealed, documents=documents, timestamps=self)
        finally:
            documents.close()

    def stamp(self, digest: bytes) -> Any:
        return verify_token(self.tsa.token(digest, None), digest, anchors=[self.tsa.authority.der])


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority()
    monkeypatch.setattr(watched_proof, "prove_sealed", made.prove)
    return made


class Watched:
    """What a watch was given, and what it told."""

    def __init__(self, place: Path, records: WatchedProof | None) -> None:
        self.place = place
        self.records = records
        self.handed: list[NewItem] = []
        self.given = threading.Event()
        self.sealed: list[bytes] = []

    def put(self, *names: str) -> None:
        """Seal documents; returns when they were told."""
        for name in names:
            path = self.place / name
            path.write_bytes(DRAFT + name.encode())
            self.handed.append(NewItem(source=os.fsencode(path), output=name.encode()))
        until(lambda: {name.encode() for name in names} <= set(self.sealed))

    def record(self, name: str) -> Path:
        return self.place / "out" / f"{name}.ers"


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


@contextmanager
def watching(place: Path, told: list[Any] | None = None, **when: float) -> Iterator[Watched]:
    """Watch in a thread; with ``after`` and ``within`` evidence records are made, and made to the end."""
    order = SealOrder(device=seal_file(place / "key"), out=place / "out", threads=1)
    stop = threading.Event()
    with FolderBatch(order=order) as batch:
        records = None
        if when:
            records = batch.watched_proof(told=(told if told is not None else []).append, **when)  # type: ignore[arg-type]  # after is an int
        watched = Watched(place, records)

        def blocks() -> Iterator[Sequence[NewItem]]:
            while not stop.is_set():
                some, watched.handed = watched.handed, []
                if some:
                    yield some
                stop.wait(0.02)

        def tell(results: Sequence[Any], counts: object) -> None:
            if records is not None:
                records.add(results)
            watched.sealed += [each.item.output for each in results if each.sealed]

        def work() -> None:
            batch.watch(blocks(), jobs=0, told=tell, stop=stop, every=0.02, records=records)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield watched
        finally:
            stop.set()
            thread.join(20)
        if records is not None:
            records.finish()


def covers(place: Path, name: str) -> bytes:
    """Return the imprint of a document's record, which is over the document."""
    document = (place / "out" / name).read_bytes()
    record = EvidenceRecord.from_der((place / "out" / f"{name}.ers").read_bytes())
    (one,) = record.imprints(lambda kind: hashlib.new(kind, document).digest())
    assert read_token(one.token).imprint == one.imprint
    return one.imprint


def test_so_many_documents_share_a_timestamp_and_the_rest_get_theirs_in_the_end(
    tmp_path: Path, authority: Authority
) -> None:
    told: list[Any] = []
    with watching(tmp_path, told, after=2, within=3600.0) as watched:
        watched.put("one.pdf", "two.pdf")
        until(watched.record("two.pdf").exists)
        until(lambda: told)
        watched.put("three.pdf")
        assert not watched.record("three.pdf").exists()
    assert covers(tmp_path, "one.pdf") == covers(tmp_path, "two.pdf") != covers(tmp_path, "three.pdf")
    assert authority.asked == [2, 1] and [(proof.made, proof.there) for proof in told] == [(2, 0), (1, 0)]
    assert unproven(tmp_path / "out") == ()


def test_after_so_much_time_one_document_gets_its_record_and_is_forgotten(tmp_path: Path, authority: Authority) -> None:
    with watching(tmp_path, after=1000, within=0.1) as watched:
        watched.put("one.pdf")
        until(watched.record("one.pdf").exists)
        assert watched.records is not None
        until(lambda: watched.records is not None and watched.records.complete)
    assert authority.asked == [1]


def test_what_has_no_record_is_remembered_and_gets_it_the_next_time(tmp_path: Path, authority: Authority) -> None:
    authority.away = True
    told: list[Any] = []
    with watching(tmp_path, told, after=1, within=0.1) as watched:
        watched.put("one.pdf", "two.pdf")
        until(lambda: told)
    assert isinstance(told[0], EsignError) and not list((tmp_path / "out").glob("*.ers"))
    for name in ("one.pdf", "two.pdf"):
        (tmp_path / name).unlink()  # a hot folder puts originals away
    assert len(unproven(tmp_path / "out")) == 1
    with watching(tmp_path) as watched:  # somebody watches without records meanwhile
        watched.put("three.pdf")
    authority.away = False
    with watching(tmp_path, after=1000, within=3600.0) as watched:
        until(watched.record("two.pdf").exists)
    assert covers(tmp_path, "one.pdf") == covers(tmp_path, "two.pdf")
    assert not watched.record("three.pdf").exists(), "nobody asked for it"
    assert unproven(tmp_path / "out") == ()


def test_a_strangers_file_of_a_records_name_is_told_once_and_stays(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/one.pdf.ers").write_bytes(b"a stranger's")
    told: list[Any] = []
    with watching(tmp_path, told, after=1, within=0.1) as watched:
        watched.put("one.pdf")
        until(lambda: told)
    (proof,) = told
    assert {name: error.code for name, error in proof.failed.items()} == {b"one.pdf": "sealing.output.exists"}
    assert (tmp_path / "out/one.pdf.ers").read_bytes() == b"a stranger's"


def seal(world: ServedWorld, place: Path, **options: Any) -> subprocess.Popen[str]:
    words = ["seal", "in", "--watch", "--out", "out", "--processed", "done", "--settle", "0.1", "--jobs", "1", "--json"]
    words += ["--device", world.device, "--policy", "none", "--evidence-record", "--record-within", "1"]
    words += ["--tsa", world.first.tsa_url, "--trust", str(world.trust)]
    command = [sys.executable, "-m", "esign.cli", *words]
    return subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def test_killed_before_its_record_a_document_gets_it_the_next_time_and_the_verdict_takes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ServedWorld(tmp_path / "world")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/one.pdf").write_bytes(DRAFT)
    running = seal(world, tmp_path)  # nobody answers at the authority's address yet
    try:
        until((tmp_path / "done/one.pdf").exists, 60.0)
    finally:
        running.send_signal(signal.SIGKILL)
    running.communicate(timeout=20)  # its processes end too, and nobody holds the folder
    assert (tmp_path / "out/one.pdf").exists() and not (tmp_path / "out/one.pdf.ers").exists()
    world.first.open(world.sandbox)
    try:
        (tmp_path / "in/two.pdf").write_bytes(DRAFT + b"%")
        running = seal(world, tmp_path)
        until(lambda: (tmp_path / "out/one.pdf.ers").exists() and (tmp_path / "out/two.pdf.ers").exists(), 60.0)
        running.send_signal(signal.SIGTERM)
        said, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        world.first.kill()
    assert running.returncode == 0
    lines = [json.loads(line) for line in said.splitlines()]
    proofs = [line for line in lines if "evidence_records" in line]
    for proof in proofs:
        jsonschema.validate(proof, json.loads((SCHEMAS / "seal-proof.schema.json").read_text("utf-8")))
    assert sum(proof["evidence_records"]["made"] for proof in proofs) == 2
    monkeypatch.chdir(tmp_path)
    lists = []
    for number, der in enumerate(world.material().crls):
        Path(f"{number}.crl").write_bytes(der)
        lists += ["--crl", f"{number}.crl"]
    for name in ("one.pdf", "two.pdf"):
        program.run(["verify", f"out/{name}", "--trust", str(world.trust), *lists, "--json"])
        verdict = json.loads(capsys.readouterr().out)
        record = verdict["evidence_record"]
        assert record["indication"] == "TOTAL_PASSED", record
