"""The line: from a folder to a folder, once and whole, whatever happens on the way."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.foundation.clock import FixedClock
from esign.sealing.batches import Admitted, Item, ItemState, NewItem
from esign.sealing.batches.errors import SampleNotGood
from esign.sealing.batches.ports import Buffer
from esign.store import seal_folder
from esign.store.seal_journal_file import settle_promises
from tests.sealing.small_line import NOW, SmallForm, SmallWorkshop, SmallWorld

PDF = b"%PDF-1.7 one"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SmallWorld]:
    made = SmallWorld(tmp_path)
    yield made
    made.database.close()


def _run(world: SmallWorld, *items: NewItem, owner: str = "one", **how: Any) -> list[Any]:
    world.journal.add(items)
    results = []
    while (chunk := world.journal.claim(owner, 100)).items:
        results += world.line(**how).run(chunk)
    return results


def test_a_document_is_a_prefix_of_the_sealed_one_and_recorded(world: SmallWorld) -> None:
    (result,) = _run(world, world.put("a/b.pdf", PDF))
    sealed = world.sealed()["a/b.pdf"]
    assert sealed.startswith(PDF) and sealed != PDF
    assert result.state is ItemState.SEALED
    assert result.digest_in == hashlib.sha256(PDF).digest()
    assert result.digest_out == hashlib.sha256(sealed).digest()
    assert world.journal.lines(0) == [result.__class__(**_fields(result))]
    assert world.journal.counts().sealed == 1


def _fields(result: Any) -> dict[str, Any]:
    return {name: getattr(result, name) for name in result.__dataclass_fields__}


def test_each_bad_document_has_its_code_and_the_others_go_on(world: SmallWorld) -> None:
    os.mkfifo(world.inputs / "pipe.pdf")
    results = _run(
        world,
        world.put("empty.pdf", b""),
        world.put("text.pdf", b"hello"),
        NewItem(source=b"/does/not/exist.pdf", output=b"gone.pdf"),
        NewItem(source=os.fsencode(world.inputs), output=b"folder.pdf"),
        NewItem(source=os.fsencode(world.inputs / "pipe.pdf"), output=b"pipe.pdf"),
        NewItem(source=world.put("long.pdf", PDF).source, output=b"n" * 300 + b".pdf"),
        world.put("good.pdf", PDF),
    )
    assert [result.code for result in results] == [
        "sealing.document.empty",
        "sealing.document.not_pdf",
        "sealing.input.missing",
        "sealing.input.not_a_file",
        "sealing.input.not_a_file",
        "sealing.output.name",
        "",
    ]
    assert list(world.sealed()) == ["good.pdf"]
    counts = world.journal.counts()
    assert (counts.sealed, counts.set_aside, counts.open) == (1, 6, 0)


def test_given_twice_it_is_sealed_once(world: SmallWorld) -> None:
    item = world.put("a.pdf", PDF)
    first, second = _run(world, item, item)
    assert first.state is second.state is ItemState.SEALED
    assert (first.again, second.again) == (False, True)
    assert first.digest_out == second.digest_out == hashlib.sha256(world.sealed()["a.pdf"]).digest()


def test_a_later_batch_knows_it_and_makes_no_second_signature(world: SmallWorld) -> None:
    item = world.put("a.pdf", PDF)
    (first,) = _run(world, item)
    world.again()
    (second,) = _run(world, item)
    assert second.again and second.digest_out == first.digest_out and second.state is ItemState.SEALED
    assert len(world.workshop.made) == 1


def test_another_document_under_a_name_that_is_taken_is_set_aside(world: SmallWorld) -> None:
    one, other = world.put("x/a.pdf", PDF), world.put("y/a.pdf", PDF + b" other")
    first, second = _run(
        world, NewItem(source=one.source, output=b"a.pdf"), NewItem(source=other.source, output=b"a.pdf")
    )
    assert first.sealed and second.code == "sealing.output.exists"
    world.again()
    (third,) = _run(world, NewItem(source=other.source, output=b"a.pdf"))
    assert third.code == "sealing.output.exists"
    assert world.sealed()["a.pdf"].startswith(PDF + b"\n")


def test_a_strangers_file_is_never_overwritten_and_its_name_stays_free_for_later(world: SmallWorld) -> None:
    (world.out / "a.pdf").write_bytes(b"theirs")
    item = world.put("a.pdf", PDF)
    (result,) = _run(world, item)
    assert result.code == "sealing.output.exists"
    assert world.sealed() == {"a.pdf": b"theirs"}
    (world.out / "a.pdf").unlink()
    world.again()
    (result,) = _run(world, item)
    assert result.sealed and world.sealed()["a.pdf"].startswith(PDF)


def test_what_was_taken_away_is_not_sealed_a_second_time(world: SmallWorld) -> None:
    item = world.put("a.pdf", PDF)
    _run(world, item)
    (world.out / "a.pdf").unlink()
    world.again()
    (result,) = _run(world, item)
    assert result.code == "sealing.output.gone"
    assert world.sealed() == {} and len(world.workshop.made) == 1


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _a_link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


REPLACED = {
    "another document": lambda path: path.write_bytes(b"%PDF-1.7 theirs %%EOF\n"),
    "the document without its seal": lambda path: path.write_bytes(PDF),
    "one byte": lambda path: path.write_bytes(path.read_bytes().replace(b"one", b"One")),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "a beginning that is more than the sealed one": lambda path: path.write_bytes(b"x" + path.read_bytes()),
    "a pipe": _a_pipe,
    "a folder": _a_folder,
    "a link": _a_link,
}


@pytest.mark.parametrize("how", REPLACED)
def test_what_was_put_in_place_of_a_sealed_document_is_not_reported_as_sealed(world: SmallWorld, how: str) -> None:
    item = world.put("a.pdf", PDF)
    _run(world, item, world.put("b.pdf", PDF + b"b"))
    REPLACED[how](world.out / "a.pdf")
    before = world.sealed()
    for level in ("B-B", "B-T"):  # what is there is told before what it is not
        world.again()
        replaced, other = _run(world, item, world.put("b.pdf", PDF + b"b"), level=level)
        assert (replaced.code, replaced.state) == ("sealing.output.replaced", ItemState.SET_ASIDE)
        assert replaced.digest_out == b"" and other.code == {"B-B": "", "B-T": "sealing.output.level"}[level]
    assert world.sealed() == before and len(world.workshop.made) == 2


@pytest.mark.parametrize("end", [b"%%EOF\n", b"%%EOF", b"%%EOF\r\n"])
def test_a_sealed_document_that_was_lengthened_since_is_known_and_said_to_be_longer(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    seal = world.workshop.seal

    def ended(items: Any, documents: Any) -> Any:
        for form in seal(items, documents):
            yield SmallForm(tail=form.tail + end, hashed=form.hashed)

    item = world.put("a.pdf", b"%PDF %%EOF\n two revisions %%EOF\n")
    monkeypatch.setattr(SmallWorkshop, "seal", lambda self, items, documents: ended(items, documents))
    (first,) = _run(world, item)
    sealed = world.sealed()["a.pdf"]
    (world.out / "a.pdf").write_bytes(sealed + b"\n a further revision %%EOF\n")
    world.again()
    (second,) = _run(world, item)
    assert second.sealed and second.again and second.facts == {"lengthened": True}
    assert second.digest_out == first.digest_out == hashlib.sha256(sealed).digest()
    (world.out / "a.pdf").write_bytes(sealed)
    world.again()
    (third,) = _run(world, item)
    assert third.sealed and third.again and third.facts == {}


def test_sealed_before_at_a_lower_level_is_told(world: SmallWorld) -> None:
    item = world.put("a.pdf", PDF)
    _run(world, item)
    world.again()
    (result,) = _run(world, item, level="B-T")
    assert result.code == "sealing.output.level"


def test_a_full_disk_sets_aside_and_the_rest_goes_on(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    write = seal_folder.write_all

    def full(handle: int, *parts: Buffer) -> None:
        if any(b"big" in bytes(part) for part in parts):
            raise OSError(errno.ENOSPC, "full")
        write(handle, *parts)

    monkeypatch.setattr(seal_folder, "write_all", full)
    big, small = _run(world, world.put("big.pdf", PDF + b"big"), world.put("small.pdf", PDF))
    assert big.code == "sealing.output.disk_full" and small.sealed
    assert list(world.sealed()) == ["small.pdf"]


def test_a_disk_that_fails_at_the_flush_gives_nothing_out(world: SmallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(handle: int) -> None:
        raise OSError(errno.EIO, "bad disk")

    item = world.put("a.pdf", PDF)
    monkeypatch.setattr(seal_folder.os, "fsync", fails)
    (result,) = _run(world, item, documents=_made(world))
    assert result.code == "sealing.output.unwritable"
    assert world.sealed() == {}


def _made(world: SmallWorld) -> seal_folder.FolderDocuments:
    documents = world.documents()
    documents._tree.reach(b"")
    return documents


def test_a_large_document_is_mapped_from_a_copy_of_its_own(world: SmallWorld) -> None:
    item = world.put("large.pdf", PDF * 1000)
    (result,) = _run(world, item, documents=world.documents(large=100))
    assert result.sealed and world.sealed()["large.pdf"].startswith(PDF * 1000 + b"\n%%SEAL")
    assert result.digest_out == hashlib.sha256(world.sealed()["large.pdf"]).digest()


@pytest.mark.parametrize("nameless", [True, False])
def test_nothing_else_is_left_in_the_folder(world: SmallWorld, nameless: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not nameless:  # as on NFS
        monkeypatch.delattr(os, "O_TMPFILE")
    (world.out / "taken.pdf").write_bytes(b"theirs")
    results = _run(
        world, world.put("a.pdf", PDF), world.put("taken.pdf", PDF), world.put("b.pdf", PDF), world.put("b.pdf", PDF)
    )
    assert [result.code for result in results] == ["", "sealing.output.exists", "", ""]
    assert sorted(world.sealed()) == ["a.pdf", "b.pdf", "taken.pdf"]
    assert world.sealed()["taken.pdf"] == b"theirs"


def test_without_hard_links_a_name_is_taken_before_the_document_comes(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*args: object, **more: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.delattr(os, "O_TMPFILE")
    monkeypatch.setattr(os, "link", no_links)
    (world.out / "taken.pdf").write_bytes(b"theirs")
    results = _run(world, world.put("a.pdf", PDF), world.put("taken.pdf", PDF))
    assert [result.code for result in results] == ["", "sealing.output.exists"]
    assert world.sealed()["a.pdf"].startswith(PDF) and world.sealed()["taken.pdf"] == b"theirs"


def test_hidden_parts_of_killed_processes_are_swept(world: SmallWorld) -> None:
    (world.out / "deep").mkdir()
    (world.out / "deep" / ".esign-0011223344556677.part").write_bytes(b"half")
    (world.out / "deep" / "theirs.part").write_bytes(b"not ours")
    assert world.documents().sweep() == 1
    assert list(world.sealed()) == ["deep/theirs.part"]


class Stop(BaseException):
    """The process ends here."""


STEPS = ("claimed", "read", "admitted", "sealed", "checked", "written", "settled", "promised", "named", "confirmed")


@pytest.mark.parametrize("stop", [*STEPS, "recorded"])
def test_stopped_at_any_step_each_document_is_there_once_and_whole(world: SmallWorld, stop: str) -> None:
    documents = {f"{number}.pdf": PDF + b"%d" % number for number in range(6)}
    items = [world.put(name, data) for name, data in documents.items()]
    world.journal.add(items)
    reached = []

    def steps(step: str, item: Item | None = None) -> None:
        reached.append(step)
        if step == stop and reached.count(step) >= (3 if item is not None else 1):
            raise Stop

    with pytest.raises(Stop):
        world.line(steps=steps, preparation=Nothing()).run(world.journal.claim("dead", 100))
    world.journal.release("dead")
    while (chunk := world.journal.claim("next", 100)).items:
        world.line().run(chunk)
    _all_once(world, documents)
    lines = world.journal.lines(0)
    assert [line.state for line in lines] == [ItemState.SEALED] * 6
    # … and a batch from the beginning, as the command does after a power cut, finds nothing to do.
    world.again()
    assert all(result.again for result in _run(world, *items))
    _all_once(world, documents)


def _all_once(world: SmallWorld, documents: Mapping[str, bytes]) -> None:
    sealed = world.sealed()
    assert sorted(sealed) == sorted(documents)
    for name, data in documents.items():
        assert sealed[name].startswith(data + b"\n%%SEAL " + hashlib.sha256(data).hexdigest().encode())
    recorded = {line.item.output.decode(): line.digest_out for line in world.journal.lines(0)}
    assert recorded == {name: hashlib.sha256(data).digest() for name, data in sealed.items()}


class Nothing:
    """Lets everything through."""

    def admit(self, document: Buffer) -> Admitted:
        return Admitted(facts={})

    def unchanged(self, document: Buffer, tail: bytes) -> None:
        """It is."""


def test_after_a_power_cut_promises_are_settled_by_what_stands_in_the_folder(world: SmallWorld) -> None:
    world.journal.add([world.put("a.pdf", PDF), world.put("b.pdf", PDF + b"b")])

    def steps(step: str, item: Item | None = None) -> None:
        if step == "named":
            raise Stop

    with pytest.raises(Stop):
        world.line(steps=steps).run(world.journal.claim("dead", 100))
    assert list(world.sealed()) == ["a.pdf"]
    assert settle_promises(world.database, "here", world.documents().digest, world.clock) == 1
    world.again()
    first, second = _run(world, world.put("a.pdf", PDF), world.put("b.pdf", PDF + b"b changed since"))
    assert first.again and not second.again and second.sealed


def test_who_lost_the_lease_gives_nothing_out_and_records_nothing(world: SmallWorld) -> None:
    assert isinstance(world.clock, FixedClock)
    world.journal.add([world.put("a.pdf", PDF)])
    late = world.journal.claim("late", 100)
    world.clock.at = NOW + timedelta(hours=1)
    assert world.journal.reap() == 1
    (result,) = world.line().run(late)
    assert result.code == "sealing.batch.lease_ended"
    assert world.sealed() == {} and world.journal.counts().open == 1
    (result,) = world.line().run(world.journal.claim("next", 100))
    assert result.sealed and len(world.sealed()) == 1


@pytest.mark.parametrize(("place", "portion"), [("sealed", 1), ("read", 32 << 20)])
def test_the_lease_is_begun_anew_while_there_is_work_on_a_chunk(world: SmallWorld, place: str, portion: int) -> None:
    assert isinstance(world.clock, FixedClock)

    def slow(step: str, item: Item | None = None) -> None:
        if step == place:
            world.clock.at += timedelta(minutes=4)  # type: ignore[attr-defined]  # a clock that is set

    world.journal.add([world.put(f"{number}.pdf", PDF + b"%d" % number) for number in range(6)])
    results = world.line(steps=slow, portion=portion).run(world.journal.claim("slow", 100))
    assert [result.code for result in results] == [""] * 6
    assert world.journal.counts().sealed == 6


def test_a_process_that_stood_still_too_long_gives_nothing_out_and_the_documents_wait(world: SmallWorld) -> None:
    assert isinstance(world.clock, FixedClock)

    def still(step: str, item: Item | None = None) -> None:
        if step == "promised":
            world.clock.at += timedelta(hours=1)  # type: ignore[attr-defined]  # a clock that is set

    world.journal.add([world.put("a.pdf", PDF)])
    (result,) = world.line(steps=still).run(world.journal.claim("still", 100))
    assert result.code == "sealing.batch.lease_ended" and world.sealed() == {}
    (result,) = world.line().run(world.journal.claim("next", 100))
    assert result.sealed and list(world.sealed()) == ["a.pdf"]


def test_a_document_at_which_processes_die_is_leased_alone_and_set_aside_at_last(world: SmallWorld) -> None:
    world.journal.add([world.put(f"{number}.pdf", PDF + b"%d" % number) for number in range(4)])
    deadly = b"2.pdf"
    deaths = 0
    while (chunk := world.journal.claim("worker", 100)).items:
        if any(item.output == deadly for item in chunk.items):
            deaths += 1
            world.journal.release("worker")
        else:
            world.line().run(chunk)
    assert deaths == 3
    assert {line.item.output: line.code for line in world.journal.lines(0)} == {
        b"0.pdf": "",
        b"1.pdf": "",
        deadly: "sealing.batch.crashed",
        b"3.pdf": "",
    }


def test_a_sealed_document_whose_full_verdict_is_not_good_is_not_given_out(world: SmallWorld) -> None:
    class Strict:
        def wanted(self, digest_in: bytes) -> bool:
            return True

        def check(self, document: Buffer, tail: bytes) -> None:
            if b"bad" in bytes(document):
                raise SampleNotGood

    good, bad = _run(world, world.put("good.pdf", PDF), world.put("bad.pdf", PDF + b"bad"), verdicts=Strict())
    assert good.sealed and bad.code == "sealing.sample"
    assert list(world.sealed()) == ["good.pdf"]


def test_what_is_made_of_a_document_is_sealed_in_its_place_and_known_by_the_document(world: SmallWorld) -> None:
    class Rendering(Nothing):
        def admit(self, document: Buffer) -> Admitted:
            return Admitted(facts={"rendered": True}, instead=b"%PDF picture of " + bytes(document))

    (result,) = _run(world, world.put("a.xml", b"<x/>"), preparation=Rendering())
    assert result.digest_in == hashlib.sha256(b"<x/>").digest() and result.facts == {"rendered": True}
    assert world.sealed()["a.xml"].startswith(b"%PDF picture of <x/>\n%%SEAL")


def test_an_unexpected_fault_is_one_documents_and_tells_nothing_of_it(world: SmallWorld) -> None:
    class Broken(Nothing):
        def admit(self, document: Buffer) -> Admitted:
            if b"odd" in bytes(document):
                raise KeyError("secret of the invoice")
            return Admitted(facts={})

    odd, good = _run(world, world.put("odd.pdf", PDF + b"odd"), world.put("good.pdf", PDF), preparation=Broken())
    assert odd.code == "sealing.unexpected" and "secret" not in odd.detail and good.sealed


def test_little_is_held_in_memory_at_a_time(world: SmallWorld) -> None:
    sizes = []
    seal = world.workshop.seal

    class Watching:
        def seal(self, items: Any, documents: Any) -> Any:
            sizes.append(sum(len(each) for each in documents))
            return seal(items, documents)

    line = world.line(portion=250)
    line.workshop = Watching()
    world.journal.add([world.put(f"{number}.pdf", PDF + bytes(88)) for number in range(10)])
    line.run(world.journal.claim("one", 100))
    assert sizes == [300, 300, 300, 100]
