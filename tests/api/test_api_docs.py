"""docs/api.md is true: its examples are run as they stand, against a served installation."""

from __future__ import annotations

import os
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from tests.conftest import WEB

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(api) -> Iterator[str]:
    """The installation on a free port of this machine."""
    with make_server("127.0.0.1", 0, api.world.apps[WEB], server_class=Threaded, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def examples(language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def environment(served: str, key: str) -> dict[str, str]:
    return {**os.environ, "ESIGN": served, "KEY": key, "PYTHONPATH": str(ROOT), "NO_PROXY": "localhost,127.0.0.1"}


def prepare(folder: Path) -> None:
    (folder / "policies").symlink_to(ROOT / "policies")


def test_the_walk_with_curl(api, served, tmp_path):
    prepare(tmp_path)
    done = subprocess.run(
        ["sh", "-eu", "-c", examples("sh")],
        cwd=tmp_path,
        env=environment(served, api.key()),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert '"code":"engine.contract.state"' in done.stdout.replace('": ', '":')
    assert (tmp_path / "draft.pdf").read_bytes().startswith(b"%PDF-")
    backend = api.backend()
    states = sorted(item["state"] for item in backend.get("/contracts").json()["items"])
    assert states == ["cancelled", "cancelled", "invited"]
    assert backend.get("/webhooks").json()["items"] == []
    assert [item["origin"] for item in backend.get("/return-addresses").json()["items"]] == ["https://shop.example"]


def test_the_walk_with_the_client(api, served, tmp_path):
    prepare(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", examples("python")],
        cwd=tmp_path,
        env=environment(served, api.key()),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (contract,) = api.backend().get("/contracts").json()["items"]
    assert contract["state"] == "cancelled"


def test_the_page_names_every_scope_that_the_description_needs():
    from web.api.specification import operations

    needed = {scope.value for operation in operations() for scope in operation.scopes}
    assert needed <= set(re.findall(r"`([a-z]+:[a-z]+)`", PAGE))
