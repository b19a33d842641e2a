"""Ports and child processes: one clear refusal, one clean end."""

import os
import signal
import socket
import sys
import threading
import time

import pytest

from esign.cli import supervisor as supervisor_module
from esign.cli.errors import PortInUse, ProcessEnded
from esign.cli.ports import answers, loopback, require_free
from esign.cli.supervisor import Child, Supervisor

pytestmark = pytest.mark.network


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def script(monkeypatch):
    """Let children run a line of Python in place of ``esign``."""
    monkeypatch.setattr(Child, "command", property(lambda self: [sys.executable, "-c", *self.arguments]))


def test_a_taken_port_is_refused_with_the_option_that_changes_it(taken):
    with pytest.raises(PortInUse) as caught:
        require_free((("--port", taken),))
    assert caught.value.detail == f"port {taken} is in use: stop what runs there, or choose another with --port PORT"


def test_the_same_port_twice_is_refused(taken):
    free = taken + 1 if taken < 65000 else taken - 1
    with pytest.raises(PortInUse, match="--smtp-port"):
        require_free((("--port", free), ("--smtp-port", free)))


def test_the_loopback_addresses_are_this_machines_only():
    assert all(address.startswith(("127.0.0.1:", "[::1]:")) for address in loopback(8080))


def test_children_run_until_a_stop_and_leave_nothing_behind(script):
    supervisor, pids = Supervisor(), []
    original = supervisor_module._spawn

    def spawn(child, more):
        process = original(child, more)
        pids.append(process.pid)
        return process

    supervisor_module._spawn = spawn
    try:
        supervisor.run(
            [Child(name=name, arguments=("import time; time.sleep(60)",)) for name in ("one", "two")],
            ready=lambda: threading.Timer(0.2, supervisor.stop).start(),
        )
    finally:
        supervisor_module._spawn = original
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_child_is_ready_when_its_port_answers(script, taken):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    serve = f"import socket, time; time.sleep(0.3); s = socket.create_server(('127.0.0.1', {port})); time.sleep(60)"
    supervisor, seen = Supervisor(), []

    def ready():
        seen.append(answers(port))
        supervisor.stop()

    supervisor.run([Child(name="server", arguments=(serve,), ports=(port,))], ready=ready)
    assert seen == [True]


def test_a_child_that_ends_before_it_is_ready_ends_everything(script):
    child = Child(name="the web application", arguments=("raise SystemExit(3)",), ports=(1,))
    with pytest.raises(ProcessEnded, match="the web application ended before it was ready") as caught:
        Supervisor().run([child])
    assert caught.value.facts == {"status": 3}


def test_in_the_demonstration_a_child_that_ends_by_itself_ends_everything(script):
    with pytest.raises(ProcessEnded, match="the worker ended by itself"):
        Supervisor().run([Child(name="the worker", arguments=("import time; time.sleep(0.3)",))])


def test_in_service_a_child_that_ends_is_started_again(script, tmp_path):
    count = tmp_path / "count"
    code = f"open({str(count)!r}, 'a').write('x'); import time; time.sleep(0.1)"
    supervisor = Supervisor(restart=True)

    def stop_after_two() -> None:
        for _ in range(600):
            if count.exists() and len(count.read_text()) >= 2:
                break
            time.sleep(0.1)
        supervisor.stop()

    threading.Thread(target=stop_after_two).start()
    supervisor.run([Child(name="the worker", arguments=(code,))])
    assert len(count.read_text()) >= 2


def test_a_signal_ends_everything_and_the_handlers_are_put_back(script):
    before = signal.getsignal(signal.SIGTERM)
    supervisor = Supervisor()
    supervisor.run(
        [Child(name="one", arguments=("import time; time.sleep(60)",))],
        ready=lambda: os.kill(os.getpid(), signal.SIGTERM),
    )
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_child_that_ignores_the_request_to_end_is_killed(script, monkeypatch):
    monkeypatch.setattr(supervisor_module, "STOP_SECONDS", 0.5)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    supervisor = Supervisor()
    begun = time.monotonic()
    supervisor.run([Child(name="deaf", arguments=(code,))], ready=lambda: threading.Timer(0.5, supervisor.stop).start())
    assert time.monotonic() - begun < 30
