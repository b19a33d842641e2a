"""A batch against ``esign serve``: its worker is killed in the middle, and each document is sealed once, told once."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from esign.client import ApiClient
from tests.api.killing import Receiver, wait_until
from tests.api.served import Served, below
from tests.sealing.invoice_samples import invoice_pdf

pytestmark = pytest.mark.network
COUNT = 100
SCOPES = ("seals:read", "seals:write", "webhooks:write")


def command(process: int) -> bytes:
    """Return the command line of a process."""
    return Path(f"/proc/{process}/cmdline").read_bytes()


def test_killed_in_the_middle_each_document_is_sealed_once(installation: Served) -> None:
    invoice, receiver = invoice_pdf(), Receiver()
    documents = {f"RE {number:04}.pdf": invoice + bytes(number) for number in range(COUNT)}
    words = [word for scope in SCOPES for word in ("--scope", scope)]
    key = installation.esign("api-key", "create", "seals", "--days", "1", *words).strip()
    with receiver.listening() as hook, ApiClient(installation.url, key) as client:
        webhook = client.create_webhook(hook, kinds=["seal.batch_finished"])
        batch = client.open_seal_batch(level="B-B")["id"]
        for name, data in documents.items():
            client.add_to_seal_batch(batch, name, data)
        client.complete_seal_batch(batch)
        wait_until(lambda: client.seal_batch(batch)["sealed"] > 0)
        sealed = client.seal_batch(batch)["sealed"]
        assert installation.running is not None
        workers = [process for process in below(installation.running.pid) if b"worker" in command(process)]
        for process in workers:
            os.kill(process, signal.SIGKILL)
        assert workers and sealed < COUNT, "nothing was under way when the worker was killed"
        wait_until(lambda: client.seal_batch(batch)["state"] == "done")
        wait_until(lambda: receiver.told)
        results = {each["name"]: each for each in client.seal_results(batch)}
        assert list(results) == list(documents)
        assert {(each["state"], each["code"]) for each in results.values()} == {("sealed", None)}
        for name, data in list(documents.items())[::10]:
            found = client.sealed_document(batch, name)
            assert found.startswith(data) and found.count(b"/ByteRange") == 1
        client.delete_webhook(webhook["id"])
    out = installation.layout.state_dir / "seal-batches" / batch / "out"
    assert sum(path.is_file() for path in out.rglob("*")) == COUNT
    (bodies,) = receiver.told.values()
    assert json.loads(bodies[0])["data"]["seal_batch"] == batch
