import gzip

import httpx
import pytest

from esign.gateways.errors import (
    GatewayAddressRefused,
    GatewayContentType,
    GatewayRefused,
    GatewayStatus,
    GatewayTimeout,
    GatewayTooLarge,
)
from esign.gateways.http import HttpCaller, RetryRule

URL = "https://service.example/secret/path?token=abc"


class World:
    """A service that answers from a script; an exception in it is raised instead."""

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []
        self.outcomes = []
        self.pauses = []
        self.time = 0.0

    def answer(self, request):
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if callable(step):
            return step(request)
        return step

    def caller(self, **options):
        return HttpCaller(
            httpx.Client(transport=httpx.MockTransport(self.answer), headers={"User-Agent": "test"}),
            record=self.outcomes.append,
            sleep=self.pauses.append,
            monotonic=lambda: self.time,
            **options,
        )


def ok(body=b"body", media_type="text/plain; charset=utf-8"):
    return httpx.Response(200, content=body, headers={"content-type": media_type})


def post(world, *, repeatable, **options):
    return world.caller(**options).post(
        URL, b"sent", content_type="application/x", accept=("text/plain",), repeatable=repeatable
    )


def test_answer_and_outcome_are_exact():
    world = World(ok())
    answer = world.caller().get(URL, accept=("text/plain",), headers={"X-More": "1"})
    assert (answer.status, answer.media_type, answer.body, answer.url) == (200, "text/plain", b"body", URL)
    [outcome] = world.outcomes
    assert (outcome.method, outcome.host, outcome.outcome, outcome.status, outcome.attempts) == (
        "GET",
        "service.example",
        "answered",
        200,
        1,
    )
    [request] = world.requests
    assert request.headers["accept"] == "text/plain"
    assert request.headers["x-more"] == "1"


def test_every_attempt_has_a_timeout_whatever_the_client_says():
    world = World(ok())
    world.caller(timeout=3.0).get(URL, accept=())
    assert world.requests[0].extensions["timeout"] == {"connect": 3.0, "read": 3.0, "write": 3.0, "pool": 3.0}


@pytest.mark.parametrize(
    ("step", "error", "attempts"),
    [
        (httpx.ReadTimeout("x"), GatewayTimeout, 3),
        (httpx.ConnectTimeout("x"), GatewayTimeout, 3),
        (httpx.ConnectError("x"), GatewayRefused, 3),
        (httpx.ReadError("x"), GatewayRefused, 3),
        (httpx.RemoteProtocolError("x"), GatewayRefused, 3),
        (httpx.Response(503), GatewayStatus, 3),
        (httpx.Response(429), GatewayStatus, 3),
        (httpx.Response(500), GatewayStatus, 1),
        (httpx.Response(404), GatewayStatus, 1),
        (httpx.Response(304), GatewayStatus, 1),
        (ok(media_type="text/html"), GatewayContentType, 1),
        (httpx.Response(200, content=b"x"), GatewayContentType, 1),
        (ok(body=b"x" * 101), GatewayTooLarge, 1),
    ],
)
def test_each_failure_has_its_code_its_retries_and_its_record(step, error, attempts):
    world = World(step)
    with pytest.raises(error) as failure:
        world.caller().get(URL, accept=("text/plain",), limit=100)
    assert len(world.requests) == attempts
    assert world.pauses == [0.2, 0.4][: attempts - 1]
    [outcome] = world.outcomes
    assert (outcome.outcome, outcome.attempts) == (failure.value.code, attempts)
    assert outcome.status == failure.value.facts.get("status")
    assert failure.value.facts["host"] == "service.example"


def test_no_error_and_no_record_holds_path_or_query():
    world = World(httpx.Response(500))
    with pytest.raises(GatewayStatus) as failure:
        world.caller().get(URL, accept=())
    text = f"{failure.value} {dict(failure.value.facts)} {world.outcomes}"
    assert "secret" not in text
    assert "abc" not in text


def test_a_service_that_recovers_is_asked_again():
    world = World(httpx.Response(503), httpx.ReadTimeout("x"), ok())
    assert world.caller().get(URL, accept=()).body == b"body"
    assert world.outcomes[0].attempts == 3


@pytest.mark.parametrize("step", [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.Response(503)])
def test_what_may_have_been_done_is_not_done_again(step):
    world = World(step, ok())
    with pytest.raises((GatewayTimeout, GatewayRefused, GatewayStatus)):
        post(world, repeatable=False)
    assert len(world.requests) == 1
    assert world.pauses == []


