"""Calls to addresses that somebody else chose reach the public internet, and nothing inside."""

from __future__ import annotations

import datetime
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from esign.gateways.errors import (
    GatewayAddressPrivate,
    GatewayAddressRefused,
    GatewayRefused,
    GatewayTimeout,
    GatewayTooLarge,
)
from esign.gateways.guarded_http import GuardedCaller, is_public
from esign.gateways.http import CallOutcome

NAME = "hooks.example"
LOOPBACK = ("127.0.0.0/8",)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


def complete(request: bytes) -> bool:
    """Tell whether a request has come with its whole body; who closes before that resets the connection."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *([0-9]+)", head)
    return bool(end) and len(body) >= int(length[1] if length else 0)


@contextmanager
def listening(answer: bytes | Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[Any]:
    """A server on loopback that answers every request alike, and remembers what it got."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    continue
                try:
                    with connection if tls is None else tls.wrap_socket(connection, server_side=True) as stream:
                        stream.settimeout(5)
                        got = stream.recv(65536)
                        while not complete(got):
                            got += stream.recv(65536)
                        seen.append(got)
                        if callable(answer):
                            answer(stream)
                        else:
                            stream.sendall(answer)
                except OSError:
                    continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], seen
        finally:
            stopped.set()
            thread.join()


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Server and client contexts for the name alone."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    client = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    return server, client


def caller(**options: Any) -> GuardedCaller:
    return GuardedCaller(**{"resolver": lambda host, port: ("127.0.0.1",), "timeout": 3.0, **options})


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"]  # noqa: RUF005 - one list of cases
    + ["100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"]
    + ["::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "fe80::1", "fc00::1", "fd00::1", "ff02::1"]
    + ["64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fec0::1", "::ffff:8.8.8.8"],
)
def test_addresses_that_lead_inside_are_refused(address):
    assert not is_public(ipaddress.ip_address(address))
    guarded = caller(resolver=lambda host, port: (address,))
    with pytest.raises(GatewayAddressPrivate):
        guarded.post(f"https://{NAME}/", b"")
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(GatewayAddressPrivate):
        guarded.check(f"https://{host}/")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "93.184.216.34"])
def test_public_addresses_may_be_called(address):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_nothing_that_python_calls_private_is_public(address):
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "ftp://hooks.example/", "file:///etc/passwd", "//hooks.example/", "", "https://"]  # noqa: RUF005 - one list of cases
    + ["https://user@hooks.example/", "https://user:pass@hooks.example/", "https://hooks.example/#x"]
    + ["https://hooks.example:99999/", "https://hooks.example:0/", "https://hooks.example/ x", "https://a\nb/"]
    + ["https://hööks.example/", "https://hooks.example\\@evil/", "https://" + "a" * 2000],
)
def test_addresses_that_are_none_are_refused(url):
    asked = []
    guarded = caller(resolver=lambda host, port: asked.append(host) or ("8.8.8.8",))
    with pytest.raises(GatewayAddressRefused):
        guarded.check(url)
    with pytest.raises(GatewayAddressRefused):
        guarded.post(url, b"")
    assert asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "0177.0.0.1"])
def test_other_ways_to_write_this_machine_are_found_by_resolving(host):
    with pytest.raises((GatewayAddressPrivate, GatewayRefused)):
        GuardedCaller(timeout=3.0).post(f"https://{host}/", b"")


def test_an_answer_that_mixes_public_and_private_addresses_is_refused():
    with pytest.raises(GatewayAddressPrivate):
        caller(resolver=lambda host, port: ("8.8.8.8", "10.0.0.1")).post(f"https://{NAME}/", b"")


def test_a_name_is_resolved_once_and_that_address_is_called():
    """DNS rebinding: whatever the resolver says the second time, nobody asks it."""
    answers = iter([("127.0.0.1",), ("127.0.0.2",)])
    asked = []

    def resolver(host: str, port: int) -> tuple[str, ...]:
        asked.append((host, port))
        return next(answers)

    with listening(OK) as (port, seen):
        guarded = caller(resolver=resolver, private_networks=("127.0.0.1/32",))
        assert guarded.post(f"http://{NAME}:{port}/hook", b"body").status == 200
        assert asked == [(NAME, port)]
        assert f"Host: {NAME}:{port}".encode() in seen[0]
        with pytest.raises(GatewayAddressPrivate):  # now it points elsewhere: refused before a connection
            guarded.post(f"http://{NAME}:{port}/hook", b"body")
        assert len(seen) == 1


