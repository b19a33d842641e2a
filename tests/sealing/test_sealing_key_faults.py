"""``esign seal`` when the key fails in mid-batch: each document has its line, and a later call seals the rest, once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from esign.cli import program
from esign.cli.seal_lines import line_of
from esign.foundation.clock import Clock
from esign.gateways.seal_keys import open_seal_key
from esign.jobs import seal_processes
from esign.pades import read_signatures
from esign.seal_works import FolderBatch, SealOrder
from esign.sealing.batches import Item, NewItem
from tests.pades import small_world
from tests.sealing.helpers.seal_files import brief_seal, seal_file
from tests.sealing.helpers.served_world import ServedWorld
from tests.sealing.helpers.soft_token import has_soft_token, soft_token

CHUNK, COUNT = 2, 6
LIST_SECONDS = 3
NAMES = [f"{number}.pdf" for number in range(COUNT)]


@dataclass
class Bench:
    """Documents in a folder; the command seals them in chunks of two, one after the other, in this process."""

    folder: Path
    said: pytest.CaptureFixture[str]
    after_first_chunk: Callable[[], None] | None = None
    originals: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "in").mkdir()
        draft = small_world.draft()
        for number, name in enumerate(NAMES):
            self.originals[name] = draft + b"%%%d\n" % number
            (self.folder / "in" / name).write_bytes(self.originals[name])

    def step(self, step: str, item: Item | None = None) -> None:
        if step == "recorded" and self.after_first_chunk is not None:
            fault, self.after_first_chunk = self.after_first_chunk, None
            fault()

    def seal(self, device: str, *more: str) -> tuple[int, list[str]]:
        """Run the command; returns its status and what became of each document: sealed, again, or its code."""
        words = ("--out", str(self.folder / "out"), "--device", device, "--policy", "none", "--json")
        status = program.run(["seal", *(str(self.folder / "in" / name) for name in NAMES), *words, *more])
        lines = [json.loads(line) for line in self.said.readouterr().out.splitlines()]
        assert [Path(line["input"]).name for line in lines] in ([], NAMES)
        return status, [_became(line) for line in lines]

    def whole(self) -> bool:
        """Whether each document is there once, with one seal, and nothing else."""
        there = {path.name: path.read_bytes() for path in (self.folder / "out").glob("*") if path.is_file()}
        return list(map(len, map(read_signatures, there.values()))) == [1] * COUNT and all(
            there[name].startswith(data) for name, data in self.originals.items()
        )


def _became(line: dict[str, Any]) -> str:
    return str(line["error"]["code"]) if line["error"] else "again" if line["again"] else "sealed"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bench:
    made = Bench(tmp_path, capsys)
    run = FolderBatch.run

    def here(self: FolderBatch, items: Any, *, jobs: int, **more: Any) -> Any:
        self.order = replace(self.order, chunk=CHUNK, threads=1, steps=made.step)
        return run(self, items, jobs=0, **more)

    monkeypatch.setattr(FolderBatch, "run", here)
    return made


class MovedClock:
    """The machine's clock, moved forward."""

    offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


def test_a_certificate_that_ends_in_mid_batch(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, now = MovedClock(), datetime.now(UTC)

    def open_key(self: SealOrder, _: Clock | None = None) -> object:
        return open_seal_key(self.device, clock=clock)

    def end() -> None:
        clock.offset = timedelta(hours=2)

    monkeypatch.setattr(SealOrder, "open_key", open_key)
    ending = brief_seal(tmp_path / "a.p12", begins=now - timedelta(hours=1), ends=now + timedelta(hours=1))
    next_one = brief_seal(tmp_path / "b.p12", begins=now, ends=now + timedelta(hours=3))
    bench.after_first_chunk = end
    assert bench.seal(ending) == (1, ["sealed"] * 2 + ["sealing.key.expired"] * 4)
    assert bench.seal(ending) == (2, [])  # an unusable key begins nothing
    assert bench.seal(next_one) == (0, ["again"] * 2 + ["sealed"] * 4)
    assert bench.whole()


@pytest.mark.skipif(not has_soft_token(), reason="SoftHSM is not installed")
def test_a_token_that_is_pulled_out_in_mid_batch(bench: Bench, tmp_path: Path) -> None:
    with soft_token(tmp_path / "token") as token:
        bench.after_first_chunk = token.pull_out
        assert bench.seal(token.uri) == (1, ["sealed"] * 2 + ["sealing.key.unavailable"] * 4)
        assert bench.seal(token.uri) == (2, [])
        token.put_in()
        token.restart()
        assert bench.seal(token.uri) == (0, ["again"] * 2 + ["sealed"] * 4)
    assert bench.whole()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedWorld]:
    """A sandbox whose revocation lists are good for some seconds only."""
    made = ServedWorld(tmp_path_factory.mktemp("world"))
    for authority in made.sandbox.pki.authorities.values():
        object.__setattr__(authority, "crl_lifetime", timedelta(seconds=LIST_SECONDS))
    made.open()
    yield made
    made.close()


def revoke(world: ServedWorld, device: str) -> None:
    """Revoke a seal; whoever has the last list before may believe it until its end."""
    certificate = x509.load_der_x509_certificate(open_seal_key(device).certificate)
    world.sandbox.revoke(certificate.serial_number)
    time.sleep(LIST_SECONDS)


@pytest.mark.network
def test_a_seal_that_is_revoked_in_mid_batch_and_before(bench: Bench, world: ServedWorld) -> None:
    device, next_one = (world.new_seal(bench.folder / name) for name in ("a", "b"))
    bench.after_first_chunk = lambda: revoke(world, device)
    more = ("--fetch", world.hosts[0])
    assert bench.seal(device, *more) == (1, ["sealed"] * 2 + ["sealing.key.revoked"] * 4)
    assert bench.seal(device, *more) == (1, ["again"] * 2 + ["sealing.key.revoked"] * 4)
    long_term = ("--level", "B-LT", "--tsa", world.first.tsa_url, "--trust", str(world.trust))
    assert bench.seal(device, *more, *long_term) == (1, ["sealing.output.level"] * 2 + ["sealing.key.revoked"] * 4)
    assert bench.seal(next_one, *more) == (0, ["again"] * 2 + ["sealed"] * 4)
    assert bench.whole()


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_key_that_no_process_can_open_any_more_leaves_a_line_for_each_document(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """The key was looked at, and is gone before the processes open it, or when they are replaced."""
    monkeypatch.undo()  # real processes
    monkeypatch.setattr(seal_processes, "MOST_DEATHS", 2)
    folder, out = bench.folder, bench.folder / "out"
    items = [NewItem(source=str(folder / "in" / name).encode(), output=name.encode()) for name in NAMES]

    def seal(items: list[NewItem], device: str, jobs: int) -> list[str]:
        told: list[str] = []
        with FolderBatch(order=SealOrder(device=device, out=out)) as batch:
            batch.run(
                items,
                jobs=jobs,
                told=lambda results, _: told.extend(_became(line_of(each, sandbox=True)) for each in results),
                stop=threading.Event(),
            )
        return told

    good = seal_file(folder / "key")
    assert seal(items[:2], good, 0) == ["sealed"] * 2
    assert seal(items, f"file:{folder}/gone.p12", jobs) == ["again"] * 2 + ["sealing.key.unreadable"] * 4
    assert seal(items, good, 0) == ["again"] * 2 + ["sealed"] * 4
    assert bench.whole()
