"""Foreign files in a process of their own: limits that hold, and nobody else suffers."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from datetime import timedelta

import pytest

from esign.documents.errors import HelpersBusy
from esign.documents.helpers import Bench
from esign.validation import isolation as room
from esign.validation.certificates import TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Material
from esign.validation.verdict import Outcome, Status
from tests.validation.verdicts import fits, said


@pytest.fixture(scope="module")
def trust(walked):
    return TrustAnchors(certificates=(walked.world.root.der,))


@pytest.fixture(scope="module")
def at(walked):
    return walked.world.now + timedelta(minutes=10)


@pytest.fixture(scope="module")
def shared(trust):
    with Isolation(trust=trust, material=Material()) as isolation:
        yield isolation


def helper(tmp_path, monkeypatch, body: str) -> None:
    """Let this be the helper's program; it gets the setup and says that it is ready."""
    program = tmp_path / "helper.py"
    head = """\
        import os, pickle, signal, struct, sys, time
        source, answers = sys.stdin.buffer, sys.stdout.buffer
        source.read(*struct.unpack(">Q", source.read(8)))
        answers.write(b"+"); answers.flush()
        sizes = struct.unpack(">QQ", source.read(16)); source.read(sizes[0]); source.read(sizes[1])
        """
    program.write_text(textwrap.dedent(head) + body)
    monkeypatch.setattr(room, "WORKER", program)


def asked(trust, at, **options):
    with Isolation(trust=trust, material=Material(), **options) as isolation:
        return isolation.verify(b"%PDF-1.7", at=at, name="f.pdf")


def test_the_verdict_is_the_same_as_without_and_one_helper_serves_many_files(shared, walked, at):
    first = shared.verify(walked.finished, at=at, name="contract.pdf")
    assert first == said(walked.finished, walked, at=at)
    (process,) = shared._idle
    assert shared.verify(b"junk", at=at, name="junk").status is Status.UNREADABLE
    assert shared.verify(walked.stored, at=at, name="contract.pdf") == said(walked.stored, walked, at=at)
    assert shared._idle == [process]


def test_a_helper_that_was_ended_between_two_files_is_replaced(shared, walked, at):
    shared.verify(walked.finished, at=at)
    shared._idle[0].kill()
    assert shared.verify(walked.finished, at=at).status is Status.VALID


def test_a_file_too_long_is_not_even_sent(shared, at, monkeypatch):
    monkeypatch.setattr(room, "MAX_BYTES", 10)
    verdict = shared.verify(b"%PDF-1.7 and more", at=at, name="long.pdf")
    assert (verdict.error.code, fits(verdict.to_json())["findings"]) == (
        "validation.limit_exceeded",
        ["limit_exceeded"],
    )


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        ("time.sleep(60)", "validation.limit_exceeded", "limit_exceeded"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "validation.limit_exceeded", "limit_exceeded"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "validation.format_failure", "format_failure"),
        ("sys.exit(3)", "validation.format_failure", "format_failure"),
        ("answers.write(struct.pack('>Q', 1 << 60) + b'\\0'); answers.flush()", "validation.format_failure", None),
        ("answers.write(struct.pack('>Q', 4) + b'\\0junk'); answers.flush()", "validation.format_failure", None),
        ("answers.write(struct.pack('>Q', 90) + b'\\0short'); answers.flush()", "validation.format_failure", None),
    ],
)
def test_a_helper_that_runs_away_or_breaks_down_is_a_verdict(tmp_path, monkeypatch, trust, at, body, code, kind):
    helper(tmp_path, monkeypatch, body)
    verdict = asked(trust, at, seconds=0.5)
    assert (verdict.outcome, verdict.file, verdict.error.code) == (Outcome.CLEAN_ERROR, "f.pdf", code)
    assert fits(verdict.to_json())["findings"] == [kind or "format_failure"]


def test_nothing_but_verdicts_is_read_out_of_an_answer(tmp_path, monkeypatch, trust, at):
    mark = tmp_path / "executed"
    body = f"""
class Evil:
    def __reduce__(self):
        return os.mkdir, ({str(mark)!r},)
answer = pickle.dumps(Evil())
answers.write(struct.pack(">Q", len(answer)) + b"\\0" + answer); answers.flush()
"""
    helper(tmp_path, monkeypatch, body)
    assert asked(trust, at).error.code == "validation.format_failure"
    assert not mark.exists()
    with pytest.raises(ValueError, match="not a verdict"):
        room._read(pickle.dumps("a text"))


def test_a_helper_opens_no_file_no_socket_and_no_process_and_has_its_memory(tmp_path):
    place = tmp_path / "secret"
    place.write_text("x")
    program = f"""
import os, resource, socket
from esign.validation.isolation_worker import MEMORY, confine
confine()
tries = {{
    "file": lambda: open({str(place)!r}),
    "new file": lambda: open({str(place) + "2"!r}, "w"),
    "socket": lambda: socket.socket(),
    "pipe": lambda: os.pipe(),
    "memory": lambda: bytearray(MEMORY),
}}
for name, one in tries.items():
    try:
        one()
    except (OSError, MemoryError) as error:
        print(name, type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "file OSError",
        "new file OSError",
        "socket OSError",
        "pipe OSError",
        "memory MemoryError",
    ]


def test_once_shut_in_nothing_has_to_be_loaded(walked, tmp_path):
    """Otherwise a check would break in the helper that does not break outside."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(walked.finished)
    program = f"""
import sys
from datetime import datetime
from pathlib import Path
from esign.validation.isolation_worker import load
load()
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from esign.validation.verdict import verify
data, root = Path({str(path)!r}).read_bytes(), bytes.fromhex({walked.world.root.der.hex()!r})
trust = TrustAnchors(certificates=(root,))
sys.addaudithook(lambda event, given: print(event, given) if event in ("open", "import", "socket.__new__") else None)
print(verify(data, trust=trust, material=Material(), at=datetime.fromisoformat("2026-11-22T12:10:00+00:00")).clean)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True"]


def test_helpers_share_the_places_of_the_server(trust, at):
    bench = Bench(running=1, waiting=0, patience=0.01)
    with bench.place(), pytest.raises(HelpersBusy):
        asked(trust, at, places=bench.place)


def test_a_place_is_held_while_the_helper_works(tmp_path, monkeypatch, trust, at):
    helper(tmp_path, monkeypatch, "sys.exit(0)")
    steps = []

    @contextmanager
    def place():
        steps.append("taken")
        yield
        steps.append("given back")

    asked(trust, at, places=place)
    assert steps == ["taken", "given back"]


def test_a_helper_that_cannot_begin_blames_no_file(tmp_path, monkeypatch, trust, at):
    program = tmp_path / "helper.py"
    program.write_text("raise SystemExit(1)")
    monkeypatch.setattr(room, "WORKER", program)
    assert asked(trust, at).error.detail == "no helper could begin; the file was not looked into"
