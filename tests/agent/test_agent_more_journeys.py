"""Journeys that need more than one device or more than one life of the server."""

import hashlib
import pickle
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from esign.pades import read_signatures
from tests.actors import COMPANY
from tests.agent.scratch_helpers import DESKTOP, PHONE, Customer
from tests.agent.stack import ROOT
from tests.browsers import until
from tests.samples import COUPLE, sample

pytestmark = [pytest.mark.browser, pytest.mark.network]


class Child:
    """The server in a process of its own; it can be killed and started, and the wire leads to it."""

    def __init__(self, stack, folder):
        self.stack, self.process = stack, None
        self.settings = folder / "settings"
        self.settings.write_bytes(pickle.dumps(stack.settings))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)

    def start(self):
        words = [sys.executable, "-m", "tests.agent.server_process", str(self.settings), str(self.port)]
        self.process = subprocess.Popen([*words, self.stack.sandbox_url], cwd=ROOT)
        for _ in range(2400):  # two minutes on a busy machine
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the server does not start")

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def __call__(self, environ, start_response):
        names = {"HTTP_AUTHORIZATION", "HTTP_ORIGIN", "HTTP_ACCEPT_LANGUAGE", "CONTENT_TYPE"}
        names |= {name for name in environ if name.startswith("HTTP_ACCESS_CONTROL")}
        headers = {name.removeprefix("HTTP_").replace("_", "-"): environ[name] for name in names & set(environ)}
        headers["Host"] = environ["HTTP_HOST"]
        method, body = environ["REQUEST_METHOD"], environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer = self.http.request(method, environ["PATH_INFO"], headers=headers, content=body)
        except httpx.TransportError:
            start_response("503 Service Unavailable", [("Content-Length", "0")])  # no CORS: no answer at all
            return [b""]
        kept = [
            (n, v)
            for n, v in answer.headers.multi_items()
            if n.lower() not in ("connection", "transfer-encoding", "content-encoding", "content-length")
        ]
        start_response(f"{answer.status_code} X", kept)
        return [answer.content]


@pytest.fixture
def child(stack, tmp_path):
    made, before = Child(stack, tmp_path), stack.wire.app
    made.start()
    stack.wire.app = made
    yield made
    stack.wire.app = before
    made.kill()
    made.http.close()


def test_a_server_killed_and_started_again_in_the_middle_loses_nothing(stack, child, desktop):
    """The process is killed between the pages, and once more while the declaration is on its way."""
    contract, link = stack.invite()
    desktop.open(link)
    child.kill()
    child.start()
    desktop.begin().identify().read()
    child.kill()
    child.start()
    desktop.unlock().scratch_with_mouse().type()
    stack.wire.lose_after.append("intent")  # the declaration arrives, its answer does not, and the process is gone
    desktop.order()
    until(desktop.page, lambda: "intent" in stack.wire.types() and not stack.wire.lose_after)
    child.kill()
    desktop.page.wait_for_timeout(300)
    assert desktop.state != "done" and desktop.state != "problem"
    child.start()
    desktop.done()
    types = stack.wire.types()
    assert types.count("open") == 1, "it is still the same attempt"
    intents = {request.body for request in stack.wire.seen if request.type == "intent"}
    assert types.count("intent") >= 2 and len(intents) == 1, "the same bytes were sent until they were answered"
    assert stack.state(contract) == "concluded"
    assert desktop.download() == stack.signed(contract)


def invite_both(stack, **changes):
    def work():
        contract = stack.application.contracts.draw_up(COMPANY, sample(COUPLE, **changes))
        stack.application.delivery.deliver_due()
        before = len(stack.post.mails)
        stack.application.contracts.invite(COMPANY, contract)
        stack.application.delivery.deliver_due()
        return contract, stack.links(before)

    return stack.call(work)


def test_two_customers_sign_one_contract_on_two_devices(stack, context_of):
    contract, links = invite_both(stack)
    assert len(links) == 1, "in the given order the second is invited when the first has signed"
    first = Customer(context_of(**DESKTOP).new_page())
    first.sign(links[0], "mira-sommerfeld")
    assert stack.state(contract) == "partly_signed"
    half = first.download()
    assert [each.field for each in read_signatures(half)] == ["Signatory1"]

    before = len(stack.post.mails)
    stack.call(lambda: stack.application.delivery.deliver_due())
    links = stack.links(before)
    assert len(links) == 1
    second = Customer(context_of(**PHONE).new_page())
    second.sign(links[0], "david-sommerfeld", scratch="finger")
    assert stack.state(contract) == "concluded"
    whole = second.download()
    assert whole == stack.signed(contract) and whole.startswith(half), "the first signature is where it was"
    assert [each.field for each in read_signatures(whole)][:2] == ["Signatory1", "Signatory2"]
    shown = second.page.locator("#receipt-file").inner_text()
    assert re.sub(r"\s", "", shown) == hashlib.sha256(whole).hexdigest()
    assert first.violations() == [] and second.violations() == []
