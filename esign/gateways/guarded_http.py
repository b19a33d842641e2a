"""Calls to addresses that somebody else chose: webhooks, look-ups. They reach the public internet, and nothing inside.

1. The address is https, without user name and fragment; plain http only for what is signed in itself (``plain``).
2. Its host is resolved once. Every address that comes out must be public; one that is not refuses the call, as does a
   name whose answers are mixed.
3. The connection goes to that very address, so that a second answer of the resolver changes nothing; TLS checks the
   certificate against the name.
4. Redirects are not followed, proxies of the environment are not used, cookies are not kept.
5. The whole call has one deadline, and the answer a limit.

Networks that the operator names (``private_networks``) may be called although they are private, and without TLS.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult

import httpcore

from esign.gateways.errors import (
    GatewayAddressPrivate,
    GatewayAddressRefused,
    GatewayRefused,
    GatewayTimeout,
    GatewayTooLarge,
)
from esign.gateways.http import DEFAULT_LIMIT, CallOutcome, checked_url, log_outcome

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_FORBIDDEN: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        # IPv4: RFC 6890 and the IANA registry of special purposes
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # IPv6: what is not global, and what carries an IPv4 address that somebody else unpacks
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32"),
        *("2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
"""Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; ``169.254.169.254`` is where clouds keep secrets."""

MAX_ADDRESS = 2000
"""Characters of an address."""
MAX_VALIDATOR = 200
"""Characters that are kept of an ``ETag`` or ``Last-Modified``."""

Resolve = Callable[[str, int], Sequence[str]]
"""Name and port to addresses as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedAnswer:
    """An answer, whatever its status; the body is bounded. ``etag``, ``modified``: empty where it says nothing."""

    status: int
    media_type: str
    body: bytes
    etag: str = ""
    modified: str = ""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(item[4][0]) for item in found))


