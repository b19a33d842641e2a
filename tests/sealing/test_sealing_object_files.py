"""Batches of backend systems in object storage: what the folder keeps, and nothing that anybody there could read."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esign import bootstrap
from esign.access import Actor, ActorKind, Permission
from esign.engine.sealing import runs
from esign.engine.sealing.desk import SealingDesk
from esign.engine.sealing.errors import SealBatchGone
from esign.engine.sealing.ports import SealFiles
from esign.foundation.errors import EsignError
from esign.inspection import Point, State, _point, _seal_store
from esign.proof.evidence_records import EvidenceRecord
from esign.sealing.batches.errors import InputMissing, InputUnreadable, OutputExists
from esign.settings import Settings, SettingsError
from esign.store import seal_object_files
from esign.store.errors import BlobsUnavailable
from esign.store.seal_files import FolderSealFiles
from esign.store.seal_object_files import ObjectSealFiles
from tests.conftest import World, installation
from tests.sealing.helpers.servers import free_port, object_storage
from tests.sealing.sealing_documents import document

SHOP = Actor(
    tenant="default",
    kind=ActorKind.API_KEY,
    id="shop",
    permissions=frozenset({Permission.SEALS_READ, Permission.SEALS_WRITE}),
)
PLAIN = document("annotations")


class Key:
    """A batch's key that hides nothing but says where it was used."""

    def seal(self, name: str, data: bytes) -> bytes:
        return name.encode() + b"|" + data[::-1]

    def open(self, name: str, data: bytes) -> bytes:
        before, _, hidden = data.partition(b"|")
        assert before == name.encode()
        return hidden[::-1]


KEY: Any = Key()


@pytest.fixture(scope="module")
def storage() -> Iterator[dict[str, str]]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    with object_storage("invoices") as environment:
        yield environment


