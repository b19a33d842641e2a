"""Four processes and a token: one login each, as many sessions as there are, and a wrong PIN is tried once in all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.pades import small_world
from tests.sealing.helpers.soft_token import MODULE, SoftToken, has_soft_token, soft_token

ROOT = Path(__file__).parents[2]
DOCUMENTS = 16
INCORRECT = "a0"

pytestmark = pytest.mark.skipif(
    not has_soft_token() or shutil.which("cc") is None, reason="SoftHSM, or a compiler of C, is not installed"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that counts what is asked of the token."""
    made = tmp_path_factory.mktemp("library") / "counting.so"
    source = ROOT / "tests/sealing/helpers/counting_token.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


@dataclass
class Bench:
    folder: Path
    token: SoftToken
    library: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "in").mkdir()
        for number in range(DOCUMENTS):
            (self.folder / "in" / f"{number:02}.pdf").write_bytes(small_world.draft() + b"%%%d\n" % number)

    def seal(self, *, good: int = 1000, sessions: int = 1000) -> Counter[str]:
        """Seal everything with four processes; returns how often each code was told."""
        counting = {"COUNTED_GOOD": str(good), "COUNTED_SESSIONS": str(sessions)}
        counting |= {"COUNTED_MODULE": str(MODULE), "COUNTED_LOGINS": str(self.folder / "logins")}
        device = self.token.uri.replace(str(MODULE), str(self.library))
        done = subprocess.run(
            [sys.executable, "-m", "tests.sealing.helpers.token_batch", str(self.folder), device],
            env={**os.environ, **counting},
            cwd=ROOT,
            capture_output=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return Counter(json.loads(done.stdout))

    def logins(self) -> list[tuple[str, str]]:
        """Process and result of every login."""
        return [(line.split()[0], line.split()[1]) for line in (self.folder / "logins").read_text().splitlines()]


@pytest.fixture
def bench(tmp_path: Path, library: Path) -> Iterator[Bench]:
    with soft_token(tmp_path / "token") as token:
        yield Bench(tmp_path, token, library)


def test_each_process_logs_in_once_and_makes_do_with_the_sessions_that_there_are(bench: Bench) -> None:
    assert bench.seal(sessions=1) == {"": DOCUMENTS}
    processes = Counter(process for process, _ in bench.logins())
    assert set(processes.values()) == {1} and 2 <= len(processes) <= 5  # who looks at the key first, and the workers
    assert {result for _, result in bench.logins()} == {"0"}
    assert len(list((bench.folder / "out").glob("*.pdf"))) == DOCUMENTS


def test_a_wrong_pin_is_tried_once_by_four_processes_that_are_replaced_and_by_later_calls(bench: Bench) -> None:
    assert bench.seal(good=1) == {"sealing.key.pin": DOCUMENTS}  # somebody changes it while the batch begins
    wrong = [process for process, result in bench.logins() if result == INCORRECT]
    assert len(wrong) == 1 and len(bench.logins()) == 2
    assert bench.seal(good=1) == {"nothing began": 1, "sealing.key.pin": 1}
    assert len(bench.logins()) == 2
    bench.token.pin.with_name("pin.refused").unlink()  # a person says that it is the right one now
    assert bench.seal() == {"": DOCUMENTS}
    assert len(list((bench.folder / "out").glob("*.pdf"))) == DOCUMENTS