@pytest.mark.parametrize("step", [httpx.ConnectError("x"), httpx.ConnectTimeout("x")])
def test_what_was_never_sent_may_be_sent_again(step):
    world = World(step, ok())
    assert post(world, repeatable=False).body == b"body"
    assert len(world.requests) == 2


def test_repeatable_post_is_repeated_with_the_same_bytes():
    world = World(httpx.Response(502), ok())
    assert post(world, repeatable=True).body == b"body"
    assert [request.content for request in world.requests] == [b"sent", b"sent"]


def test_number_of_attempts_is_a_rule():
    world = World(httpx.ConnectError("x"))
    with pytest.raises(GatewayRefused):
        post(world, repeatable=True, retry=RetryRule(attempts=1))
    assert len(world.requests) == 1


def redirect(to):
    return httpx.Response(302, headers={"location": to})


def test_redirect_on_the_same_origin_is_followed():
    world = World(redirect("/other"), ok())
    assert world.caller().get(URL, accept=()).url == "https://service.example/other"


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "http://service.example/", "https://service.example:8443/", "//evil.example/"]
)
def test_redirect_to_another_origin_is_refused_and_not_followed(place):
    world = World(redirect(place), ok())
    with pytest.raises(GatewayStatus):
        world.caller().get(URL, accept=())
    assert len(world.requests) == 1


def test_redirect_to_another_scheme_is_refused():
    world = World(redirect("file:///etc/passwd"), ok())
    with pytest.raises(GatewayAddressRefused):
        world.caller().get(URL, accept=())


def test_redirects_end():
    world = World(redirect("/again"))
    with pytest.raises(GatewayStatus):
        world.caller().get(URL, accept=())
    assert len(world.requests) == 4


def test_redirect_of_a_post_is_refused():
    world = World(redirect("/other"), ok())
    with pytest.raises(GatewayStatus):
        post(world, repeatable=True)
    assert len(world.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a/",
        "file:///etc/passwd",
        "https://",
        "https://user:pin@service.example/",
        "http://a:x/",
        "http://[::1/",
    ],
)
def test_address_that_may_not_be_asked_is_refused_unasked(url):
    world = World(ok())
    with pytest.raises(GatewayAddressRefused):
        world.caller().get(url, accept=())
    assert world.requests == []


def test_body_is_bounded_whatever_the_header_says():
    def endless():
        while True:
            yield b"x" * 1000

    world = World(httpx.Response(200, content=endless(), headers={"content-length": "10"}))
    with pytest.raises(GatewayTooLarge):
        world.caller().get(URL, accept=(), limit=5000)


def test_compressed_answer_is_neither_asked_for_nor_unpacked():
    """A few bytes that unfold to many would pass every limit."""
    packed = gzip.compress(b"\x00" * 10_000_000)
    world = World(
        lambda request: httpx.Response(200, content=iter([packed]), headers={"content-encoding": "gzip"}),
    )
    with pytest.raises(GatewayContentType):
        world.caller().get(URL, accept=())
    assert world.requests[0].headers["accept-encoding"] == "identity"


def test_answer_that_trickles_is_cut_off():
    world = World()

    def slow():
        for _ in range(100):
            world.time += 1.0
            yield b"x"

    world.script = [lambda request: httpx.Response(200, content=slow())]
    with pytest.raises(GatewayTimeout):
        world.caller(timeout=5.0, retry=RetryRule(attempts=1)).get(URL, accept=())
    assert world.time == 6.0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"error": "invalid_pin", "error_description": "of Erika"}', {"refusal": "invalid_pin"}),
        (b'{"error": "not a word <b>"}', {}),
        (b'{"error": 7}', {}),
        (b"[]", {}),
        (b"{", {}),
        (b'{"error": "a"}' + b" " * 20_000, {}),
    ],
)
def test_of_a_refusal_nothing_but_its_word_is_told_and_only_to_who_asks(body, told):
    world = World(lambda _: httpx.Response(400, content=body))
    for asked, expected in (("error", told), ("", {})):
        with pytest.raises(GatewayStatus) as refused:
            world.caller().post(URL, b"", content_type="application/json", accept=(), repeatable=False, refusal=asked)
        assert refused.value.facts == {"host": "service.example", "status": 400, **expected}
