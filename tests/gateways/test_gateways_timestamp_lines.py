"""Lines to timestamp authorities against a small HTTP server that can do everything wrong that one can."""

import asyncio
import gzip
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from esign.gateways.errors import GatewayAddressRefused
from esign.gateways.timestamp_lines import LIMIT, HttpTimestampLine, bulk_timestamps
from esign.sealing.levels import TimestampRules
from esign.sealing.levels.errors import (
    TimestampBusy,
    TimestampGarbled,
    TimestampSilent,
    TimestampStatus,
    TimestampTooLarge,
    TimestampUnreachable,
)
from tests.sealing.helpers.authorities import CLOCK, SmallAuthority

pytestmark = pytest.mark.network
DIGEST = hashlib.sha256(b"signature value").digest()
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"


class Server:
    """One loopback server; what it answers is set by each test.

    ``answer(body) -> bytes`` returns everything that goes over the wire; ``wait`` is how long it waits before.
    """

    def __init__(self):
        self.authority = SmallAuthority()
        self.loop = asyncio.new_event_loop()
        self.reset()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(10)

    def reset(self):
        self.answer = self.honest
        self.wait = 0.0
        self.close_after = False
        self.connections = 0
        self.requests = []
        self.most = self.under_way = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/tsa"

    def honest(self, body):
        reply = self.authority.desk.answer(body)
        return GOOD + b"Content-Length: %d\r\n\r\n" % len(reply) + reply

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _end(self):
        serving = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
                )
                body = await reader.readexactly(length)
                self.requests.append((head, body))
                self.under_way += 1
                self.most = max(self.most, self.under_way)
                await asyncio.sleep(self.wait)
                self.under_way -= 1
                writer.write(self.answer(body))
                await writer.drain()
                if self.close_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


@pytest.fixture(scope="module")
def only_server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(only_server):
    only_server.reset()
    return only_server


def ask(url, seconds=5.0):
    """One question over one line."""

    async def once():
        line = HttpTimestampLine(url)
        try:
            async with asyncio.timeout(seconds):
                return await line.ask(b"question")
        finally:
            await line.close()

    return asyncio.run(once())


def test_64_at_a_time_over_kept_connections_each_with_the_token_of_its_own(server):
    server.wait = 0.01
    digests = [hashlib.sha256(b"%d" % number).digest() for number in range(256)]
    rules = TimestampRules(most_in_flight=64)
    with (
        bulk_timestamps([server.url], anchors=[server.authority.root.der], clock=CLOCK, rules=rules) as stamps,
        ThreadPoolExecutor(64) as threads,
    ):
        tokens = list(threads.map(stamps.stamp, digests))
        assert stamps.health()[0].name == f"127.0.0.1:{server.port}"
    assert [token.digest for token in tokens] == digests
    assert 8 < server.most <= 64
    assert server.connections <= 64 < len(server.requests)


def test_the_request_is_as_rfc_3161_says_and_asks_for_nothing_compressed(server):
    with bulk_timestamps([server.url], anchors=[server.authority.root.der], clock=CLOCK) as stamps:
        stamps.stamp(DIGEST)
    head = server.requests[0][0].lower()
    assert head.startswith(b"post /tsa http/1.1\r\n")
    assert b"content-type: application/timestamp-query\r\n" in head
    assert b"accept-encoding: identity\r\n" in head
    assert b"cookie" not in head


def wire(status, *headers, body=b""):
    return b"\r\n".join((b"HTTP/1.1 " + status, *headers, b"Content-Length: %d" % len(body), b"", body))


