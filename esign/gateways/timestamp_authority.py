"""RFC 3161 timestamps over HTTP: the first authority that answers well, asked in order."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.gateways.errors import GatewayAddressRefused, GatewayError
from esign.gateways.http import HttpCaller
from esign.proof.timestamps import (
    DEFAULT_TOLERANCE,
    TimestampError,
    TimestampRequest,
    TimestampToken,
    read_reply,
    trust_token,
)

QUERY = "application/timestamp-query"
REPLY = "application/timestamp-reply"
_LIMIT = 64 * 1024


class HttpTimestampAuthority:
    """A :class:`~esign.proof.ports.TimestampSource` over HTTP (RFC 3161 section 3.4).

    Args:
        http: Makes the calls; asking for a timestamp twice does no harm, so the call is repeated.
        urls: Authorities in the order in which they are asked; the next one only if the one before did not answer well.
        clock: A token whose time is far from this clock's is refused.
        anchors: Where given, a token must lead to one of them at once, so that a seal never rests on a stranger's word.
        tolerance: How far the two times may lie apart.
        nonce: Returns a fresh, unpredictable number.
    """

    def __init__(
        self,
        http: HttpCaller,
        urls: Sequence[str],
        *,
        clock: Clock,
        anchors: Sequence[bytes] = (),
        tolerance: timedelta = DEFAULT_TOLERANCE,
        nonce: Callable[[], int] = lambda: secrets.randbits(63) | 1 << 62,
    ) -> None:
        self._http = http
        self._urls = tuple(urls)
        self._clock = clock
        self._anchors = tuple(anchors)
        self._tolerance = tolerance
        self._nonce = nonce

    def stamp(self, digest: bytes) -> TimestampToken:
        """Return a checked token over a digest: SHA-256, SHA-384 or SHA-512, by its length.

        Raises:
            GatewayError: No authority is configured, or the last one asked could not be reached.
            TimestampError: The last one asked gave a token that is not good.
        """
        failure: EsignError = GatewayAddressRefused("no timestamp authority is configured")
        for url in self._urls:
            try:
                return self._ask(url, digest)
            except (GatewayError, TimestampError) as error:
                failure = error
        raise failure

    def _ask(self, url: str, digest: bytes) -> TimestampToken:
        request = TimestampRequest.new(digest, self._nonce())
        answer = self._http.post(url, request.der, content_type=QUERY, accept=(REPLY,), repeatable=True, limit=_LIMIT)
        token = read_reply(answer.body, request, now=self._clock.now(), tolerance=self._tolerance)
        if self._anchors:
            trust_token(token, anchors=self._anchors)
        return token