def is_public(address: Address) -> bool:
    """Tell whether an address is reached over the public internet and leads nowhere else."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == network.version and address in network for network in _FORBIDDEN)


class GuardedCaller:
    """Calls addresses that somebody else chose.

    Args:
        private_networks: Networks (CIDR) that may be called although they are private, and without TLS.
        plain: Whether public addresses may be called without TLS: only for what is signed in itself, such as
            revocation lists (RFC 5280 section 4.2.1.13 has them fetched thus).
        timeout: Seconds that a call may take altogether, from resolving to the last byte.
        resolver: Name and port to addresses.
        tls: TLS context; None: the system's trusted certificates.
        record: Called with the outcome of every call.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        *,
        private_networks: Iterable[str] = (),
        plain: bool = False,
        timeout: float = 10.0,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        record: Callable[[CallOutcome], None] = log_outcome,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._networks = tuple(ip_network(text) for text in private_networks)
        self._plain = plain
        self._timeout = timeout
        self._resolver = resolver
        self._tls = tls
        self._record = record
        self._monotonic = monotonic

    def check(self, url: str) -> SplitResult:
        """Return the parts of an address that may be called, as far as that can be told without resolving it.

        Raises:
            GatewayAddressRefused: Not https (http only where private networks are named), a user name, a fragment,
                blanks or control characters in it, or too long.
            GatewayAddressPrivate: The host is an address that may not be called.
        """
        if (
            len(url) > MAX_ADDRESS
            or not url.isascii()
            or any(ord(sign) <= 0x20 or sign in '"<>\\^`{|}\x7f' for sign in url)
        ):
            raise GatewayAddressRefused("blanks or characters that no address has")
        parts = checked_url(url)
        if parts.scheme != "https" and not self._networks and not self._plain:
            raise GatewayAddressRefused("only https is called", scheme=parts.scheme[:10])
        if "#" in url or parts.port == 0:
            raise GatewayAddressRefused("a fragment, or no port")
        try:
            literal = ip_address((parts.hostname or "").partition("%")[0])
        except ValueError:
            return parts
        self._allow(literal, parts.scheme)
        return parts

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int = DEFAULT_LIMIT) -> GuardedAnswer:
        """Fetch something.

        Raises:
            GatewayError: One subclass for each way in which it can fail.
        """
        return self._call("GET", url, b"", headers or {}, limit)

    def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, limit: int = DEFAULT_LIMIT
    ) -> GuardedAnswer:
        """Hand something over, once.

        Raises:
            GatewayError: One subclass for each way in which it can fail.
        """
        return self._call("POST", url, body, headers or {}, limit)

    def _call(self, method: str, url: str, body: bytes, headers: Mapping[str, str], limit: int) -> GuardedAnswer:
        begun = self._monotonic()
        host, status, outcome = "", None, "answered"
        try:
            parts = self.check(url)
            host = parts.netloc
            answer = self._exchange(method, url, parts, body, headers, limit, begun + self._timeout)
            status = answer.status
            return answer
        except Exception as error:
            outcome = getattr(error, "code", "internal")
            raise
        finally:
            spent = round((self._monotonic() - begun) * 1000)
            self._record(
                CallOutcome(method=method, host=host, outcome=outcome, status=status, attempts=1, milliseconds=spent)
            )

    def _exchange(
        self,
        method: str,
        url: str,
        parts: SplitResult,
        body: bytes,
        headers: Mapping[str, str],
        limit: int,
        deadline: float,
    ) -> GuardedAnswer:
        target = self._address(parts)
        left = self._left(deadline)
        timeouts = {"connect": left, "read": left, "write": left, "pool": left}
        fixed = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "esign/1"}
        sent = {"Host": parts.netloc, **fixed, **headers}
        content = {"content": body} if method == "POST" else {}
        backend = _Pinned(target, deadline, self._monotonic)
        context = (self._tls or ssl.create_default_context()) if parts.scheme == "https" else None
        try:
            with (
                httpcore.ConnectionPool(ssl_context=context, network_backend=backend, retries=0) as pool,
                pool.stream(
                    method, url, headers=list(sent.items()), extensions={"timeout": timeouts}, **content
                ) as response,
            ):
                media_type = _header(response.headers, b"content-type").partition(";")[0].strip().lower()
                if _header(response.headers, b"content-encoding").lower() not in ("", "identity"):
                    raise GatewayRefused("the answer is compressed unasked", host=parts.netloc, sent=True)
                read = self._read(response.iter_stream(), limit, deadline, parts.netloc)
                return GuardedAnswer(
                    status=response.status,
                    media_type=media_type,
                    body=read,
                    etag=_header(response.headers, b"etag")[:MAX_VALIDATOR],
                    modified=_header(response.headers, b"last-modified")[:MAX_VALIDATOR],
                )
        except httpcore.TimeoutException as error:
            raise GatewayTimeout(host=parts.netloc, sent=not isinstance(error, httpcore.ConnectTimeout)) from error
        except httpcore.ConnectError as error:
            raise GatewayRefused(host=parts.netloc, sent=False) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise GatewayRefused(host=parts.netloc, sent=True) from error

    def _address(self, parts: SplitResult) -> str:
        """Resolve the host, once, and return an address that may be called."""
        host = parts.hostname or ""
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        try:
            found = self._resolver(host, port)
            addresses = [ip_address(text.partition("%")[0]) for text in found]
        except (OSError, UnicodeError, ValueError) as error:
            raise GatewayRefused("the host has no address", host=parts.netloc, sent=False) from error
        if not addresses:
            raise GatewayRefused("the host has no address", host=parts.netloc, sent=False)
        for address in addresses:
            self._allow(address, parts.scheme)
        return found[0]

    def _allow(self, address: Address, scheme: str) -> None:
        unpacked = getattr(address, "ipv4_mapped", None) or address
        named = any(unpacked.version == network.version and unpacked in network for network in self._networks)
        if named:
            return
        if not is_public(address):
            raise GatewayAddressPrivate
        if scheme != "https" and not self._plain:
            raise GatewayAddressRefused("only https is called", scheme=scheme[:10])

    def _left(self, deadline: float) -> float:
        left = deadline - self._monotonic()
        if left <= 0:
            raise GatewayTimeout("the host was resolved too slowly", sent=False)
        return left

    def _read(self, chunks: Iterable[bytes], limit: int, deadline: float, host: str) -> bytes:
        parts, size = [], 0
        for part in chunks:
            size += len(part)
            if size > limit:
                raise GatewayTooLarge(host=host, limit=limit)
            if self._monotonic() > deadline:
                raise GatewayTimeout("the answer trickles in too slowly", host=host, sent=True)
            parts.append(part)
        return b"".join(parts)


class _Pinned(httpcore.NetworkBackend):
    """Connects to one address, whatever name the call is for; every read has only what is left of the deadline."""

    def __init__(self, address: str, deadline: float, monotonic: Callable[[], float]) -> None:
        self._address = address
        self._deadline = deadline
        self._monotonic = monotonic
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Connect to the address that was checked; the name is TLS's business."""
        stream = self._real.connect_tcp(self._address, port, timeout, local_address, socket_options)
        return _Timed(stream, self._deadline, self._monotonic)

    def connect_unix_socket(self, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        """Refuse: nothing on this machine is called by its file."""
        raise httpcore.ConnectError("not called")


class _Timed(httpcore.NetworkStream):
    """A stream whose every step has only what is left of one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, monotonic: Callable[[], float]) -> None:
        self._stream = stream
        self._deadline = deadline
        self._monotonic = monotonic

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self._stream.read(max_bytes, self._left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write everything."""
        self._stream.write(buffer, self._left(httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Begin TLS; the certificate must be the name's."""
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left(httpcore.ConnectTimeout))
        return _Timed(secured, self._deadline, self._monotonic)

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream knows about itself."""
        return self._stream.get_extra_info(info)

    def _left(self, over: type[Exception]) -> float:
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise over("no time is left")
        return left


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")