def test_the_system_s_resolver_is_not_asked_by_the_connection(monkeypatch):
    """Rebinding below our feet: were the name resolved again while connecting, this would notice."""

    def forbidden(*arguments: Any, **options: Any) -> Any:
        assert arguments[0] == "127.0.0.1", "the name itself is resolved again"
        return real(*arguments, **options)

    real = socket.getaddrinfo
    with listening(OK) as (port, _):
        monkeypatch.setattr(socket, "getaddrinfo", forbidden)
        assert caller(private_networks=LOOPBACK).get(f"http://{NAME}:{port}/").body == b"ok"


def test_tls_checks_the_certificate_against_the_name(certified):
    server, client = certified
    with listening(OK, server) as (port, seen):
        guarded = caller(private_networks=LOOPBACK, tls=client)
        assert guarded.post(f"https://{NAME}:{port}/", b"x").status == 200
        with pytest.raises(GatewayRefused):
            guarded.post(f"https://other.example:{port}/", b"x")
        with pytest.raises(GatewayRefused):
            caller(private_networks=LOOPBACK).post(f"https://{NAME}:{port}/", b"x")
        assert len(seen) == 1


def test_redirects_are_not_followed():
    with listening(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as (port, seen):
        assert caller(private_networks=LOOPBACK).post(f"http://{NAME}:{port}/", b"x").status == 302
        assert len(seen) == 1


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with listening(OK) as (port, _):
        assert caller(private_networks=LOOPBACK).get(f"http://{NAME}:{port}/").status == 200


def test_an_answer_that_is_too_large_is_refused():
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    with listening(endless) as (port, _), pytest.raises(GatewayTooLarge):
        caller(private_networks=LOOPBACK).get(f"http://{NAME}:{port}/", limit=1000)


def test_a_compressed_answer_is_refused():
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"
    with listening(packed) as (port, _), pytest.raises(GatewayRefused):
        caller(private_networks=LOOPBACK).get(f"http://{NAME}:{port}/")


def test_who_answers_drop_by_drop_is_given_up():
    def trickle(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            stream.sendall(b"x")
            time.sleep(0.05)

    with listening(trickle) as (port, _):
        begun = time.monotonic()
        with pytest.raises(GatewayTimeout):
            caller(private_networks=LOOPBACK, timeout=0.5).get(f"http://{NAME}:{port}/")
        assert time.monotonic() - begun < 4.5, "the whole answer was waited for"


def test_who_sends_headers_drop_by_drop_is_given_up():
    def trickle(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            stream.sendall(b"X-%d: y\r\n" % number)
            time.sleep(0.05)

    with listening(trickle) as (port, _), pytest.raises(GatewayTimeout):
        caller(private_networks=LOOPBACK, timeout=0.5).get(f"http://{NAME}:{port}/")


def test_a_host_without_an_address_and_one_that_is_not_there():
    def nowhere(host: str, port: int) -> tuple[str, ...]:
        raise socket.gaierror("no such host")

    with pytest.raises(GatewayRefused):
        caller(resolver=nowhere).post(f"https://{NAME}/", b"")
    with pytest.raises(GatewayRefused):
        caller(private_networks=LOOPBACK).post(f"http://{NAME}:1/", b"")


def test_the_outcome_of_every_call_is_recorded_without_path_and_body():
    outcomes: list[CallOutcome] = []
    with listening(OK) as (port, _):
        guarded = caller(private_networks=LOOPBACK, record=outcomes.append)
        guarded.post(f"http://{NAME}:{port}/secret-path", b"secret")
        with pytest.raises(GatewayAddressPrivate):
            caller(record=outcomes.append).post(f"https://{NAME}/secret-path", b"secret")
    assert [each.outcome for each in outcomes] == ["answered", "gateway.address.private"]
    assert outcomes[0].status == 200
    assert "secret" not in repr(outcomes)
