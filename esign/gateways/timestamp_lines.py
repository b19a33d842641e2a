"""Lines to timestamp authorities over HTTP, for many questions at a time: connections are kept and used again."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from esign.foundation.clock import Clock
from esign.gateways.http import checked_url
from esign.gateways.timestamp_authority import QUERY, REPLY
from esign.sealing.levels import BulkTimestamps, TimestampRules
from esign.sealing.levels.errors import (
    TimestampBusy,
    TimestampGarbled,
    TimestampStatus,
    TimestampTooLarge,
    TimestampUnreachable,
)

LIMIT = 64 * 1024
"""Bytes of an answer at the most."""
_HEADERS = {"Content-Type": QUERY, "Accept": REPLY, "Accept-Encoding": "identity", "User-Agent": "esign/1"}
_LATER = frozenset({429, 503})
DEFAULT_RULES = TimestampRules()


class HttpTimestampLine:
    """A :class:`~esign.sealing.levels.TimestampLine` over HTTP (RFC 3161 section 3.4).

    Redirects are refused, cookies not kept, proxies of the environment not used.

    Args:
        url: The authority's address, http or https.
        tls: TLS context; None: the system's trusted certificates.
        idle: Seconds for which an unused connection is kept.

    Raises:
        GatewayAddressRefused: The address is not one that may be asked.
    """

    def __init__(self, url: str, *, tls: ssl.SSLContext | None = None, idle: float = 30.0) -> None:
        self._name = checked_url(url).netloc
        self._url = url
        self._tls = tls
        self._idle = idle
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        """Host and port."""
        return self._name

    async def ask(self, request: bytes) -> bytes:
        """Return the answer's bytes.

        Raises:
            SealTimestampError: One subclass for each way in which it can fail.
        """
        if self._session is None:
            self._session = self._open()
        try:
            async with self._session.post(self._url, data=request, headers=_HEADERS, allow_redirects=False) as answer:
                self._judge(answer)
                return await self._body(answer)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise TimestampUnreachable(host=self._name) from error

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        secured = self._url.lower().startswith("https:")
        tls = (self._tls or ssl.create_default_context()) if secured else True
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=self._idle, ssl=tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            auto_decompress=False,
            trust_env=False,
        )

    def _judge(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status in _LATER:
            seconds = _retry_after(answer.headers.get("Retry-After", ""))
            raise TimestampBusy(host=self._name, status=answer.status, seconds=seconds)
        if answer.status != 200:
            raise TimestampStatus(host=self._name, status=answer.status)
        if answer.content_type != REPLY or answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise TimestampGarbled("the answer is of another kind than was asked for", host=self._name)

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        parts, size = [], 0
        async for part in answer.content.iter_any():
            size += len(part)
            if size > LIMIT:
                raise TimestampTooLarge(host=self._name, limit=LIMIT)
            parts.append(part)
        return b"".join(parts)


def bulk_timestamps(
    urls: Sequence[str],
    *,
    anchors: Sequence[bytes],
    clock: Clock,
    policies: Collection[str] = (),
    rules: TimestampRules = DEFAULT_RULES,
    tls: ssl.SSLContext | None = None,
) -> BulkTimestamps:
    """Return timestamps for bulk from authorities over HTTP; it has a thread of its own and is closed in the end.

    Args:
        urls: Authorities in the order of preference (setting ``tsa_urls``).
        anchors: Trusted certificates (DER) to which every token must lead.
        clock: A token whose time is far from this clock's is refused.
        policies: Object identifiers (dotted) of which a token must have one; empty: any.
        rules: How they are asked.
        tls: TLS context; None: the system's trusted certificates.

    Raises:
        GatewayAddressRefused: An address is not one that may be asked.
    """
    lines = [HttpTimestampLine(url, tls=tls) for url in urls]
    return BulkTimestamps(lines, anchors=anchors, clock=clock, policies=policies, rules=rules)


def _retry_after(text: str) -> float | None:
    """Return the seconds of a ``Retry-After`` header: a number, or a date. Source: RFC 9110 section 10.2.3."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return None
    return max((instant - datetime.now(UTC)).total_seconds(), 0.0)