@pytest.fixture(params=["folder", "objects"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> SealFiles:
    if request.param == "folder":
        return FolderSealFiles(tmp_path)
    request.getfixturevalue("storage")
    return ObjectSealFiles("s3://invoices/contract/suite")


def keys_of(place: str) -> list[str]:
    import boto3

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in found.get("Contents", ())]


def test_what_is_handed_over_is_read_given_out_once_and_forgotten(files: SealFiles) -> None:
    blob = files.keep("job-1", b"handed over", KEY)
    with files.documents("job-1", KEY) as documents:
        found = documents.read(blob.encode(), b"000/000001")
        assert found.data == b"handed over"
        with pytest.raises(InputMissing):
            documents.read(b"0" * 64, b"000/000002")
        assert not documents.exists(b"000/000001") and documents.digest(b"000/000001") is None
        one = documents.stage(found, b" and sealed", b"000/000001")
        assert documents.settle([one]) == {}
        documents.release(one)
        documents.confirm()
        documents.discard(one)
        other = documents.stage(found, b" by somebody else", b"000/000001")
        documents.settle([other])
        with pytest.raises(OutputExists):
            documents.release(other)
        documents.discard(other)
        whole = b"handed over and sealed"
        assert documents.digest(b"000/000001") == hashlib.sha256(whole).digest()
        assert documents.content(b"000/000001", 6) == b"handed"
    assert files.read("job-1", b"000/000001", KEY) == whole
    assert files.read("job-1", b"000/000002", KEY) is None
    files.keep("job-2", b"another batch", KEY)
    files.forget_inputs("job-1")
    with files.documents("job-1", KEY) as documents, pytest.raises(InputMissing):
        documents.read(blob.encode(), b"000/000001")
    assert files.read("job-1", b"000/000001", KEY) == whole
    files.forget("job-1")
    files.forget("job-1")
    assert files.read("job-1", b"000/000001", KEY) is None
    with pytest.raises(ValueError, match="not the name of a batch"):
        files.keep("../job-2", b"x", KEY)


def _seal_points(settings: Settings) -> list[Point]:
    return list(_point("seal store", lambda: _seal_store(settings, outside=True)))


def test_a_storage_that_is_away_loses_nothing(
    storage: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = ObjectSealFiles("s3://invoices/away")
    blob = files.keep("job", b"here", KEY)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(seal_object_files, "_RETRIES", {"max_retries": 0})
    away = ObjectSealFiles("s3://invoices/away")
    with pytest.raises(BlobsUnavailable):
        away.keep("job", b"more", KEY)
    with pytest.raises(BlobsUnavailable):
        away.read("job", b"000/000001", KEY)
    with pytest.raises(BlobsUnavailable), away.documents("job", KEY):
        raise AssertionError("opened")
    with pytest.raises(InputUnreadable):
        away._opened("job", KEY).read(blob.encode(), b"")
    settings = Settings(state_dir=tmp_path, seal_store="s3://invoices/away")
    (point,) = _seal_points(settings)
    assert (point.state, point.code) == (State.MISSING, "store.blob.unavailable")
    monkeypatch.setenv("AWS_ENDPOINT_URL", storage["AWS_ENDPOINT_URL"])
    (point,) = _seal_points(settings)
    assert (point.state, point.code) == (State.GOOD, None)
    away.forget("job")  # told in the log; the key is what makes it unreadable
    with files.documents("job", KEY) as documents:
        assert documents.read(blob.encode(), b"").data == b"here"


def test_where_batches_lie_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(bootstrap.seal_files(Settings(state_dir=tmp_path)), FolderSealFiles)
    there = bootstrap.seal_files(Settings(state_dir=tmp_path, seal_store="s3://invoices/batches"))
    assert isinstance(there, ObjectSealFiles) and there.place == "s3://invoices/batches"
    for wrong in ("batches", "file:///tmp", "s3://", "s3://user:geheim@bucket/x", "s3://bucket/../x", "s3://b/a b"):
        with pytest.raises(SettingsError) as refused:
            Settings(state_dir=tmp_path, seal_store=wrong)
        assert refused.value.facts["setting"] == "seal_store" and "geheim" not in str(refused.value)
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="scale"):
        bootstrap.seal_files(Settings(state_dir=tmp_path, seal_store="s3://invoices/batches"))


@pytest.fixture
def desk(tmp_path: Path, sandbox_folder: Path, storage: dict[str, str]) -> Iterator[SealingDesk]:
    with installation(tmp_path, sandbox_folder) as made:
        yield remote(made, "s3://invoices/house")
    runs._later.clear()


def remote(world: World, place: str) -> SealingDesk:
    return SealingDesk(household=replace(world.application.sealing.household, seal_files=ObjectSealFiles(place)))


def test_a_batch_lies_in_object_storage_from_beginning_to_end(desk: SealingDesk, tmp_path: Path) -> None:
    job = desk.open_batch(SHOP, level="B-B", evidence_record=True).id
    given = {f"Rechnung {number}.pdf": PLAIN + bytes(number) for number in range(5)} | {"none.pdf": b"nothing"}
    for name, data in given.items():
        assert desk.add(SHOP, job, name, data)[1] is True
    assert len(keys_of("s3://invoices/house")) == 6
    assert not (tmp_path / "state/seal-batches").exists()
    desk.complete(SHOP, job)

    failed: list[str] = []

    def steps(step: str, item: Any = None) -> None:
        if step in ("named", "promised") and step not in failed:
            failed.append(step)
            raise KeyboardInterrupt  # a worker ends here, once at each

    ending = replace(desk, household=replace(desk.household, seal_steps=steps))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            ending.seal_due()
        with desk.household.store.reading() as tx:
            (running,) = tx.seals.running()
        assert running.journal is not None
        journal = desk.household.seal_bench.journal(running.journal)
        with desk.household.store.reading() as tx:
            for holder in tx.seals.holders(running.journal):
                journal.release(holder)
    while desk.seal_due():
        pass
    told = {each.name: each for each in desk.results(SHOP, job).results}
    assert [told[name].state for name in given] == ["sealed"] * 5 + ["set_aside"]
    for name, each in told.items():
        if each.state == "sealed":
            sealed = desk.document(SHOP, job, str(name))
            assert sealed.startswith(given[str(name)]) and hashlib.sha256(sealed).digest() == each.digest_out
            record, digest = desk.evidence_record(SHOP, job, str(name)), each.digest_out
            assert EvidenceRecord.from_der(record).imprints(lambda _, of=digest: of)
    keys = keys_of("s3://invoices/house")
    assert len(keys) == 10 and all("/out/" in key for key in keys), "what was handed over is deleted"
    import boto3

    for key in keys:
        stored = boto3.client("s3").get_object(Bucket="invoices", Key=key)["Body"].read()
        assert b"%PDF" not in stored and b"Rechnung" not in stored, "lies readable"
    desk.delete(SHOP, job)
    assert keys_of("s3://invoices/house") == []
    with pytest.raises(SealBatchGone):
        desk.document(SHOP, job, "Rechnung 1.pdf")


def test_a_batch_waits_while_the_storage_is_away(
    desk: SealingDesk, monkeypatch: pytest.MonkeyPatch, storage: dict[str, str]
) -> None:
    job = desk.open_batch(SHOP, level="B-B").id
    desk.add(SHOP, job, "one.pdf", PLAIN)
    desk.complete(SHOP, job)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(seal_object_files, "_RETRIES", {"max_retries": 0})
    away = replace(desk, household=replace(desk.household, seal_files=ObjectSealFiles("s3://invoices/house")))
    assert away.seal_due() == 0
    with pytest.raises(EsignError):
        away.add(SHOP, desk.open_batch(SHOP, level="B-B").id, "two.pdf", PLAIN)
    assert [each.state for each in desk.results(SHOP, job).results] == ["waiting"]
    runs._later.clear()
    while desk.seal_due():
        pass
    assert [each.state for each in desk.results(SHOP, job).results] == ["sealed"]
