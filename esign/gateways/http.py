"""Calls to services outside: each with a deadline, a limit, a retry rule and a recorded outcome."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from esign.gateways.errors import (
    GatewayAddressRefused,
    GatewayContentType,
    GatewayError,
    GatewayRefused,
    GatewayStatus,
    GatewayTimeout,
    GatewayTooLarge,
)

DEFAULT_LIMIT = 256 * 1024
"""Bytes of an answer at the most, unless the caller says otherwise."""

_REFUSAL_LIMIT = 16 * 1024
"""Bytes of a refusal that are looked into for its code."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
"""What may be the code of a refusal; other text could hold anything."""

MAX_REDIRECTS = 3
_log = logging.getLogger("esign.gateways")

TRY_LATER = frozenset({429, 502, 503, 504})
"""Answers after which a call that may be repeated is repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An answer that was accepted: its media type without parameters, its whole body, and where it came from."""

    status: int
    media_type: str
    body: bytes
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """What became of one call: ``outcome`` is ``answered`` or the code of the error; no path, no body, no secret."""

    method: str
    host: str
    outcome: str
    status: int | None
    attempts: int
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """How often a call is made at the most, and how many seconds lie between; the pause doubles each time."""

    attempts: int = 3
    pause: float = 0.2

    def pause_before(self, attempt: int) -> float:
        """Return the seconds to wait before an attempt (the second is number 2)."""
        return float(self.pause * 2 ** (attempt - 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: str
    content: bytes | None
    headers: Mapping[str, str]
    accept: Collection[str]
    limit: int
    repeatable: bool
    refusal: str = ""


class HttpCaller:
    """A careful HTTP client around an injected one.

    Args:
        client: Connections, proxies, TLS; its own timeouts are not relied on.
        timeout: Seconds that one attempt may take altogether, from connecting to the last byte.
        retry: Applied only to calls that may be repeated, and to connections that never came about.
        record: Called with the outcome of every call; None: the log.
        sleep: Waits between attempts.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        timeout: float = 10.0,
        retry: RetryRule = RetryRule(),
        record: Callable[[CallOutcome], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._timeout = timeout
        self._retry = retry
        self._record = record or log_outcome
        self._sleep = sleep
        self._monotonic = monotonic

    def get(
        self, url: str, *, accept: Collection[str], limit: int = DEFAULT_LIMIT, headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        """Fetch something; may be repeated, and follows redirects on the same origin.

        Args:
            url: Absolute, http or https.
            accept: Media types of which the answer must have one; empty: any.
            limit: Bytes of the body at the most.
            headers: Further headers.

        Raises:
            GatewayError: One subclass for each way in which it can fail.
        """
        return self._call(
            _Call(
                method="GET",
                url=url,
                content=None,
                headers=headers or {},
                accept=accept,
                limit=limit,
                repeatable=True,
            )
        )

    def post(
        self,
        url: str,
        content: bytes,
        *,
        content_type: str,
        accept: Collection[str],
        repeatable: bool,
        limit: int = DEFAULT_LIMIT,
        headers: Mapping[str, str] | None = None,
        refusal: str = "",
    ) -> HttpAnswer:
        """Send something. Redirects are refused.

        Args:
            url: Absolute, http or https.
            content: The body.
            content_type: Its media type.
            accept: Media types of which the answer must have one; empty: any.
            repeatable: Whether doing it twice does no harm.
            limit: Bytes of the answer's body at the most.
            headers: Further headers.
            refusal: Member of a JSON refusal that holds its code (``error`` of RFC 6749); it becomes a fact of the
                error where it is a plain word, and nothing else of the body does.

        Raises:
            GatewayError: One subclass for each way in which it can fail.
        """
        return self._call(
            _Call(
                method="POST",
                url=url,
                content=content,
                headers={"Content-Type": content_type} | dict(headers or {}),
                accept=accept,
                limit=limit,
                repeatable=repeatable,
                refusal=refusal,
            )
        )

    def _call(self, call: _Call) -> HttpAnswer:
        host = checked_url(call.url).netloc
        begun = self._monotonic()
        attempt = 0
        while True:
            attempt += 1
            status: int | None = None
            try:
                answer = self._attempt(call)
                outcome, status, failure = "answered", answer.status, None
            except GatewayError as error:
                outcome, failure = error.code, error
                known = error.facts.get("status")
                status = known if isinstance(known, int) else None
            if failure is not None and attempt < self._retry.attempts and _may_retry(call, failure):
                self._sleep(self._retry.pause_before(attempt + 1))
                continue
            self._record(
                CallOutcome(
                    method=call.method,
                    host=host,
                    outcome=outcome,
                    status=status,
                    attempts=attempt,
                    milliseconds=round((self._monotonic() - begun) * 1000),
                )
            )
            if failure is not None:
                raise failure
            return answer

    def _attempt(self, call: _Call) -> HttpAnswer:
        deadline = self._monotonic() + self._timeout
        url = call.url
        for _ in range(MAX_REDIRECTS + 1):
            answer, location = self._exchange(call, url, deadline)
            if answer is not None:
                return answer
            target = urljoin(url, location)
            if call.method != "GET" or _origin(checked_url(target)) != _origin(checked_url(url)):
                raise GatewayStatus("redirect to another place", host=urlsplit(url).netloc, status=302)
            url = target
        raise GatewayStatus("too many redirects", host=urlsplit(url).netloc, status=302)

    def _exchange(self, call: _Call, url: str, deadline: float) -> tuple[HttpAnswer | None, str]:
        """Return the answer, or the place to which the service points."""
        host = urlsplit(url).netloc
        left = max(deadline - self._monotonic(), 0.001)
        try:
            with self._client.stream(
                call.method,
                url,
                content=call.content,
                # Not compressed: a few bytes that unfold to many would pass every limit.
                headers={"Accept": ", ".join(call.accept) or "*/*", "Accept-Encoding": "identity", **call.headers},
                timeout=httpx.Timeout(left),
                follow_redirects=False,
            ) as response:
                if response.has_redirect_location:
                    return None, response.headers["location"]
                if not 200 <= response.status_code < 300:
                    raise GatewayStatus(host=host, status=response.status_code, **self._told(call, response, deadline))
                if response.headers.get("content-encoding", "identity").lower() != "identity":
                    raise GatewayContentType("the answer is compressed unasked", host=host)
                body = self._body(response, call.limit, deadline, host)
                media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        except httpx.TimeoutException as error:
            connected = not isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
            raise GatewayTimeout(host=host, sent=connected) from error
        except httpx.ConnectError as error:
            raise GatewayRefused(host=host, sent=False) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise GatewayRefused(host=host, sent=True) from error
        if call.accept and media_type not in call.accept:
            raise GatewayContentType(host=host, media_type=media_type[:80])
        return HttpAnswer(status=response.status_code, media_type=media_type, body=body, url=url), ""

    def _told(self, call: _Call, response: httpx.Response, deadline: float) -> dict[str, str]:
        if not call.refusal or "content-encoding" in response.headers:
            return {}
        try:
            word = json.loads(self._body(response, _REFUSAL_LIMIT, deadline, ""))[call.refusal]
        except (GatewayError, ValueError, KeyError, TypeError, RecursionError):
            return {}
        return {"refusal": word} if isinstance(word, str) and _WORD.fullmatch(word) else {}

    def _body(self, response: httpx.Response, limit: int, deadline: float, host: str) -> bytes:
        """Return the body; neither larger nor slower than allowed, whatever its header says about the length."""
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > limit:
                raise GatewayTooLarge(host=host, limit=limit)
            if self._monotonic() > deadline:
                raise GatewayTimeout("the answer trickles in too slowly", host=host, sent=True)
            parts.append(part)
        return b"".join(parts)


def log_outcome(outcome: CallOutcome) -> None:
    """Write the outcome of a call to the log: one line, a warning unless the service answered."""
    level = logging.INFO if outcome.outcome == "answered" else logging.WARNING
    _log.log(level, "call outside", extra=asdict(outcome))


def checked_url(url: str) -> SplitResult:
    """Return the parts of an address that may be asked.

    Raises:
        GatewayAddressRefused: Not http or https, no host, or with a user name in it.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise GatewayAddressRefused from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise GatewayAddressRefused(scheme=parts.scheme[:10])
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _may_retry(call: _Call, failure: GatewayError) -> bool:
    if isinstance(failure, GatewayTimeout | GatewayRefused):
        return call.repeatable or not failure.facts.get("sent", True)
    return call.repeatable and isinstance(failure, GatewayStatus) and failure.facts.get("status") in TRY_LATER
