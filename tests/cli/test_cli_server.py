"""What the HTTP server lets a client say about itself: nothing that changes which page is asked for."""

from __future__ import annotations

import http.client
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest


def echo() -> Callable[..., list[bytes]]:
    """Return an application that says which path it was asked for, and by which scheme."""

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        said = (environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["wsgi.url_scheme"], environ["REMOTE_ADDR"])
        return ["|".join(said).encode()]

    return application


def run(port: int) -> None:
    from esign.cli.server import serve

    serve(echo, bind=[f"127.0.0.1:{port}"], name="test", threads=1)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = int(probe.getsockname()[1])
    process = multiprocessing.get_context("spawn").Process(target=run, args=(number,))
    process.start()
    try:
        for _ in range(1200):
            try:
                socket.create_connection(("127.0.0.1", number), 0.2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
    finally:
        process.terminate()
        process.join(15)


def asked(port: int, path: str, **fields: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=fields)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script_Name", "PATH_INFO", "REMOTE_USER", "Script-Name"])
def test_no_field_of_a_request_changes_its_path(port: int, name: str) -> None:
    """A proxy that keeps strangers from /company is not passed by asking for /x/company with SCRIPT_NAME: /x."""
    assert asked(port, "/x/company/login", **{name: "/x"}) == (200, "|/x/company/login|http|127.0.0.1")


@pytest.mark.parametrize("name", ["X-Forwarded-Proto", "X-Forwarded-Ssl", "X-Forwarded-Protocol", "X-Forwarded-For"])
def test_no_field_of_a_request_says_how_or_from_where_it_came(port: int, name: str) -> None:
    assert asked(port, "/", **{name: "https"}) == (200, "|/|http|127.0.0.1")


def test_a_request_with_two_lengths_is_refused(port: int) -> None:
    """Request smuggling: Content-Length beside Transfer-Encoding (RFC 9112 section 6.1)."""
    with socket.create_connection(("127.0.0.1", port), 10) as raw:
        raw.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        said = b""
        while part := raw.recv(4096):
            said += part
    assert said.startswith(b"HTTP/1.1 400") and b"smuggled" not in said
