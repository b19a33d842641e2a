"""The same batch on many machines: PostgreSQL, S3-style storage, Celery on Redis or RabbitMQ; workers and broker are
killed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from certs.sandbox import Sandbox
from certs.sandbox.serve import start
from esign.cli.seal_batch import seal_batch
from esign.jobs import seal_celery
from esign.pades import read_signatures, read_signed_data
from esign.seal_works import SealOrder
from esign.seal_works.order import with_place
from esign.seal_works.shared_batch import SharedBatch, celery_dispatcher, items_below
from esign.sealing import Sealed, check_sealed
from esign.sealing.batches.errors import BatchBrokerAway, BatchWaiting, OutputExists, OutputGone, OutputReplaced
from esign.sealing.batches.standing import still_sealed
from esign.store.database import Database
from esign.store.seal_objects import ObjectDocument, ObjectDocuments, is_objects
from esign.store.tables_sealing import seal_output
from tests.pades import small_world
from tests.postgres import PostgresMissing, schema, server
from tests.sealing.helpers.seal_files import certificate_of, seal_file
from tests.sealing.helpers.servers import BROKERS, free_port, object_storage

pytestmark = pytest.mark.network
DOCUMENTS = 40
LEASE_SECONDS = 4


@pytest.fixture(scope="module")
def postgres():
    try:
        with server() as address, schema(address) as url:
            yield url
    except PostgresMissing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def storage():
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    with object_storage("invoices") as environment:
        yield environment


@pytest.fixture
def documents(storage, request):
    """A place of its own in the storage, with documents; one of them is none."""
    place = f"s3://invoices/{hashlib.sha256(request.node.name.encode()).hexdigest()[:16]}"
    objects = ObjectDocuments(f"{place}/in")
    draft = small_world.draft()
    for number in range(DOCUMENTS):
        data = b"no PDF" if number == 7 else draft + b"%% invoice %d\n" % number
        objects.release(objects.stage(ObjectDocument(data), b"", b"2026/R\xc3\xa9 %d#%%.pdf" % number))
    return place


@contextmanager
def worker(order, device: str, *more: str, jobs: int = 2):
    """Run ``esign seal-worker`` as a process of its own."""
    words = [
        "--out",
        order.store,
        "--journal",
        order.journal_url,
        "--device",
        device,
        "--policy",
        "none",
        "--chunk",
        "4",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "esign.cli", "seal-worker", *words, "--jobs", str(jobs), *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            kill_all(process)


def kill_all(process: subprocess.Popen) -> None:
    """Kill a process and everything below it, children first unable to be started anew."""
    waiting, found = [process.pid], []
    while waiting:
        each = waiting.pop()
        found.append(each)
        with suppress(OSError):
            os.kill(each, signal.SIGSTOP)
            for task in Path(f"/proc/{each}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    for each in found:
        with suppress(OSError):
            os.kill(each, signal.SIGKILL)
    process.wait()


def order_for(postgres: str, place: str, level: str = "B-B") -> SealOrder:
    lease = timedelta(seconds=LEASE_SECONDS)
    order = SealOrder(device="", out=Path(), level=level, journal_url=postgres, chunk=4, lease=lease)
    return with_place(order, f"{place}/out")


def listed(order, broker: str | None = None, *, patience: float = 150.0, while_waiting=lambda counts: None):
    """List a batch, wait for the workers; returns results and counts."""
    results = []

    def told(lines, counts):
        results.extend(lines)
        while_waiting(counts)

    with ExitStack() as stack:
        dispatcher = celery_dispatcher(broker, stack) if broker else None
        batch = stack.enter_context(SharedBatch(order=order, dispatcher=dispatcher, patience=patience))
        items = items_below(order.place.removesuffix("/out") + "/in", order)
        counts = batch.run(items, told=told, stop=threading.Event(), every=0.05)
        return results, counts


def looked_at(order, results) -> None:
    """Each document once and whole: one object under its name, its seal good, the journal says the same."""
    assert len(results) == DOCUMENTS
    assert Counter(each.code for each in results if not each.sealed) == {"sealing.document.not_pdf": 1}
    objects = ObjectDocuments(order.place)
    there = {name.removeprefix(order.place + "/") for name in objects.below(order.place)}
    sealed = {each.item.output.decode(): each for each in results if each.sealed}
    assert there == set(sealed)
    for name, each in sealed.items():
        original = objects.read(each.item.source, b"").data
        whole = objects.read(f"{order.place}/{name}".encode(), b"").data
        assert whole.startswith(original)
        tail = whole[len(original) :]
        check_sealed(original, Sealed(tail, (0, 0, 0, 0), b"", "incremental"), certificate=certificate_of())
        (seal,) = read_signatures(whole)
        assert (read_signed_data(seal.cms).signature_timestamp is not None) == (order.level == "B-T")
        assert (objects.digest(name.encode()), order.level) == (each.digest_out, each.level)
    database = Database(order.journal_url)
    with database.reading() as connection:
        rows = connection.execute(
            select(seal_output.c.output, seal_output.c.digest_out).where(
                seal_output.c.store == order.store, seal_output.c.sealed_at.is_not(None)
            )
        ).all()
    database.close()
    assert {(row.output.decode(), row.digest_out) for row in rows} == {
        (name, each.digest_out) for name, each in sealed.items()
    }


def test_an_object_appears_whole_and_only_where_nothing_has_its_name(storage):
    objects = ObjectDocuments("s3://invoices/names")
    one = objects.stage(ObjectDocument(b"document "), b"and tail", b"a/b \xc3\xa4#%?.pdf")
    assert not objects.exists(one.name)
    objects.release(one)
    with pytest.raises(OutputExists):
        objects.release(objects.stage(ObjectDocument(b"another"), b"", one.name))
    assert objects.read(b"s3://invoices/names/" + one.name, b"").data == b"document and tail"
    assert objects.digest(b"nothing") is None
    for name in (b"", b"../x", b"a//b", b"\xff.pdf", b"x" * 1100):
        with pytest.raises(Exception) as refused:
            objects.stage(ObjectDocument(b""), b"", name)
        assert refused.value.code == "sealing.output.name"


def test_an_object_in_place_of_a_sealed_one_is_told_from_it(storage):
    import obstore

    objects = ObjectDocuments("s3://invoices/replaced")
    sealed, name = b"document %%EOF\n seal %%EOF\n", b"a.pdf"
    digest = hashlib.sha256(sealed).digest()
    objects.release(objects.stage(ObjectDocument(b"document %%EOF\n"), b" seal %%EOF\n", name))
    assert still_sealed(objects, name, digest) is False
    for there, expected in [
        (sealed + b"more %%EOF\n", None),
        (b"document %%EOF\n", OutputReplaced),
        (b"", OutputReplaced),
    ]:
        obstore.put(objects._store("s3://invoices"), "replaced/a.pdf", there)
        if expected is None:
            assert still_sealed(objects, name, digest) is True
        else:
            with pytest.raises(expected):
                still_sealed(objects, name, digest)
    obstore.delete(objects._store("s3://invoices"), "replaced/a.pdf")
    with pytest.raises(OutputGone):
        still_sealed(objects, name, digest)


@pytest.mark.parametrize("address", ["s3://bucket/key", "/tmp/out", "out", "C:\\out"])
def test_a_place_of_output_is_a_folder_or_object_storage(address):
    assert is_objects(address) == address.startswith("s3:")


@pytest.fixture
def authority(tmp_path):
    """Options of a worker that has a timestamp authority."""
    port = free_port()
    sandbox = Sandbox.create(tmp_path / "sandbox", base_url=f"http://127.0.0.1:{port}")
    serving = start(sandbox, port=port, smtp_port=0)
    yield "--tsa", sandbox.tsa_url, "--trust", str(sandbox.write_trust(tmp_path / "trust"))
    serving.stop()


def test_workers_that_look_into_the_journal_seal_what_is_listed(postgres, documents, tmp_path, authority):
    """At the level that the batch asks for, with timestamps; and nothing again that was sealed."""
    order, device = order_for(postgres, documents, "B-T"), seal_file(tmp_path)
    with worker(order, device, "--lease", str(LEASE_SECONDS), *authority):
        results, counts = listed(order)
        assert (counts.sealed, counts.set_aside) == (DOCUMENTS - 1, 1)
        looked_at(order, results)
        again, counts = listed(order)
        assert all(each.again for each in again if each.sealed)
    looked_at(order, results)


@pytest.mark.parametrize("kind", BROKERS)
def test_with_celery_each_document_is_sealed_once_though_workers_and_broker_are_killed(
    postgres, documents, tmp_path, kind
):
    installed, started = BROKERS[kind]
    if not installed():
        pytest.skip(f"{kind} is not installed")
    order, device = order_for(postgres, documents), seal_file(tmp_path)
    with started() as broker, ExitStack() as stack:
        killed = []

        def start():
            lease = ("--lease", str(LEASE_SECONDS))
            return stack.enter_context(worker(order, device, "--broker", broker.url, *lease, jobs=1))

        first = start()

        def kill(counts) -> None:
            done = counts.sealed + counts.set_aside
            if not killed and done >= 8:
                kill_all(first)
                killed.append("worker")
                start()
            elif len(killed) == 1 and done >= 12:
                broker.kill()
                time.sleep(0.5)
                broker.start()
                killed.append("broker")

        results, counts = listed(order, broker.url, while_waiting=kill)
        assert counts.done
        assert killed[:1] == ["worker"]  # the broker too, unless the second worker was done before anybody looked
    looked_at(order, results)


def test_where_no_worker_comes_the_batch_stays_listed(postgres, documents):
    order = order_for(postgres, documents)
    with pytest.raises(BatchWaiting):
        listed(order, patience=0.5)


def test_a_broker_that_is_away_is_told(postgres):
    from esign.jobs.seal_celery import CeleryDispatcher

    dispatcher = CeleryDispatcher(broker="redis://127.0.0.1:1/0")
    with pytest.raises(BatchBrokerAway):
        dispatcher.wake(1, 1)
    dispatcher.close()


def test_the_command_lists_waits_and_tells(postgres, documents, tmp_path):
    order, device = order_for(postgres, documents), seal_file(tmp_path)
    with worker(order, device):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "esign.cli", "seal-batch", f"{documents}/in", "--out", order.place),
                *("--journal", postgres, "--json", "--patience", "150"),
            ],
            capture_output=True,
            timeout=120,
        )
    assert done.returncode == 1, done.stderr.decode()
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert Counter(line["state"] for line in lines) == {"sealed": DOCUMENTS - 1, "set_aside": 1}


@pytest.mark.parametrize("address", ["no address geheim", "bogus://user:geheim@host/database"])
def test_an_address_that_is_none_is_told_without_repeating_its_password(address, tmp_path, monkeypatch):
    monkeypatch.setenv("ESIGN_SEAL_JOURNAL", address)
    done = CliRunner().invoke(seal_batch, [str(tmp_path), "--out", str(tmp_path / "out")], standalone_mode=False)
    assert (done.return_value, done.exception) == (2, None)
    assert "(store.database)" in done.stderr
    assert "geheim" not in done.output


@pytest.mark.parametrize("place", ["s3://", "s3:///key", "s3://user:geheim@bucket/key"])
def test_a_place_of_output_that_is_no_address_is_wrong_use(place, tmp_path):
    words = [str(tmp_path), "--out", place, "--journal", f"sqlite:///{tmp_path}/journal.sqlite"]
    done = CliRunner().invoke(seal_batch, words, standalone_mode=False)
    assert (done.return_value, done.exception) == (2, None)
    assert "(cli.usage)" in done.stderr
    assert "geheim" not in done.output


def test_a_message_that_names_no_batch_seals_nothing():
    opened = []
    benches = seal_celery._Benches(lambda batch, name: opened.append(batch))
    for strange in ("1", None, -1, 0, True, [1], {"batch": 1}):
        seal_celery.seal_chunk(benches, strange)
    assert opened == []