BIG = b"0" * (LIMIT + 1)
WRONG = {
    "server error": (wire(b"500 Oops"), TimestampStatus, {"status": 500}),
    "not found": (wire(b"404 Not Found"), TimestampStatus, {"status": 404}),
    "redirect": (wire(b"302 Found", b"Location: http://127.0.0.1:1/"), TimestampStatus, {"status": 302}),
    "page": (wire(b"200 OK", b"Content-Type: text/html", body=b"<html>"), TimestampGarbled, {}),
    "without a kind": (wire(b"200 OK", body=b"0"), TimestampGarbled, {}),
    "compressed unasked": (
        wire(
            b"200 OK",
            b"Content-Type: application/timestamp-reply",
            b"Content-Encoding: gzip",
            body=gzip.compress(bytes(10_000)),
        ),
        TimestampGarbled,
        {},
    ),
    "huge": (GOOD + b"Content-Length: %d\r\n\r\n" % len(BIG) + BIG, TimestampTooLarge, {"limit": LIMIT}),
    "huge in chunks": (
        GOOD + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BIG), BIG),
        TimestampTooLarge,
        {"limit": LIMIT},
    ),
    "no HTTP": (b"220 smtp.example ESMTP\r\n", TimestampUnreachable, {}),
    "nothing": (b"", TimestampUnreachable, {}),
    "shorter than said": (GOOD + b"Content-Length: 100\r\n\r\n0", TimestampUnreachable, {}),
    "too many requests": (wire(b"429 Slow Down", b"Retry-After: 7"), TimestampBusy, {"status": 429, "seconds": 7.0}),
    "unavailable": (wire(b"503 Later"), TimestampBusy, {"status": 503, "seconds": None}),
    "nonsense about when": (wire(b"503 Later", b"Retry-After: soon"), TimestampBusy, {"status": 503, "seconds": None}),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_wrong_answer_is_an_error_of_its_own(server, case):
    answer, error, facts = WRONG[case]
    server.answer, server.close_after = lambda body: answer, True
    with pytest.raises(error) as caught:
        ask(server.url)
    assert type(caught.value) is error
    assert dict(caught.value.facts) == {"host": f"127.0.0.1:{server.port}", **facts}


def test_a_date_says_when_to_come_back_too(server):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    server.answer = lambda body: wire(b"429 Slow Down", b"Retry-After: " + later.encode())
    with pytest.raises(TimestampBusy) as error:
        ask(server.url)
    assert 90 < error.value.facts["seconds"] <= 100


def test_a_silent_and_a_trickling_authority_are_given_up_in_time(server):
    rules = TimestampRules(seconds=0.1, patience=0.1)
    for wait, answer in ((30.0, server.honest), (0.0, lambda body: GOOD + b"Content-Length: 100\r\n\r\n0")):
        server.wait, server.answer = wait, answer
        with (
            bulk_timestamps([server.url], anchors=[server.authority.root.der], clock=CLOCK, rules=rules) as stamps,
            pytest.raises(TimestampSilent),
        ):
            stamps.stamp(DIGEST)


def test_where_nobody_listens_there_is_no_connection(server):
    with pytest.raises(TimestampUnreachable) as error:
        ask("http://127.0.0.1:1/tsa")
    assert dict(error.value.facts) == {"host": "127.0.0.1:1"}


def test_a_second_authority_is_asked_where_nobody_listens_at_the_first(server):
    urls = ["http://127.0.0.1:1/tsa", server.url]
    with bulk_timestamps(urls, anchors=[server.authority.root.der], clock=CLOCK) as stamps:
        assert [stamps.stamp(DIGEST).digest for _ in range(8)] == [DIGEST] * 8
        assert [each.state for each in stamps.health()] == ["open", "closed"]


def test_a_connection_that_the_authority_closed_meanwhile_costs_no_document(server):
    server.close_after = True
    rules = replace(TimestampRules(), pause=0.001)
    with bulk_timestamps([server.url], anchors=[server.authority.root.der], clock=CLOCK, rules=rules) as stamps:
        assert [stamps.stamp(DIGEST).digest for _ in range(8)] == [DIGEST] * 8


@pytest.mark.parametrize("url", ["ftp://tsa.example/", "tsa.example", "http://user:word@tsa.example/", "file:///etc"])
def test_only_addresses_that_may_be_asked_are_taken(url):
    with pytest.raises(GatewayAddressRefused):
        bulk_timestamps([url], anchors=[], clock=CLOCK)
